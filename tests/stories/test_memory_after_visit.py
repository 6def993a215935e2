"""A whole node of real processes: what a visit leaves in the memory of each of them (ADR 0013)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.screen_driver import ScreenDriver, at_the_screen
from provisioning.node.site import Site
from tests.process_memory import MARKERS, family, markers_in

CORE_S, SCREEN_S = 5.0, 60.0
BY_KEYS = 3
"""So many markers are typed on the screen's own keyboard, the others on one that is plugged in."""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[SiteRunner]:
    new_demo_site(tmp_path / "site")
    site = Site.open(tmp_path / "site")
    running = SiteRunner(site, [site.node("kiosk-1")], tmp_path / "out")
    running.start()
    yield running
    assert running.stop() == []


def left(runner: SiteRunner, name: str, seconds: float) -> tuple[list[str], float]:
    """The markers still in memory of a service after at most `seconds`, and when it was clean."""
    begun = runner.clock.monotonic()
    while True:
        pid = runner.supervisor.pid(f"kiosk-1.{name}")
        assert pid is not None, f"{name} runs"
        found = sorted(markers_in(family(pid)))
        took = runner.clock.monotonic() - begun
        if not found or took > seconds:
            return found, took
        runner.supervisor.tick()
        runner.breathe()


def visit(person: ScreenDriver) -> None:
    for name in ("start", "choose.en", "form", "form.lost_id", "agree"):
        person.tap(name)
    for marker in MARKERS[:BY_KEYS]:
        person.type(marker)
    for marker in MARKERS[BY_KEYS:]:
        person._core_driver.type(marker)
        person.look()
    person._agree()
    person.tap("next")


@pytest.mark.prove
def test_no_process_of_a_node_keeps_a_typed_word(runner: SiteRunner) -> None:
    person = at_the_screen(runner, runner.nodes[0])
    screens = set()
    try:
        for number in range(2):
            visit(person)
            for name in ("core", "ui"):
                pid = runner.supervisor.pid(f"kiosk-1.{name}")
                assert pid is not None
                assert markers_in(family(pid)), f"the scan finds what {name} holds"
            person.tap("stop")
            found, took = left(runner, "core", CORE_S)
            print(f"\nvisit {number}: core clean after {took:.2f} s, scan included")
            assert found == []
            person.wait(60)
            assert person.look().state == "attract"
            found, took = left(runner, "ui", SCREEN_S)
            print(f"visit {number}: screen clean after {took:.2f} s at the welcome screen")
            assert found == []
            for name in ("devices", "sync", "ui", "core"):
                found, _ = left(runner, name, 0.0)
                assert found == [], name
            screens.add(family(runner.supervisor.pid("kiosk-1.ui") or 0)[1])
            assert runner.supervisor.restarts("kiosk-1.ui") == 0
            assert runner.supervisor.restarts("kiosk-1.core") == 0
        assert len(screens) == 2, "a fresh screen after each visit"
    finally:
        person.close()
