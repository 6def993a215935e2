"""The visit's slips, over the node's print spool: print again, and how each slip stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from content.catalogue.model import Service
from kiosk.slips.builder import DocumentBuilder
from kiosk.ticketing.ticket_table import ticket_of
from kiosk.visit.ports import CaseStatus, SlipState
from peripherals.printing.document import Document
from peripherals.printing.jobs import JobRow
from peripherals.printing.spool import Job, JobState, Spool
from peripherals.printing.worker.printer_status import read as read_health
from peripherals.status import DeviceState
from sync.journal.node_database import NodeDatabase

CHECKLIST_WITHIN = timedelta(minutes=5)

_PAPER = {
    JobState.QUEUED: SlipState.PRINTING,
    JobState.SENDING: SlipState.PRINTING,
    JobState.AWAIT_PROOF: SlipState.PRINTING,
    JobState.HELD: SlipState.BLOCKED,
    JobState.UNCERTAIN: SlipState.PRINTING,
    JobState.PRINTED: SlipState.PRINTED,
    JobState.UNKNOWN: SlipState.UNKNOWN,
    JobState.FAILED_OVER: SlipState.NONE,
    JobState.EXPIRED: SlipState.FAILED,
    JobState.CANCELLED: SlipState.FAILED,
}
"""Only what was proven is called printed; a slip told another way is not asked about again."""


Reissue = Callable[[UUID, str], Document | None]


class StoredSlips:
    """Implements `kiosk.visit.ports.Slips`."""

    def __init__(
        self, database: NodeDatabase, spool: Spool, builder: DocumentBuilder, *, reissue: Reissue
    ) -> None:
        self._store = database.store
        self._clock = database.clock
        self._ids = database.ids
        self._spool = spool
        self._builder = builder
        self._reissue = reissue

    def paper(self, subject: UUID) -> SlipState:
        """The newest slip's state; waiting in front of a printer that cannot print is blocked."""
        state = self._spool.state(subject)
        if state is None:
            return SlipState.NONE
        paper = _PAPER[state]
        if paper is SlipState.PRINTING and state is JobState.QUEUED and self._stuck():
            return SlipState.BLOCKED
        return paper

    def checklist(self, visit: UUID, service: Service, have: frozenset[str], lang: str) -> UUID:
        """Print a checklist; the same one once for the same ticks of the same visit."""
        slip = self._builder.checklist(service, have, lang)
        key = f"checklist:{visit}:{service.code}:{','.join(sorted(have))}"
        return self._print("checklist", key, slip, lang)

    def case_answer(self, visit: UUID, reference: str, known: CaseStatus, lang: str) -> UUID:
        """Print what an office said; the same words once in the same visit."""
        slip = self._builder.case_answer(reference, known, lang)
        at = int(known.at.timestamp()) if known.at is not None else 0
        key = f"case:{visit}:{reference}:{known.stage}:{known.reason}:{at}:{lang}"
        return self._print("case", key, slip, lang)

    def again(self, subject: UUID, language: str) -> None:
        """Another slip of a ticket, marked as a copy from the first."""
        if ticket_of(self._store, subject) is None:
            return
        slip = self._reissue(subject, language)
        if slip is None:
            return
        by = self._clock.now() + CHECKLIST_WITHIN
        with self._store.transaction() as tx:
            jobs = tx.one("SELECT count(*) FROM print_job WHERE subject = ?", (subject.bytes,))
            number = int(jobs[0]) if jobs else 0
            job = Job("ticket", subject, slip, language, by, f"ticket:{subject}:{number}", True)
            self._spool.enqueue(tx, job)

    def case_again(self, key: str, _job: JobRow) -> Document | None:
        """What an office said once more, from its job's key."""
        _, _, reference, stage, reason, at, language = key.split(":")
        agency = reference.partition("-")[0]
        known = CaseStatus(stage, agency, datetime.fromtimestamp(int(at), UTC), reason)
        return self._builder.case_answer(reference, known, language)

    def ticket_again(self, _key: str, job: JobRow) -> Document | None:
        """The slip of a job once more, from the ticket in the journal."""
        return self._reissue(job.subject, job.language)

    def checklist_again(self, key: str, job: JobRow) -> Document | None:
        """The checklist once more, from its job's key, which says service and ticks."""
        service, _, have = key.split(":", 2)[2].partition(":")
        ticks = frozenset(tick for tick in have.split(",") if tick)
        asked = self._builder.catalogue.service(service)
        return self._builder.checklist(asked, ticks, job.language)

    def _print(self, kind: str, key: str, slip: Document, language: str) -> UUID:
        """The subject of the job with this key, made now or before."""
        by = self._clock.now() + CHECKLIST_WITHIN
        with self._store.transaction() as tx:
            job = self._spool.enqueue(tx, Job(kind, self._ids.uuid7(), slip, language, by, key))
            row = tx.one("SELECT subject FROM print_job WHERE id = ?", (job,))
        assert row is not None
        return UUID(bytes=bytes(row[0]))

    def _stuck(self) -> bool:
        state = read_health(self._store, self._clock.now()).printer
        return not state.serves and state is not DeviceState.UNKNOWN
