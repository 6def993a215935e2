"""Stories written by somebody who read only `huduma screens` and the step list.

All of them play at three nodes of one running site, at the core; with `make prove` twelve play at
the real screen. Then everything that citizens were told must be so.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.simulation.audit.reconcile import clear_values, reckon
from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.simulation.site.drain import drain
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.core_driver import CoreDriver
from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
from kiosk.simulation.stories.script import StoryFailed, parse, read
from tests.stories.random_walk import STEPS, Walker, walk_with

HERE = Path(__file__).parent
NODES = {
    "lost-id": "kiosk-1",
    "first-id": "van-1",
    "birth-and-death": "kiosk-2",
    "abstract-and-group": "kiosk-1",
    "pension-and-information": "kiosk-2",
    "complaint-and-opinion": "van-1",
    "every-tile": "kiosk-2",
    "idle-and-trouble": "kiosk-1",
    "typo-search": "kiosk-1",
    "refuse-everything": "kiosk-2",
    "switch-mid-form": "van-1",
    "walks-away": "kiosk-1",
    "power-games": "kiosk-2",
    "no-network": "kiosk-2",
    "paper-troubles": "van-1",
    "scanned-codes": "kiosk-1",
    "letters-of-all-kinds": "van-1",
    "tickets-galore": "kiosk-2",
    "first-id-young": "van-1",
    "lost-id-parents": "kiosk-1",
}
AT_THE_SCREEN = [
    *list(NODES)[:8],
    "switch-mid-form",
    "walks-away",
    "paper-troubles",
    "letters-of-all-kinds",
]
FORMS_TOLD, TICKETS_TOLD = 20, 26
WRONG = ("expect ticket", "expect-text Karibu sana leo", "tap form.lost_id", "expect-no language")


def test_the_stories_are_all_here() -> None:
    assert {path.stem for path in HERE.glob("*.story")} == set(NODES)


@pytest.mark.xdist_group("house")
def test_every_story_at_the_core(tmp_path: Path) -> None:
    site = new_demo_site(tmp_path / "site")
    nodes = [site.node(name) for name in sorted(set(NODES.values()))]
    runner = SiteRunner(site, nodes, tmp_path / "out", pause_max_s=0.4)
    heard = ObservedVisits()
    try:
        runner.start()
        players = {
            node.name: StoryPlayer(
                runner, node, CoreDriver(runner.core_socket(node)), runner.out, heard
            )
            for node in nodes
        }
        stories = {name: read(HERE / f"{name}.story") for name in NODES}
        typed = [s.rest for steps in stories.values() for s in steps if s.verb in {"type", "scan"}]
        before = clear_values(runner, typed)
        for name, steps in stories.items():
            players[NODES[name]].play(steps)
            players[NODES[name]].end_visit()
        for wrong in WRONG:
            with pytest.raises(StoryFailed, match=r"Line 2 .*the screen is 'language'.*choose\.en"):
                players["van-1"].play(parse(f"tap start\n{wrong}"))
            players["van-1"].end_visit()
        drain(runner)
        summary = reckon(runner, heard, before)
    finally:
        late = runner.stop()
    assert heard.typed == typed
    assert summary.agrees, summary.notes
    assert not late
    assert (summary.forms_told, summary.tickets_told) == (FORMS_TOLD, TICKETS_TOLD)
    assert summary.forms_opened == summary.forms_told
    assert summary.tickets_proven == summary.tickets_told
    assert summary.forms_untold == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_random_walk_harms_nobody(seed: int, tmp_path: Path) -> None:
    seen = walk_with(tmp_path, [seed], STEPS)
    assert seen >= {"home", "find", "service", "consent", "question", "ticket", "staff-called"}


def test_a_walker_notices_every_kind_of_harm(tmp_path: Path) -> None:
    site = new_demo_site(tmp_path)
    node = site.node("van-1")
    catalogue = Catalogue.open(node.pack_dir, node.root_public)
    walker = Walker(site, node, catalogue, random.Random(5))
    walker.walk(60)
    walker.kiosk = walker._boot()
    walker.nothing_is_left()
    walker.told_is_true()
    walker.typed.append("Achieng Nyong'o")
    (log := site.dir / "logs.txt").write_text("core: told ACHIENG NYONG'O to wait")
    with pytest.raises(AssertionError, match=r"logs\.txt"):
        walker.nothing_is_left()
    log.unlink()
    walker.numbers |= {f"23 Z{n}" for n in range(100)}
    with pytest.raises(AssertionError, match="23 Z"):
        walker.told_is_true()
    walker.numbers.clear()
    walker.references.add("NRB-7K3MQ2-29")
    with pytest.raises(AssertionError, match="NRB-7K3MQ2-29"):
        walker.told_is_true()
    walker.references.clear()
    with walker.kiosk.database.store.transaction() as tx:
        tx.execute("UPDATE journal SET body = zeroblob(9) WHERE seq = 1")
    with pytest.raises(AssertionError):
        walker.told_is_true()
    walker.stop()


@pytest.mark.prove
def test_a_hundred_random_walks_harm_nobody(tmp_path: Path) -> None:
    seen = walk_with(tmp_path, range(1_000, 1_100), 500)
    assert seen >= {"submitted", "kept", "resume", "repeat", "review", "ticket", "status-answer"}


@pytest.mark.prove
@pytest.mark.parametrize("name", AT_THE_SCREEN)
def test_story_at_the_screen(name: str, tmp_path: Path) -> None:
    new_demo_site(tmp_path / "site")
    done = subprocess.run(
        [
            sys.executable, "-m", "kiosk.cli", "kiosk", "--site", str(tmp_path / "site"), "--node",
            NODES[name], "--headless", "--story", str(HERE / f"{name}.story"),
            "--out", str(tmp_path / "out"),
        ],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["agrees"]
