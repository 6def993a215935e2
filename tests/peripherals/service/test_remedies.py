"""Every fault code has its page: on the staff screen and, word for word, in the document."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from peripherals.service import remedies
from peripherals.service.remedies import LANGUAGES, codes, remedy_of
from peripherals.status import CAUSES

PAGE = (Path(__file__).parents[3] / "docs" / "device-faults.md").read_text()
STEPS_MOST = 5
WORDS_MOST = 160


def section(code: str) -> str:
    found = re.search(rf"^## {code}: .*?(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"{code} has no section"
    return found[0]


def test_the_codes_are_those_of_every_cause():
    assert set(codes()) == {code for row in CAUSES.values() for code in row.codes.values()}


@pytest.mark.parametrize("code", codes())
def test_a_code_has_a_page_of_short_steps_in_both_languages(code):
    remedy = remedy_of(code)
    assert remedy is not None
    for language in LANGUAGES:
        assert remedy.wrong(language)
        assert 1 <= len(remedy.steps(language)) <= STEPS_MOST
        assert all(len(step) <= WORDS_MOST for step in remedy.steps(language))


@pytest.mark.parametrize("code", codes())
def test_the_document_says_the_same_in_the_same_order(code):
    remedy = remedy_of(code)
    pairs = zip(remedy.steps("en"), remedy.steps("sw"), strict=True)
    wanted = [f"| {n}. {en} | {n}. {sw} |" for n, (en, sw) in enumerate(pairs, 1)]
    assert re.findall(r"^\| \d+\. .*$", section(code), re.MULTILINE) == wanted


def test_the_steps_name_no_code_that_is_not_there():
    with remedies._STEPS.open(encoding="utf-8") as file:
        named = {row["code"] for row in csv.DictReader(file)}
    assert named == set(codes())


def test_an_unknown_code_has_no_page():
    assert remedy_of("P99") is None
