"""Actions of the screens that open, close and interrupt a visit."""

from __future__ import annotations

from kiosk.visit.actions import ActionContext, ActionTable, signal, speak_language
from kiosk.visit.flow import Signal, State
from kiosk.visit.session import CaseStatusInput


def choose_language(context: ActionContext, tail: str) -> Signal | None:
    speak_language(context, tail)
    return Signal.LANGUAGE_CHOSEN


def ask_status(context: ActionContext, _tail: str) -> Signal | None:
    context.session.status_input = CaseStatusInput(tries=context.session.status_input.tries)
    return Signal.STATUS


ACTIONS: ActionTable = {
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
