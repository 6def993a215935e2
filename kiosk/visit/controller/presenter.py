"""Presenter: draws the session as numbered views, and tells when the screen has changed."""

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
from kiosk.visit.staff_port import PinState
from provisioning.faults import Fault

_FORM = frozenset({State.QUESTION, State.REPEAT, State.REVIEW})


class ScreenPresenter:
    """Draws a session; `since` is the first view of the screen that is shown now, `before`
    the last view of the process before this one.
    """

    def __init__(self, ports: Ports, session: Session, before: int = 0) -> None:
        self._ports = ports
        self._network = NetworkStatus(online=False, waiting=0)
        self._fix = False
        # Numbers go on growing over restarts: a tap meant for a screen of the process before
        # this one must not count.
        first = max(int(ports.clock.now().timestamp() * 10), before + 1)
        self.view = self._draw(session, 0, first)
        self.since = first
        self._screen = _identity(session, warned=False)

    def look_around(self) -> None:
        """Ask again what the badge should say."""
        try:
            self._network = self._ports.cases.network()
            self._fix = self._ports.position() is not None
        except Fault:  # the badge is no reason to interrupt a visit
            self._network, self._fix = NetworkStatus(online=False, waiting=0), False

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
        ports = self._ports
        subject = _subject(session)
        paper = self._paper(subject)
        staff, state, code = ports.staff, session.state, session.staff_input.code
        context = ScreenContext(
            session=session,
            catalogue=ports.catalogue,
            translator=Translator(ports.catalogue, session.language),
            place=ports.place,
            now=ports.clock.now(),
            network=self._network,
            paper=paper,
            keep_days=ports.keep_days,
            draft_days=ports.draft_days,
            assisted=ports.assisted,
            fix=self._fix,
            pin=self._pin(state),
            report=staff.report(session.language) if staff and state is State.STAFF else None,
            remedy=staff.remedy(code) if staff and state is State.REMEDY else None,
            sms=self._sms_ticket(session, paper),
        )
        return view_for(context, number, countdown=countdown, speaking=session.listening)

    def _paper(self, subject: UUID | None) -> SlipState:
        """How the slip stands; unknown while that cannot be read."""
        try:
            return SlipState.NONE if subject is None else self._ports.slips.paper(subject)
        except Fault:
            return SlipState.UNKNOWN

    def _sms_ticket(self, session: Session, paper: SlipState) -> SmsTicket:
        """What the ticket's screen says of an SMS; the modem is asked about only without paper."""
        sms, issued = self._ports.sms, session.ticket
        if sms is None or issued is None or session.state is not State.TICKET:
            return SmsTicket()
        state = sms.state(issued.visit)
        wanted = paper is SlipState.BLOCKED and state is SmsTicketState.NONE
        return SmsTicket(wanted and sms.ready(), state)

    def _pin(self, state: State) -> PinState | None:
        """How the PIN stands; asked for only where it is shown. None without a staff screen."""
        staff = self._ports.staff
        if staff is None:
            return None
        return staff.pin_state() if state is State.STAFF_PIN else PinState(has_pin=True)


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
        case State.SERVICE | State.STATUS_ANSWER as state:
            return session.checklist if state is State.SERVICE else session.status_input.slip
        case State.THANKS:
            receipt = session.feedback_input.receipt
            return receipt.subject if receipt else None
        case State.KEPT:
            return session.kept.slip if session.kept else None
        case _:
            return None
