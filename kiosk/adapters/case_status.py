"""Case status by reference, as far as this kiosk has received it, and the state of its connection.

The reference alone is the key (ADR 0006), on a slip only its owner holds.
What it opens names nobody: an office, a stage, a time.
"""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.queue.protocol import CaseKnown, CaseQuestion, CaseReceipt, CaseReport, Reported, raw
from kiosk.ticketing.centre_client import CentreClient
from kiosk.ticketing.ticket_table import centre_epoch
from kiosk.visit.ports import CaseStatus, NetworkStatus
from sync.journal.entry import Entry
from sync.journal.node_database import NodeDatabase
from sync.service import status
from sync.store.database import MigrationSet, Transaction

CASE_TABLES = MigrationSet(
    "kiosk-cases",
    (
        """CREATE TABLE case_answer (
            reference TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            agency TEXT NOT NULL,
            note_key TEXT NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE case_told (
            only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL
        )""",
        """ALTER TABLE case_told ADD COLUMN centre_epoch TEXT NOT NULL DEFAULT ''""",
    ),
)
REPORTED_AT_ONCE = 100
"""References in one message to the centre."""

_GIVEN = (
    "SELECT reference, agency, seq, at FROM form_receipt"
    " UNION ALL SELECT reference, agency, seq, at FROM feedback_receipt"
)

STATES = frozenset({"received", "processing", "needs_more", "ready", "collected", "rejected"})
"""What an agency may answer; a state of a newer release is not shown as anything else."""


class CaseAnswers:
    """The projection: the newest answer of an agency that came down, by reference."""

    tables = ("case_answer",)

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; an answer older than the one known changes nothing."""
        if entry.kind != "case.status" or entry.body["state"] not in STATES:
            return
        body = entry.body
        tx.execute(
            "INSERT INTO case_answer VALUES (?, ?, ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET"
            " state = excluded.state, agency = excluded.agency, note_key = excluded.note_key,"
            " at = excluded.at WHERE excluded.at >= case_answer.at",
            (
                body["reference"],
                body["state"],
                body["agency"],
                body.get("note_key") or "",
                int(body["at"]),
            ),
        )


class StoredCases:
    """Implements `kiosk.visit.ports.CaseStatusPort`."""

    def __init__(self, database: NodeDatabase, centre: CentreClient | None = None) -> None:
        self._store = database.store
        self._clock = database.clock
        self._centre = centre

    def find(self, reference: str) -> CaseStatus | None:
        """What the agency answered last, else saved here or sent on, else given by another kiosk
        of this centre; None for a reference of which nobody here knows.
        """
        return (
            self._answered(reference) or self._given(reference) or self._known_at_centre(reference)
        )

    def report(self) -> bool:
        """Tell the centre which references were given since the last time, and all of them once
        more when its database became another one; whether there were any and it has them. Called
        between citizens, after the centre has said which database it speaks from.
        """
        if self._centre is None:
            return False
        epoch = centre_epoch(self._store)
        row = self._store.one("SELECT seq FROM case_told WHERE centre_epoch = ?", (epoch,))
        rows = self._store.all(
            f"SELECT * FROM ({_GIVEN}) WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - constants
            (row[0] if row else 0, REPORTED_AT_ONCE),
        )
        receipts = tuple(CaseReceipt(str(each[0]), str(each[1]), int(each[3])) for each in rows)
        if not receipts:
            return False
        answer = self._centre.ask(CaseReport(raw(receipts)))
        if not isinstance(answer, Reported) or (epoch and answer.epoch not in {"", epoch}):
            return False
        with self._store.transaction() as tx:
            told = (int(rows[-1][2]), epoch)
            tx.execute("INSERT OR REPLACE INTO case_told VALUES (1, ?, ?)", told)
        return True

    def _known_at_centre(self, reference: str) -> CaseStatus | None:
        answer = None if self._centre is None else self._centre.ask(CaseQuestion(reference))
        if not isinstance(answer, CaseKnown) or not answer.agency:
            return None
        return CaseStatus("centre", answer.agency, datetime.fromtimestamp(answer.at / 1000, UTC))

    def _answered(self, reference: str) -> CaseStatus | None:
        row = self._store.one(
            "SELECT state, agency, at, note_key FROM case_answer WHERE reference = ?", (reference,)
        )
        if row is None:
            return None
        return CaseStatus(row[0], row[1], datetime.fromtimestamp(row[2] / 1000, UTC), row[3])

    def _given(self, reference: str) -> CaseStatus | None:
        row = self._store.one(
            f"SELECT agency, seq, at FROM ({_GIVEN}) WHERE reference = ?",  # noqa: S608 - constants
            (reference,),
        )
        if row is None:
            return None
        sent = int(row[1]) <= status.read(self._store).sent_seq
        at = datetime.fromtimestamp(row[2] / 1000, UTC)
        return CaseStatus("sent" if sent else "saved", row[0], at)

    def network(self) -> NetworkStatus:
        """For the badge."""
        now = status.read(self._store, self._clock.now())
        return NetworkStatus(now.online, now.waiting)
