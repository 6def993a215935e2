"""What a centre knows of the references its kiosks gave, so that any of them can answer.

A reference, its office and when it was given: no word of what was written. Forgotten `KEEP` after
it was given, whether or not the kiosk still knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Raw

from kiosk.centre.set_aside import set_aside
from kiosk.queue.faults import QueueFault
from kiosk.queue.protocol import CaseKnown, Reported, read_receipt
from sync.journal.node_database import NodeDatabase
from sync.store.database import MigrationSet

CENTRE_CASE_TABLES = MigrationSet(
    "centre-cases",
    (
        """CREATE TABLE centre_case (
            reference TEXT PRIMARY KEY,
            agency TEXT NOT NULL,
            kiosk TEXT NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)

KEEP = timedelta(days=60)


class CentreCases:
    """References of the kiosks of one centre, in the centre's own database."""

    def __init__(self, database: NodeDatabase) -> None:
        self._store = database.store
        self._clock = database.clock

    def report(self, kiosk: str, receipts: Sequence[Raw]) -> Reported:
        """Note what `kiosk` gave; the same one twice is one. What cannot be read is set aside."""
        now, aside = self._clock.now(), 0
        with self._store.transaction() as tx:
            for record in receipts:
                try:
                    each = read_receipt(record)
                except QueueFault as fault:
                    set_aside(tx, kiosk, bytes(record), fault, now)
                    aside += 1
                    continue
                tx.execute(
                    "INSERT OR REPLACE INTO centre_case VALUES (?, ?, ?, ?)",
                    (each.reference, each.agency, kiosk, each.at),
                )
            if self._clock.trusted:
                before = int((self._clock.now() - KEEP).timestamp() * 1000)
                tx.execute("DELETE FROM centre_case WHERE at < ?", (before,))
        return Reported(len(receipts) - aside, aside)

    def find(self, reference: str) -> CaseKnown:
        """Who was given it, as far as this centre knows."""
        row = self._store.one(
            "SELECT agency, at FROM centre_case WHERE reference = ?", (reference,)
        )
        return CaseKnown() if row is None else CaseKnown(str(row[0]), int(row[1]))
