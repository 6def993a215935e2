"""Answers shown: an answer as the citizen reads it back. Pure.

Numbers that name a person (ID, phone, PIN) show their last three characters only.
"""

from __future__ import annotations

from datetime import date

from kiosk.forms.states import NodeState
from kiosk.strings import Tongue
from kiosk.visit.looks import Look, Pick

SHOWN_END = 3


def answer_text(tongue: Tongue, asked: NodeState, look: Look) -> str:
    """The answer in words; empty when there is none."""
    value = asked.value
    if look.pick is not Pick.NONE:
        return _labels(tongue, asked, look) if value else ""
    if value and look.name in {"sign", "draw", "attach"}:
        return tongue.say("review.attached")
    if value and asked.type == "date":
        return tongue.day(date.fromisoformat(value[:10]))
    if look.masked:
        hidden = max(0, len(value) - SHOWN_END)
        return "•" * hidden + value[hidden:]
    return value


def _labels(tongue: Tongue, asked: NodeState, look: Look) -> str:
    if look.name == "agree":
        return tongue.say("question.yes")
    held = [asked.value] if look.pick is Pick.ONE else asked.value.split()
    labels = {each.value: each.label for each in asked.choices or ()}
    return ", ".join(labels.get(value, value) for value in held)
