"""docs/devices.md is true: every driver, parameter and remedy is on it, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from peripherals.device_loop.registry import KINDS
from peripherals.status import CAUSES, Cause, CauseRow

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/devices.md").read_text()


OTHERS = [row for row in CAUSES.values() if row.cause.code("E")]


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: row.cause.value)
def test_every_remedy_stands_on_the_page(row: CauseRow) -> None:
    assert f"| {row.cause.code('E')} | {row.en} | {row.sw} |" in PAGE


def test_no_remedy_stands_there_that_nothing_reports() -> None:
    told = set(re.findall(r"^\| (E\d+) \|", PAGE, re.MULTILINE))
    assert told == {row.cause.code("E") for row in OTHERS}


@pytest.mark.parametrize("name", [name for name in KINDS if not name.endswith("+simulated")])
def test_every_driver_and_its_parameters_stand_on_the_page(name: str) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}:" in line]
    assert len(rows) == 1
    assert all(f"`{parameter}`" in rows[0] for parameter in KINDS[name].parameters)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_reported_somewhere(cause: Cause) -> None:
    sources = [path.read_text() for path in (ROOT / "peripherals").rglob("*.py")]
    named = sum(len(re.findall(rf"Cause\.{cause.name}\b", source)) for source in sources)
    assert named, f"nothing but the table names {cause}"
