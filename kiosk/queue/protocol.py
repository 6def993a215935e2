"""Queue protocol: the messages between a kiosk and its centre about ticket numbers.

MessagePack structs, one tagged union each way. The kiosk's name is not in any message: the link
authenticates it (CURVE), so no kiosk can ask in another's name. Every request is idempotent: a
grant by its visit, a report by its visits, a lease by the block the kiosk already holds.
"""

from __future__ import annotations

from uuid import UUID

import msgspec


class GrantRequest(msgspec.Struct, frozen=True, tag="grant"):
    """Request the next number for `visit`; idempotent."""

    visit: UUID
    service: str
    series: str
    priority_class: str = msgspec.field(name="klass")
    rank: int


class LeaseRequest(msgspec.Struct, frozen=True, tag="lease"):
    """A block for `day` (ISO) that follows `held`, the last number of mine so far (0: none)."""

    day: str
    size: int
    held: int = 0


class ReportedTicket(msgspec.Struct, frozen=True):
    """A ticket that a citizen was told; `since` is Unix milliseconds."""

    visit: UUID
    day: str
    series: str
    number: int
    service: str
    priority_class: str = msgspec.field(name="klass")
    rank: int
    since: int


class TicketReport(msgspec.Struct, frozen=True, tag="report"):
    """Tickets this kiosk told; the centre makes its queue agree with them."""

    tickets: tuple[ReportedTicket, ...]


class GrantsRequest(msgspec.Struct, frozen=True, tag="grants"):
    """Request the newest visits of this kiosk that were granted a number on `day`."""

    day: str


class Disown(msgspec.Struct, frozen=True, tag="disown"):
    """Nobody was told the numbers of these visits: this kiosk stopped before it could."""

    visits: tuple[UUID, ...]


class StaffCall(msgspec.Struct, frozen=True, tag="staff-call"):
    """A citizen at this kiosk asks for a person; `state` is the screen."""

    visit: UUID
    state: str


class CaseReceipt(msgspec.Struct, frozen=True):
    """A reference this kiosk gave; `at` is Unix milliseconds."""

    reference: str
    agency: str
    at: int


class CaseReport(msgspec.Struct, frozen=True, tag="case-report"):
    """References this kiosk gave, so that the other kiosks of the centre know them."""

    receipts: tuple[CaseReceipt, ...]


class CaseQuestion(msgspec.Struct, frozen=True, tag="case-question"):
    """Does any kiosk of this centre know `reference`?"""

    reference: str


Ask = (
    GrantRequest
    | LeaseRequest
    | TicketReport
    | GrantsRequest
    | Disown
    | StaffCall
    | CaseReport
    | CaseQuestion
)


class Granted(msgspec.Struct, frozen=True, tag="granted"):
    """The number, how many are ahead and the wait in minutes (None: not known)."""

    day: str
    series: str
    number: int
    ahead: int
    wait: tuple[int, int] | None


class Leased(msgspec.Struct, frozen=True, tag="leased"):
    """Numbers first..last of every series of `day`; 0..0 when there are none left."""

    day: str
    first: int
    last: int


class Reported(msgspec.Struct, frozen=True, tag="reported"):
    """The report is durable at the centre."""

    count: int


class Grants(msgspec.Struct, frozen=True, tag="grants"):
    """The newest visits with a number that the kiosk has not reported."""

    visits: tuple[UUID, ...]


class CaseKnown(msgspec.Struct, frozen=True, tag="case-known"):
    """The office of a reference and when it was given; an empty agency: nobody here gave it."""

    agency: str = ""
    at: int = 0


class RequestRefused(msgspec.Struct, frozen=True, tag="refused"):
    """The request makes no sense here."""

    code: int
    text: str


Answer = Granted | Leased | Reported | Grants | CaseKnown | RequestRefused

_encoder = msgspec.msgpack.Encoder()
_asks: msgspec.msgpack.Decoder[Ask] = msgspec.msgpack.Decoder(Ask)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def encode(message: Ask | Answer) -> bytes:
    """The bytes of a message."""
    return _encoder.encode(message)


def read_ask(payload: bytes) -> Ask:
    """A kiosk's request; raises `msgspec.MsgspecError` for anything else."""
    return _asks.decode(payload)


def read_answer(payload: bytes) -> Answer:
    """A centre's answer; raises `msgspec.MsgspecError` for anything else."""
    return _answers.decode(payload)
