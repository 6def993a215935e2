"""References that this kiosk gives out: one a second at most, and never the same one again."""

from __future__ import annotations

from kiosk.case_reference import RANDOM_BYTES, make_reference, second_of
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.journal.node_database import NodeDatabase
from sync.store.database import MigrationSet, Transaction

REFERENCE_TABLES = MigrationSet(
    "kiosk-references",
    (
        """CREATE TABLE reference_second (
            only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL
        )""",
    ),
)


class References:
    """Gives references in the name of `origin` (see `kiosk.case_reference.origin_of`)."""

    def __init__(self, database: NodeDatabase, origin: int) -> None:
        self._clock: Clock = database.clock
        self._ids: Ids = database.ids
        self._origin = origin

    def give(self, tx: Transaction, agency: str) -> str:
        """The next reference. A second that is over or taken (two in one second, a clock set
        back) is the one after the last: seconds only ever grow.
        """
        row = tx.one("SELECT last FROM reference_second")
        second = second_of(self._clock.now())
        if row is not None:
            second = max(second, int(row[0]) + 1)
        tx.execute("INSERT OR REPLACE INTO reference_second VALUES (1, ?)", (second,))
        return make_reference(agency, self._origin, second, self._ids.token(RANDOM_BYTES))
