"""Drafts that only this process can read, and submissions that only their agency can read.

A draft is the form's snapshot, sealed (`sync.store.at_rest`) with a key that exists in this
process's memory alone: after a power cut it cannot be read, and it is deleted at the start. A
citizen who asks for a code gets a draft that outlives the visit (`drafts.py`). A submission is one
transaction: capsule if needed, `form.submitted` with the sealed bytes, the receipt's print job.
The bytes the engine finalised are sealed as they are and never made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kiosk.adapters.drafts import PinnedForm, ResumableDrafts, read_code, spaced
from kiosk.adapters.references import ReceiptTable, References
from kiosk.complaint_office import COMPLAINT_FORM, form_office
from kiosk.filling.filling import Filling
from kiosk.slips.builder import DocumentBuilder
from kiosk.visit.ports import DraftCode, FormReceipt, ResumedDraft
from peripherals.printing.document import Document
from peripherals.printing.jobs import JobRow
from peripherals.printing.spool import Job, Spool
from provisioning.cbor import encode
from provisioning.faults import Fault
from sync.journal.node_database import NodeDatabase
from sync.sealing.sealer import Sealer
from sync.store.at_rest import ROOT_BYTES, AtRestCipher, SealPurpose
from sync.store.database import MigrationSet, StoreFault

FORM_TABLES = MigrationSet(
    "kiosk-forms",
    (
        """CREATE TABLE draft (visit BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE form_receipt (
            reference TEXT PRIMARY KEY,
            submission BLOB NOT NULL UNIQUE,
            form TEXT NOT NULL,
            agency TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)


class FormNotStored(Fault):
    """The form has problems to mend first: answers that do not stand, or faults in the form."""

    code = 60


FORM_RECEIPTS = ReceiptTable("form_receipt", "form.submitted", "form")


CODE_SLIP_WITHIN = timedelta(minutes=5)


class StoredForms:
    """Implements `kiosk.visit.ports.Submissions` over the node's database."""

    def __init__(
        self,
        database: NodeDatabase,
        spool: Spool,
        sealer: Sealer,
        *,
        drafts: ResumableDrafts,
        builder: DocumentBuilder,
        references: References,
        agencies: Iterable[str],
    ) -> None:
        self._agencies = frozenset(agencies)
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._spool = spool
        self._sealer = sealer
        self._drafts = drafts
        self._builder = builder
        self._references = references
        self._ciphers: dict[UUID, AtRestCipher] = {}
        self._noise: set[UUID] = set()

    def keep_draft(self, visit: UUID, filling: Filling) -> None:
        """Keep the answers so far: under the code once there is one, else under this process."""
        snapshot = filling.record.engine.snapshot()
        if self._drafts.has(visit):
            self._drafts.keep(visit, snapshot, filling.files())
            return
        cipher = self._ciphers.get(visit)
        if cipher is None:
            root = self._ids.token(ROOT_BYTES)
            cipher = self._ciphers[visit] = AtRestCipher(root, SealPurpose.DRAFT, self._ids)
        sealed = cipher.seal(snapshot, visit.bytes)
        with self._store.transaction() as tx:
            tx.execute("INSERT OR REPLACE INTO draft VALUES (?, ?)", (visit.bytes, sealed))

    def give_code(self, visit: UUID, filling: Filling, language: str) -> DraftCode:
        """A code for the draft, durable when this returns; then its slip. What lies in the spool
        opens in this boot only, is wiped when its job ends, and is not printed late.
        """
        pinned = PinnedForm.of(filling.asset)
        code = self._drafts.give(visit, pinned, filling.record.engine.snapshot(), filling.files())
        self._forget(visit)
        coded = DraftCode(code, self._ids.uuid7())
        slip = self._builder.draft_code(code, filling.asset, language, self._drafts.keep_days)
        by = self._clock.now() + CODE_SLIP_WITHIN
        with self._store.transaction() as tx:
            job = Job("draft-code", coded.slip, slip, language, by, f"draft-code:{coded.slip}")
            self._spool.enqueue(tx, job)
        return coded

    def reopen(self, visit: UUID, typed: str) -> ResumedDraft | None:
        """The draft of a code, kept under it again from now on."""
        kept = self._drafts.resume(visit, typed)
        if kept is None:
            return None
        self._forget(visit)
        code = spaced(read_code(typed) or "")
        return ResumedDraft(code, kept.pinned.asset(), kept.snapshot, kept.strokes)

    def drop_draft(self, visit: UUID) -> None:
        """Wipe the draft, with a code or without."""
        if self._drafts.has(visit):
            with self._store.transaction() as tx:
                self._drafts.drop(tx, visit)
        self._forget(visit)

    def leave_draft(self, visit: UUID) -> None:
        """The draft with a code waits for its owner; any other is gone with its key."""
        self._drafts.leave(visit)
        self._forget(visit)

    def submit(
        self, visit: UUID, filling: Filling, language: str, replaces: FormReceipt | None = None
    ) -> FormReceipt:
        """Seal and store; raises `FormNotStored` when an answer does not stand."""
        final = filling.record.engine.finalize()
        if final.violations:
            raise FormNotStored("Some answers need attention; go back to the review.")
        now, asset = self._clock.now(), filling.asset
        plain = encode(
            {
                "xml": final.xml,
                "attachments": filling.files(),
                "submitted_at": int(now.timestamp() * 1000),
            }
        )
        with self._store.transaction() as tx:
            agency = self._reader(filling)
            reference = replaces.reference if replaces else self._references.give(tx, agency)
            received = FormReceipt(self._ids.uuid7(), reference, agency, asset.id, now)
            body = {
                "form": asset.id,
                "version": asset.version,
                "reference": reference,
                "service": asset.service,
            }
            if replaces is not None:
                body["replaces"] = str(replaces.submission)
            self._sealer.append(
                tx,
                self._journal,
                "form.submitted",
                received.submission,
                agency,
                body,
                plain,
            )
            slip = self._builder.received(received, asset, language)
            key = f"receipt:{received.submission}"
            self._spool.enqueue(tx, Job("receipt", received.submission, slip, language, None, key))
            tx.execute("DELETE FROM draft WHERE visit = ?", (visit.bytes,))
            self._drafts.drop(tx, visit)
        self._ciphers.pop(visit, None)
        return received

    def _reader(self, filling: Filling) -> str:
        """The agency to which a form is sealed: its own, or who reads such a complaint."""
        if filling.asset.id != COMPLAINT_FORM:
            return filling.asset.agency
        return form_office(self._agencies, filling.record.engine.values())

    def receipt_again(self, _key: str, job: JobRow) -> Document | None:
        """The receipt slip of a job once more, from what the journal says."""
        row = self._store.one(
            "SELECT reference, agency, form, at FROM form_receipt WHERE submission = ?",
            (job.subject.bytes,),
        )
        if row is None:
            return None
        at = datetime.fromtimestamp(row[3] / 1000, UTC)
        received = FormReceipt(job.subject, row[0], row[1], row[2], at)
        asset = self._builder.catalogue.form(received.form)
        return self._builder.received(received, asset, job.language)

    def _forget(self, visit: UUID) -> None:
        """Forget the key of a draft without a code, then the bytes nobody can read any more."""
        if self._ciphers.pop(visit, None) is not None:
            self._noise.add(visit)
        if not self._noise:
            return
        # The key is gone: on a disk that takes no write the rest can wait.
        with suppress(StoreFault), self._store.transaction() as tx:
            tx.executemany(
                "DELETE FROM draft WHERE visit = ?", [(each.bytes,) for each in self._noise]
            )
            tx.after_commit(self._noise.clear)

    def forget_all_drafts(self) -> None:
        """At the start: drafts of a process that is gone have no key, so delete the noise. What a
        full disk does not let go is no risk, and goes with the next start.
        """
        with suppress(StoreFault), self._store.transaction() as tx:
            tx.execute("DELETE FROM draft")
