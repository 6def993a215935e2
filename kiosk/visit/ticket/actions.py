"""Actions that lead to a queue ticket, and those on its screen."""

from __future__ import annotations

from kiosk.queue.faults import NoNumber
from kiosk.visit.actions import ActionContext, ActionTable, EditTable, want_ticket
from kiosk.visit.flow import Signal, State
from kiosk.visit.ticket.sms_actions import ask_number, send, type_number
from kiosk.visit.ticket_offer import why_by_centre


def take_ticket(context: ActionContext, tail: str) -> Signal | None:
    """A number. The wish got its identity when it was made, so two taps are one ticket."""
    session = context.session
    visit = session.wanted.setdefault(session.service, context.ports.ids.uuid7())
    priority_class = "normal" if tail == "none" else tail
    try:
        session.tickets[session.service] = context.ports.tickets.issue(
            visit, context.service, priority_class, session.language
        )
    except NoNumber as refused:
        session.no_ticket = why_by_centre(refused.reason)
        return Signal.NO_TICKET
    session.shown = session.service
    return Signal.TICKETED


def print_again(context: ActionContext, _tail: str) -> Signal | None:
    if context.session.ticket is not None:
        context.ports.slips.again(context.session.ticket.visit, context.session.language)
    return None


ACTIONS: ActionTable = {
    State.SERVICE: {"take-ticket": want_ticket},
    State.SUBMITTED: {"take-ticket": want_ticket},
    State.PRIORITY: {"class.": take_ticket},
    State.TICKET: {"print-again": print_again, "sms": ask_number},
    State.TICKET_SMS: {"send": send},
}
EDITS: EditTable = {State.TICKET_SMS: {"answer": type_number}}
