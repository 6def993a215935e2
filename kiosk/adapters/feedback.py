"""Feedback: ratings stored in clear, words sealed to the office that answers them. Also facts of a
visit.

What a citizen writes may name a person, so words are sealed like a form: a report of a bribe to
the anti-corruption commission, everything else to the Huduma Kenya Secretariat. The rating, the
kind and the service are counted in clear.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from content.faults import NotInPack
from kiosk.adapters.references import ReceiptTable, References
from kiosk.complaint_office import complaint_office
from kiosk.queue.numbering import service_day
from kiosk.slips.builder import DocumentBuilder
from kiosk.visit.ports import Feedback, FeedbackReceipt, KioskLocation
from peripherals.printing.document import Document
from peripherals.printing.jobs import JobRow
from peripherals.printing.spool import Job, Spool
from provisioning.cbor import encode
from sync.journal.node_database import NodeDatabase
from sync.sealing.sealer import Sealer
from sync.store.database import MigrationSet, StoreFault

COMPLAINTS = {"complaint", "bribe"}
"""The kinds that never go to the office they are about."""

SLIP_WITHIN = timedelta(minutes=15)
"""Later, nobody is there to take the slip."""

WAITING_FACTS_MAX = 500
"""So many facts wait in memory for a disk that takes them; then the oldest go."""


FEEDBACK_TABLES = MigrationSet(
    "kiosk-feedback",
    (
        """CREATE TABLE feedback_receipt (
            reference TEXT PRIMARY KEY,
            subject BLOB NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            agency TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)
FEEDBACK_RECEIPTS = ReceiptTable("feedback_receipt", "complaint.filed", "kind")


class StoredFeedback:
    """Implements `kiosk.visit.ports.FeedbackPort` over the node's journal."""

    def __init__(
        self,
        database: NodeDatabase,
        spool: Spool,
        sealer: Sealer,
        *,
        place: KioskLocation,
        agencies: Iterable[str],
        references: References,
        builder: DocumentBuilder,
    ) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._spool = spool
        self._sealer = sealer
        self._references = references
        self._builder = builder
        self._place = place
        self._agencies = frozenset(agencies)

    def give(self, visit: UUID, opinion: Feedback, language: str) -> FeedbackReceipt | None:
        """One transaction: the face in clear; the words sealed, with a slip that has their
        reference.
        """
        now = self._clock.now()
        receipt: FeedbackReceipt | None = None
        with self._store.transaction() as tx:
            body = {
                "site": self._place.site,
                "day": service_day(now).isoformat(),
                "kind": opinion.kind,
                "face": opinion.face or 0,
                "service": opinion.service,
                "words_sealed": bool(opinion.words),
            }
            self._journal.append(tx, "feedback.given", visit, body)
            if opinion.words:
                agency = self._office(opinion)
                reference = self._references.give(tx, agency)
                receipt = FeedbackReceipt(self._ids.uuid7(), reference, agency)
                self._sealer.append(
                    tx,
                    self._journal,
                    "complaint.filed",
                    receipt.subject,
                    agency,
                    {"kind": opinion.kind, "reference": reference},
                    encode({"words": opinion.words, "submitted_at": int(now.timestamp() * 1000)}),
                )
                slip = self._builder.feedback(receipt, now, language)
                key = f"feedback:{receipt.subject}"
                by = now + SLIP_WITHIN
                self._spool.enqueue(tx, Job("receipt", receipt.subject, slip, language, by, key))
        return receipt

    def slip_again(self, _key: str, job: JobRow) -> Document | None:
        """The slip of a job once more, from what the journal says."""
        row = self._store.one(
            "SELECT reference, agency, at FROM feedback_receipt WHERE subject = ?",
            (job.subject.bytes,),
        )
        if row is None:
            return None
        receipt = FeedbackReceipt(job.subject, row[0], row[1])
        at = datetime.fromtimestamp(row[2] / 1000, UTC)
        return self._builder.feedback(receipt, at, job.language)

    def _office(self, opinion: Feedback) -> str:
        about = opinion.about
        if opinion.kind in COMPLAINTS and opinion.service and not about:
            with suppress(NotInPack):
                about = self._builder.catalogue.service(opinion.service).agency
        return complaint_office(self._agencies, bribe=opinion.kind == "bribe", about=about)


class StoredFacts:
    """Implements `kiosk.visit.ports.FactLog`: facts without personal data, of which no citizen was
    told anything. Noting one never fails: what a full or held disk does not take is kept in memory
    and written, in order, as soon as it does. A fault that repeats is counted.
    """

    def __init__(self, database: NodeDatabase) -> None:
        self._store = database.store
        self._journal = database.journal
        self._waiting: deque[tuple[str, UUID, dict[str, Any]]] = deque(maxlen=WAITING_FACTS_MAX)

    def note(self, kind: str, visit: UUID, body: Mapping[str, Any]) -> None:
        """Append one fact: durably, or later."""
        if not self._counted(kind, body):
            self._waiting.append((kind, visit, dict(body)))
        self.catch_up()

    def catch_up(self) -> bool:
        """Write what waits; whether nothing waits any more."""
        try:
            if self._waiting:
                with self._store.transaction() as tx:
                    for kind, visit, body in self._waiting:
                        self._journal.append(tx, kind, visit, body)
        except StoreFault:
            return False
        self._waiting.clear()
        return True

    def _counted(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Whether the same fault waits already: then it counts once more."""
        if kind != "node.fault":
            return False
        for each, _, waiting in self._waiting:
            if each == kind and {**waiting, "count": 0} == {**body, "count": 0}:
                waiting["count"] = waiting.get("count", 1) + 1
                return True
        return False
