"""Ways: how a kiosk reaches the queue's authority: over a link, or in its own database (a van, a
command on the centre's machine). All of them answer in bounded time or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from kiosk.centre.authority import Authority
from kiosk.queue.faults import QueueFault
from kiosk.queue.protocol import (
    Answer,
    Ask,
    Disown,
    GrantRequest,
    Grants,
    GrantsRequest,
    LeaseRequest,
    Reported,
    RequestRefused,
    TicketReport,
    encode,
    read_answer,
)


class CentreClient(Protocol):
    """A way to the authority; also `kiosk.ticketing.issuer.CentrePort`."""

    def ask(self, message: Ask) -> Answer | None: ...


class CentreLink(Protocol):
    """The client end of a link: `sync.transports.zmq_transport.ZmqClient`."""

    def request(self, payload: bytes, deadline_s: float) -> bytes | None: ...


class RemoteCentre:
    """The centre at the other end of a link; silence past `deadline_s` is None."""

    def __init__(self, link: CentreLink, deadline_s: float) -> None:
        self._link = link
        self._deadline_s = deadline_s

    def ask(self, message: Ask) -> Answer | None:
        payload = self._link.request(encode(message), self._deadline_s)
        if payload is None:
            return None
        try:
            return read_answer(payload)
        except msgspec.MsgspecError:
            return None


class LocalCentre:
    """An authority in this process, asked in the name of `kiosk`."""

    def __init__(self, authority: Authority, kiosk: str) -> None:
        self._authority = authority
        self._kiosk = kiosk

    def ask(self, message: Ask) -> Answer | None:
        return answer(self._authority, self._kiosk, message)


class FirstReachable:
    """The first way that answers."""

    def __init__(self, ways: Sequence[CentreClient]) -> None:
        self._ways = ways

    def ask(self, message: Ask) -> Answer | None:
        for way in self._ways:
            found = way.ask(message)
            if found is not None:
                return found
        return None


def answer(authority: Authority, kiosk: str, message: Ask) -> Answer:
    """What `authority` says to `message` from `kiosk`; faults become `RequestRefused`."""
    try:
        match message:
            case GrantRequest():
                return authority.grant(kiosk, message)
            case LeaseRequest():
                return authority.lease(kiosk, message)
            case TicketReport(tickets=tickets):
                return Reported(authority.report(kiosk, tickets))
            case GrantsRequest(day=day):
                return Grants(authority.unreported(kiosk, day))
            case Disown(visits=visits):
                return Reported(authority.disown(kiosk, visits))
    except QueueFault as fault:
        return RequestRefused(fault.code, fault.message)
