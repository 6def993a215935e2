"""Outbox: a node's own journal as segments, and how far they are acknowledged.

A segment is built from committed entries in a transaction of its own, numbered and chained, and
never changed; its bytes are kept until the national node has acknowledged them. What was
acknowledged is a table here, not an entry of the journal. Entries for `site` alone make no
segment: they wait until something shared follows them.

A database that was put back has a new epoch and goes on in a new stream. What the national node
had of an earlier epoch by then is still offered: its own database may be put back too, and only
this journal can fill it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.batches.batch import SITE, SPAN_MAX, Fact, Stream, build
from sync.batches.chain import START, StreamProgress, Tail, short_hash
from sync.faults import Fork
from sync.journal.erase import erased_between
from sync.journal.journal import GENESIS
from sync.store.database import MigrationSet, Row, Store, Transaction

OUTBOX_TABLES = MigrationSet(
    "outbox",
    (
        """CREATE TABLE outbox_segment (
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            hash BLOB NOT NULL,
            size INTEGER NOT NULL,
            bytes BLOB,
            PRIMARY KEY (db_epoch, no)
        );
        CREATE TABLE outbox_ack (
            db_epoch BLOB NOT NULL,
            level TEXT NOT NULL CHECK (level IN ('stored', 'national')),
            no INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (db_epoch, level)
        );
        CREATE TABLE outbox_link (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            heard_at TEXT,
            down INTEGER NOT NULL,
            bytes_sent INTEGER NOT NULL,
            fault INTEGER NOT NULL
        );
        INSERT INTO outbox_link VALUES (1, NULL, 1, 0, 0)""",
    ),
)
BODY_BYTES_MAX = 256 << 10
"""A segment closes when its bodies reach this; one larger entry makes a segment of its own."""
_URGENT = "agency:"


class Outbox:
    """The segments of one node's own journal; a source of the uplink."""

    def __init__(self, store: Store, stream: Stream, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._stream = stream
        self._key = key

    def close_segment(
        self, *, entries_max: int, young: range | None, line_free: bool, carried: bool = False
    ) -> bool:
        """Make the next segment when there is reason; True when one was made.

        Enough shared entries are always a reason. With `line_free` (upstream is there) and no
        earlier segment under way, so are one entry sealed to an agency, since a citizen waits
        for "sent", and one outside `young`, the hybrid logical clock values of the last moments
        (None: any). A value after them was given while the clock was ahead. While a segment is
        under way or the line is down, entries gather: fewer, larger segments cost fewer bytes.
        `carried`: a stick is here, everything goes now.
        """
        tail = self._tail()
        shared = self._store.all(
            "SELECT seq, hlc, audience, length(body) FROM journal"
            " WHERE seq > ? AND audience <> 'site' ORDER BY seq LIMIT ?",
            (tail.last, entries_max),
        )
        if not shared:
            return False
        urgent = any(audience.startswith(_URGENT) for _, _, audience, _ in shared)
        old = young is None or shared[0][1] not in young
        free = line_free and self._acked("stored") >= tail.no
        if len(shared) < entries_max and not carried and not (free and (urgent or old)):
            return False
        last = min(_last_that_fits(shared), tail.last + SPAN_MAX)
        facts = self._facts(tail.last + 1, last)
        raw = build(self._key, self._stream, tail.no + 1, tail.hash, tail.head or GENESIS, facts)
        entries = sum(fact.audience != SITE for fact in facts)
        digest = hashlib.sha256(raw).digest()
        row = (
            self._stream.db_epoch,
            tail.no + 1,
            facts[0].seq,
            last,
            entries,
            digest,
            len(raw),
            raw,
        )
        with self._store.transaction() as tx:
            # A service and a stick may both close: the one that comes second looks again.
            if not tx.one("SELECT 1 FROM outbox_segment WHERE db_epoch = ? AND no = ?", row[:2]):
                tx.execute("INSERT INTO outbox_segment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return True

    def offers(self) -> list[StreamProgress]:
        """Our own stream, up to its newest segment, and those of earlier epochs."""
        tail = self._tail()
        mark = short_hash(tail.hash)
        own = StreamProgress(self._stream, tail.no, mark, self._acked("national"))
        return [own, *self._earlier()]

    def settled(self) -> list[StreamProgress]:
        """None beside `offers`: a relay between does not tell when the national node was put back,
        so our own streams are offered always.
        """
        return []

    def waiting(self) -> int:
        """Shared entries that the national node has not acknowledged."""
        return waiting_entries(self._store)

    def raw(self, stream: Stream, no: int) -> bytes | None:
        """The bytes of segment `no`: kept until the national node has them, and made again from
        the journal should it ask once more (its database was restored). None when they cannot
        be had, as when what they held was erased here after its time.
        """
        row = self._store.one(
            "SELECT bytes, hash, first, last FROM outbox_segment WHERE db_epoch = ? AND no = ?",
            (stream.db_epoch, no),
        )
        if stream.node != self._stream.node or row is None:
            return None
        if row[0] is not None:
            return bytes(row[0])
        if erased_between(self._store, row[2], row[3]):
            return None
        before = self._store.one(
            "SELECT hash FROM outbox_segment WHERE db_epoch = ? AND no = ?",
            (stream.db_epoch, no - 1),
        )
        entry = self._store.one("SELECT hash FROM journal WHERE seq = ?", (row[2] - 1,))
        raw = build(
            self._key,
            stream,
            no,
            bytes(before[0]) if before else GENESIS,
            bytes(entry[0]) if entry else GENESIS,
            self._facts(row[2], row[3]),
        )
        # Another zstd may compress otherwise; what was signed once is never sent in two forms.
        return raw if hashlib.sha256(raw).digest() == bytes(row[1]) else None

    def acked(self, claimed: StreamProgress, at: datetime, *, fresh: bool = False) -> bool:
        """Note an acknowledgement; True when it said anything new. Raises `Fork` when upstream
        has another segment of that number, or one that was never made here. What upstream lost
        again is made anew from the journal, whenever it asks.
        """
        del fresh
        if claimed.stream.node != self._stream.node:
            return False
        if claimed.stream != self._stream:
            return self._acked_earlier(claimed)
        if claimed.no and self._mark(claimed.no) != claimed.mark:
            msg = (
                f"Upstream has another batch {claimed.no} of this node: this database is a copy or"
                " was restored; stop the node and run huduma journal restore."
            )
            raise Fork(msg)
        news = (("stored", claimed.no), ("national", min(claimed.national, claimed.no)))
        changed = [(level, number) for level, number in news if number > self._acked(level)]
        if changed:
            with self._store.transaction() as tx:
                for level, number in changed:
                    _note(tx, self._stream.db_epoch, level, number, at)
        return bool(changed)

    def _earlier(self) -> list[StreamProgress]:
        """What the national node had of earlier epochs when this database was copied; what came
        after it travels in our own stream.
        """
        rows = self._store.all(
            "SELECT db_epoch, no, hash FROM outbox_segment JOIN outbox_ack USING (db_epoch, no)"
            " WHERE level = 'national' AND db_epoch <> ?",
            (self._stream.db_epoch,),
        )
        return [
            StreamProgress(
                Stream(self._stream.node, bytes(row[0])), row[1], short_hash(row[2]), row[1]
            )
            for row in rows
        ]

    def _acked_earlier(self, claimed: StreamProgress) -> bool:
        """Never news: upstream may have more of an earlier epoch than this copy knows."""
        mark = self._mark(claimed.no, claimed.stream.db_epoch)
        if mark is not None and mark != claimed.mark:
            raise Fork(f"Upstream has another batch {claimed.no} of an earlier epoch of this node.")
        return False

    def _mark(self, no: int, db_epoch: bytes | None = None) -> bytes | None:
        row = self._store.one(
            "SELECT hash FROM outbox_segment WHERE db_epoch = ? AND no = ?",
            (db_epoch or self._stream.db_epoch, no),
        )
        return short_hash(bytes(row[0])) if row else None

    def _acked(self, level: str) -> int:
        row = self._store.one(
            "SELECT no FROM outbox_ack WHERE db_epoch = ? AND level = ?",
            (self._stream.db_epoch, level),
        )
        return int(row[0]) if row else 0

    def _tail(self) -> Tail:
        row = self._store.one(
            "SELECT no, hash, last FROM outbox_segment WHERE db_epoch = ? ORDER BY no DESC LIMIT 1",
            (self._stream.db_epoch,),
        )
        # A restored database has a new epoch: its stream starts after what an earlier epoch
        # is known to have brought to the national node.
        no, digest, last = row or (START.no, START.hash, sent_to(self._store))
        head = self._store.one("SELECT hash FROM journal WHERE seq = ?", (last,))
        return Tail(int(no), bytes(digest), int(last), bytes(head[0]) if head else GENESIS)

    def _facts(self, first: int, last: int) -> list[Fact]:
        rows = self._store.all(
            "SELECT seq, hlc, kind, subject, audience, body, hash FROM journal"
            " WHERE seq BETWEEN ? AND ? ORDER BY seq",
            (first, last),
        )
        return [_fact(row) for row in rows]


def _last_that_fits(shared: Sequence[Row]) -> int:
    """The seq of the last shared entry before the bodies grow too many; at least the first."""
    size, last = 0, int(shared[0][0])
    for seq, _, _, length in shared:
        size += length
        if size > BODY_BYTES_MAX and seq != shared[0][0]:
            break
        last = int(seq)
    return last


def _note(tx: Transaction, db_epoch: bytes, level: str, no: int, at: datetime) -> None:
    tx.execute(
        "INSERT INTO outbox_ack VALUES (?, ?, ?, ?)"
        " ON CONFLICT (db_epoch, level) DO UPDATE SET no = excluded.no, at = excluded.at",
        (db_epoch, level, no, at.isoformat()),
    )
    if level == "national":
        tx.execute(
            "UPDATE outbox_segment SET bytes = NULL WHERE db_epoch = ? AND no <= ?", (db_epoch, no)
        )


def _fact(row: Row) -> Fact:
    seq, stamp, kind, subject, audience, body, digest = row
    identity = UUID(bytes=bytes(subject))
    return Fact(seq, stamp, kind, identity, audience, bytes(body), bytes(digest))


def waiting_entries(store: Store) -> int:
    """Shared entries of a node's own journal that the national node has not acknowledged."""
    row = store.one(
        "SELECT count(*) FROM journal WHERE audience <> 'site' AND seq > ?", (sent_to(store),)
    )
    return int(row[0]) if row else 0


def sent_to(store: Store) -> int:
    """The last journal entry that the national node has acknowledged, in any epoch."""
    row = store.one(
        "SELECT coalesce(max(last), 0) FROM outbox_segment JOIN outbox_ack USING (db_epoch, no)"
        " WHERE level = 'national'"
    )
    return int(row[0]) if row else 0
