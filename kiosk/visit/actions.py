"""ActionContext: what a press or a typed text does to the visit. One function per act, one table.

An act changes the session, asks ports, and returns the signal for the flow table, or None when
the visit stays on its screen. `ACTS` maps (state, element id or `prefix.`) to acts; `SHELL` are
the ones every screen has. Acts raise `Fault` for expected failures; the appliance shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from content.catalogue.model import Service
from kiosk.case_reference import is_reference
from kiosk.visit.flow import Signal, State
from kiosk.visit.ports import Feedback, Ports
from kiosk.visit.session import TEXT_SCALES, THEMES, CaseStatusInput, FeedbackInput, Session

WORDS_MAX = 1_000
QUERY_MAX = 80
TRIES_MAX = 5


@dataclass(slots=True)
class ActionContext:
    """The visit and everything it may ask."""

    session: Session
    ports: Ports

    @property
    def service(self) -> Service:
        """The service in hand."""
        return self.ports.catalogue.service(self.session.service)


Act = Callable[[ActionContext, str], Signal | None]


def signal(which: Signal) -> Act:
    """An act that only says what has happened."""

    def act(_doing: ActionContext, _tail: str) -> Signal | None:
        return which

    return act


def stay(_doing: ActionContext, _tail: str) -> Signal | None:
    """I am still here: the touch itself was the answer."""
    return None


def turn_page(by: int) -> Act:
    """The paging buttons."""

    def act(doing: ActionContext, _tail: str) -> Signal | None:
        doing.session.page = max(0, doing.session.page + by)
        return None

    return act


def speak_language(doing: ActionContext, tail: str) -> Signal | None:
    """The language buttons of every screen: answers and place stay."""
    doing.session.language = tail
    if doing.session.filling is not None:
        doing.session.filling.speak(tail)
    return None


def choose_language(doing: ActionContext, tail: str) -> Signal | None:
    speak_language(doing, tail)
    return Signal.LANGUAGE_CHOSEN


def listen(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.listening = not doing.session.listening
    return None


def larger(doing: ActionContext, _tail: str) -> Signal | None:
    at = TEXT_SCALES.index(doing.session.text_scale)
    doing.session.text_scale = TEXT_SCALES[(at + 1) % len(TEXT_SCALES)]
    doing.session.page = 0
    return None


def recolour(doing: ActionContext, _tail: str) -> Signal | None:
    at = THEMES.index(doing.session.theme)
    doing.session.theme = THEMES[(at + 1) % len(THEMES)]
    return None


def call_staff(doing: ActionContext, _tail: str) -> Signal | None:
    """A flag for the staff, in the journal; the citizen says nothing more."""
    ports, session = doing.ports, doing.session
    body = {"site": ports.place.site, "state": session.state.value}
    ports.ledger.note("staff.called", session.visit, body)
    return None if session.state is State.STAFF_CALLED else Signal.STAFF


def list_category(doing: ActionContext, tail: str) -> Signal | None:
    doing.session.category, doing.session.agency = tail, ""
    return Signal.LISTED


def list_agency(doing: ActionContext, tail: str) -> Signal | None:
    doing.session.category, doing.session.agency = "", tail
    return Signal.LISTED


def show_service(doing: ActionContext, tail: str) -> Signal | None:
    session = doing.session
    if tail != session.service:
        session.service, session.checklist = tail, None
        session.ticked.clear()
    return Signal.SERVICE_CHOSEN


def tick(doing: ActionContext, tail: str) -> Signal | None:
    doing.session.ticked ^= {tail}
    return None


def print_list(doing: ActionContext, _tail: str) -> Signal | None:
    session, ports = doing.session, doing.ports
    session.checklist = ports.slips.checklist(
        session.visit, doing.service, frozenset(session.ticked), session.language
    )
    return None


def want_ticket(doing: ActionContext, _tail: str) -> Signal | None:
    """To the priority question; straight to the ticket when the visit has one already."""
    session = doing.session
    if session.service in session.tickets:
        session.shown = session.service
        return Signal.TICKETED
    session.wanted.setdefault(session.service, doing.ports.ids.uuid7())
    return Signal.TICKET_WANTED


def take_ticket(doing: ActionContext, tail: str) -> Signal | None:
    """A number. The wish got its identity when it was made, so two taps are one ticket."""
    session = doing.session
    visit = session.wanted.setdefault(session.service, doing.ports.ids.uuid7())
    klass = "normal" if tail == "none" else tail
    session.tickets[session.service] = doing.ports.tickets.issue(
        visit, doing.service, klass, session.language
    )
    session.shown = session.service
    return Signal.TICKETED


def print_again(doing: ActionContext, _tail: str) -> Signal | None:
    if doing.session.ticket is not None:
        doing.ports.slips.again(doing.session.ticket.visit, doing.session.language)
    return None


def rate(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.saying = FeedbackInput()
    return Signal.RATE


def say_kind(doing: ActionContext, tail: str) -> Signal | None:
    doing.session.saying = FeedbackInput(kind=tail)
    return Signal.RATE


def show_face(doing: ActionContext, tail: str) -> Signal | None:
    doing.session.saying.face = int(tail)
    return None


def touch_words(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.saying.writing = True
    return None


def send_opinion(doing: ActionContext, _tail: str) -> Signal | None:
    session = doing.session
    said = session.saying
    opinion = Feedback(said.kind, said.face, said.words.strip(), session.service)
    said.reference = doing.ports.opinions.give(session.visit, opinion)
    said.words = ""
    return Signal.SENT


def ask_status(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.asking = CaseStatusInput(tries=doing.session.asking.tries)
    return Signal.STATUS


def next_status(doing: ActionContext, _tail: str) -> Signal | None:
    """Look the reference up. Five that no kiosk ever gave, then a person helps."""
    asking = doing.session.asking
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
    asking.answer = doing.ports.cases.find(typed)
    asking.tries += asking.answer is None
    return Signal.ANSWERED


def type_query(doing: ActionContext, text: str) -> None:
    doing.session.query = text[:QUERY_MAX]


def type_words(doing: ActionContext, text: str) -> None:
    doing.session.saying.words = text[:WORDS_MAX]
    doing.session.saying.writing = True


def type_status(doing: ActionContext, text: str) -> None:
    asking = doing.session.asking
    asking.reference, asking.problem = text[:QUERY_MAX], ""


SHELL: dict[str, Act] = {
    "language.": speak_language,
    "listen": listen,
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
