"""Enter once: what the first form of a visit was told is offered in the second, and gone after."""

from __future__ import annotations

import pytest

from kiosk.simulation.stories.visitor import Visitor as FormVisitor
from kiosk.simulation.stories.visitor import VisitorDetails
from tests.kiosk.conftest import Visitor


class Player:
    """A visitor as a story plays one."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def look(self):
        return self._visitor.view

    def do(self, act: str, what: str) -> None:
        if act == "tap":
            self._visitor.tap(what)
        elif "/" in what:
            self._visitor.date(*(int(part) for part in what.split("/")))
        else:
            self._visitor.type(what)


@pytest.fixture
def second_form(visitor: Visitor) -> Visitor:
    """Home, after a form about a lost card was sent; then the police abstract is begun."""
    visitor.tap("start", "choose.en")
    FormVisitor(Player(visitor), VisitorDetails(1), "en").fill("lost_id")  # type: ignore[arg-type]
    return visitor.tap("home", "form", "form.police_abstract", "agree")


def offer(visitor: Visitor) -> str:
    return next((e.label for e in visitor.view.elements if e.id == "as-before"), "")


def test_the_second_form_of_a_visit_offers_what_the_first_was_told(second_form):
    name = VisitorDetails(1).name
    assert offer(second_form) == f"As before: {name}"
    second_form.tap("as-before")
    assert offer(second_form).startswith("As before: \u2022"), "a number stays covered"
    second_form.tap("as-before")
    assert "as-before" not in second_form.ids(), "what was not asked before is asked"
    second_form.tap("back", "back")
    assert name in second_form.words(), "the answer stands in its field"
    assert "as-before" not in second_form.ids()


def test_typing_something_else_is_as_good_as_ever(second_form):
    second_form.type("Someone Else")
    assert "as-before" not in second_form.ids()
    second_form.tap("next", "back")
    assert "Someone Else" in second_form.words()


def test_the_next_visit_knows_nothing_of_it(second_form):
    second_form.tap("stop", "done", "start", "choose.en", "form", "form.police_abstract", "agree")
    assert "as-before" not in second_form.ids()
    assert second_form.kiosk.controller.session.given == {}
