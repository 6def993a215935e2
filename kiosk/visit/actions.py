"""What an action is, and the actions that belong to every screen.

An action is a function for one press: it changes the session, asks ports, and returns the signal
for the flow table, or None when the visit stays on its screen. Each feature's `actions.py` has a
table `ACTIONS` (state -> element id or `prefix.` -> action) and, for typed text, `EDITS`;
`kiosk/visit/controller/action_table.py` merges them. Actions raise `Fault` for expected failures;
the controller shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from content.catalogue.model import Service
from kiosk.visit.flow import Signal, State
from kiosk.visit.ports import CallResult, Ports
from kiosk.visit.session import TEXT_SCALES, THEMES, Session
from kiosk.visit.ticket_offer import why_by_centre, why_no_ticket

QUERY_MAX = 80
TRIES_MAX = 5
"""Wrong codes or references before a person helps instead."""


@dataclass(slots=True)
class ActionContext:
    """The visit and everything it may ask."""

    session: Session
    ports: Ports

    @property
    def service(self) -> Service:
        """The service in hand."""
        return self.ports.catalogue.service(self.session.service)


Action = Callable[[ActionContext, str], Signal | None]
"""A press; the text is the rest of the element's id after its prefix."""

Edit = Callable[[ActionContext, str, str], None]
"""A text typed: the rest of the element's id, and the text as it is now."""

ActionTable = dict[State, dict[str, Action]]
EditTable = dict[State, dict[str, Edit]]


SILENCED_AT_ONCE = frozenset(
    {State.ATTRACT, State.GOODBYE, State.STAFF, State.STAFF_PIN, State.REMEDY, State.SOUND}
)


def signal(which: Signal) -> Action:
    """An act that only says what has happened."""

    def action(_context: ActionContext, _tail: str) -> Signal | None:
        return which

    return action


def stay(_context: ActionContext, _tail: str) -> Signal | None:
    """Keep the visit open; changes nothing."""
    return None


def turn_page(by: int) -> Action:
    """The paging buttons."""

    def action(context: ActionContext, _tail: str) -> Signal | None:
        context.session.page = max(0, context.session.page + by)
        return None

    return action


def speak_language(context: ActionContext, tail: str) -> Signal | None:
    """The language buttons of every screen: answers and place stay."""
    context.session.language = tail
    if context.session.filling is not None:
        context.session.filling.speak(tail)
    return None


def listen(context: ActionContext, _tail: str) -> Signal | None:
    """Speech begins; while there is speech, its own screen comes: louder, slower, dark, silent.
    Where no visit is behind, it ends.
    """
    session = context.session
    if session.listening and session.state not in SILENCED_AT_ONCE:
        return Signal.SOUND
    session.listening = not session.listening
    return None


def hide(context: ActionContext, _tail: str) -> Signal | None:
    """Show nothing, or show it again; speech and keys go on."""
    context.session.dark = not context.session.dark
    return None


def larger(context: ActionContext, _tail: str) -> Signal | None:
    at = TEXT_SCALES.index(context.session.text_scale)
    context.session.text_scale = TEXT_SCALES[(at + 1) % len(TEXT_SCALES)]
    context.session.page = 0
    return None


def recolour(context: ActionContext, _tail: str) -> Signal | None:
    at = THEMES.index(context.session.theme)
    context.session.theme = THEMES[(at + 1) % len(THEMES)]
    return None


def call_staff(context: ActionContext, _tail: str) -> Signal | None:
    """Ring, and say in the journal what worked; the citizen says nothing more."""
    ports, session = context.ports, context.session
    state = session.state.value
    bell = ports.staff_call
    session.call = (
        bell.call(session.visit, state, quiet=session.headphones)
        if bell is not None
        else CallResult()
    )
    body = {
        "site": ports.place.site,
        "state": state,
        "light": session.call.light,
        "centre": session.call.centre,
        "sound": session.call.sound,
    }
    ports.facts.note("staff.called", session.visit, body)
    return None if session.state is State.STAFF_CALLED else Signal.STAFF


def want_ticket(context: ActionContext, _tail: str) -> Signal | None:
    """To the priority question; straight to the ticket when the visit has one already; or to
    where and when the service is given instead.
    """
    session = context.session
    if session.service in session.tickets:
        session.shown = session.service
        return Signal.TICKETED
    ports = context.ports
    session.no_ticket = why_no_ticket(
        ports.catalogue, ports.place, ports.clock.now(), context.service
    )
    if session.no_ticket is not None:
        return Signal.NO_TICKET
    session.offer = ports.tickets.offer(context.service)
    if session.offer is not None and session.offer.why_not is not None:
        session.no_ticket = why_by_centre(session.offer.why_not)
        return Signal.NO_TICKET
    session.wanted.setdefault(session.service, ports.ids.uuid7())
    return Signal.TICKET_WANTED


SHELL: dict[str, Action] = {
    "language.": speak_language,
    "listen": listen,
    "hide": hide,
    "text-size": larger,
    "theme": recolour,
    "call-staff": call_staff,
    "stop": signal(Signal.STOPPED),
    "more-time": stay,
    "end-now": signal(Signal.STOPPED),
    "back": signal(Signal.BACK),
    "home": signal(Signal.HOME),
    "done": signal(Signal.DONE),
    "page.next": turn_page(1),
    "page.previous": turn_page(-1),
}
