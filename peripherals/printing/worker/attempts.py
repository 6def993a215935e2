"""PrintAttempts: the device service's side of the spool. Everything is committed before it is acted
on.

Every number handed to a printer as a process id is a row first, so it is never used twice, not
even after a crash; every state change, and the journal entry that tells of it, is one transaction.
Decisions about printers are made in `worker/printer_worker.py`, which calls this.

What an answered process id proves: the slip before it, and every slip completely written before
that in the same session. A session ends when the connection, or the printer's power, may have been
interrupted; an answer of a later session proves nothing about earlier slips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peripherals.printing.jobs import JobRow, JobState, add_event, job_row, move, select_jobs, stamp
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import Spool
from peripherals.printing.worker.printer_status import PrinterRow
from provisioning.clock import Clock
from sync.journal.journal import Journal
from sync.store.database import Store, Transaction

_OPEN = "('sending', 'await-proof', 'held', 'uncertain')"

_BEFORE = (
    "SELECT a.job FROM print_attempt a JOIN print_job j ON j.id = a.job"
    " WHERE a.process < ? AND a.session = ? AND a.printer = ? AND a.purpose = 'slip'"
    " AND a.written = 1 AND j.state IN ('sending', 'await-proof', 'held', 'uncertain')"
)
"""Slips written whole before a process number, in the same session of the same printer."""

_USE_PAPER = (
    "UPDATE printer_state SET roll_mm = max(0, roll_mm - ?), slip_mm ="
    " CASE slip_mm WHEN 0 THEN ? ELSE (slip_mm * 7 + ?) / 8 END WHERE name = ?"
)

_CLEAN_UNLESS_NEWER = (
    "UPDATE printer_state SET dirty = 0 WHERE name = ? AND NOT EXISTS (SELECT 1 FROM"
    " print_attempt WHERE printer = ? AND process > ? AND purpose = 'slip')"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One copy on its way. `process` is its number; `cuts` the printer's count before it."""

    process: int
    job: JobRow
    copy: int
    printer: str
    session: str
    written: bool
    cuts: int | None


class PrintAttempts:
    """The spool as one printer's worker sees it."""

    def __init__(
        self, spool: Spool, printer: str, clock: Clock, journal: Journal | None = None
    ) -> None:
        self.spool = spool
        self.printer = printer
        self.row = PrinterRow(spool.store, printer)
        self._clock = clock
        self.journal = journal
        self.proofs = 0
        """How many slips were proven since this was made."""

    @property
    def store(self) -> Store:
        return self.spool.store

    # -- choosing work

    def next_job(self) -> JobRow | None:
        """The oldest job that waits to be sent for the first time."""
        return self._first("state = 'queued'")

    def open_job(self) -> JobRow | None:
        """The oldest job this printer began and nobody knows the end of."""
        return self._first(f"printer = ? AND state IN {_OPEN}", [self.printer])

    def open_elsewhere(self, printers: list[str]) -> JobRow | None:
        """The oldest unfinished job of printers that cannot finish it."""
        marks = ", ".join("?" * len(printers))
        return self._first(f"printer IN ({marks}) AND state IN {_OPEN}", printers)

    def _first(self, where: str, parameters: Sequence[str] = ()) -> JobRow | None:
        # A slip of an earlier boot cannot be read until the core has made it again.
        readable = "(payload IS NULL OR root = ?)"
        select = select_jobs(f"WHERE {where} AND {readable} ORDER BY seq LIMIT 1")
        row = self.store.one(select, (*parameters, self.spool.root_name))
        return job_row(row) if row else None

    def tests_wanted(self) -> int:
        """The number of the newest test slip a person asked for; 0 when there is none."""
        row = self.store.one("SELECT max(seq) FROM print_job WHERE kind = 'test'")
        return int(row[0] or 0) if row else 0

    def job(self, job_id: str) -> JobRow:
        """The job as it stands now."""
        found = self.spool.job(job_id)
        assert found is not None
        return found

    def last_attempt(self, job: JobRow) -> Attempt | None:
        """The newest copy of a job that was begun."""
        row = self.store.one(
            "SELECT process, copy, printer, session, written, cuts FROM print_attempt"
            " WHERE job = ? AND purpose = 'slip' ORDER BY process DESC LIMIT 1",
            (job.id,),
        )
        if row is None:
            return None
        return Attempt(row[0], job, row[1], row[2], row[3], bool(row[4]), row[5])

    # -- one copy's way

    def begin(self, job: JobRow, session: str, cuts: int | None) -> Attempt | None:
        """Commit that a copy is about to be sent; None when the job was taken or ended."""
        now = self._clock.now()
        with self.store.transaction() as tx:
            fresh = _job_in(tx, job.id)
            if fresh.state not in {JobState.QUEUED, JobState.UNCERTAIN}:
                return None
            copy = fresh.copies + 1
            process = self._number(tx, job.id, copy, session, cuts)
            move(tx, fresh, JobState.SENDING, now, printer=self.printer, note=f"copy {copy}")
            tx.execute(
                "UPDATE print_job SET printer = ?, copies = ? WHERE id = ?",
                (self.printer, copy, job.id),
            )
            # From here until this very copy is proven, the printer holds half a slip.
            tx.execute("UPDATE printer_state SET dirty = 1 WHERE name = ?", (self.printer,))
            if copy > 1:
                self._tell(tx, "print.reprinted", fresh, {"copy": copy})
        begun = self.job(job.id)
        return Attempt(process, begun, copy, self.printer, session, written=False, cuts=cuts)

    def probe(self, job: JobRow | None, session: str) -> int:
        """A fresh process number to ask again with; about `job`, or just to say hello."""
        with self.store.transaction() as tx:
            return self._number(tx, job.id if job else None, 0, session, None)

    def written(self, attempt: Attempt, slip_mm: int) -> Attempt:
        """Every byte of the copy was handed over; it takes `slip_mm` of the roll."""
        with self.store.transaction() as tx:
            tx.execute("UPDATE print_attempt SET written = 1 WHERE process = ?", (attempt.process,))
            tx.execute(_USE_PAPER, (slip_mm, slip_mm, slip_mm, self.printer))
            self._move(tx, attempt.job.id, JobState.AWAIT_PROOF)
        return replace(attempt, written=True)

    def used_paper(self, mm: int) -> None:
        """Paper went through that was nobody's slip."""
        with self.store.transaction() as tx:
            tx.execute(
                "UPDATE printer_state SET roll_mm = max(0, roll_mm - ?) WHERE name = ?",
                (mm, self.printer),
            )

    def to(self, job_id: str, state: JobState, note: str = "") -> None:
        """HELD, AWAIT_PROOF again, or UNCERTAIN; nothing when the job ended meanwhile."""
        if self.job(job_id).state is state:
            return
        with self.store.transaction() as tx:
            self._move(tx, job_id, state, note)

    def proven(self, job_id: str, proof: Proof, *, direct: bool = True) -> None:
        """The newest copy of a slip is on paper (shown by a fence or a count of cuts)."""
        with self.store.transaction() as tx:
            self._prove(tx, job_id, proof, direct=direct)
            tx.execute("UPDATE printer_state SET dirty = 0 WHERE name = ?", (self.printer,))

    def answered(self, number: int, session: str, modulus: int) -> list[str]:
        """The jobs that an answer with `number` (of a process, modulo), in `session`, proves."""
        with self.store.transaction() as tx:
            found = _attempt_of(tx, number, modulus, self.printer)
            if found is None:
                return []
            process, job_id, purpose, asked_in = found
            proved = [job_id] if purpose == "slip" and job_id else []
            if asked_in == session:
                proved += [row[0] for row in tx.all(_BEFORE, (process, session, self.printer))]
            for job in dict.fromkeys(proved):
                self._prove(tx, job, Proof.PROCESS_ID, direct=job == job_id)
            if proved:
                # Clean, unless a newer copy (of this or another slip) is on its way inside.
                tx.execute(_CLEAN_UNLESS_NEWER, (self.printer, self.printer, process))
            return list(dict.fromkeys(proved))

    def give_up(self, job: JobRow, cause: str) -> None:
        """Nobody will know: the staff's list, and the printer is cleared before its next job."""
        with self.store.transaction() as tx:
            if self._move(tx, job.id, JobState.UNKNOWN, cause):
                tx.execute("UPDATE printer_state SET dirty = 1 WHERE name = ?", (job.printer,))
                body = {"cause": cause, "copy": job.copies}
                self._tell(tx, "print.unknown", job, body)

    def take_over(self, job: JobRow) -> None:
        """Another printer's unfinished job becomes ours; that printer is dirty from now on."""
        with self.store.transaction() as tx:
            tx.execute("UPDATE printer_state SET dirty = 1 WHERE name = ?", (job.printer,))
            self._move(tx, job.id, JobState.UNCERTAIN, f"taken over from {job.printer}")
            tx.execute("UPDATE print_job SET printer = ? WHERE id = ?", (self.printer, job.id))
            self._tell(tx, "print.failed_over", job, {"from": job.printer, "to": self.printer})

    def expire(self) -> int:
        """Jobs never sent whose print-by time has passed; how many."""
        now = self._clock.now()
        where = "WHERE state = 'queued' AND print_by IS NOT NULL AND print_by <= ?"
        late = [job_row(row) for row in self.store.all(select_jobs(where), (stamp(now),))]
        if late:
            with self.store.transaction() as tx:
                for job in late:
                    if self._move(tx, job.id, JobState.EXPIRED, "print-by time passed"):
                        self._tell(tx, "print.expired", job, {"cause": "print-by"})
        return len(late)

    def reclaim(self) -> int:
        """After a crash or a lost connection: nobody knows any more; how many jobs."""
        where = "WHERE printer = ? AND state IN ('sending', 'await-proof', 'held')"
        rows = self.store.all(select_jobs(where), (self.printer,))
        if rows:
            with self.store.transaction() as tx:
                for row in rows:
                    self._move(tx, job_row(row).id, JobState.UNCERTAIN, "interrupted")
        return len(rows)

    # -- inside a transaction

    def _number(
        self, tx: Transaction, job: str | None, copy: int, session: str, cuts: int | None
    ) -> int:
        """A fresh process number; copy 0 is a question, not a slip."""
        purpose = "slip" if copy else "probe"
        at = stamp(self._clock.now())
        return tx.insert(
            "INSERT INTO print_attempt (job, copy, purpose, printer, session, at, cuts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job, copy, purpose, self.printer, session, at, cuts),
        )

    def _move(self, tx: Transaction, job_id: str, state: JobState, note: str = "") -> bool:
        """Move unless the job has ended meanwhile (a person, another printer); whether moved."""
        job = _job_in(tx, job_id)
        if job.state.final or job.state is state:
            return False
        move(tx, job, state, self._clock.now(), note=note)
        return True

    def _prove(self, tx: Transaction, job_id: str, proof: Proof, *, direct: bool) -> None:
        job = _job_in(tx, job_id)
        if job.state in {JobState.PRINTED, JobState.CANCELLED}:
            return
        now = self._clock.now()
        note = proof.value if direct else f"{proof.value}, asked again"
        if job.state is JobState.QUEUED:  # asked again by staff, and now the first copy answers
            add_event(tx, job_id, "late-proof", now, printer=self.printer, note=note)
            return
        self.proofs += 1
        move(tx, job, JobState.PRINTED, now, printer=self.printer, note=note)
        tx.execute("UPDATE print_job SET proof = ? WHERE id = ?", (proof.value, job_id))
        self._tell(tx, "print.proven", job, {"proof": proof.value, "copy": max(1, job.copies)})

    def _tell(self, tx: Transaction, kind: str, job: JobRow, body: Mapping[str, Any]) -> None:
        """Append to the node's journal, when this spool is a node's."""
        if self.journal is None:
            return
        full: dict[str, Any] = {"job": job.id, "kind": job.kind, **body}
        if kind != "print.expired":
            full["printer"] = self.printer
        self.journal.append(tx, kind, job.subject, full)


def void_counts(store: Store, printer: str) -> None:
    """A cut that is no slip's own is about to be made: counts of before say nothing now."""
    with store.transaction() as tx:
        tx.execute(
            "UPDATE print_attempt SET cuts = NULL WHERE printer = ? AND cuts IS NOT NULL",
            (printer,),
        )


def _job_in(tx: Transaction, job_id: str) -> JobRow:
    row = tx.one(select_jobs("WHERE id = ?"), (job_id,))
    assert row is not None
    return job_row(row)


def _attempt_of(
    tx: Transaction, number: int, modulus: int, printer: str
) -> tuple[int, str | None, str, str] | None:
    """(process, job, purpose, session) of what `printer` was asked last with that number."""
    last = tx.one("SELECT max(process) FROM print_attempt")
    newest = int(last[0] or 0) if last else 0
    process = newest - (newest - number) % modulus
    row = tx.one(
        "SELECT process, job, purpose, session FROM print_attempt"
        " WHERE process = ? AND printer = ?",
        (process, printer),
    )
    return (row[0], row[1], row[2], row[3]) if row else None
