"""Answer text: an answer as the review shows it. Pure.

Numbers that name a person (ID, phone, PIN) show their last three characters only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from content.xforms.results import NodeState
from kiosk.filling.question_widgets import QuestionWidget, TapEffect
from kiosk.language import Translator

SHOWN_END = 3


def answer_text(translator: Translator, asked: NodeState, look: QuestionWidget) -> str:
    """The answer in words; empty when there is none."""
    value = asked.value
    if not value:
        return ""
    if look.pick is not TapEffect.NONE:
        return _labels(translator, asked, look)
    if look.masked:
        hidden = max(0, len(value) - SHOWN_END)
        return "•" * hidden + value[hidden:]
    in_words = _WORDS.get(look.name)
    return in_words(translator, value) if in_words is not None else value


def _when(translator: Translator, value: str) -> str:
    day = translator.day(date.fromisoformat(value[:10]))
    return f"{day} {value[11:16]}".rstrip()


def _degrees(_: Translator, value: str) -> str:
    return ", ".join(f"{float(part):.4f}" for part in value.split()[:2])


def _file(key: str) -> Callable[[Translator, str], str]:
    return lambda translator, _: translator.say(key)


_WORDS: dict[str, Callable[[Translator, str], str]] = {
    "sign": _file("review.attached"),
    "draw": _file("review.attached"),
    "photo": _file("capture.photo_attached"),
    "audio": _file("capture.audio_attached"),
    "attach": _file("capture.attach_attached"),
    "date": _when,
    "time": lambda _, value: value[:5],
    "place": _degrees,
}


def _labels(translator: Translator, asked: NodeState, look: QuestionWidget) -> str:
    if look.name == "agree":
        return translator.say("question.yes")
    held = [asked.value] if look.pick is TapEffect.ONE else asked.value.split()
    labels = {each.value: each.label for each in asked.choices or ()}
    return ", ".join(labels.get(value, value) for value in held)
