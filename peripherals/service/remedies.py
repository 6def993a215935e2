"""Remedies: a page for every fault code: what is wrong and what to do, step by step.

The steps stand in `remedies.csv` (code and words in both languages, in order). What is wrong comes
from the causes themselves. `docs/device-faults.md` has every step too, for a printout beside the
kiosk; a test compares the two.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from peripherals.status import CAUSES

_STEPS = Path(__file__).with_name("remedies.csv")
LANGUAGES = ("en", "sw")


@dataclass(frozen=True, slots=True)
class Remedy:
    """The page of one code. Texts by language, "en" and "sw"."""

    code: str
    causes: Mapping[str, str]
    actions: Mapping[str, tuple[str, ...]]

    def wrong(self, language: str) -> str:
        """What is wrong, in one sentence."""
        return self.causes[language]

    def steps(self, language: str) -> tuple[str, ...]:
        """What to do, in order; stop at the first step that helps."""
        return self.actions[language]


def codes() -> dict[str, dict[str, str]]:
    """Every fault code of every device with what is wrong, by language."""
    return {
        code: {language: row.cause.words(language) for language in LANGUAGES}
        for letter in ("P", "E")
        for row in CAUSES.values()
        if (code := row.cause.code(letter))
    }


def remedy_of(code: str) -> Remedy | None:
    """The page of `code`; None for a code no device gives."""
    return _remedies().get(code)


@cache
def _remedies() -> dict[str, Remedy]:
    steps: dict[tuple[str, str], list[str]] = {}
    with _STEPS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for language in LANGUAGES:
                steps.setdefault((row["code"], language), []).append(row[language])
    return {
        code: Remedy(code, wrong, {each: tuple(steps.get((code, each), ())) for each in LANGUAGES})
        for code, wrong in codes().items()
    }
