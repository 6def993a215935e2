"""A citizen never reads the signs an author styled a form with, nor a dash for a translation."""

from __future__ import annotations

from typing import Any

from tests.kiosk.visit.form.test_answers import ENGLISH, SWAHILI, ask, form, pick

SIGNS = ("**", "<span", "<br", "###", "](")


def _shown(person: Any) -> str:
    view = person.view
    return " ".join([view.title, view.subtitle, str(view.blocks), str(view.elements)])


def test_questions_hints_choices_messages_and_the_review_are_plain_words(sit: Any) -> None:
    choices = pick("l", "a", "b")
    choices[0][ENGLISH], choices[1][ENGLISH] = "**A** good", "B <br> two"
    survey = [
        ask("text", "nm", **{
            ENGLISH: '**Your name** as on <span style="color:red">ID</span>',
            "hint::English (en)": "*See* [help](https://example.org)",
            "constraint": ". != 'x'",
            "constraint_message::English (en)": "**Not** x",
        }),
        ask("select_one l", "s", **{ENGLISH: "### Pick one"}),
        ask("note", "n", **{ENGLISH: "Asante **${nm}**"}),
    ]  # fmt: skip
    person = sit(form(survey, choices))
    assert person.view.title == "Your name as on ID"
    person.type("x").tap("next")
    assert "Not x" in _shown(person)
    assert not any(sign in _shown(person) for sign in SIGNS)
    person.type("Asha").tap("next")
    assert person.view.title == "Pick one"
    assert not any(sign in _shown(person) for sign in SIGNS)
    person.tap("choice.a", "next")
    assert person.view.title.split() == ["Asante", "Asha"]
    person.tap("next")
    assert person.state == "review"
    assert not any(sign in _shown(person) for sign in SIGNS)


def test_a_choice_without_its_translation_is_no_dash(sit: Any) -> None:
    choices = pick("yn", "y", "n")
    choices[1][SWAHILI] = ""
    person = sit(form([ask("select_one yn", "a")], choices))
    person.filling.speak("sw")
    labels = [choice.label for choice in person.filling.record.node("/data/a").choices]
    assert labels == ["y (sw)", "N"]
