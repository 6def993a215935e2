"""How long this kiosk keeps what citizens wrote: a job with one journal entry a record class.

Days are counted from the day on which the national node was known to have a record (its receipt),
by days on which the time was trusted, never by a record's own timestamp: a wrong clock neither
keeps a form for ever nor takes it away early. What has not arrived is never erased.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.adapters.drafts import ResumableDrafts
from kiosk.queue.numbering import service_day
from sync.journal.erase import erase
from sync.journal.node_database import NodeDatabase
from sync.service import status
from sync.store.database import MigrationSet, Transaction

RETENTION_TABLES = MigrationSet(
    "kiosk-retention",
    (
        """CREATE TABLE retention_mark (
            day TEXT PRIMARY KEY, through INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)

_KINDS = {"form": "form.submitted", "feedback": "complaint.filed"}
_RECEIPTS = {"form": "form_receipt", "feedback": "feedback_receipt"}


class Retention:
    """The job; `run` it as often as you like, it acts once a day."""

    def __init__(
        self, database: NodeDatabase, drafts: ResumableDrafts, *, site: str, keep_days: int
    ) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._drafts = drafts
        self._site = site
        self._keep_days = keep_days
        self._erased = 0  # up to which entry this process has looked

    def run(self) -> int:
        """Erase what is due; how many records. Nothing while the time is not trusted."""
        if not self._clock.trusted:
            return 0
        today = service_day(self._clock.now())
        oldest = (today - timedelta(days=self._keep_days)).isoformat()
        arrived = status.read(self._store).sent_seq
        with self._store.transaction() as tx:
            tx.execute(
                "INSERT OR IGNORE INTO retention_mark VALUES (?, ?)", (today.isoformat(), arrived)
            )
            row = tx.one(
                "SELECT coalesce(max(through), 0) FROM retention_mark WHERE day <= ?", (oldest,)
            )
            through = min(int(row[0]) if row else 0, arrived)
            due = _KINDS if through > self._erased else {}
            gone = {name: self._erase(tx, name, through) for name in due}
            gone["draft"] = self._drafts.expire_in(tx)
            tx.execute("DELETE FROM retention_mark WHERE day < ?", (oldest,))
            tx.execute("INSERT OR REPLACE INTO retention_mark VALUES (?, ?)", (oldest, through))
            for name, count in gone.items():
                if count:
                    body = {"site": self._site, "class": name, "through": through, "count": count}
                    self._journal.append(tx, "record.erased", self._ids.uuid7(), body)
        self._erased = through
        return sum(gone.values())

    def _erase(self, tx: Transaction, name: str, through: int) -> int:
        """The sealed content in the journal, and what this kiosk knew of its reference."""
        count = erase(tx, _KINDS[name], through)
        tx.execute(f"DELETE FROM {_RECEIPTS[name]} WHERE seq <= ?", (through,))  # noqa: S608 - our own names
        return count
