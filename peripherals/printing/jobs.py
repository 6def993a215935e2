"""Print jobs: their table, their states and the transitions. Shared by spool and worker.

A job changes state only along `TRANSITIONS`, and each change is a row in `print_event`; when a job
ends its slip is wiped in the same statement. `spool.py` is for callers who print,
`worker/attempts.py` for the device service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from peripherals.faults import SpoolFault
from peripherals.printing.document import Document
from peripherals.printing.memory_slips import IN_MEMORY_ONLY, forget_words
from sync.store.database import MigrationSet, Row, Transaction

SPOOL_TABLES = MigrationSet(
    "spool",
    (
        """CREATE TABLE print_job (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            key TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            label TEXT NOT NULL,
            language TEXT NOT NULL,
            payload BLOB,
            print_by TEXT,
            state TEXT NOT NULL,
            printer TEXT NOT NULL DEFAULT '',
            copies INTEGER NOT NULL DEFAULT 0,
            proof TEXT NOT NULL DEFAULT '',
            channel TEXT NOT NULL DEFAULT '',
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        );
        CREATE INDEX print_job_state ON print_job (state, seq);
        CREATE INDEX print_job_subject ON print_job (subject, seq);
        CREATE TABLE print_event (
            job TEXT NOT NULL REFERENCES print_job (id),
            n INTEGER NOT NULL,
            at TEXT NOT NULL,
            what TEXT NOT NULL,
            printer TEXT NOT NULL DEFAULT '',
            note TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (job, n)
        ) WITHOUT ROWID;
        CREATE TABLE print_attempt (
            process INTEGER PRIMARY KEY AUTOINCREMENT,
            job TEXT REFERENCES print_job (id),
            copy INTEGER NOT NULL,
            purpose TEXT NOT NULL,
            printer TEXT NOT NULL,
            session TEXT NOT NULL,
            at TEXT NOT NULL,
            written INTEGER NOT NULL DEFAULT 0,
            void INTEGER NOT NULL DEFAULT 0,
            cuts INTEGER
        );
        CREATE INDEX print_attempt_job ON print_attempt (job);
        CREATE TABLE printer_state (
            name TEXT PRIMARY KEY,
            rank INTEGER NOT NULL,
            state TEXT NOT NULL,
            cause TEXT NOT NULL,
            since TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            near_end INTEGER NOT NULL DEFAULT 0,
            proof TEXT NOT NULL DEFAULT '',
            model TEXT NOT NULL DEFAULT '',
            dirty INTEGER NOT NULL DEFAULT 0,
            roll_mm INTEGER NOT NULL DEFAULT 0,
            slip_mm INTEGER NOT NULL DEFAULT 0
        )""",
        # The causes got one table with the other devices': what was known is asked anew.
        "UPDATE printer_state SET state = 'unknown', cause = 'no-answer'",
        # Which root a slip is sealed under: of another boot's only the journal knows the words.
        "ALTER TABLE print_job ADD COLUMN root BLOB NOT NULL DEFAULT x''",
    ),
)


class JobState(StrEnum):
    """Where a job stands; `TRANSITIONS` says where it may go."""

    QUEUED = "queued"
    SENDING = "sending"  # committed before the first byte
    AWAIT_PROOF = "await-proof"
    HELD = "held"  # the printer is blocked with the bytes inside: wait, do not resend
    UNCERTAIN = "uncertain"  # nobody knows yet; the service is finding out
    PRINTED = "printed"
    UNKNOWN = "unknown"  # nobody will know: staff look at the paper
    FAILED_OVER = "failed-over"  # told another way: see `channel`
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the service is done with the job."""
        return self in _FINAL


_FINAL = frozenset(
    {
        JobState.PRINTED,
        JobState.UNKNOWN,
        JobState.FAILED_OVER,
        JobState.EXPIRED,
        JobState.CANCELLED,
    }
)
_S = JobState
_ENDS = frozenset({_S.FAILED_OVER, _S.CANCELLED})

TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    _S.QUEUED: _ENDS | {_S.SENDING, _S.EXPIRED},
    _S.SENDING: _ENDS | {_S.AWAIT_PROOF, _S.HELD, _S.UNCERTAIN, _S.PRINTED, _S.UNKNOWN},
    _S.AWAIT_PROOF: _ENDS | {_S.HELD, _S.UNCERTAIN, _S.PRINTED, _S.UNKNOWN},
    _S.HELD: _ENDS | {_S.AWAIT_PROOF, _S.UNCERTAIN, _S.PRINTED, _S.UNKNOWN},
    _S.UNCERTAIN: _ENDS | {_S.SENDING, _S.HELD, _S.PRINTED, _S.UNKNOWN, _S.EXPIRED},
    # A person, or a reply that came late, may still settle what nobody knew.
    _S.UNKNOWN: frozenset({_S.PRINTED, _S.QUEUED, _S.CANCELLED, _S.FAILED_OVER}),
    _S.EXPIRED: frozenset({_S.PRINTED}),
    _S.FAILED_OVER: frozenset({_S.PRINTED}),
    _S.PRINTED: frozenset(),  # another copy is another job, with `repeat` set
    _S.CANCELLED: frozenset(),
}

KEEPS_PAYLOAD = frozenset(set(JobState) - _FINAL | {JobState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Job:
    """A slip somebody wants. `subject` is the visit or ticket; `by` the print-by time (UTC).

    `repeat` says that the citizen may already hold this slip: even its first copy is marked.
    """

    kind: str
    subject: UUID
    document: Document
    language: str
    by: datetime | None
    key: str
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands. `copies` counts the times sending began; above 1 they are marked."""

    seq: int
    id: str
    kind: str
    subject: UUID
    label: str
    language: str
    by: datetime | None
    state: JobState
    printer: str
    copies: int
    proof: str
    channel: str
    created_at: datetime
    updated_at: datetime


_COLUMNS = (
    "seq, id, kind, subject, label, language, print_by, state, printer, copies, proof, channel,"
    " created_at, updated_at"
)


def stamp(moment: datetime) -> str:
    """A moment as the spool stores it: ISO 8601, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def job_row(row: Row) -> JobRow:
    """A `print_job` row, selected with `select_jobs`, as a `JobRow`."""
    return JobRow(
        seq=row[0],
        id=row[1],
        kind=row[2],
        subject=UUID(bytes=bytes(row[3])),
        label=row[4],
        language=row[5],
        by=datetime.fromisoformat(row[6]) if row[6] else None,
        state=JobState(row[7]),
        printer=row[8],
        copies=row[9],
        proof=row[10],
        channel=row[11],
        created_at=datetime.fromisoformat(row[12]),
        updated_at=datetime.fromisoformat(row[13]),
    )


def select_jobs(where: str) -> str:
    """The SELECT whose rows `job_row` reads; `where` is written by us, never by a user."""
    return f"SELECT {_COLUMNS} FROM print_job {where}"  # noqa: S608 - our own clauses


def mark_as_copies(tx: Transaction) -> int:
    """The database was put back from a copy: slips that wait may be on paper already, so what is
    printed of them from now on is marked; how many.
    """
    return tx.execute("UPDATE print_job SET copies = 1 WHERE state = 'queued' AND copies = 0")


def move(
    tx: Transaction,
    job: JobRow,
    state: JobState,
    now: datetime,
    *,
    printer: str = "",
    note: str = "",
) -> None:
    """Move `job` to `state` with its event; `SpoolFault` where `TRANSITIONS` has no such move."""
    if state is not job.state and state not in TRANSITIONS[job.state]:
        raise SpoolFault(f"Slip {job.label or job.id} is {job.state}; it cannot become {state}.")
    wipe = "" if state in KEEPS_PAYLOAD else ", payload = NULL"
    if wipe and job.kind in IN_MEMORY_ONLY:
        tx.after_commit(partial(forget_words, tx.path, job.id))
    tx.execute(
        f"UPDATE print_job SET state = ?, updated_at = ?{wipe} WHERE id = ?",  # noqa: S608 - a fixed clause
        (state.value, stamp(now), job.id),
    )
    add_event(tx, job.id, state.value, now, printer=printer or job.printer, note=note)


def add_event(
    tx: Transaction, job: str, what: str, now: datetime, *, printer: str = "", note: str = ""
) -> None:
    """One line of the job's history."""
    tx.execute(
        "INSERT INTO print_event SELECT ?, coalesce(max(n), 0) + 1, ?, ?, ?, ?"
        " FROM print_event WHERE job = ?",
        (job, stamp(now), what, printer, note, job),
    )
