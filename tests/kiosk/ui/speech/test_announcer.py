"""A screen is said once to its end; only what is new is said, and only a person cuts it short."""

from __future__ import annotations

import pytest

from kiosk.ui.speech.announcer import REPEAT_S, Announcer
from kiosk.ui_protocol.view import FormProgress, Utterance, UtteranceKind, View
from tests.kiosk.ui.speech.slow_voice import SlowVoice


def view(*texts: str, state: str = "home", **fields) -> View:
    words = tuple(Utterance(text, "en") for text in texts)
    spoken = {"find": (Utterance("Find a service", "en"),)}
    given = {
        "title": "Title",
        "language": "en",
        "listening": True,
        "speech": words,
        "spoken": spoken,
    } | fields
    return View(number=1, state=state, **given)


class Ear:
    """An announcer and the voice it speaks with."""

    def __init__(self) -> None:
        self.voice = SlowVoice()
        self.announcer = Announcer(self.voice, lambda: self.voice.now)

    def wait(self, seconds: float) -> Ear:
        for _ in range(round(seconds * 10)):
            self.voice.now += 0.1
            self.announcer.tick()
        return self


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_a_screen_is_said_once_to_its_end_however_often_it_comes(ear):
    said = view("What do you need today?", "Find a service", "Take a queue ticket")
    for _ in range(14):  # the core answers "are you there?" with the same view, every second
        ear.announcer.view(said)
        ear.wait(1)
    assert ear.voice.ended == [each.text for each in said.speech]
    assert ear.voice.cut == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"title": "One"}, {"title": "Two"}, ["a", "b"]),
        ({"state": "home"}, {"state": "find"}, ["a", "b"]),
        ({"page": (1, 2)}, {"page": (2, 2)}, ["a", "b"]),
        ({"badge": "Online"}, {"badge": "Offline"}, []),
        ({"language": "en"}, {"language": "sw"}, ["a", "b"]),
        (
            {"progress": FormProgress(1, 9, "1 of 9")},
            {"progress": FormProgress(2, 9, "2 of 9")},
            ["a", "b"],
        ),
    ],
)
def test_only_another_screen_is_said_anew(ear, before, after, said):
    ear.announcer.view(view("a", "b", **before))
    ear.wait(2)
    ear.voice.began.clear()
    ear.announcer.view(view("a", "b", **after))
    assert ear.wait(2).voice.began == said


def test_on_the_same_screen_only_what_is_new_is_said_and_it_waits_its_turn(ear):
    ear.announcer.view(view("A long sentence about a slip that is being printed", "Printing"))
    ear.wait(0.5)
    ear.announcer.view(view("A long sentence about a slip that is being printed", "Printed"))
    ear.wait(10)
    assert ear.voice.ended[-2:] == ["Printing", "Printed"]
    assert ear.voice.cut == []


def test_a_key_of_the_person_ends_what_is_said(ear):
    ear.announcer.view(view("A long sentence about everything", "and more"))
    ear.wait(0.3).announcer.acted()
    ear.announcer.focus("find")
    ear.wait(3)
    assert ear.voice.cut == ["A long sentence about everything"]
    assert ear.voice.ended == ["Find a service"]


def test_each_letter_is_said_alone_and_not_the_screen(ear):
    def typed(text: str) -> View:
        words = (Utterance("Your name", "en"), Utterance(text, "en", UtteranceKind.TYPED))
        return view(speech=words, state="question")

    ear.announcer.view(typed(""))
    ear.wait(2)
    ear.voice.began.clear()
    for text in ("A", "Am", "Ami"):
        ear.announcer.acted()
        ear.announcer.letter(text[-1], text[-1])
        ear.announcer.view(typed(text))
        ear.wait(1)
    assert ear.voice.began == ["A", "m", "i"]
    ear.announcer.view(view(speech=(Utterance("Next", "en"),), state="question", title="Next"))
    ear.announcer.view(view(speech=(Utterance("12345678", "en", UtteranceKind.TYPED),),
                            state="question", title="Next"))  # fmt: skip
    assert ear.wait(3).voice.began[-1] == "12345678", "what a scanner read is said"


def test_the_seconds_of_the_warning_are_said_once(ear):
    for left in range(30, 20, -1):
        words = (
            Utterance("Are you still there?", "en"),
            Utterance(f"Cleared in {left} seconds", "en", UtteranceKind.SECONDS),
        )
        ear.announcer.view(view(speech=words, countdown=left))
        ear.wait(1)
    assert ear.voice.began == ["Are you still there?", "Cleared in 30 seconds"]


def test_each_piece_is_said_by_the_voice_of_its_language(ear):
    words = (Utterance("Choose your language", "en"), Utterance("Chagua lugha yako", "sw"))
    ear.announcer.view(view(speech=words))
    assert ear.wait(5).voice.languages == ["en", "sw"]


def test_the_welcome_is_said_again_while_nobody_answers_and_never_over_itself(ear):
    ear.announcer.view(view("Welcome to Huduma", state="attract"))
    ear.wait(4 * REPEAT_S)
    assert 3 <= len(ear.voice.ended) <= 4
    assert ear.voice.cut == []
    quiet = Ear()
    quiet.announcer.view(view("What do you need?", state="home"))
    assert quiet.wait(4 * REPEAT_S).voice.ended == ["What do you need?"]


def test_silence_when_it_is_wanted_and_again_when_asked(ear):
    ear.announcer.view(view("A long sentence", "and another"))
    ear.wait(0.3).announcer.view(view("A long sentence", "and another", listening=False, speech=()))
    assert ear.wait(5).voice.ended == []
    ear.announcer.view(view("A long sentence", "and another"))
    ear.wait(5).announcer.again()
    assert ear.wait(5).voice.ended == ["A long sentence", "and another"] * 2
