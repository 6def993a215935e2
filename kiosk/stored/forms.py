"""Forms stored: drafts nobody can read without this process, and submissions only an agency can.

A draft is the form's snapshot under AES-256-GCM-SIV with a key that exists in this process's
memory alone: after a power cut it is noise, and it is deleted at the start. A submission is one
transaction: capsule if needed, `form.submitted` with the sealed bytes, the receipt's print job.
The bytes the engine finalised are sealed as they are and never made again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from content.model import FormAsset
from kiosk.reference import RANDOM_BYTES, make_reference
from kiosk.visit.answering import Filling
from kiosk.visit.ports import Received
from peripherals.document import Document
from peripherals.spool import Job, Spool
from provisioning.clock import Clock
from provisioning.faults import Fault
from provisioning.ids import Ids
from sync.journal import Entry, Journal
from sync.plain_cbor import encode
from sync.sealing import Sealer
from sync.store import MigrationSet, Store, Transaction

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

_KEY_BITS, _NONCE_BYTES = 256, 12
_TRIES = 8


class FormNotStored(Fault):
    """The form could not be made ready for sealing."""

    code = 68


class FormReceipts:
    """The projection: which references this kiosk gave, without a word of what they hold."""

    tables = ("form_receipt",)

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; other kinds are ignored."""
        if entry.kind == "form.submitted":
            body = entry.body
            tx.execute(
                "INSERT INTO form_receipt VALUES (?, ?, ?, ?, ?, ?)",
                (
                    body["reference"],
                    entry.subject.bytes,
                    body["form"],
                    body["agency"],
                    entry.seq,
                    entry.hlc >> 16,
                ),
            )


ReceiptOf = Callable[[Received, FormAsset, str], Document]


class StoredForms:
    """Implements `kiosk.visit.ports.Submissions` over the node's database."""

    def __init__(
        self,
        journal: Journal,
        spool: Spool,
        sealer: Sealer,
        clock: Clock,
        ids: Ids,
        *,
        receipt: ReceiptOf,
        rung: Callable[[], None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._store: Store = journal.store
        self._spool = spool
        self._sealer = sealer
        self._clock = clock
        self._ids = ids
        self._receipt = receipt
        self._rung = rung
        self._keys: dict[UUID, bytes] = {}

    def keep_draft(self, visit: UUID, filling: Filling) -> None:
        """Keep the answers so far."""
        key = self._keys.setdefault(visit, self._ids.token(_KEY_BITS // 8))
        nonce = self._ids.token(_NONCE_BYTES)
        sealed = AESGCMSIV(key).encrypt(nonce, filling.engine.snapshot(), visit.bytes)
        with self._store.transaction() as tx:
            tx.execute("INSERT OR REPLACE INTO draft VALUES (?, ?)", (visit.bytes, nonce + sealed))

    def drop_draft(self, visit: UUID) -> None:
        """Forget the key, then the bytes nobody can read any more."""
        if self._keys.pop(visit, None) is None:
            return
        with self._store.transaction() as tx:
            tx.execute("DELETE FROM draft WHERE visit = ?", (visit.bytes,))

    def submit(self, visit: UUID, filling: Filling, asset: FormAsset, language: str) -> Received:
        """Seal and store; raises `FormNotStored` when an answer does not stand."""
        final = filling.engine.finalize()
        if final.violations:
            raise FormNotStored("Some answers need attention; go back to the review.")
        now = self._clock.now()
        plain = encode(
            {
                "xml": final.xml,
                "attachments": dict(filling.strokes),
                "submitted_at": int(now.timestamp() * 1000),
            }
        )
        with self._store.transaction() as tx:
            received = Received(
                self._ids.uuid7(), self._reference(tx, asset.agency), asset.agency, asset.id, now
            )
            self._sealer.append(
                tx,
                self._journal,
                "form.submitted",
                received.submission,
                asset.agency,
                {
                    "form": asset.id,
                    "version": asset.version,
                    "reference": received.reference,
                    "service": asset.service,
                },
                plain,
            )
            slip = self._receipt(received, asset, language)
            key = f"receipt:{received.submission}"
            self._spool.enqueue(tx, Job("receipt", received.submission, slip, language, None, key))
            tx.execute("DELETE FROM draft WHERE visit = ?", (visit.bytes,))
        self._keys.pop(visit, None)
        self._rung()
        return received

    def _reference(self, tx: Transaction, agency: str) -> str:
        for _ in range(_TRIES):
            reference = make_reference(agency, self._ids.token(RANDOM_BYTES))
            row = tx.one("SELECT 1 FROM form_receipt WHERE reference = ?", (reference,))
            if row is None:
                return reference
        raise FormNotStored("No free reference was found; try once more.")

    def forget_all_drafts(self) -> None:
        """At the start: drafts of a process that is gone have no key, so delete the noise."""
        with self._store.transaction() as tx:
            tx.execute("DELETE FROM draft")


def receipt_at(store: Store, reference: str) -> tuple[str, int, datetime] | None:
    """(agency, journal entry, time) of a reference this kiosk gave."""
    row = store.one("SELECT agency, seq, at FROM form_receipt WHERE reference = ?", (reference,))
    return (
        None if row is None else (row[0], int(row[1]), datetime.fromtimestamp(row[2] / 1000, UTC))
    )
