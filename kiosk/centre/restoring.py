"""What a centre does after its database was put back from an older copy.

The copy does not know the numbers and blocks given since it was made; the kiosks do. So the
database gets a new epoch, which every answer carries, and a list of kiosks that are still to tell
everything they know since then. Until all of them have, the centre grants no number and leases no
block: kiosks go on with their reserve and their own series, which nobody else can give. Those who
were in line stand in it again as their kiosks report them. On the next service day numbers begin
anew anyway, and nothing is waited for any more.
"""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.queue.numbering import service_day
from provisioning.node.site import Node
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store, Transaction


def begin_restored(database: NodeDatabase, kiosks: Iterable[str]) -> bytes:
    """Make the restored database a new one in which `kiosks` have yet to tell what they know;
    the new epoch. For `huduma journal restore`, while the centre's service is stopped.
    """
    epoch = database.ids.token(8)
    with database.store.transaction() as tx:
        expect_kiosks(tx, kiosks, service_day(database.clock.now()).isoformat())
        database.journal.renew_epoch(tx, epoch)
    return epoch


def expect_kiosks(tx: Transaction, kiosks: Iterable[str], day: str) -> None:
    """The part of it for who renews the epoch in a transaction of his own."""
    tx.execute("DELETE FROM line_missing")
    tx.executemany("INSERT INTO line_missing VALUES (?, ?)", [(each, day) for each in set(kiosks)])


def kiosks_of_centre(node: Node) -> list[str]:
    """The kiosks that ask this centre for numbers, by the registry."""
    site = node.settings.node.site
    return sorted(
        each.name
        for each in node.registry.nodes.values()
        if each.role == "kiosk" and each.site == site
    )


def missing(reader: Store | Transaction, day: str) -> list[str]:
    """The kiosks that have not told yet what they know of `day`, when the centre waits for it."""
    rows = reader.all("SELECT kiosk FROM line_missing WHERE day >= ? ORDER BY kiosk", (day,))
    return [str(row[0]) for row in rows]


def has_told(tx: Transaction, kiosk: str) -> None:
    """`kiosk` has told everything."""
    tx.execute("DELETE FROM line_missing WHERE kiosk = ?", (kiosk,))
