"""What a node does after its database was put back from a copy (`huduma journal restore`).

The copy does not know what happened since it was made. So the database gets a new epoch, in which
its entries travel again, and nothing is given that might have been given before: a kiosk's reserve
blocks are given up, its own series goes on far above the last number it knows, slips that wait are
printed as copies, messages that wait are left to a person, and nobody is taken out of the line for
being unknown here. A van takes numbers of its own series for the rest of the day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kiosk.centre.restoring import begin_restored, expect_kiosks, kiosks_of_centre
from kiosk.node.database import head_mark, open_node_database
from kiosk.queue.numbering import service_day
from kiosk.ticketing.ticket_table import last_offline
from peripherals.printing.jobs import mark_as_copies
from peripherals.sms.queue import doubt_waiting
from provisioning.clock import EAT, Clock
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Node
from sync.journal.node_database import NodeDatabase
from sync.national.gateway_service import database_url
from sync.national.open_store import open_database
from sync.store.database import Transaction

NUMBERS_A_MINUTE, NUMBERS_SPARE = 12, 100
"""More than a kiosk gives in its own series. Counted from midnight and not from the copy, so that a
second restore of the same day lies above what the first one led to.
"""


@dataclass(frozen=True, slots=True)
class RestoredNode:
    """What was done: the new epoch, and so many slips and messages left to a person or marked."""

    epoch: bytes
    slips: int = 0
    messages: int = 0


def restore(node: Node, clock: Clock) -> RestoredNode:
    """Make the database that was put back a new one. Its services are stopped."""
    if node.role not in _ROLES:
        raise UsageFault(f"{node.name} is a {node.role}; it has no database to restore.")
    return _ROLES[node.role](node, clock)


def _kiosk(node: Node, clock: Clock) -> RestoredNode:
    database = open_node_database(node, clock, restored=True)
    try:
        done = begin_restored_kiosk(database, own_line=node.name if node.role == "van" else "")
        head_mark(node).keep(database.journal)
        return done
    finally:
        database.store.close()


def begin_restored_kiosk(database: NodeDatabase, *, own_line: str = "") -> RestoredNode:
    """The same for a kiosk's open database; `own_line` names a van, which has a line of its own."""
    day = service_day(database.clock.now()).isoformat()
    epoch = database.ids.token(8)
    with database.store.transaction() as tx:
        body = {
            "day": day,
            "number": _number_above(database, tx),
            "entries": database.journal.last_seq(),
        }
        database.journal.renew_epoch(tx, epoch)
        database.journal.append(tx, "node.restored", database.ids.uuid7(), body)
        if own_line:  # no other node knows which numbers it gave: it grants none today
            expect_kiosks(tx, [f"{own_line} before it was restored"], day)
        if database.store.has_table("outbox_link"):
            tx.execute("UPDATE outbox_link SET fault = 0")
        return RestoredNode(epoch, mark_as_copies(tx), doubt_waiting(tx))


def _number_above(database: NodeDatabase, tx: Transaction) -> int:
    now = database.clock.now().astimezone(EAT)
    by_now = (now.hour * 60 + now.minute) * NUMBERS_A_MINUTE
    # The spare is added to the minutes alone: a copy made after a restore holds it already, and
    # adding it again would put these numbers above what a third restore counts from.
    return max(last_offline(tx, now - timedelta(days=1)), by_now + NUMBERS_SPARE)


def _centre(node: Node, clock: Clock) -> RestoredNode:
    database = open_node_database(node, clock, restored=True)
    try:
        return RestoredNode(begin_restored(database, kiosks_of_centre(node)))
    finally:
        database.store.close()


def _national(node: Node, clock: Clock) -> RestoredNode:
    ids = SystemIds(clock)
    store = open_database(database_url(node, None), ids)
    try:
        epoch = ids.token(8)
        store.begin_restored(epoch)
    finally:
        store.close()
    return RestoredNode(epoch)


_ROLES: dict[str, Callable[[Node, Clock], RestoredNode]] = {
    "kiosk": _kiosk,
    "van": _kiosk,
    "centre": _centre,
    "national": _national,
}
