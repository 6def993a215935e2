"""Chain: whether a segment is the next of its stream. One rule for relay, national node and stick.

Pure: the stored end of the stream and a verified envelope in, an `AppendCheck` out. Ingest is
idempotent because a segment is known by (node, db_epoch, number) and hash, for ever: nothing
expires.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sync.batches.batch import SignedEnvelope, Stream
from sync.journal.journal import GENESIS

MARK_BYTES = 8
"""What two ends compare to see that "segment 7" is the same segment 7: the head of its hash."""


def short_hash(digest: bytes) -> bytes:
    """The mark of the segment with this hash."""
    return digest[:MARK_BYTES]


class AppendCheck(Enum):
    """What to do with a segment that has arrived."""

    NEXT = auto()
    """It follows what is stored: store it."""
    KNOWN = auto()
    """The very same segment is stored: acknowledge again."""
    GAP = auto()
    """Something before it is missing: ask for that."""
    FORK = auto()
    """It contradicts what is stored: quarantine, and tell a person."""
    LATER = auto()
    """It would be the next, but its node has brought its share of the day: not stored; the node
    keeps it and offers it again."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The stored end of a stream: its last segment's number and hash, the last journal entry in
    it, and the hash of that entry (None where nobody has unpacked the segment).
    """

    no: int
    hash: bytes
    last: int
    head: bytes | None


START = Tail(0, GENESIS, 0, None)
"""The end of a stream of which nothing is stored."""


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """How far a stream is: stored here up to `no`, whose segment has `mark`, and at the national
    node up to `national`.
    """

    stream: Stream
    no: int
    mark: bytes
    national: int


@dataclass(frozen=True, slots=True)
class AppendResult:
    """What became of a segment; `progress` is the stream's afterwards."""

    verdict: AppendCheck
    progress: StreamProgress


def check_append(tail: Tail, stored_hash: bytes | None, envelope: SignedEnvelope) -> AppendCheck:
    """The verdict on `envelope`. `stored_hash` is that of the stored segment of the same number."""
    if envelope.no <= tail.no:
        return AppendCheck.KNOWN if stored_hash == envelope.hash else AppendCheck.FORK
    if envelope.no > tail.no + 1:
        return AppendCheck.GAP
    # A restored database's first segment starts where its journal stood (PROTOCOL.md, "Epochs").
    starts = tail.no == 0 or envelope.first == tail.last + 1
    follows = envelope.prev_segment == tail.hash and starts
    chained = tail.head is None or envelope.prev_entry == tail.head
    return AppendCheck.NEXT if follows and chained else AppendCheck.FORK
