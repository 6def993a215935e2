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
from kiosk.queue.protocol import CaseKnown, CaseReceipt, Reported, read_receipt
from sync.journal.node_database import NodeDatabase
from sync.store.database import MigrationSet, Transaction

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
KIOSK_CASES_MAX = 100_000
"""References of one kiosk: more than 1,600 a day for as long as they are kept."""
_AHEAD_MAX = timedelta(days=1)
"""A reference from further in the future would never be forgotten."""


class CentreCases:
    """References of the kiosks of one centre, in the centre's own database."""

    def __init__(self, database: NodeDatabase) -> None:
        self._store = database.store
        self._clock = database.clock

    def report(self, kiosk: str, receipts: Sequence[Raw]) -> Reported:
        """Note what `kiosk` gave; the same one twice is one. What cannot be read is set aside."""
        now, aside = self._clock.now(), 0
        with self._store.transaction() as tx:
            row = tx.one("SELECT count(*) FROM centre_case WHERE kiosk = ?", (kiosk,))
            room = KIOSK_CASES_MAX - (int(row[0]) if row else 0)
            for record in receipts:
                try:
                    room -= self._note(tx, kiosk, read_receipt(record), room)
                except QueueFault as fault:
                    set_aside(tx, kiosk, bytes(record), fault, now)
                    aside += 1
            if self._clock.trusted:
                before = int((self._clock.now() - KEEP).timestamp() * 1000)
                tx.execute("DELETE FROM centre_case WHERE at < ?", (before,))
        return Reported(len(receipts) - aside, aside)

    def _note(self, tx: Transaction, kiosk: str, each: CaseReceipt, room: int) -> int:
        """Note one reference; 1 when it is new. Nobody speaks for another kiosk's."""
        known = tx.one("SELECT kiosk FROM centre_case WHERE reference = ?", (each.reference,))
        if known is not None and known[0] != kiosk:
            raise QueueFault(f"This reference is {known[0]}'s.")
        if known is None and room <= 0:
            raise QueueFault(f"{kiosk} has {KIOSK_CASES_MAX} references here already.")
        latest = int((self._clock.now() + _AHEAD_MAX).timestamp() * 1000)
        at = min(each.at, latest) if self._clock.trusted else each.at
        tx.execute(
            "INSERT OR REPLACE INTO centre_case VALUES (?, ?, ?, ?)",
            (each.reference, each.agency, kiosk, at),
        )
        return int(known is None)

    def find(self, reference: str) -> CaseKnown:
        """Who was given it, as far as this centre knows."""
        row = self._store.one(
            "SELECT agency, at FROM centre_case WHERE reference = ?", (reference,)
        )
        return CaseKnown() if row is None else CaseKnown(str(row[0]), int(row[1]))
