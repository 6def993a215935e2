"""Actions of the screens that open, close and interrupt a visit."""

from __future__ import annotations

from kiosk.visit.actions import (
    Action,
    ActionContext,
    ActionTable,
    hide,
    signal,
    speak_language,
)
from kiosk.visit.flow import Signal, State
from kiosk.visit.session import SOUND_STEPS, CaseStatusInput


def choose_language(context: ActionContext, tail: str) -> Signal | None:
    speak_language(context, tail)
    return Signal.LANGUAGE_CHOSEN


def ask_status(context: ActionContext, _tail: str) -> Signal | None:
    context.session.status_input = CaseStatusInput(tries=context.session.status_input.tries)
    return Signal.STATUS


def tune(name: str, by: int) -> Action:
    """One step of the voice's volume or pace."""

    def action(context: ActionContext, _tail: str) -> Signal | None:
        level = getattr(context.session, name) + by
        setattr(context.session, name, min(max(level, 1), SOUND_STEPS))
        return None

    return action


def silence(context: ActionContext, _tail: str) -> Signal | None:
    """No more speech, and back to the screen it was about."""
    context.session.listening = context.session.dark = False
    return Signal.DONE


ACTIONS: ActionTable = {
    State.SOUND: {
        "sound.louder": tune("volume", 1),
        "sound.softer": tune("volume", -1),
        "sound.faster": tune("pace", 1),
        "sound.slower": tune("pace", -1),
        "sound.dark": hide,
        "sound.off": silence,
    },
    State.ATTRACT: {"start": signal(Signal.STARTED)},
    State.LANGUAGE: {"choose.": choose_language},
    State.HOME: {
        "find": signal(Signal.FIND),
        "ticket": signal(Signal.FIND),
        "form": signal(Signal.FORM),
        "status": ask_status,
        "feedback": signal(Signal.COMPLAIN),
        "help": signal(Signal.HELP),
    },
}
