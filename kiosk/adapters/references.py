"""References that this kiosk gives out: one a second at most, and never the same one again; and the
tables that say which it gave.
"""

from __future__ import annotations

from kiosk.case_reference import RANDOM_BYTES, make_reference, second_of
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.journal.entry import Entry
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


class ReceiptTable:
    """The projection `table`: which references this kiosk gave in entries of `kind`, without a word
    of what they hold. `about` is the field beside the reference: the form, or what was said.
    """

    def __init__(self, table: str, kind: str, about: str) -> None:
        self.tables = (table,)
        self._kind, self._about = kind, about

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; other kinds are ignored."""
        body = entry.body
        if entry.kind == self._kind and body:  # an erased one says nothing any more
            told = (body["reference"], entry.subject.bytes, body[self._about], body["agency"])
            tx.execute(
                # A corrected form keeps its reference, which from then on means the new one.
                f"INSERT OR REPLACE INTO {self.tables[0]} VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own name
                (*told, entry.seq, entry.hlc >> 16),
            )
