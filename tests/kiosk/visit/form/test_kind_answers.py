"""Answers that are kind to a person: examples with every error, lists that never run empty,
numbers of a person covered once they are given.
"""

from __future__ import annotations

import pytest

from kiosk.filling.question_widgets import LOOK_FOR
from kiosk.visit.form.question_screens import EXAMPLES
from tests.kiosk.visit.form.test_answers import ask, form, pick

REQUIRED = {"required": "yes"}
ASKED = [
    ask("text", "full_name", **REQUIRED),
    ask("integer", "age", **REQUIRED),
    ask("date", "when", **REQUIRED),
    ask("select_one yes", "want", **REQUIRED),
    ask("select_multiple yes", "which", **REQUIRED),
]


def test_every_kind_of_question_has_an_example_for_its_errors():
    drawn = {look.name for look in LOOK_FOR.values()}
    as_choices = {"pictures", "search", "likert", "rank", "draw"}  # have the example of another
    assert drawn - as_choices - {"note", "attach"} <= EXAMPLES


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("row", ASKED, ids=[row["name"] for row in ASKED])
def test_an_unanswered_question_says_what_to_do_with_an_example(sit, language, row):
    one = sit(form([row], pick("yes", "apple", "pear")))
    one.tap(f"language.{language}").tap("next")
    problem = next(block for block in one.view.blocks if block.tone == "problem")
    words = f"{problem.label} {problem.text}"
    assert {"en": "xample", "sw": "mfano"}[language] in words or "Gusa" in words


def test_a_list_without_a_match_says_so_and_offers_all(sit):
    names = [f"place{at}" for at in range(20)]
    one = sit(form([ask("select_one places", "where")], pick("places", *names)))
    one.tap("filter").type("xhz", "filter")
    assert "Nothing in the list" in " ".join(block.text for block in one.view.blocks)
    assert "choice.place0" in one.ids()
    assert one.view.page[1] == 5
    one.tap("choice.place0", "next")
    assert one.state == "review"


PERSONAL = [
    ask("text", "id_number", appearance="numbers"),
    ask("text", "phone_number", appearance="msisdn"),
    ask("text", "pin", appearance="kra-pin"),
]


@pytest.mark.parametrize("row", PERSONAL, ids=[row["name"] for row in PERSONAL])
def test_a_number_of_a_person_is_shown_while_typed_and_covered_after(sit, row):
    one = sit(form([row, ask("text", "village")]))

    def masked() -> bool:
        return next(each for each in one.view.elements if each.id == "answer").masked

    one.type("0712345678")
    assert not masked()
    one.tap("next", "back")
    assert masked()
    one.type("07123456789")
    assert not masked()
    one.tap("next", "next")
    row_said = next(e for e in one.view.elements if e.id == f"change.{row['name']}").value
    assert row_said.startswith("\u2022")
    assert "0712" not in row_said
    one.tap(f"change.{row['name']}")
    assert masked()


def test_on_a_page_of_several_the_number_is_covered_once_it_is_given(sit):
    group = {"type": "begin_group", "name": "g", "appearance": "field-list"}
    rows = [group, *PERSONAL[:2], {"type": "end_group", "name": "g"}, ask("text", "village")]
    one = sit(form(rows))
    name = "answer.id_number"
    one.type("12345678", name)
    held = {each.id: each.masked for each in one.view.elements if each.role == "field"}
    assert held[name] is False
    one.tap("next", "back")
    held = {each.id: each.masked for each in one.view.elements if each.role == "field"}
    assert held[name] is True
