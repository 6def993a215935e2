"""Queue protocol: the messages between a kiosk and its centre about ticket numbers.

MessagePack structs, one tagged union each way. The kiosk's name is not in any message: the link
authenticates it (CURVE), so no kiosk can ask in another's name. Every request is idempotent: a
grant by its visit, a report by its visits, a lease by the block the kiosk already holds.

Fields are bounded where they are read, so that nothing larger than a ticket reaches the tables.
The records of a report are read one by one (`read_ticket`, `read_block`, `read_receipt`): one
that cannot be read does not stop the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from kiosk.queue.faults import QueueFault
from provisioning.faults import INPUT_ERRORS

REPORT_MAX = 100
"""So many tickets a report carries at most."""
BLOCKS_MAX = 50
RECEIPTS_MAX = 1_000

Day = Annotated[str, Meta(pattern=r"\A20[0-9]{2}-[0-9]{2}-[0-9]{2}\Z")]
Series = Annotated[str, Meta(pattern=r"\A[A-Z]\Z")]
AnySeries = Annotated[str, Meta(pattern=r"\A[A-Z](-K[0-9]{1,3}-)?\Z")]
Number = Annotated[int, Meta(ge=1, le=99_999)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Rank = Annotated[int, Meta(ge=0, le=99)]
Milliseconds = Annotated[int, Meta(ge=0, le=1 << 44)]


class GrantRequest(msgspec.Struct, frozen=True, tag="grant"):
    """Request the next number for `visit`; idempotent."""

    visit: UUID
    service: Code
    series: Series
    priority_class: Code = msgspec.field(name="klass")
    rank: Rank


class LeaseRequest(msgspec.Struct, frozen=True, tag="lease"):
    """A block that follows `held`, the last number of mine so far (0: none) on `day`.

    `day` is the kiosk's; the block is for the centre's.
    """

    day: Day
    size: Annotated[int, Meta(ge=1, le=100)]
    held: Annotated[int, Meta(ge=0, le=99_999)] = 0


class ReportedTicket(msgspec.Struct, frozen=True):
    """A ticket that a citizen was told; `since` is Unix milliseconds by the kiosk's clock."""

    visit: UUID
    day: Day
    series: AnySeries
    number: Number
    service: Code
    priority_class: Code = msgspec.field(name="klass")
    rank: Rank
    since: Milliseconds


class HeldBlock(msgspec.Struct, frozen=True):
    """Numbers `first` to `last` of `day` that a kiosk holds."""

    day: Day
    first: Number
    last: Number


class TicketReport(msgspec.Struct, frozen=True, tag="report"):
    """Tickets this kiosk told; the centre makes its queue agree with them.

    `now` is the kiosk's clock, from which the centre knows how long each has waited (0: not
    said). `unit` is the kiosk's number in its site. `epoch` is the centre's database the kiosk
    speaks to; with `last` it has told everything it knows since that database began.
    """

    tickets: tuple[msgspec.Raw, ...]
    now: Milliseconds = 0
    unit: Annotated[int, Meta(ge=0, le=999)] = 0
    blocks: tuple[msgspec.Raw, ...] = ()
    epoch: Annotated[str, Meta(max_length=32)] = ""
    last: bool = False


class GrantsRequest(msgspec.Struct, frozen=True, tag="grants"):
    """Request the newest visits of this kiosk that wait with a granted number. `day` is not
    looked at: who waits at midnight waits on.
    """

    day: Day


class Disown(msgspec.Struct, frozen=True, tag="disown"):
    """Nobody was told the numbers of these visits: this kiosk stopped before it could."""

    visits: Annotated[tuple[UUID, ...], Meta(max_length=REPORT_MAX)]


class OfferRequest(msgspec.Struct, frozen=True, tag="offer"):
    """What may a citizen be told of `service` before taking a number?"""

    service: Code


class PrintsRequest(msgspec.Struct, frozen=True, tag="prints"):
    """Which numbers, given at the centre for people at this kiosk, are to be printed here?"""


class FenceNotice(msgspec.Struct, frozen=True, tag="fence"):
    """Another machine was promoted with this `term`; `proof` is the centre's signature on it."""

    term: Annotated[int, Meta(ge=1, le=1 << 40)]
    proof: Annotated[bytes, Meta(max_length=64)]


class StaffCall(msgspec.Struct, frozen=True, tag="staff-call"):
    """A citizen at this kiosk asks for a person; `state` is the screen."""

    visit: UUID
    state: Code


class CaseReceipt(msgspec.Struct, frozen=True):
    """A reference this kiosk gave; `at` is Unix milliseconds."""

    reference: Code
    agency: Code
    at: Milliseconds


class CaseReport(msgspec.Struct, frozen=True, tag="case-report"):
    """References this kiosk gave, so that the other kiosks of the centre know them."""

    receipts: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=RECEIPTS_MAX)]


class CaseQuestion(msgspec.Struct, frozen=True, tag="case-question"):
    """Does any kiosk of this centre know `reference`?"""

    reference: Code


Ask = (
    GrantRequest
    | LeaseRequest
    | TicketReport
    | GrantsRequest
    | Disown
    | OfferRequest
    | PrintsRequest
    | FenceNotice
    | StaffCall
    | CaseReport
    | CaseQuestion
)


class CentreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer carries: the centre's time (Unix milliseconds, 0: it does not trust its
    own) and the epoch of its database, which changes when that was restored; the term of a promoted
    machine with its signature, and whether another one was promoted since.
    """

    centre_ms: Milliseconds = 0
    epoch: str = ""
    term: int = 0
    proof: bytes = b""
    fenced: bool = False


class Granted(CentreAnswer, frozen=True, tag="granted"):
    """The number, how many are ahead and the wait in minutes (None: not known)."""

    day: str
    series: str
    number: int
    ahead: int
    wait: tuple[int, int] | None


class NumberRefused(CentreAnswer, frozen=True, tag="no-number"):
    """No number is given: `reason` is a `WhyNoNumber`. No number of a reserve either."""

    reason: Code
    text: str


class Offered(CentreAnswer, frozen=True, tag="offered"):
    """`why_not`: why no number is given; `left`: places left today, None without a limit;
    `unattended`: counters work, but none for this service just now.
    """

    why_not: str | None = None
    left: int | None = None
    unattended: bool = False


class WantedSlip(msgspec.Struct, frozen=True):
    """A number that is durable at the centre and whose slip is wanted."""

    visit: UUID
    day: Day
    series: Series
    number: Number
    service: Code
    priority_class: Code
    rank: Rank
    ahead: int | None
    wait: tuple[int, int] | None
    language: Annotated[str, Meta(pattern=r"\A[a-z]{2}\Z")]


class WantedSlips(CentreAnswer, frozen=True, tag="prints"):
    """The oldest slips that this kiosk is to print."""

    slips: tuple[WantedSlip, ...]


class Leased(CentreAnswer, frozen=True, tag="leased"):
    """Numbers first..last of every series of `day`; 0..0 when there are none left."""

    day: str
    first: int
    last: int


class Reported(CentreAnswer, frozen=True, tag="reported"):
    """The report is durable at the centre: `count` tickets changed its line, `set_aside` were
    kept for a person.
    """

    count: int
    set_aside: int = 0


class Grants(CentreAnswer, frozen=True, tag="grants"):
    """The newest visits with a number that the kiosk has not reported."""

    visits: tuple[UUID, ...]


class CaseKnown(CentreAnswer, frozen=True, tag="case-known"):
    """The office of a reference and when it was given; an empty agency: nobody here gave it."""

    agency: str = ""
    at: int = 0


class RequestRefused(CentreAnswer, frozen=True, tag="refused"):
    """The request makes no sense here."""

    code: int
    text: str


Answer = (
    Granted
    | NumberRefused
    | Offered
    | WantedSlips
    | Leased
    | Reported
    | Grants
    | CaseKnown
    | RequestRefused
)

_encoder = msgspec.msgpack.Encoder()
_asks: msgspec.msgpack.Decoder[Ask] = msgspec.msgpack.Decoder(Ask)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_tickets = msgspec.msgpack.Decoder(ReportedTicket)
_blocks = msgspec.msgpack.Decoder(HeldBlock)
_receipts = msgspec.msgpack.Decoder(CaseReceipt)


def encode(message: Ask | Answer) -> bytes:
    """The bytes of a message."""
    return _encoder.encode(message)


def raw(records: Iterable[ReportedTicket | HeldBlock | CaseReceipt]) -> tuple[msgspec.Raw, ...]:
    """Records as a report carries them."""
    return tuple(msgspec.Raw(_encoder.encode(each)) for each in records)


def read_ask(payload: bytes) -> Ask:
    """A kiosk's request; raises `QueueFault` for anything else."""
    found: Ask = _read(_asks, payload, "request")
    return found


def read_ticket(record: msgspec.Raw) -> ReportedTicket:
    """One ticket of a report; raises `QueueFault` for anything else."""
    found: ReportedTicket = _read(_tickets, record, "ticket")
    return found


def read_block(record: msgspec.Raw) -> HeldBlock:
    """One block of a report; raises `QueueFault` for anything else."""
    found: HeldBlock = _read(_blocks, record, "block")
    return found


def read_receipt(record: msgspec.Raw) -> CaseReceipt:
    """One reference of a report; raises `QueueFault` for anything else."""
    found: CaseReceipt = _read(_receipts, record, "reference")
    return found


def read_answer(payload: bytes) -> Answer | None:
    """A centre's answer; None for anything else."""
    try:
        return _answers.decode(payload)
    except (msgspec.MsgspecError, *INPUT_ERRORS):
        return None


def _read(decoder: msgspec.msgpack.Decoder[Any], raw: bytes | msgspec.Raw, what: str) -> Any:
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, *INPUT_ERRORS) as error:
        raise QueueFault(f"This {what} cannot be read: {str(error)[:120]}.") from error
