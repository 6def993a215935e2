"""Actions of the case status screens."""

from __future__ import annotations

from kiosk.case_reference import read_reference
from kiosk.visit.actions import QUERY_MAX, TRIES_MAX, ActionContext, ActionTable, EditTable, signal
from kiosk.visit.flow import Signal, State


def next_status(context: ActionContext, _tail: str) -> Signal | None:
    """Look the reference up. Five that no kiosk ever gave, then a person helps."""
    given = context.session.status_input
    given.problem = ""
    if not given.reference.strip():
        given.problem = "question.required"
        return None
    if given.tries >= TRIES_MAX:
        given.problem = "status.too_many"
        return None
    reference = read_reference(given.reference)
    if reference is None:
        given.tries += 1
        given.problem = "status.not_found" if given.tries < TRIES_MAX else "status.too_many"
        return None
    given.answer = context.ports.cases.find(reference)
    given.tries += given.answer is None
    return Signal.ANSWERED


def type_status(context: ActionContext, _tail: str, text: str) -> None:
    given = context.session.status_input
    given.reference, given.problem = text[:QUERY_MAX], ""


ACTIONS: ActionTable = {
    State.STATUS: {"next": next_status},
    State.STATUS_ANSWER: {"complain": signal(Signal.COMPLAIN)},
}
EDITS: EditTable = {State.STATUS: {"answer": type_status}}
