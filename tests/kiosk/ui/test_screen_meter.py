"""The meter finds each fault that is planted for it, and passes what is right."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kiosk.tools.screen_meter.clauses import CLAUSES
from kiosk.tools.screen_meter.criteria import ELSEWHERE, MEASURED
from kiosk.tools.screen_meter.run import lines
from kiosk.ui_protocol.view import Block, BlockKind

pytestmark = pytest.mark.window
ROOT = Path(__file__).parents[3]
MM = 0.2625
BARS = {each.name: each for each in MEASURED}


def worst(stage, view, *, lower: bool = False) -> dict[str, float]:
    """The worst value of each criterion of what is on the screen."""
    from kiosk.ui.automation.readings import Meter

    found: dict[str, float] = {}
    for each in Meter(stage.driver, MM, lower=lower).read(view):
        before = found.get(each.criterion)
        if before is None or BARS[each.criterion].worse(each.value, before):
            found[each.criterion] = each.value
    return found


def fails(stage, view, **more) -> set[str]:
    return {name for name, value in worst(stage, view, **more).items()
            if not BARS[name].holds(value)}  # fmt: skip


def test_home_holds(stage):
    assert fails(stage, stage.show("home")) == set()


def shrunk(targets):
    targets["find"].height = 40


def near(targets):
    targets["find"].x += 12


def bare(targets):
    targets["find"].glyph.icon = ""


def small_words(targets):
    targets["find"].title.font_size = 12


def technical(targets):
    targets["find"].title.text = "Server timeout"


PLANTED = {"U1": shrunk, "U2": near, "U19": bare, "U10": small_words, "U42": technical}


@pytest.mark.parametrize("criterion", PLANTED)
def test_a_planted_fault_is_found(stage, criterion):
    view = stage.show("home")
    PLANTED[criterion](stage.driver.targets())
    assert criterion in fails(stage, view)


def test_too_many_words_are_counted(stage):
    view = stage.view("help")
    long = Block(kind=BlockKind.STEP, text="word " * 40)
    assert "U18" in fails(stage, stage.give(msgspec.structs.replace(view, blocks=(long,))))


def test_what_is_touched_above_the_middle_is_found_where_it_must_be_low(stage):
    assert "U4" in fails(stage, stage.show("home"), lower=True)


def test_a_screen_without_languages_is_found(stage):
    view = stage.view("home")
    kept = tuple(e for e in view.elements if e.place != "header")
    assert "U15" in fails(stage, stage.give(msgspec.structs.replace(view, elements=kept)))


def test_every_criterion_is_measured_or_shown_elsewhere():
    named = {each.name.split()[0] for each in MEASURED} | set(ELSEWHERE)
    assert named == {f"U{number}" for number in range(1, 43)}


def test_every_clause_names_a_criterion_a_test_or_no():
    names = {each.name for each in MEASURED} | {each.name.split()[0] for each in MEASURED}
    for clause in CLAUSES:
        known = clause.shown in names | set(ELSEWHERE) or clause.shown.startswith("no: ")
        assert known or (ROOT / clause.shown).exists(), clause


def test_a_row_that_fails_says_so_with_its_figure():
    row = {"criterion": "U1", "about": "a", "bar": "≥ 20", "unit": "mm", "value": 13.1,
           "holds": False, "element": "back", "screen": "home en 1 light"}  # fmt: skip
    assert "FAIL U1" in "\n".join(lines("p", [row]))
    assert "13.1 mm" in "\n".join(lines("p", [row]))
