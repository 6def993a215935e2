"""The authority in the same process: used by a van, or by a command on the centre's machine."""

from __future__ import annotations

from kiosk.centre.authority import Authority
from kiosk.queue.faults import QueueFault
from kiosk.queue.protocol import (
    Answer,
    Ask,
    CaseQuestion,
    CaseReport,
    Disown,
    GrantRequest,
    Grants,
    GrantsRequest,
    LeaseRequest,
    Reported,
    RequestRefused,
    StaffCall,
    TicketReport,
)


class LocalCentre:
    """A `CentreClient` over an authority in this process, asked in the name of `kiosk`."""

    def __init__(self, authority: Authority, kiosk: str) -> None:
        self._authority = authority
        self._kiosk = kiosk

    def ask(self, message: Ask) -> Answer | None:
        return answer(self._authority, self._kiosk, message)


def answer(authority: Authority, kiosk: str, message: Ask) -> Answer:
    """What `authority` says to `message` from `kiosk`; faults become `RequestRefused`."""
    try:
        match message:
            case GrantRequest():
                return authority.grant(kiosk, message)
            case LeaseRequest():
                return authority.lease(kiosk, message)
            case CaseQuestion(reference=reference):
                return authority.cases.find(reference)
            case GrantsRequest(day=day):
                return Grants(authority.unreported(kiosk, day))
            case TicketReport(tickets=tickets):
                count = authority.report(kiosk, tickets)
            case Disown(visits=visits):
                count = authority.disown(kiosk, visits)
            case StaffCall():
                count = authority.staff_called(kiosk, message)
            case CaseReport(receipts=receipts):
                count = authority.cases.report(kiosk, receipts)
        return Reported(count)
    except QueueFault as fault:
        return RequestRefused(fault.code, fault.message)
