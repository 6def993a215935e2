"""The authority in the same process: used by a van, or by a command on the centre's machine.

`answer` is the one boundary between messages of kiosks and the authority: whatever is wrong with
a message, or with the centre's disk just now, becomes a `RequestRefused`.
"""

from __future__ import annotations

from msgspec.structs import replace

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
from provisioning.faults import INPUT_ERRORS, Fault
from sync.store.database import Conflict


class LocalCentre:
    """A `CentreClient` over an authority in this process, asked in the name of `kiosk`.

    Its answers carry no time: it would be this machine's own, and no second opinion.
    """

    def __init__(self, authority: Authority, kiosk: str) -> None:
        self._authority = authority
        self._kiosk = kiosk

    def ask(self, message: Ask) -> Answer | None:
        return replace(answer(self._authority, self._kiosk, message), epoch=self._authority.epoch)


def answer(authority: Authority, kiosk: str, message: Ask) -> Answer:
    """What `authority` says to `message` from `kiosk`; faults become `RequestRefused`."""
    try:
        return _answer(authority, kiosk, message)
    except Fault as fault:
        return RequestRefused(fault.code, fault.message)
    except (Conflict, *INPUT_ERRORS) as error:
        return RequestRefused(QueueFault.code, f"The centre cannot do that: {str(error)[:120]}.")


def _answer(authority: Authority, kiosk: str, message: Ask) -> Answer:
    found: Answer
    match message:
        case GrantRequest():
            found = authority.grant(kiosk, message)
        case LeaseRequest():
            found = authority.lease(kiosk, message)
        case TicketReport():
            found = authority.report(kiosk, message)
        case GrantsRequest():
            found = Grants(authority.unreported(kiosk))
        case Disown(visits=visits):
            found = Reported(authority.disown(kiosk, visits))
        case CaseQuestion(reference=reference):
            found = authority.cases.find(reference)
        case CaseReport(receipts=receipts):
            found = authority.cases.report(kiosk, receipts)
        case StaffCall():
            found = Reported(authority.staff_called(kiosk, message))
    return found
