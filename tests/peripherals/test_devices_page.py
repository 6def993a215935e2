"""docs/devices.md is true: every driver, parameter and remedy is on it, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from peripherals.causes import CAUSES, Cause
from peripherals.device_loop.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/devices.md").read_text()


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.key)
def test_every_remedy_stands_on_the_page(cause: Cause) -> None:
    assert f"| {cause.code} | {cause.en} | {cause.sw} |" in PAGE


def test_no_remedy_stands_there_that_nothing_reports() -> None:
    told = set(re.findall(r"^\| (E\d+) \|", PAGE, re.MULTILINE))
    assert told == {cause.code for cause in CAUSES.values()}


@pytest.mark.parametrize("name", [name for name in KINDS if not name.endswith("+simulated")])
def test_every_driver_and_its_parameters_stand_on_the_page(name: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}:" in line]
    assert len(rows) == 1
    assert all(f"`{parameter}`" in rows[0] for parameter in KINDS[name].parameters)


@pytest.mark.parametrize("key", CAUSES)
def test_every_cause_is_reported_somewhere(key: str) -> None:
    sources = (ROOT / "peripherals").rglob("*.py")
    assert any(f'"{key}"' in path.read_text() for path in sources if path.name != "causes.py"), (
        f"nothing reports {key}"
    )
