"""Journal file check: the journal in a database file that may be damaged.

`audit.py` walks entries; this also checks what holds them: pages, table, index, owner. Damage is
reported as the first entry that cannot be relied on, so that there is a number to report. Reads
only; runs beside the services.
"""

from __future__ import annotations

import re
from pathlib import Path

from sync.journal.audit import AuditResult, verify
from sync.journal.entry import COLUMNS, GENESIS
from sync.journal.journal import owner_of
from sync.store.database import Store, StoreDamaged, StoreFault

_TABLES = {
    "journal": COLUMNS,
    "journal_node": "only, node, db_epoch",
    "journal_head": "only, seq, hlc, hash",
}
_ROW = re.compile(r"\brow (\d+)\b")


def inspect(path: Path, node: str) -> AuditResult:
    """Verify `node`'s journal in the database at `path`, its pages and owner included.

    Raises `StoreFault` when there is no database or nobody ever wrote a journal in it, and
    `StoreDamaged` when the journal holds but the rest of the database cannot be opened.
    """
    elsewhere: StoreDamaged | None = None
    try:
        store = Store.read_only(path)
    except StoreDamaged as damaged:
        elsewhere = damaged
        try:
            store = Store.read_only(path, salvage=True)
        except StoreDamaged as worse:
            return _lost(worse.message)
    try:
        verdict = _inspected(store, node)
    except StoreDamaged as damaged:
        verdict = _lost(damaged.message)
    finally:
        store.close()
    if elsewhere is not None and verdict.first_bad is None:
        raise elsewhere
    return verdict


def has_journal(store: Store) -> bool:
    """Whether anything in `store` says that there is, or was, a journal."""
    return any(store.has_table(each) for each in _TABLES)


def _inspected(store: Store, node: str) -> AuditResult:
    if not has_journal(store):
        raise StoreFault(f"{store.path} holds no journal; start the node's services once.")
    for table, columns in _TABLES.items():
        found = store.all("SELECT name FROM pragma_table_info(?)", (table,))
        if ", ".join(row[0] for row in found) != columns:
            return AuditResult(0, GENESIS, 1, f"the table {table} is missing or cannot be read")
    owner = owner_of(store)
    if owner is None and not store.one("SELECT 1 FROM journal LIMIT 1"):
        return AuditResult(0, GENESIS)  # nobody has written yet
    verdict = verify(store, node)
    if owner is None or owner[0] != node:
        whose = "nobody" if owner is None else f"node {owner[0]}"
        reason = f"the database belongs to {whose}; put back this node's own"
        return AuditResult(verdict.entries, verdict.head, 1, reason)
    return verdict if verdict.first_bad is not None else _pages(store, verdict)


def _pages(store: Store, verdict: AuditResult) -> AuditResult:
    """The verdict on entries that hold, with what SQLite finds wrong around them."""
    problems = [str(row[0]) for row in store.all("PRAGMA integrity_check(journal)")]
    if problems == ["ok"]:
        return verdict
    rows = [int(found[1]) for each in problems if (found := _ROW.search(each))]
    first = min(rows, default=verdict.entries + 1)
    reason = f"its pages or index are damaged: {problems[0]}"
    return AuditResult(verdict.entries, verdict.head, first, reason)


def _lost(why: str) -> AuditResult:
    return AuditResult(0, GENESIS, 1, f"it cannot be read: {why}")
