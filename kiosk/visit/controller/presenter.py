"""ScreenPresenter: the screen as it was last shown; numbers its views and knows when it became
another.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from kiosk.language import Translator
from kiosk.ui_protocol.view import View
from kiosk.visit.controller.shell import view_for
from kiosk.visit.flow import State
from kiosk.visit.ports import NetworkStatus, Ports, SlipState
from kiosk.visit.screen import ScreenContext
from kiosk.visit.session import Session
from kiosk.visit.sms_port import SmsTicket, SmsTicketState
from kiosk.visit.staff_port import KioskReport, PinState

_FORM = frozenset({State.QUESTION, State.REPEAT, State.REVIEW})


class ScreenPresenter:
    """Draws a session; `since` is the first view of the screen that is shown now."""

    def __init__(self, ports: Ports, session: Session) -> None:
        self._ports = ports
        self._network = NetworkStatus(online=False, waiting=0)
        self._fix = False
        # Numbers go on growing over restarts: a tap meant for a screen of the process before
        # this one must not count.
        first = int(ports.clock.now().timestamp() * 10)
        self.view = self._draw(session, 0, first)
        self.since = first
        self._screen = _identity(session, warned=False)

    def look_around(self) -> None:
        """Ask again what the badge should say."""
        self._network = self._ports.cases.network()
        self._fix = self._ports.position() is not None

    def show(self, session: Session, countdown: int) -> bool:
        """Draw `session`; True when that is another view than before."""
        drawn = self._draw(session, countdown, self.view.number)
        if drawn == self.view:
            return False
        self.view = msgspec.structs.replace(drawn, number=self.view.number + 1)
        identity = _identity(session, warned=countdown > 0)
        if identity != self._screen:
            self._screen, self.since = identity, self.view.number
        return True

    def _draw(self, session: Session, countdown: int, number: int) -> View:
        subject = _subject(session)
        paper = self._ports.slips.paper(subject) if subject is not None else SlipState.NONE
        door, report = self._staff_side(session)
        scene = ScreenContext(
            session,
            self._ports.catalogue,
            Translator(self._ports.catalogue, session.language),
            self._ports.place,
            self._ports.clock.now(),
            self._network,
            paper,
            self._ports.keep_days,
            self._ports.draft_days,
            self._ports.assisted,
            self._fix,
            door=door,
            report=report,
            texted=self._texted(session, paper),
        )
        return view_for(scene, number, countdown=countdown, speaking=session.listening)

    def _texted(self, session: Session, paper: SlipState) -> SmsTicket:
        """What the ticket's screen says of an SMS; the modem is asked about only without paper."""
        texting, issued = self._ports.texting, session.ticket
        if texting is None or issued is None or session.state is not State.TICKET:
            return SmsTicket()
        state = texting.state(issued.visit)
        wanted = paper is SlipState.BLOCKED and state is SmsTicketState.NONE
        return SmsTicket(wanted and texting.ready(), state)

    def _staff_side(self, session: Session) -> tuple[PinState | None, KioskReport | None]:
        """The door, and what is behind it; asked for only where it is shown."""
        room = self._ports.backroom
        if room is None:
            return None, None
        door = room.door() if session.state is State.STAFF_PIN else PinState(has_pin=True)
        staff = session.state is State.STAFF
        return door, room.report(session.language) if staff else None


def _identity(session: Session, *, warned: bool) -> tuple[object, ...]:
    """What makes a screen another screen, so that a tap meant for the old one is void."""
    place = session.filling.place if session.filling is not None else ""
    return (
        session.visit,
        session.state,
        session.page,
        place if session.state in _FORM else "",
        warned,
    )


def _subject(session: Session) -> UUID | None:
    """The slip the screen talks of."""
    match session.state:
        case State.TICKET:
            return session.ticket.visit if session.ticket else None
        case State.SUBMITTED:
            return session.received.submission if session.received else None
        case State.SERVICE:
            return session.checklist
        case State.KEPT:
            return session.kept.slip if session.kept else None
        case _:
            return None
