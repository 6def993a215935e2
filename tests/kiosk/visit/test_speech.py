"""What is spoken is what is shown: every sample of every screen, read and heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from content.i18n.speech_text import spoken
from kiosk.tools.screen_samples import NAMED, ScreenSamples
from kiosk.ui_protocol.view import BlockKind, Element, Headphones, Region, Role, UtteranceKind, View
from kiosk.visit.controller.shell import view_for
from kiosk.visit.sample import Build
from tests.kiosk.conftest import Visitor

ONLY_SAID = ("spoken.begin", "spoken.ticked", "spoken.not_ticked", "spoken.chosen",
             "spoken.covered", "shell.page", "question.problem")  # fmt: skip
BODY = {Region.MAIN, Region.ACTIONS, Region.NAV}
WAYS = {"back", "home"}
OTHER = {"en": "sw", "sw": "en"}


@pytest.fixture(scope="module")
def samples(catalogue) -> ScreenSamples:
    return ScreenSamples(catalogue)


def listened(samples: ScreenSamples, build: Build | str, language: str) -> View:
    sample = samples.sample(build, language)
    sample.session.listening = True
    return view_for(sample.context(), 1, countdown=sample.countdown, speaking=True)


def _read_aloud(each: Element) -> bool:
    """Back and home above the screen are said when they have the focus."""
    way = each.place is Region.NAV and each.id in WAYS
    return each.place in BODY and each.enabled and not way


def shown(view: View) -> Iterator[str]:
    """Every text on the screen between header and footer."""
    yield from (view.title, view.subtitle, view.progress.text if view.progress else "")
    for block in view.blocks:
        if block.kind not in {BlockKind.QR, BlockKind.PICTURE}:
            yield from (block.label, block.text, block.value, block.hint)
    for each in view.elements:
        if _read_aloud(each):
            hidden = each.masked or each.role is Role.PAD
            yield from (each.label, "" if hidden else each.value, each.hint, each.error)


def check(samples: ScreenSamples, build: Build | str, language: str) -> None:
    view = listened(samples, build, language)
    said = [each.text for each in view.speech]
    heard = " | ".join(said)
    either = {words: {spoken(words, code) for code in ("en", "sw")} for words in shown(view)}
    for words, ways in either.items():
        assert any(way in heard for way in ways), f"{view.state}: {words!r} is not said"
    seen = set().union(*either.values())
    texts = {samples._catalogue.text(key, code) for key in ONLY_SAID[:5] for code in OTHER}
    seen |= {spoken(words, code) for words in texts for code in OTHER}
    pages = samples._catalogue.text("shell.page", language, page=view.page[0], pages=view.page[1])
    seen.add(spoken(pages, language))
    problem = samples._catalogue.text("question.problem", language)
    for each in said:
        alone = each.removeprefix(f"{problem}: ")
        assert each in seen or alone in seen, f"{view.state}: {each!r} is not shown"


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("name", sorted(NAMED))
def test_what_a_screen_shows_is_said_and_nothing_else(samples, name, language):
    check(samples, name, language)


@pytest.mark.prove
@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_sample_of_the_content_is_said_as_it_is_shown(samples, language):
    for build in samples.every().values():
        check(samples, build, language)


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_element_has_words_for_its_focus(samples, language):
    for name in NAMED:
        view = listened(samples, name, language)
        assert all(view.spoken[each.id] for each in view.elements), name


def test_a_language_is_named_by_its_own_voice(samples):
    view = listened(samples, "language", "en")
    assert [each.language for each in view.spoken["choose.sw"]] == ["sw"]
    said = {each.text: each.language for each in view.speech}
    assert said["Chagua lugha yako"] == "sw"
    assert said["Choose your language"] == "en"
    assert {"en", "sw"} == {each.language for each in listened(samples, "attract", "sw").speech}


def test_a_covered_number_is_not_said_and_a_tick_is(visitor: Visitor):
    visitor.tap("start", "choose.en", "form", "form.lost_id", "agree", "listen")
    visitor.type("Amina Otieno").tap("next").type("12345678")
    assert "1 2 3 4 5 6 7 8" in texts(visitor.view)
    visitor.tap("next", "back")
    assert "covered" in texts(visitor.view)
    assert not [each for each in texts(visitor.view) if "5 6 7" in each and "example" not in each]


def texts(view: View) -> list[str]:
    return [each.text for each in view.speech]


def test_a_tick_says_how_it_stands(visitor: Visitor):
    visitor.tap("start", "choose.en", "listen", "find", "category.identity", "service.NRB-02")
    need = next(each.id for each in visitor.view.elements if each.role == "tick")
    before = set(texts(visitor.view))
    visitor.tap(need)
    assert "ticked" in set(texts(visitor.view)) - before


def test_headphones_start_speech_on_the_welcome_and_pulled_out_end_it(visitor: Visitor):
    assert not visitor.view.speech
    visitor.kiosk.controller.send(Headphones(plugged=True))
    assert visitor.view.listening
    assert "Plug in headphones" in " ".join(texts(visitor.view))
    visitor.tap("start", "choose.sw")
    assert visitor.view.listening
    visitor.wait(200)
    assert visitor.state == "attract"
    assert visitor.view.listening, "they are still in the socket"
    visitor.kiosk.controller.send(Headphones(plugged=False))
    assert not visitor.view.listening


def test_the_sound_screen_tunes_the_voice_in_five_steps_and_comes_back(visitor: Visitor):
    visitor.tap("start", "choose.en", "form", "form.lost_id", "agree").type("Amina")
    visitor.tap("listen", "listen")
    assert visitor.state == "sound"
    for _ in range(2):
        visitor.tap("sound.louder", "sound.slower")
    assert (visitor.view.volume, visitor.view.pace) == (5, 1)
    assert {"sound.louder", "sound.slower"}.isdisjoint(visitor.ids())
    assert "Loudness 5 of 5. Speed 1 of 5." in texts(visitor.view)
    visitor.tap("hide")
    assert visitor.view.dark
    visitor.tap("done")
    assert visitor.state == "question"
    assert "Amina" in texts(visitor.view), "the answer is where it was"
    visitor.tap("listen", "sound.off")
    assert visitor.state == "question"
    assert not visitor.view.listening
    assert not visitor.view.dark


def test_the_screen_is_hidden_and_shown_on_every_screen(visitor: Visitor):
    visitor.tap("start", "choose.en", "hide")
    assert visitor.view.dark
    visitor.tap("find", "hide")
    assert not visitor.view.dark
    visitor.tap("hide", "stop", "done")
    assert not visitor.view.dark, "the next person sees the screen"


def test_the_warning_s_seconds_are_of_a_kind_that_is_said_once(visitor: Visitor):
    visitor.tap("start", "choose.en", "listen").wait(61)
    kinds = [each.kind for each in visitor.view.speech]
    assert kinds.count(UtteranceKind.SECONDS) == 1
    assert "more time" in " ".join(texts(visitor.view))


def test_no_id_stands_twice_on_a_screen(samples):
    for name in NAMED:
        names = [each.id for each in listened(samples, name, "en").elements]
        assert len(names) == len(set(names)), name
