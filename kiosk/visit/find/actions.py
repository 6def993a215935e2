"""Actions of the screens that find a service and show its charter."""

from __future__ import annotations

from kiosk.visit.actions import QUERY_MAX, ActionContext, ActionTable, EditTable, signal
from kiosk.visit.flow import Signal, State


def list_category(context: ActionContext, tail: str) -> Signal | None:
    context.session.category, context.session.agency = tail, ""
    return Signal.LISTED


def list_agency(context: ActionContext, tail: str) -> Signal | None:
    context.session.category, context.session.agency = "", tail
    return Signal.LISTED


def show_service(context: ActionContext, tail: str) -> Signal | None:
    session = context.session
    if tail != session.service:
        session.service, session.checklist = tail, None
        session.ticked.clear()
    return Signal.SERVICE_CHOSEN


def tick(context: ActionContext, tail: str) -> Signal | None:
    context.session.ticked ^= {tail}
    return None


def print_list(context: ActionContext, _tail: str) -> Signal | None:
    session, ports = context.session, context.ports
    session.checklist = ports.slips.checklist(
        session.visit, context.service, frozenset(session.ticked), session.language
    )
    return None


def type_query(context: ActionContext, _tail: str, text: str) -> None:
    context.session.query = text[:QUERY_MAX]


ACTIONS: ActionTable = {
    State.FIND: {
        "category.": list_category,
        "by-office": signal(Signal.OFFICES),
        "search": signal(Signal.SEARCH),
    },
    State.OFFICES: {"agency.": list_agency},
    State.SEARCH: {"service.": show_service},
    State.SERVICES: {"service.": show_service, "about-office": signal(Signal.OFFICE)},
    State.SERVICE: {"need.": tick, "print-list": print_list},
}
EDITS: EditTable = {State.SEARCH: {"query": type_query}}
