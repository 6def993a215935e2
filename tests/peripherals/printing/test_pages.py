"""The pages for people say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.escpos.test_page import page_rows
from peripherals.printing.jobs import JobState
from peripherals.printing.worker.printer_url import DRIVERS
from peripherals.simulators.printer.faults import UNDO
from peripherals.status import CAUSES, Cause

TESTS = Path(__file__).parents[2]
DOCS = Path(__file__).parents[3] / "docs"


def test_every_fault_code_has_its_remedy_in_both_languages():
    page = (DOCS / "device-faults.md").read_text()
    for row in CAUSES.values():
        assert row.en
        assert row.sw
        for code in row.codes.values():
            assert f"## {code}: " in page
        if code := row.cause.code("E"):
            assert f"| {code} | {row.en} | {row.sw} |" in page
    codes = [code for row in CAUSES.values() for code in row.codes.values()]
    assert len(codes) == len(set(codes))
    assert set(CAUSES) == set(Cause) - {Cause.NONE}


def test_the_printers_page_names_every_profile_driver_state_and_fault():
    page = (DOCS / "printers.md").read_text()
    for word in (*PROFILES, *DRIVERS, *JobState, *UNDO, *UNDO.values()):
        assert f"`{word}" in page, word
    for profile in PROFILES.values():
        for _, codec in profile.pages:
            for row in page_rows(codec):
                assert row.rstrip() in page


def test_each_acceptance_scenario_names_tests_that_exist():
    page = (DOCS / "printers.md").read_text()
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 28))
    for number, cell in rows:
        named = re.findall(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`", cell)
        assert named, number
        assert len(named) == cell.count("`") // 2, f"scenario {number}: {cell}"
        for file, test in named:
            source = (TESTS / file).read_text()
            assert re.search(rf"^\s*def {test}\(", source, re.MULTILINE), test
