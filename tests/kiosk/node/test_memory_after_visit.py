"""After a visit in which something was typed, the process that held it is gone (ADR 0013)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kiosk.node.database import open_node_database
from kiosk.simulation.stories.core_driver import CoreDriver
from provisioning.clock import SystemClock
from provisioning.node.site import Node, Site
from sync.sealing.sealer import CAPSULE_KIND
from tests.process_memory import MARKERS, family, markers_in

SOON_S = 5.0
TYPED = ("start", "choose.en", "form", "form.lost_id", "agree")


class RunningCore:
    """A real core process, and somebody at it."""

    def __init__(self, site: Site, node: Node) -> None:
        argv = (sys.executable, "-m", "kiosk.cli", "core", "--site", str(site.dir))
        self.process = subprocess.Popen([*argv, "--node", node.name], start_new_session=True)
        self.person = CoreDriver(f"ipc://{node.socket_path('core')}", 20.0)
        while not self.person.reach(0.5):
            assert self.process.poll() is None

    def tap(self, *names: str) -> None:
        for name in names:
            self.person.tap(name)

    def serving(self) -> int:
        return family(self.process.pid)[1]

    def close(self) -> None:
        self.person.close()
        os.killpg(self.process.pid, signal.SIGTERM)
        assert self.process.wait(20) == 0


@pytest.fixture
def core(site: Site) -> Iterator[RunningCore]:
    running = RunningCore(site, site.node("van-1"))
    yield running
    running.close()


def left(core: RunningCore) -> list[str]:
    """The markers still in memory after at most five seconds."""
    clock = SystemClock()
    end = clock.monotonic() + SOON_S
    while (found := markers_in(family(core.process.pid))) and clock.monotonic() < end:
        core.person.look()
    return sorted(found)


def test_forty_typed_markers_are_gone_within_five_seconds(core: RunningCore) -> None:
    core.tap(*TYPED)
    for marker in MARKERS:
        core.person.type(marker)
    core.tap("next")
    assert markers_in(family(core.process.pid)), "the scan finds what is there"
    core.tap("stop")
    number = core.person.look().number
    assert core.person.view.state == "goodbye"
    assert left(core) == []
    core.person.wait(60)
    assert core.person.look().state == "attract"
    assert core.person.view.number > number


def test_whoever_walks_away_leaves_nothing(core: RunningCore) -> None:
    core.tap(*TYPED)
    core.person.type(MARKERS[0])
    core.tap("theme")
    for _ in range(130):
        core.person.wait(1)
    assert core.person.look().state == "attract"
    assert left(core) == []


def test_what_was_searched_and_said_is_gone_too(core: RunningCore) -> None:
    core.tap("start", "choose.sw", "find", "search")
    core.person.type(MARKERS[1])
    core.tap("stop")
    assert core.person.look().language == "sw"
    assert left(core) == []


def test_a_visit_without_a_typed_word_keeps_its_process(core: RunningCore) -> None:
    before = core.serving()
    core.tap("start", "choose.en", "find", "stop")
    core.person.wait(60)
    assert core.person.look().state == "attract"
    assert core.serving() == before


def test_a_second_visit_goes_on_under_the_same_capsule(core: RunningCore, site: Site) -> None:
    for _ in range(2):
        core.tap("start", "choose.en", "feedback", "kind.bribe", "words")
        core.person.type(MARKERS[2])
        core.tap("send", "stop")
        assert left(core) == []
        core.person.wait(60)
    database = open_node_database(site.node("van-1"))
    opened = [each for each in database.journal.entries() if each.kind == CAPSULE_KIND]
    database.store.close()
    assert len(opened) == 1
