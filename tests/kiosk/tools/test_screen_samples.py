"""The samples show everything there is, whatever the language, and only what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.filling.question_widgets import LOOK_FOR
from kiosk.tools.screen_samples import (
    NAMED,
    ScreenSamples,
    Stretched,
    default_samples,
    read_views,
    write_views,
)
from kiosk.visit.flow import State


@pytest.fixture(scope="module")
def samples() -> Iterator[ScreenSamples]:
    with default_samples() as found:
        yield found


def test_every_state_and_every_look_has_a_named_sample(samples: ScreenSamples) -> None:
    views = [samples.view(name) for name in NAMED]
    assert {view.state for view in views} == {state.value for state in State}
    asked = {view.look for view in views if view.state == State.QUESTION}
    assert {widget.name for widget in LOOK_FOR.values()} <= asked


@pytest.mark.parametrize("state", State)
def test_a_state_s_first_sample_is_called_like_it(samples: ScreenSamples, state: State) -> None:
    names = [name for name in NAMED if samples.view(name).state == state]
    expected = {"question": "question-text"}.get(state.value, state.value)
    assert names[0] == expected


def test_the_language_changes_the_words_and_nothing_else(samples: ScreenSamples) -> None:
    for name in NAMED:
        english, kiswahili = samples.view(name, "en"), samples.view(name, "sw")
        if english.state != State.SEARCH:  # each language searches with words of its own
            assert [e.id for e in english.elements] == [e.id for e in kiswahili.elements], name
        assert english.title != kiswahili.title or name.startswith("question-looks"), name


def test_every_service_form_and_fault_code_is_drawn(samples: ScreenSamples) -> None:
    names = set(samples.every())
    for service in samples.content.catalogue.services():
        assert {f"service-{service.code}", f"service-{service.code}-ticked"} <= names
    for form in samples.content.catalogue.forms():
        assert f"consent-{form.id}" in names
        assert any(name.startswith(f"question-{form.id}/") for name in names)
    assert {f"remedy-{code}" for code in samples.content.remedies} <= names


def test_no_text_of_a_sample_still_has_a_placeholder(samples: ScreenSamples) -> None:
    for name in NAMED:
        for language in ("en", "sw"):
            view = samples.view(name, language)
            texts = [view.title, view.subtitle, *(b.text + b.value for b in view.blocks)]
            texts += [e.label + e.hint for e in view.elements]
            assert not [text for text in texts if re.search(r"\{[a-z_]+\}", text)], name


def test_longer_texts_are_longer(samples: ScreenSamples) -> None:
    for name in ("home", "help", "consent"):
        ordinary, longer = samples.view(name), samples.view(name, longer=1.9)
        pairs = zip(ordinary.elements, longer.elements, strict=True)
        assert all(len(b.label) >= 1.8 * len(a.label) for a, b in pairs if a.id != "staff"), name


def test_a_stretched_text_keeps_its_values() -> None:
    class Fixed:
        def text(self, key: str, language: str, /, **values: object) -> str:
            return f"{key} {language} {values['n']}"

    assert Stretched(Fixed(), 1.9).text("wait", "sw", n=7) == "wait sw 7 wait sw 7"


def test_views_travel_in_a_file(samples: ScreenSamples, tmp_path: Path) -> None:
    views = {
        name: samples.view(name, "sw")
        for name in ("home", "ticket", "question-sign", "question-photo-taken")
    }
    write_views(tmp_path / "views.bin", views)
    assert read_views(tmp_path / "views.bin") == views
