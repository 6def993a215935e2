"""Kill campaign: SIGKILL at random moments while people take tickets and fill in forms.

Real processes. Nobody who was told something may find it untrue: no number twice, nothing lost,
no second original without its mark, every journal whole.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.simulation.audit.reconcile import ReconcileSummary, reckon, table
from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.simulation.site.drain import drain
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.core_driver import CoreDriver, CoreSilent
from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
from kiosk.simulation.stories.script import StoryFailed
from kiosk.simulation.stories.visitor import Visitor, VisitorDetails
from provisioning.node.site import Node, Site
from sync.journal.audit import verify
from sync.store.database import Store

SERVICES = (("NRB-02", "identity"), ("KRA-01", "tax"), ("CRS-01", "civil"), ("NPS-01", "police"))
FORMS = ("police_abstract", "inua_jamii", "lost_id")


@dataclass
class Campaign:
    """Sends people to the kiosks of a house and kills what serves them."""

    runner: SiteRunner
    chance: random.Random
    kills: int
    heard: ObservedVisits = field(default_factory=ObservedVisits)
    killed: dict[str, int] = field(default_factory=dict)
    visits: int = 0

    def run(self) -> ReconcileSummary:
        hands = {n.name: CoreDriver(self.runner.core_socket(n), 1.0) for n in self.runner.nodes}
        while sum(self.killed.values()) < self.kills:
            self.visits += 1
            node = self.runner.nodes[self.visits % len(self.runner.nodes)]
            self._visit(node, hands[node.name])
        self.runner.wait_for(
            lambda: all(core_driver.reach(0.3) for core_driver in hands.values()), 40
        )
        drain(self.runner)
        for core_driver in hands.values():
            core_driver.close()
        return reckon(self.runner, self.heard, set())

    def _visit(self, node: Node, core_driver: CoreDriver) -> None:
        player = StoryPlayer(self.runner, node, core_driver, self.runner.out, self.heard)
        visitor = Visitor(player, VisitorDetails(self.visits), self.chance.choice(("en", "sw")))
        visitor.before_last = lambda: self._kill_soon(node, longest_s=0.02)
        self._kill_soon(node, longest_s=0.4)
        try:
            self.runner.wait_for(player.reaches, 40)
            visitor.arrive()
            if self.visits % 3 == 0:
                visitor.fill(self.chance.choice(FORMS))
            else:
                visitor.find(*self.chance.choice(SERVICES))
                visitor.take_ticket(self.chance.choice(("none", "elderly")))
            visitor.leave()
        except (CoreSilent, StoryFailed):
            pass  # the kiosk went dark: this person was told nothing more and goes to another

    def _kill_soon(self, node: Node, longest_s: float) -> None:
        names = [n for n in self.runner.supervisor.names() if not n.endswith(("-line", ".printer"))]
        near = [n for n in names if n.startswith(node.name)]
        name = self.chance.choice([*names, *near, f"{node.name}.core"])
        self.runner.supervisor.tick()
        pid = self.runner.supervisor.pid(name)
        if pid is None or sum(self.killed.values()) >= self.kills:
            return
        self.killed[name] = self.killed.get(name, 0) + 1
        after = self.chance.uniform(0, longest_s)
        subprocess.Popen(["/bin/sh", "-c", f"sleep {after:.4f}; kill -9 {pid}"])


def campaign(folder: Path, kills: int, seed: int, nodes: tuple[str, ...]) -> ReconcileSummary:
    new_demo_site(folder / "site")
    site = Site.open(folder / "site")
    runner = SiteRunner(site, [site.node(name) for name in nodes], folder / "out", pause_max_s=0.4)
    play = Campaign(runner, random.Random(seed), kills)
    try:
        runner.start()
        summary = play.run()
    finally:
        late = runner.stop()
    print(f"\n{sum(play.killed.values())} kills in {play.visits} visits: {play.killed}")
    for what, value in table(summary):
        print(f"  {what:<42} {value}")
    for note in summary.notes:
        print(f"  note: {note}")
    assert not late, f"had to be killed at the end: {late}"
    for name in (*nodes, "centre"):
        store = Store.read_only(site.node(name).db_path)
        assert verify(store, name).first_bad is None, f"the journal of {name} does not verify"
        store.close()
    shutil.rmtree(folder / "site")
    return summary


def check(summary: ReconcileSummary) -> None:
    assert summary.lost == 0, summary.notes
    assert summary.duplicate_numbers == 0
    assert summary.second_originals == 0
    assert summary.plaintext_hits == 0, summary.notes
    assert summary.forms_opened == summary.forms_told


@pytest.mark.xdist_group("house")
def test_five_kills(tmp_path: Path) -> None:
    check(campaign(tmp_path, 5, seed=5, nodes=("kiosk-1",)))


@pytest.mark.prove
def test_two_hundred_kills(tmp_path: Path) -> None:
    check(campaign(tmp_path, 200, seed=200, nodes=("kiosk-1", "kiosk-2", "van-1")))
