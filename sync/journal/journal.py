"""Journal: every fact a citizen or an officer was told, in order. Independent of transports.

Rules (design D1):
- `append` runs inside the caller's transaction, together with the projections it changes: either
  both are on disk or neither is.
- `seq` is gapless per node and starts at 1.
- `hash` is SHA-256 over (previous hash, canonical CBOR of the entry): one altered, missing or
  inserted byte anywhere breaks the chain at a nameable entry. `journal_head` holds the newest
  entry's seq and hash, written in the same transaction, so a missing tail is found too.
- `hlc` is a hybrid logical clock (see `hlc`); it never goes back and merges with what arrives from
  other nodes through `observe`.
- Every kind is a row of `kinds.py`, with its audience and the fields of its body.
- A projection is a fold of the journal: `rebuild` makes it again from entry 1.
Nothing else moves between nodes; sync copies journals. Checking a journal is `audit.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from provisioning.clock import Clock
from sync.journal import audit, hlc
from sync.journal.audit import JournalFault
from sync.journal.entry import (
    COLUMNS,
    GENESIS,
    Entry,
    Projection,
    chain_hash,
    encode_body,
    entry_of,
)
from sync.journal.kinds import KINDS, EntryKind
from sync.store.database import MigrationSet, Store, Transaction

__all__ = [
    "GENESIS",
    "JOURNAL_TABLES",
    "Entry",
    "Journal",
    "JournalFault",
    "Projection",
    "chain_hash",
    "encode_body",
    "owner_of",
]

_PAGE = 500

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
        );
        CREATE TABLE journal_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            seq INTEGER NOT NULL,
            hlc INTEGER NOT NULL,
            hash BLOB NOT NULL
        )""",
    ),
)


def owner_of(store: Store) -> tuple[str, bytes] | None:
    """The node and database epoch a database belongs to; None when nobody wrote in it yet."""
    if not store.has_table("journal_node"):
        return None
    row = store.one("SELECT node, db_epoch FROM journal_node")
    return (str(row[0]), bytes(row[1])) if row else None


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
        kinds: Mapping[str, EntryKind] = KINDS,
    ) -> None:
        """`db_epoch` (8 random bytes) is used when the database is new; raises `JournalFault`
        when the database is another node's.
        """
        self.store = store
        self.node = node
        self._clock = clock
        self._projections = tuple(projections)
        self._kinds = kinds
        if owner_of(store) is None:
            with store.transaction() as tx:
                tx.execute("INSERT OR IGNORE INTO journal_node VALUES (1, ?, ?)", (node, db_epoch))
                tx.execute("INSERT OR IGNORE INTO journal_head VALUES (1, 0, 0, ?)", (GENESIS,))
        owner = owner_of(store)
        assert owner is not None
        if owner[0] != node:
            msg = f"{store.path} belongs to node {owner[0]}, not to {node}; name the right one."
            raise JournalFault(msg)
        self.db_epoch = owner[1]

    def append(
        self,
        tx: Transaction,
        kind: str,
        subject: UUID,
        body: Mapping[str, Any],
        *,
        audience: str | None = None,
    ) -> Entry:
        """Append a fact in `tx` and fold it into every projection; the new entry.

        The audience is the kind's own; a kind sealed to an agency needs `agency:CODE`.
        """
        row = self._kinds.get(kind)
        assert row is not None, f"{kind} stands in no row of sync/journal/kinds.py"
        assert row.fields.issuperset(body), f"{kind} has no {set(body) - row.fields}"
        audience = audience or row.audience
        assert row.admits(audience), f"{kind} is for {row.audience}, not for {audience}"
        head = tx.one("SELECT seq, hlc, hash FROM journal_head")
        assert head is not None
        seq, prev = int(head[0]) + 1, bytes(head[2])
        stamp = hlc.tick(int(head[1]), self._clock.now())
        raw = encode_body(body)
        digest = chain_hash(prev, self.node, seq, stamp, kind, subject.bytes, audience, raw)
        tx.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, stamp, kind, subject.bytes, audience, raw, prev, digest),
        )
        tx.execute("UPDATE journal_head SET seq = ?, hlc = ?, hash = ?", (seq, stamp, digest))
        entry = Entry(self.node, seq, stamp, kind, subject, audience, dict(body), prev, digest)
        for projection in self._projections:
            projection.apply(tx, entry)
        return entry

    def observe(self, tx: Transaction, remote_hlc: int) -> bool:
        """Merge a timestamp that came from another node: what is appended next comes after it.

        False when it is too far ahead of our clock to be true; then nothing changes.
        """
        row = tx.one("SELECT hlc FROM journal_head")
        assert row is not None
        merged = hlc.merge(int(row[0]), remote_hlc, self._clock.now())
        if merged is None:
            return False
        tx.execute("UPDATE journal_head SET hlc = ?", (merged,))
        return True

    def renew_epoch(self, tx: Transaction, db_epoch: bytes) -> None:
        """Start a new database epoch: this database was restored from a copy."""
        assert len(db_epoch) == 8
        tx.execute("UPDATE journal_node SET db_epoch = ?", (db_epoch,))
        self.db_epoch = db_epoch

    def entries(self, *, after: int = 0, limit: int = 1_000_000) -> Iterator[Entry]:
        """Entries with seq > `after`, in order; read in pages, so writing between is allowed."""
        while limit > 0:
            rows = self.store.all(
                f"SELECT {COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - constants
                (after, min(limit, _PAGE)),
            )
            for row in rows:
                yield entry_of(self.node, row)
            if len(rows) < _PAGE:
                return
            after, limit = int(rows[-1][0]), limit - len(rows)

    def about(self, subject: UUID) -> list[Entry]:
        """Every entry about `subject`, in order."""
        rows = self.store.all(
            f"SELECT {COLUMNS} FROM journal WHERE subject = ? ORDER BY seq",  # noqa: S608 - constants
            (subject.bytes,),
        )
        return [entry_of(self.node, row) for row in rows]

    def last_seq(self) -> int:
        """The newest entry's sequence number; 0 for an empty journal."""
        row = self.store.one("SELECT seq FROM journal_head")
        return int(row[0]) if row else 0

    def first_bad(self) -> int | None:
        """The seq of the first entry that breaks the chain, or None when all of it holds."""
        return audit.verify(self.store, self.node).first_bad

    def rebuild(self, *, keep: bool = False) -> dict[str, bool]:
        """Make every projection again from entry 1; per table, whether it came out equal.

        What differs is kept only with `keep`. Raises `JournalFault` when the journal itself does
        not verify: nothing is rebuilt from a broken one.
        """
        return audit.rebuild(self.store, self.node, self._projections, keep=keep)

    @property
    def projections(self) -> tuple[Projection, ...]:
        """What this journal is folded into."""
        return self._projections
