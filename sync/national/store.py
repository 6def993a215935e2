"""The national store's port: what a gateway and an agency desk need of any database.

Rules every implementation keeps, proved by `tests/sync/national/`:
- `take` is one transaction: the segment, its entries and the stream's end, or nothing.
- It is idempotent by (node, db_epoch, number), for ever, and decides by `sync.batches.chain`.
- A segment whose parts do not unpack is stored whole, marked, and does not stop its stream.
- A fork is kept in quarantine, once, and at most `QUARANTINE_MAX` rows of one node are.
- No node brings more than its quota of a day (`sync.service.node_quota`); the rest is told "later".
- Several gateways may use one database at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sync.answers.answer_store import AgencySigner, AnswerStore
from sync.batches.batch import SignedEnvelope, Stream
from sync.batches.chain import AppendResult, StreamProgress
from sync.batches.claims import Claims
from sync.faults import BadBatch, decode_arrived
from sync.service.node_quota import NodeUsage

QUARANTINE_MAX = 64
"""What is kept aside of one node: enough for a person to see, and no more to write."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry at the national store."""

    stream: Stream
    seq: int
    hlc: int
    kind: str
    subject: UUID
    audience: str
    body: Mapping[str, Any]
    unread: bool = False
    """Its bytes are no map of plain values; `body` is empty."""


def stored_entry(
    stream: Stream, seq: int, hlc: int, kind: str, subject: UUID, audience: str, raw: bytes
) -> Stored:
    """An entry as some node wrote it: `raw` is a stranger's and may be anything."""
    try:
        fields = decode_arrived(raw, "entry")
    except BadBatch:
        fields = None
    unread = not isinstance(fields, dict)
    return Stored(stream, seq, hlc, kind, subject, audience, {} if unread else fields, unread)


@dataclass(frozen=True, slots=True)
class NodeCount:
    """What is stored of one stream."""

    stream: Stream
    segments: int
    entries: int
    last_seq: int
    received_at: str


@dataclass(frozen=True, slots=True)
class SegmentBytes:
    """A stored segment as its node signed it; `aside`: none of its entries counts."""

    stream: Stream
    no: int
    raw: bytes
    aside: bool


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something kept out: which segment, why, since when."""

    stream: Stream
    no: int
    code: int
    why: str
    received_at: str


class NationalStore(Protocol):
    """Segments of every node, and the entries in them."""

    @property
    def server_epoch(self) -> bytes:
        """Eight bytes that change when this database was restored."""
        ...

    def begin_restored(self, epoch: bytes) -> None:
        """Go on as `epoch`: the database was put back from a copy."""
        ...

    def progress(self, stream: Stream) -> StreamProgress:
        """How far `stream` is; its `national` equals its `no`."""
        ...

    def take(
        self, envelope: SignedEnvelope, via: str, at: datetime, claims: Claims | None = None
    ) -> AppendResult:
        """Judge and store a verified segment that `via` brought. One that does not unpack, or
        whose entries say what `claims` do not, is kept whole in quarantine: no entry of it counts.
        """
        ...

    def contradicts(self, stream: Stream, no: int, mark: bytes, at: datetime) -> bool:
        """Whether a sender's segment `no` is another than the stored one; quarantined if so."""
        ...

    def share_used_up(self, node: str, at: datetime) -> bool:
        """Whether nothing more of `node` is taken on this day."""
        ...

    def usages(self, at: datetime) -> list[NodeUsage]:
        """What every node brought on the day of `at`."""
        ...

    def entries_for(self, audience: str) -> Iterator[Stored]:
        """Every entry of one audience, in order of stream and seq."""
        ...

    def segments(self) -> Iterator[SegmentBytes]:
        """Every stored segment, in order of stream and number."""
        ...

    def counts(self) -> list[NodeCount]:
        """Every stream with its numbers."""
        ...

    def quarantine(self) -> list[Quarantined]:
        """Everything kept out."""
        ...

    def answers(self, signer: AgencySigner) -> AnswerStore:
        """What agencies answered, on its way down; `signer` gives their keys."""
        ...

    def close(self) -> None: ...
