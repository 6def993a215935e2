"""Which tables a node's database has, by role, and which of them are a fold of its journal.

Those of a kiosk are looked up when they are wanted: a centre loads nothing of a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.centre.api.tokens import TOKEN_TABLES
from kiosk.centre.cases import CENTRE_CASE_TABLES
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from provisioning.clock import Clock
from provisioning.ids import SystemIds
from provisioning.node.site import Node
from sync.faults import Fork
from sync.journal.entry import Projection
from sync.journal.head_mark import MARK_FILE, HeadMark
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import PATIENCE_MS, MigrationSet, Store

_CENTRE_TABLES = (JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES, TOKEN_TABLES)


def tables_of(role: str) -> Sequence[MigrationSet]:
    """The tables of a node of `role`."""
    if role == "centre":
        return _CENTRE_TABLES
    if role not in {"kiosk", "van"}:
        return (JOURNAL_TABLES,)
    from kiosk.node.kiosk_tables import KIOSK_TABLES  # noqa: PLC0415 - not for a centre

    return (*KIOSK_TABLES, LINE_TABLES, TOKEN_TABLES) if role == "van" else KIOSK_TABLES


def projections(role: str) -> Sequence[Projection]:
    """Every table of a node of `role` that is a fold of its journal."""
    if role == "centre":
        return (WaitingLine(),)
    if role not in {"kiosk", "van"}:
        return ()
    from kiosk.node.kiosk_tables import kiosk_projections  # noqa: PLC0415 - not for a centre

    return (*kiosk_projections(), WaitingLine()) if role == "van" else kiosk_projections()


def open_node_database(
    node: Node,
    clock: Clock | None = None,
    *,
    notify: Callable[[], None] | None = None,
    patience_ms: int = PATIENCE_MS,
    restored: bool = False,
) -> NodeDatabase:
    """The node's database and journal; raises `StoreFault`, `JournalFault`, and `Fork` for an older
    copy that was put back, unless it is opened to be `restored`.

    `notify` is called after each commit: the doorbell of a node that runs.
    """
    ticking = clock or node.clock()
    ids = SystemIds(ticking)
    tables = tables_of(node.role)
    store = Store.open(
        node.proven_db_path,
        tables,
        strict=node.settings.node.field,
        notify=notify,
        patience_ms=patience_ms,
    )
    journal = Journal(store, node.name, ticking, projections(node.role), db_epoch=ids.token(8))
    if not restored:
        try:
            head_mark(node).check(journal, restore_command(node))
        except Fork:
            store.close()
            raise
    return NodeDatabase(store, journal, ticking, ids)


def head_mark(node: Node) -> HeadMark:
    """Where the node's services note how far its journal is."""
    return HeadMark(node.run_dir / MARK_FILE)


def restore_command(node: Node) -> str:
    """What a person does about a database that was put back."""
    return (
        "stop this node's services and run huduma journal restore"
        f" --site {node.dir.parent} --node {node.name}."
    )
