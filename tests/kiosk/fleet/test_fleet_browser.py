"""The fleet page in a real Chromium: nothing that axe-core objects to, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("playwright")

from axe_playwright_python.sync_playwright import Axe

from kiosk.fleet.fleet_page import WORDS, page
from kiosk.fleet.fleet_report import FleetNode, FleetReport
from sync.answers.answer_store import RefusedList
from tests.kiosk.centre.web.browser_bench import CHROMIUM, chromium

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium"),
]
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def busy() -> FleetReport:
    """One node in touch, one silent, one revoked; a refused list."""
    nodes = [
        FleetNode("kiosk-1", "kiosk", "HC-001", seen=NOW, newest=NOW, entries=57),
        FleetNode("van-1", "van", "VAN-1", seen=NOW - timedelta(days=3), newest=NOW, aside=2),
        FleetNode("kiosk-9", "kiosk", "HC-002", revoked=True),
    ]
    refused = [RefusedList("NRB", 4, 49, "it is forged.", NOW.isoformat())]
    return FleetReport(NOW, {each.name: each for each in nodes}, [], {"NRB": 3}, refused)


@pytest.mark.parametrize("language", list(WORDS))
def test_axe_finds_nothing(language: str) -> None:
    with chromium() as browser:
        shown = browser.new_page(viewport={"width": 1280, "height": 800})
        shown.set_content(page(busy(), language))
        found = Axe().run(shown)
        assert found.violations_count == 0, found.generate_report()
