"""Spool: the durable queue of slips, each kept until it is proven printed or visibly given up.

This is the callers' side; the device service's side is `worker/attempts.py`.

Rules:
- `enqueue` runs in the caller's transaction, with the fact the slip is about: both are stored or
  neither. The same `key` never makes a second job.
- PRINTED is only ever written with a proof (process-id, fence, counter, or a person's eyes).
- The slip is sealed (`sync.store.at_rest`, about the job's id) under a root that lives for one
  boot, and is wiped when its job ends; what stays is the label (a ticket number), never what was
  on the paper. `left_behind` are slips of an earlier boot: nobody can read or print them until
  their owner has made them again (`seal_again`).
- What a slip of `IN_MEMORY_ONLY` says is in no row, not even sealed: its words lie in the memory
  of this boot until its job ends (`memory_slips.py`).
- A job past its print-by time is never sent: yesterday's tickets do not print at opening.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from peripherals.faults import SpoolFault
from peripherals.printing.document import Document
from peripherals.printing.jobs import (
    SPOOL_TABLES,
    Job,
    JobRow,
    JobState,
    add_event,
    job_row,
    move,
    select_jobs,
    stamp,
)
from peripherals.printing.memory_slips import IN_MEMORY_ONLY, forget_words, keep_words, words_of
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.store.at_rest import AtRestCipher, DoesNotOpen, SealPurpose
from sync.store.database import Store, Transaction

__all__ = ["SPOOL_TABLES", "Job", "JobRow", "JobState", "Spool"]


class Spool:
    """The spool of one node's store. `root` is the root of what the node keeps sealed."""

    def __init__(self, store: Store, root: bytes, clock: Clock, ids: Ids) -> None:
        self.store = store
        self._cipher = AtRestCipher(root, SealPurpose.PRINT_SPOOL, ids)
        self.root_name = self._cipher.root_name
        self._clock = clock
        self._ids = ids

    def enqueue(self, tx: Transaction, job: Job) -> str:
        """Promise a slip; its job id, the same one again for the same `job.key`."""
        known = tx.one("SELECT id FROM print_job WHERE key = ?", (job.key,))
        if known is not None:
            return str(known[0])
        job_id = str(self._ids.uuid7())
        now = self._clock.now()
        tx.execute(
            "INSERT INTO print_job (id, key, kind, subject, label, language, payload, print_by,"
            " copies, state, created_at, updated_at, root)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
            (
                job_id,
                job.key,
                job.kind,
                job.subject.bytes,
                job.document.label,
                job.language,
                self._cipher.seal(self._words(job, job_id), job_id.encode()),
                stamp(job.by) if job.by else None,
                int(job.repeat),
                stamp(now),
                stamp(now),
                self.root_name,
            ),
        )
        add_event(tx, job_id, JobState.QUEUED.value, now)
        return job_id

    def _words(self, job: Job, job_id: str) -> bytes:
        """What lies in the row: the slip, or nothing where it is kept in memory only."""
        words = job.document.to_bytes()
        if job.kind not in IN_MEMORY_ONLY:
            return words
        keep_words(self.store.path, job_id, words)
        return b""

    def state(self, subject: UUID) -> JobState | None:
        """How the newest slip of a visit or ticket stands; None when none was asked for."""
        row = self.store.one(
            "SELECT state FROM print_job WHERE subject = ? ORDER BY seq DESC LIMIT 1",
            (subject.bytes,),
        )
        return JobState(row[0]) if row else None

    def job(self, job_id: str) -> JobRow | None:
        """One job by its id."""
        row = self.store.one(select_jobs("WHERE id = ?"), (job_id,))
        return job_row(row) if row else None

    def jobs(self, *, limit: int = 1_000_000) -> list[JobRow]:
        """Every job, oldest first (the newest `limit` of them)."""
        rows = self.store.all(select_jobs("ORDER BY seq DESC LIMIT ?"), (limit,))
        return [job_row(row) for row in reversed(rows)]

    def unsettled(self) -> list[JobRow]:
        """The staff's list: slips nobody can vouch for, and those still being found out."""
        where = "WHERE state IN ('unknown', 'uncertain') ORDER BY seq"
        return [job_row(row) for row in self.store.all(select_jobs(where))]

    def events(self, job_id: str) -> list[dict[str, str]]:
        """The history of a job, oldest first: at, what, printer, note."""
        rows = self.store.all(
            "SELECT at, what, printer, note FROM print_event WHERE job = ? ORDER BY n", (job_id,)
        )
        return [dict(zip(("at", "what", "printer", "note"), row, strict=True)) for row in rows]

    def document(self, job_id: str) -> Document | None:
        """The slip itself while it is kept; raises `SpoolFault` when the key does not fit."""
        row = self.store.one("SELECT payload FROM print_job WHERE id = ?", (job_id,))
        if row is None or row[0] is None:
            return None
        try:
            plain = self._cipher.open(bytes(row[0]), job_id.encode())
        except DoesNotOpen as error:
            msg = "The stored slip was sealed in an earlier boot; start the core to make it again."
            raise SpoolFault(msg) from error
        words = plain or words_of(self.store.path, job_id)
        return Document.from_bytes(words) if words else None

    def left_behind(self) -> list[tuple[str, JobRow]]:
        """Slips still kept but sealed under another root, with their keys; oldest first."""
        where = "WHERE payload IS NOT NULL AND root <> ? ORDER BY seq"
        found = [job_row(row) for row in self.store.all(select_jobs(where), (self.root_name,))]
        keys: dict[str, str] = dict(
            self.store.all("SELECT id, key FROM print_job WHERE payload IS NOT NULL")
        )
        return [(keys[job.id], job) for job in found]

    def seal_again(self, tx: Transaction, job_id: str, document: Document) -> None:
        """A slip of an earlier boot, made again; nothing when its job has ended meanwhile."""
        tx.execute(
            "UPDATE print_job SET payload = ?, root = ? WHERE id = ? AND payload IS NOT NULL",
            (self._cipher.seal(document.to_bytes(), job_id.encode()), self.root_name, job_id),
        )

    def give_up_unreadable(self, tx: Transaction, job_id: str, note: str) -> bool:
        """A slip of an earlier boot that cannot be made again: wiped, and its job ended unless it
        waits for a person to look. Whether it ended.
        """
        tx.execute("UPDATE print_job SET payload = NULL WHERE id = ?", (job_id,))
        if self._row(tx, job_id).state.final:
            return False
        self.cancel(tx, job_id, note=note)
        return True

    def hand_over(self, tx: Transaction, job_id: str, channel: str) -> bool:
        """The citizen has the slip another way ("screen", "sms"): never print it any more.

        When bytes of it may be inside a printer, that printer is marked dirty and is cleared
        before its next job. False when the job had already ended.
        """
        job = self._row(tx, job_id)
        if job.state.final and job.state is not JobState.UNKNOWN:
            return False
        if job.state is not JobState.QUEUED:
            tx.execute("UPDATE printer_state SET dirty = 1 WHERE name = ?", (job.printer,))
        move(tx, job, JobState.FAILED_OVER, self._clock.now(), note=channel)
        tx.execute("UPDATE print_job SET channel = ? WHERE id = ?", (channel, job_id))
        return True

    def settle(
        self, tx: Transaction, job_id: str, *, on_paper: bool, by: datetime | None = None
    ) -> None:
        """A person looked: the slip is on paper, or it must be printed again (marked).

        `by` is a new print-by time for a slip whose own has passed.
        """
        job = self._row(tx, job_id)
        now = self._clock.now()
        if on_paper:
            move(tx, job, JobState.PRINTED, now, note="seen by staff")
            tx.execute("UPDATE print_job SET proof = 'person' WHERE id = ?", (job_id,))
        else:
            move(tx, job, JobState.QUEUED, now, note="asked again by staff")
            if by is not None and job.by is not None and job.by < by:
                tx.execute("UPDATE print_job SET print_by = ? WHERE id = ?", (stamp(by), job_id))

    def cancel(self, tx: Transaction, job_id: str, *, note: str = "") -> None:
        """Give up a job that was not sent; raises `SpoolFault` when it has ended."""
        job = self._row(tx, job_id)
        if job.state not in {JobState.QUEUED, JobState.CANCELLED}:
            tx.execute("UPDATE printer_state SET dirty = 1 WHERE name = ?", (job.printer,))
        move(tx, job, JobState.CANCELLED, self._clock.now(), note=note)

    def purge(self, tx: Transaction, older_than: datetime) -> int:
        """Wipe slips kept for jobs nobody settled since `older_than`; how many."""
        old = "WHERE payload IS NOT NULL AND state = 'unknown' AND updated_at < ?"
        for job in map(job_row, tx.all(select_jobs(old), (stamp(older_than),))):
            if job.kind in IN_MEMORY_ONLY:
                tx.after_commit(partial(forget_words, tx.path, job.id))
        return tx.execute(
            "UPDATE print_job SET payload = NULL WHERE payload IS NOT NULL"
            " AND state = 'unknown' AND updated_at < ?",
            (stamp(older_than),),
        )

    def as_json(self, jobs: Iterable[JobRow]) -> list[dict[str, Any]]:
        """The rows of `huduma devices jobs --json`."""
        return [
            {
                "id": job.id,
                "number": job.label,
                "kind": job.kind,
                "state": job.state.value,
                "copies": job.copies,
                "proof": job.proof,
                "printer": job.printer,
                "channel": job.channel,
                "by": job.by.isoformat() if job.by else None,
                "created_at": job.created_at.isoformat(),
                "updated_at": job.updated_at.isoformat(),
                "events": self.events(job.id),
            }
            for job in jobs
        ]

    def _row(self, tx: Transaction, job_id: str) -> JobRow:
        row = tx.one(select_jobs("WHERE id = ?"), (job_id,))
        if row is None:
            raise SpoolFault(f"There is no slip {job_id} in this spool; see huduma devices jobs.")
        return job_row(row)
