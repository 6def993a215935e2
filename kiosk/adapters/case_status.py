"""Case status by reference, as far as this kiosk has received it, and the state of its connection.

The reference is the key (ADR 0006), on a slip only its owner holds; with a second factor where the
office wants one. What it opens names nobody: an office, a stage, a time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kiosk.case_reference import given_by
from kiosk.queue.protocol import CaseKnown, CaseQuestion, CaseReceipt, CaseReport, Reported, raw
from kiosk.ticketing.centre_client import CentreClient
from kiosk.ticketing.ticket_table import centre_epoch
from kiosk.visit.ports import ASKS_FACTOR, CaseStatus, NetworkStatus
from sync.answers.answer_store import AnswerStore
from sync.answers.case_answer import ASKS_FACTOR as ASKS_FACTOR_CODE
from sync.answers.case_answer import answer_of
from sync.answers.lookup_number import lookup_number
from sync.journal.node_database import NodeDatabase
from sync.service import status
from sync.store.database import MigrationSet

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
        "DROP TABLE case_answer",
    ),
)
REPORTED_AT_ONCE = 100
"""References in one message to the centre."""

_GIVEN = (
    "SELECT reference, agency, seq, at FROM form_receipt"
    " UNION ALL SELECT reference, agency, seq, at FROM feedback_receipt"
)

_EARLY = timedelta(days=1)
"""By how much a kiosk's clock may be ahead of an office's."""


class StoredCases:
    """Implements `kiosk.visit.ports.CaseStatusPort`."""

    def __init__(self, database: NodeDatabase, centre: CentreClient | None = None) -> None:
        self._store = database.store
        self._clock = database.clock
        self._answers = AnswerStore(database.store)
        self._centre = centre

    def find(self, reference: str, factor: str = "") -> CaseStatus | None:
        """What the agency answered last, else saved here or sent on, else given by another kiosk
        of this centre; None for a reference of which nobody here knows. Nothing of an answer with
        a second factor is told without it, nor whether there is one.
        """
        agency = reference.partition("-")[0]
        answered = self._answered(agency, reference, factor)
        if answered is not None or factor:
            return answered or CaseStatus(ASKS_FACTOR, agency, None)
        known = self._given(reference) or self._known_at_centre(reference)
        if known is None and self._answers.asks_factor(agency):
            return CaseStatus(ASKS_FACTOR, agency, None)
        return known

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

    def _answered(self, agency: str, reference: str, factor: str) -> CaseStatus | None:
        """What the agency said. An answer from before the reference was given is another's."""
        found = self._answers.find(agency, lookup_number(reference, factor))
        given = given_by(reference)
        if found is None or (given is not None and found.made < given[1] - _EARLY):
            return None
        if found.code == ASKS_FACTOR_CODE:
            return CaseStatus(ASKS_FACTOR, agency, None)
        answer = answer_of(found.code)
        if answer is None:
            return None
        return CaseStatus(answer.state.value, agency, found.made, answer.reason)

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
