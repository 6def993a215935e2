"""Rows of a repeat at the screen: added by mistake, removed, not asked for, too many."""

from __future__ import annotations

from typing import Any

from kiosk.filling.attachments import Attachments
from tests.kiosk.visit.form.test_answers import ask, form

DEPENDANTS = [
    ask("begin_repeat", "dependant"),
    ask("text", "name", required="yes"),
    ask("integer", "age", required="yes"),
    {"type": "end_repeat"},
    ask("text", "last"),
]


def _first_dependant(person: Any) -> Any:
    return person.type("Asha").tap("next").type("7").tap("next")


def test_stepping_back_from_a_row_added_by_mistake_drops_it(sit: Any) -> None:
    person = _first_dependant(sit(form(DEPENDANTS)))
    person.tap("repeat.add", "next")
    assert person.state == "question"
    person.tap("back")
    assert person.state == "repeat"
    assert "Added so far: 1" in str(person.view.blocks)
    person.tap("repeat.done", "skip")
    assert person.state == "review"


def test_a_row_that_was_begun_is_removed_when_that_is_said_twice(sit: Any) -> None:
    person = _first_dependant(sit(form(DEPENDANTS)))
    person.tap("repeat.add").type("Wrong").tap("next")
    assert "remove-row" not in person.ids(), "only where the row begins"
    person.tap("back", "remove-row")
    assert person.state == "question"
    assert person.filling.removing
    person.tap("remove-row")
    assert person.state == "repeat"
    values = person.filling.record.engine.values()
    assert [v for p, v in values.items() if p.endswith("/name")] == ["Asha"]


def test_what_was_asked_about_is_forgotten_on_another_screen(sit: Any) -> None:
    person = sit(form(DEPENDANTS))
    person.tap("remove-row").type("Asha").tap("next", "back")
    assert not person.filling.removing
    person.tap("remove-row")
    assert person.filling.record.engine.values()["/data/dependant[1]/name"] == "Asha"


def test_a_row_is_removed_from_the_review_too(sit: Any) -> None:
    person = _first_dependant(sit(form(DEPENDANTS)))
    person.tap("repeat.add").type("Juma").tap("next").type("9").tap("next", "repeat.done", "skip")
    assert person.state == "review"
    person.tap("change.name", "remove-row", "remove-row")
    assert person.state == "review"
    assert "Juma" in str(person.view.elements)
    assert "Asha" not in str(person.view.elements)


def test_rows_the_form_counts_itself_have_no_such_button(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "child", repeat_count="2"),
        ask("text", "name"),
        {"type": "end_repeat"},
    ]
    assert "remove-row" not in sit(form(survey)).ids()


def test_a_page_of_several_questions_of_a_row_has_it(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "child"),
        ask("begin_group", "both", appearance="field-list"),
        ask("text", "name"),
        ask("text", "school"),
        {"type": "end_group"},
        {"type": "end_repeat"},
    ]
    person = sit(form(survey)).tap("remove-row", "remove-row")
    assert person.state == "repeat"
    assert "Added so far: 0" in str(person.view.blocks)


def test_an_absurd_count_is_told_at_its_question(sit: Any) -> None:
    survey = [
        ask("integer", "kids"),
        ask("begin_repeat", "kid", repeat_count="${kids}"),
        ask("text", "name"),
        {"type": "end_repeat"},
    ]
    person = sit(form(survey))
    for absurd in ("20000", "0712345678"):
        person.type(absurd).tap("next")
        assert person.state == "question"
        assert "At most" in str(person.view.blocks)
        assert person.filling.record.engine.values()["/data/kids"] == ""
    person.type("2").tap("next").type("Asha").tap("next")
    assert person.state == "question"


def test_an_answer_that_makes_a_pattern_which_cannot_be_run_is_told(sit: Any) -> None:
    survey = [
        ask("text", "pattern"),
        {"type": "calculate", "name": "fits", "calculation": "regex('abc', ${pattern})"},
    ]
    person = sit(form(survey)).type("(").tap("next")
    assert person.state == "question"
    assert "cannot be used" in str(person.view.blocks)
    person.type("abc").tap("next")
    assert person.state == "review"


def test_a_repeat_that_does_not_apply_is_not_on_the_way(sit: Any) -> None:
    survey = [
        ask("integer", "n"),
        ask("begin_repeat", "photo", relevant="${n} > 5"),
        ask("text", "about"),
        {"type": "end_repeat"},
        ask("text", "last"),
    ]
    person = sit(form(survey)).type("3").tap("next")
    assert person.view.title == "Last"


def test_files_of_the_rows_after_a_removed_one_move_up() -> None:
    kept = Attachments()
    for row in (1, 2, 3):
        kept.put(f"/data/r[{row}]/sign", bytes([row]), "png", strokes=str(row))
    kept.drop_row("/data/r[2]")
    assert sorted(kept.files.values()) == [b"\x01", b"\x03"]
    assert [kept.strokes(f"/data/r[{row}]/sign") for row in (1, 2, 3)] == ["1", "3", ""]


def test_an_answer_that_would_take_its_own_row_away_is_told(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "child", repeat_count="if(sum(/data/child/stop) > 0, 1, 2)"),
        ask("integer", "stop"),
        {"type": "end_repeat"},
    ]
    person = sit(form(survey)).tap("skip").type("1").tap("next")
    assert person.filling.place == "/data/child[2]/stop"
    assert "cannot be used" in str(person.view.blocks)
    assert person.filling.record.engine.values()["/data/child[2]/stop"] == ""
    person.tap("skip")
    assert person.state == "review"


def test_a_row_the_form_cannot_take_is_not_added(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "child"),
        ask("text", "name"),
        {"type": "end_repeat"},
        {
            "type": "calculate",
            "name": "c",
            "calculation": "regex('a', if(count(${child}) > 1, '(', 'a'))",
        },
    ]
    person = sit(form(survey)).type("Asha").tap("next", "repeat.add")
    assert person.state == "repeat"
    assert "Added so far: 1" in str(person.view.blocks)
    person.tap("repeat.done")
    assert person.state == "review"
