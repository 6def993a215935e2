"""Actions of the screens that tell how a case stands."""

from __future__ import annotations

from kiosk.case_reference import is_reference
from kiosk.visit.actions import QUERY_MAX, TRIES_MAX, ActionContext, ActionTable, EditTable, signal
from kiosk.visit.flow import Signal, State


def next_status(context: ActionContext, _tail: str) -> Signal | None:
    """Look the reference up. Five that no kiosk ever gave, then a person helps."""
    asking = context.session.asking
    asking.problem = ""
    typed = asking.reference.strip().upper()
    if not typed:
        asking.problem = "question.required"
        return None
    if asking.tries >= TRIES_MAX:
        asking.problem = "status.too_many"
        return None
    if not is_reference(typed):
        asking.tries += 1
        asking.problem = "status.not_found" if asking.tries < TRIES_MAX else "status.too_many"
        return None
    asking.answer = context.ports.cases.find(typed)
    asking.tries += asking.answer is None
    return Signal.ANSWERED


def type_status(context: ActionContext, _tail: str, text: str) -> None:
    asking = context.session.asking
    asking.reference, asking.problem = text[:QUERY_MAX], ""


ACTIONS: ActionTable = {
    State.STATUS: {"next": next_status},
    State.STATUS_ANSWER: {"complain": signal(Signal.COMPLAIN)},
}
EDITS: EditTable = {State.STATUS: {"answer": type_status}}
