"""Journal: every fact a citizen or an officer was told, in order. Knows nothing of ZeroMQ.

Rules (design D1):
- `append` runs inside the caller's transaction, together with the projections it changes:
  either both are on disk or neither is.
- `seq` is gapless per node and starts at 1.
- `hash` is SHA-256 over (previous hash, canonical CBOR of the entry): one altered, missing or
  inserted byte anywhere breaks the chain at a nameable entry.
- `hlc` is a hybrid logical clock (Kulkarni et al. 2014): 48 bits of Unix milliseconds, 16 bits
  of counter; it never goes back and merges with what arrives from other nodes.
- A projection is a fold of the journal: `rebuild` makes it again from entry 1.
Nothing else moves between nodes; sync copies journals.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import cbor2

from provisioning.clock import Clock
from provisioning.faults import Fault
from sync.store import MigrationSet, Row, Store, Transaction

GENESIS = bytes(32)

JOURNAL_TABLES = MigrationSet(
    "journal",
    (
        """CREATE TABLE journal (
            seq INTEGER PRIMARY KEY,
            hlc INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            audience TEXT NOT NULL,
            body BLOB NOT NULL,
            prev BLOB NOT NULL,
            hash BLOB NOT NULL
        );
        CREATE INDEX journal_subject ON journal (subject);
        CREATE TABLE journal_node (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL
        )""",
    ),
)


class JournalFault(Fault):
    """The journal does not verify: an entry was altered, removed or inserted."""

    code = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `audience` says who may read the body once it leaves the node:
    `site` (never leaves the centre), `national`, or `agency:CODE` (body already sealed).
    """

    node: str
    seq: int
    hlc: int
    kind: str
    subject: UUID
    audience: str
    body: Mapping[str, Any]
    prev: bytes
    hash: bytes


class Projection(Protocol):
    """A table (or several) that is a fold of the journal."""

    tables: Sequence[str]

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Change the projection's tables for `entry`; ignore kinds that do not concern it."""
        ...


def encode_body(body: Mapping[str, Any]) -> bytes:
    """Deterministic CBOR (RFC 8949 section 4.2) of an entry body."""
    encoded: bytes = cbor2.dumps(dict(body), canonical=True)
    return encoded


def chain_hash(
    prev: bytes,
    node: str,
    seq: int,
    hlc: int,
    kind: str,
    subject: bytes,
    audience: str,
    body: bytes,
) -> bytes:
    """SHA-256 over the previous hash and the canonical CBOR array of the entry's fields."""
    fields = cbor2.dumps([node, seq, hlc, kind, subject, audience, body], canonical=True)
    return hashlib.sha256(prev + fields).digest()


class Journal:
    """One node's journal over its store. Several processes of the node may each hold one."""

    def __init__(
        self,
        store: Store,
        node: str,
        clock: Clock,
        projections: Sequence[Projection] = (),
        *,
        db_epoch: bytes = bytes(8),
    ) -> None:
        self.store = store
        self.node = node
        self._clock = clock
        self._projections = tuple(projections)
        with store.transaction() as tx:
            tx.execute("INSERT OR IGNORE INTO journal_node VALUES (1, ?, ?)", (node, db_epoch))
        row = store.one("SELECT node, db_epoch FROM journal_node")
        assert row is not None
        assert row[0] == node, f"this database belongs to {row[0]}, not to {node}"
        self.db_epoch = bytes(row[1])

    def append(
        self,
        tx: Transaction,
        kind: str,
        subject: UUID,
        body: Mapping[str, Any],
        *,
        audience: str = "site",
    ) -> Entry:
        """Append a fact in `tx` and fold it into every projection; the new entry."""
        last = tx.one("SELECT seq, hlc, hash FROM journal ORDER BY seq DESC LIMIT 1")
        seq, last_hlc, prev = (
            (int(last[0]) + 1, int(last[1]), bytes(last[2]))
            if last
            else (
                1,
                0,
                GENESIS,
            )
        )
        hlc = max(int(self._clock.now().timestamp() * 1000) << 16, last_hlc + 1)
        raw = encode_body(body)
        digest = chain_hash(prev, self.node, seq, hlc, kind, subject.bytes, audience, raw)
        tx.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, hlc, kind, subject.bytes, audience, raw, prev, digest),
        )
        entry = Entry(self.node, seq, hlc, kind, subject, audience, dict(body), prev, digest)
        for projection in self._projections:
            projection.apply(tx, entry)
        return entry

    def entries(self, *, after: int = 0, limit: int = 1_000_000) -> Iterator[Entry]:
        """Entries with seq > `after`, in order."""
        for row in self.store.each(
            "SELECT seq, hlc, kind, subject, audience, body, prev, hash FROM journal"
            " WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        ):
            yield self._entry(row)

    def last_seq(self) -> int:
        """The newest entry's sequence number; 0 for an empty journal."""
        row = self.store.one("SELECT max(seq) FROM journal")
        return int(row[0] or 0) if row else 0

    def first_bad(self) -> int | None:
        """The seq of the first entry that breaks the chain, or None when all of it holds."""
        prev, expected = GENESIS, 1
        for row in self.store.each(
            "SELECT seq, hlc, kind, subject, audience, body, prev, hash FROM journal ORDER BY seq"
        ):
            seq, hlc, kind, subject, audience, body, stored_prev, stored = row
            digest = chain_hash(
                prev, self.node, expected, hlc, kind, bytes(subject), audience, bytes(body)
            )
            if seq != expected or bytes(stored_prev) != prev or bytes(stored) != digest:
                return expected
            prev, expected = digest, expected + 1
        return None

    def rebuild(self) -> dict[str, bool]:
        """Make every projection again from entry 1; per table, whether it came out equal."""
        equal: dict[str, bool] = {}
        with self.store.transaction() as tx:
            for projection in self._projections:
                before = {table: _dump(tx, table) for table in projection.tables}
                for table in reversed(projection.tables):
                    tx.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
                for row in tx.all(
                    "SELECT seq, hlc, kind, subject, audience, body, prev, hash"
                    " FROM journal ORDER BY seq"
                ):
                    projection.apply(tx, self._entry(row))
                for table in projection.tables:
                    equal[table] = _dump(tx, table) == before[table]
        return equal

    def _entry(self, row: Row) -> Entry:
        seq, hlc, kind, subject, audience, body, prev, digest = row
        return Entry(
            self.node,
            seq,
            hlc,
            kind,
            UUID(bytes=bytes(subject)),
            audience,
            cbor2.loads(bytes(body)),
            bytes(prev),
            bytes(digest),
        )


def _dump(tx: Transaction, table: str) -> list[Row]:
    rows = tx.all(f"SELECT * FROM {table}")  # noqa: S608 - our own table names
    return sorted(rows, key=repr)
