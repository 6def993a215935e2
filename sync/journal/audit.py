"""Audit: verifies a journal's chain, and that its projections agree with it.

`verify` walks the chain from entry 1 to the head in one snapshot and names the first entry that
does not hold, and why. It needs no key and changes nothing, so it runs beside the services. What
it cannot see: a tail removed together with a rewritten head; that is found by the next node, which
holds the signed batches. `rebuild` makes every projection again in one transaction and compares;
it keeps what differs only when asked to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from provisioning.faults import Fault
from sync.journal.entry import COLUMNS, GENESIS, Projection, chain_hash, entry_of
from sync.journal.erase import ERASABLE, ERASED
from sync.store.database import Row, Store, StoreDamaged, Transaction

_FIRST = -(2**63)  # SQLite's smallest: an entry put in before the first is seen too
_TYPES: tuple[tuple[str, type[Any]], ...] = (
    ("seq", int),
    ("hlc", int),
    ("kind", str),
    ("subject", bytes),
    ("audience", str),
    ("body", bytes),
    ("prev", bytes),
    ("hash", bytes),
)


class JournalFault(Fault):
    """The journal does not verify: an entry was altered, removed or inserted."""

    code = 40


class _Differs(Exception):
    """A rebuilt projection is not equal: roll the rebuild back."""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What `verify` found: `first_bad` and `reason` when something is wrong, else None and ''."""

    entries: int
    head: bytes
    first_bad: int | None = None
    reason: str = ""


def verify(store: Store, node: str, *, tail: int | None = None) -> AuditResult:
    """Walk the chain of `node`'s journal in `store`: all of it, or its newest `tail` entries."""
    with store.snapshot():
        seq, stamp, prev = _start(store, tail)
        try:
            for row in _rows(store, seq + 1 if seq else _FIRST):
                reason = _problem(row, node, seq + 1, stamp, prev)
                if reason:
                    return AuditResult(seq, prev, seq + 1, reason)
                seq, stamp, prev = row[0], row[1], row[7]
            kept = store.has_table("journal_head")
            head = store.one("SELECT seq, hlc, hash FROM journal_head") if kept else None
        except StoreDamaged as damaged:
            return AuditResult(seq, prev, seq + 1, f"it cannot be read: {damaged.message}")
    reason = _head_problem(head, seq, stamp, prev)
    if reason:
        # An entry beyond the head was put in by somebody; one short of it is missing.
        beyond = head is not None and type(head[0]) is int and 0 <= head[0] < seq
        first_bad = int(head[0]) + 1 if beyond and head else seq + 1
        return AuditResult(seq, prev, first_bad, reason)
    return AuditResult(seq, prev)


def _rows(store: Store, start: int) -> Iterator[Row]:
    """Rows from seq `start` on; of an unreadable stretch, every readable row before it."""
    try:
        for row in store.each(
            f"SELECT {COLUMNS} FROM journal WHERE seq >= ? ORDER BY seq",  # noqa: S608 - constants
            (start,),
        ):
            start = row[0] + 1
            yield row
    except StoreDamaged:
        # SQLite's binding reads one row ahead: go on singly, to name the right entry.
        one = f"SELECT {COLUMNS} FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1"  # noqa: S608 - constants
        while (single := store.one(one, (start,))) is not None:
            start = single[0] + 1
            yield single


def _start(store: Store, tail: int | None) -> tuple[int, int, bytes]:
    """The seq, time and hash to walk on from: the beginning, or the entry before the tail."""
    if tail is not None:
        row = store.one(
            "SELECT seq, hlc, hash FROM journal WHERE seq <= (SELECT max(seq) FROM journal) - ?"
            " ORDER BY seq DESC LIMIT 1",
            (tail,),
        )
        if row is not None and [type(each) for each in row] == [int, int, bytes]:
            return int(row[0]), int(row[1]), bytes(row[2])
    return 0, 0, GENESIS


def _problem(row: Row, node: str, expected: int, last: int, prev: bytes) -> str:
    """Why the entry in `row` does not follow, or an empty string."""
    for value, (name, kind) in zip(row, _TYPES, strict=True):
        if type(value) is not kind:
            return f"its {name} is no longer {kind.__name__}"
    seq, stamp, kind, subject, audience, body, stored_prev, stored = row
    if seq != expected:
        return f"it is missing; the next one is {seq}"
    if stored_prev != prev:
        return "it does not follow the entry before it"
    erased = body == ERASED and kind in ERASABLE  # the chain goes on through its hash
    if not erased and stored != chain_hash(prev, node, seq, stamp, kind, subject, audience, body):
        return "it was altered"
    if stamp <= last:
        return "its time goes back"
    return ""


def _head_problem(head: Row | None, seq: int, stamp: int, digest: bytes) -> str:
    if head is None:
        return "the head of the journal is missing"
    if head[0] != seq:
        return f"the head says {head[0]} entries, there are {seq}"
    if head[2] != digest:
        return "the head does not name the last entry"
    if type(head[1]) is not int or head[1] < stamp:
        return "the clock of the head goes back"
    return ""


def rebuild(
    store: Store, node: str, projections: Sequence[Projection], *, keep: bool = False
) -> dict[str, bool]:
    """Fold the journal into every projection again; per table, whether it came out equal.

    Unless everything is equal, or `keep` is set, the tables are left as they were. Raises
    `JournalFault` when the journal does not verify. Other processes wait while it runs.
    """
    verdict = verify(store, node)
    if verdict.first_bad is not None:
        msg = f"Entry {verdict.first_bad}: {verdict.reason}; nothing is rebuilt from it."
        raise JournalFault(msg)
    equal: dict[str, bool] = {}
    tables = [table for each in projections for table in each.tables]
    with suppress(_Differs), store.transaction() as tx:
        tx.execute("PRAGMA defer_foreign_keys=ON")
        for table in tables:
            tx.execute(f"CREATE TEMP TABLE was_{table} AS SELECT * FROM main.{table}")  # noqa: S608 - our own names
        for table in reversed(tables):
            tx.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own names
        for row in tx.each(f"SELECT {COLUMNS} FROM journal ORDER BY seq"):  # noqa: S608 - constants
            entry = entry_of(node, row)
            for projection in projections:
                projection.apply(tx, entry)
        for table in tables:
            equal[table] = _same(tx, table)
        for table in tables:
            tx.execute(f"DROP TABLE temp.was_{table}")
        if not (keep or all(equal.values())):
            raise _Differs
    return equal


def _same(tx: Transaction, table: str) -> bool:
    """Whether `table` holds the rows it held before, however they are ordered."""
    counts = tx.one(f"SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM was_{table})")  # noqa: S608
    assert counts is not None
    new = tx.one(f"SELECT * FROM {table} EXCEPT SELECT * FROM was_{table} LIMIT 1")  # noqa: S608 - our own names
    gone = tx.one(f"SELECT * FROM was_{table} EXCEPT SELECT * FROM {table} LIMIT 1")  # noqa: S608 - our own names
    return counts[0] == counts[1] and new is None and gone is None
