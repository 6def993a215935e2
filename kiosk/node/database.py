"""Which tables a node's database has, by role, and which of them are a fold of its journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.adapters.case_status import CASE_TABLES, CaseAnswers
from kiosk.adapters.drafts import RESUME_TABLES
from kiosk.adapters.feedback import FEEDBACK_RECEIPTS, FEEDBACK_TABLES
from kiosk.adapters.references import REFERENCE_TABLES
from kiosk.adapters.retention import RETENTION_TABLES
from kiosk.adapters.staff_call import STAFF_CALL_TABLES, StaffCalls
from kiosk.adapters.submissions import FORM_RECEIPTS, FORM_TABLES
from kiosk.centre.api.tokens import TOKEN_TABLES
from kiosk.centre.cases import CENTRE_CASE_TABLES
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.ticketing.ticket_table import TICKET_TABLES, TicketTable
from peripherals.device_loop.status_table import EQUIPMENT_TABLES
from peripherals.printing.spool import SPOOL_TABLES
from peripherals.sms.queue import SMS_TABLES
from provisioning.clock import Clock
from provisioning.ids import SystemIds
from provisioning.node.site import Node
from sync.faults import Fork
from sync.journal.entry import Projection
from sync.journal.head_mark import MARK_FILE, HeadMark
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import PATIENCE_MS, MigrationSet, Store

_KIOSK_TABLES = (
    JOURNAL_TABLES,
    TICKET_TABLES,
    FORM_TABLES,
    CASE_TABLES,
    FEEDBACK_TABLES,
    REFERENCE_TABLES,
    STAFF_CALL_TABLES,
    RETENTION_TABLES,
    RESUME_TABLES,
    SPOOL_TABLES,
    EQUIPMENT_TABLES,
    SMS_TABLES,
)
_TABLES: dict[str, tuple[MigrationSet, ...]] = {
    "kiosk": _KIOSK_TABLES,
    "centre": (JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES, TOKEN_TABLES),
    "van": (*_KIOSK_TABLES, LINE_TABLES, TOKEN_TABLES),
}


def projections(role: str) -> Sequence[Projection]:
    """Every table of a node of `role` that is a fold of its journal."""
    kiosk: tuple[Projection, ...] = (
        TicketTable(),
        FORM_RECEIPTS,
        FEEDBACK_RECEIPTS,
        CaseAnswers(),
        StaffCalls(),
    )
    found: dict[str, tuple[Projection, ...]] = {
        "kiosk": kiosk,
        "van": (*kiosk, WaitingLine()),
        "centre": (WaitingLine(),),
    }
    return found.get(role, ())


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
    tables = _TABLES.get(node.role, (JOURNAL_TABLES,))
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
