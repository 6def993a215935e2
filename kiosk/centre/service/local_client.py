"""The authority in the same process: used by a van, or by a command on the centre's machine.

`answer` is the one boundary between messages of kiosks and the authority: whatever is wrong with
a message, or with the centre's disk just now, becomes a `RequestRefused`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from kiosk.centre.authority import Authority
from kiosk.queue.faults import NoNumber, QueueFault
from kiosk.queue.protocol import (
    Answer,
    Ask,
    CaseQuestion,
    CaseReport,
    Disown,
    FenceNotice,
    GrantRequest,
    Grants,
    GrantsRequest,
    LeaseRequest,
    NumberRefused,
    Offered,
    OfferRequest,
    PrintsRequest,
    Reported,
    RequestRefused,
    StaffCall,
    TicketReport,
    WantedSlips,
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
        return _ANSWERS[type(message)](authority, kiosk, message)
    except Fault as fault:
        return RequestRefused(fault.code, fault.message)
    except (Conflict, *INPUT_ERRORS) as error:
        return RequestRefused(QueueFault.code, f"The centre cannot do that: {str(error)[:120]}.")


def _grant(authority: Authority, kiosk: str, message: GrantRequest) -> Answer:
    try:
        return authority.grant(kiosk, message)
    except NoNumber as fault:
        return NumberRefused(fault.reason, fault.message)


def _offer(authority: Authority, service: str) -> Offered:
    for offer in authority.day.offers([service], by_hours=False):
        return Offered(offer.why_not, offer.left, offer.unattended)
    return Offered()  # a centre that cannot read its pack


_ANSWERS: Final[Mapping[type[Ask], Callable[[Authority, str, Any], Answer]]] = MappingProxyType(
    {
        GrantRequest: _grant,
        LeaseRequest: lambda authority, kiosk, ask: authority.lease(kiosk, ask),
        TicketReport: lambda authority, kiosk, ask: authority.report(kiosk, ask),
        GrantsRequest: lambda authority, kiosk, _: Grants(authority.unreported(kiosk)),
        Disown: lambda authority, kiosk, ask: Reported(authority.disown(kiosk, ask.visits)),
        OfferRequest: lambda authority, _, ask: _offer(authority, ask.service),
        PrintsRequest: lambda authority, kiosk, _: WantedSlips(authority.wanted_slips(kiosk)),
        FenceNotice: lambda authority, _, ask: Reported(int(authority.fence(ask))),
        CaseQuestion: lambda authority, _, ask: authority.cases.find(ask.reference),
        CaseReport: lambda authority, kiosk, ask: authority.cases.report(kiosk, ask.receipts),
        StaffCall: lambda authority, kiosk, ask: Reported(authority.staff_called(kiosk, ask)),
    }
)
"""What the authority does for each request of a kiosk."""
