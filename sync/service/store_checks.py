"""The doctor's checks of the node's database and journal. They read only."""

from __future__ import annotations

from contextlib import closing

from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.node.site import Node
from sync.faults import Fork
from sync.journal.audit import JournalFault, verify
from sync.journal.head_mark import MARK_FILE, HeadMark
from sync.journal.journal import owner_of
from sync.store.database import Store, StoreFault, version_problem

TAIL = 2_000
"""The doctor walks the newest entries; `huduma journal verify` walks all of them."""

WAL_BYTES_MAX = 64 * 1024 * 1024


def checks(node: Node) -> list[Check]:
    """The checks of `node`'s database."""
    return [
        Check("sqlite", _sqlite),
        Check("database", lambda: _database(node)),
        Check("journal", lambda: _journal(node)),
    ]


def _sqlite() -> Finding:
    problem = version_problem()
    if problem:
        text, _, remedy = problem.partition("; ")
        return unwell("sqlite", text, remedy, StoreFault.code)
    return well("sqlite", "a version without the WAL-reset fault")


def _database(node: Node) -> Finding:
    path = node.db_path
    if not path.exists():
        return well("database", "none yet: no service of this node has run")
    mode = path.stat().st_mode & 0o077
    if mode:
        text = f"{path} is open to others ({mode:o})"
        return unwell("database", text, f"chmod 600 {path}*", StoreFault.code)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size > WAL_BYTES_MAX:
        text = f"its log has grown to {wal.stat().st_size // 1_000_000} MB: somebody keeps reading"
        return unwell("database", text, "close tools that hold it open", StoreFault.code)
    with closing(Store.read_only(path)) as store:
        owner = owner_of(store)
    if owner is not None and owner[0] != node.name:
        text = f"{path} belongs to node {owner[0]}"
        return unwell("database", text, "put back this node's own database", JournalFault.code)
    return well("database", f"{path.stat().st_size // 1_000:,} kB")


def _journal(node: Node) -> Finding:
    if not node.db_path.exists():
        return well("journal", "none yet")
    with closing(Store.read_only(node.db_path)) as store:
        owner = owner_of(store)
        if owner is None:
            return well("journal", "none yet")
        if _put_back(node, store, owner[1]):
            text = f"{node.db_path} was put back from an older copy: its services do not start"
            remedy = (
                "stop this node's services, run huduma journal restore"
                f" --site {node.dir.parent} --node {node.name}, start them again"
            )
            return unwell("journal", text, remedy, Fork.code)
        verdict = verify(store, node.name, tail=TAIL)
    if verdict.first_bad is not None:
        text = f"entry {verdict.first_bad}: {verdict.reason}"
        remedy = "stop the node, keep its database and call the national desk"
        return unwell("journal", text, remedy, JournalFault.code)
    return well("journal", f"{verdict.entries:,} entries; the newest {TAIL:,} hold")


def _put_back(node: Node, store: Store, db_epoch: bytes) -> bool:
    """Whether this database is an older one than the node's services have seen."""
    end = store.one("SELECT seq FROM journal_head")
    return HeadMark(node.run_dir / MARK_FILE).ahead_of(db_epoch, int(end[0]) if end else 0)
