"""Delivery: one copy of one slip, from the committed attempt to its proof.

Whatever goes wrong in between leaves the job HELD or UNCERTAIN in the ledger and is found out
by the next turn of the press; nothing here repeats a slip.
"""

from __future__ import annotations

from collections.abc import Callable

from peripherals.device import PrinterCause, PrinterState, PrinterStatus
from peripherals.printing.escpos.encoder import Encoded, ask_process_id, encode
from peripherals.printing.escpos.profiles import Proof
from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.worker.attempts import Attempt
from peripherals.printing.worker.printer_session import PrinterSession, SlipAbandoned, StatusNotice


class Delivery:
    """Puts slips on the paper of one sitting. `stopping` ends every wait."""

    def __init__(
        self, sitting: PrinterSession, notice: StatusNotice, stopping: Callable[[], bool]
    ) -> None:
        self._sitting = sitting
        self._ledger = sitting.ledger
        self._notice = notice
        self._stopping = stopping

    def deliver(self, job: JobRow) -> None:
        """Send a copy and wait for its proof. Raises `SlipAbandoned` and `DeviceFault`."""
        sitting, ledger = self._sitting, self._ledger
        document = ledger.spool.document(job.id)
        if document is None:
            ledger.give_up(job, "the slip is no longer kept")
            return
        slip = encode(document, sitting.profile, copy=job.copies + 1)
        owed = sitting.proof is Proof.FENCE and sitting.talk.fences_owed
        if owed and not sitting.talk.barrier(2.0):
            ledger.row.keep(dirty=1)
            return
        attempt = ledger.begin(job, sitting.session, sitting.cut_count())
        if attempt is None:
            return
        self._send(attempt, slip)
        attempt = ledger.written(attempt, slip.height_mm)
        if sitting.proof is Proof.NONE:
            ledger.give_up(attempt.job, "this printer cannot answer")
            ledger.row.keep(dirty=0)  # nothing would ever say that it was cleared
        elif sitting.proof is Proof.COUNTER:
            self._await_count(attempt)
        else:
            self._await_proof(attempt)

    def _send(self, attempt: Attempt, slip: Encoded) -> None:
        """Every piece, with a look at the printer between two; a blocked one is waited for."""
        sitting = self._sitting
        by_id = sitting.proof is Proof.PROCESS_ID
        request = ask_process_id(attempt.process) if by_id else b""
        for n, piece in enumerate(slip.pieces):
            if n and sitting.profile.voice:
                self._wait_until_open(attempt)
            last = n == len(slip.pieces) - 1
            sitting.talk.send(piece + request if last else piece)
        if sitting.proof is Proof.FENCE:
            sitting.talk.put_fence()

    def _wait_until_open(self, attempt: Attempt) -> None:
        """Between two pieces: go on when the printer is open, hold while it is blocked."""
        while True:
            status = self._pulse(attempt)
            if status is not None and status.state.usable:
                return
            if self._stopping():
                raise SlipAbandoned

    def _pulse(self, attempt: Attempt) -> PrinterStatus | None:
        """Look at the printer while a slip is in it; None when its answer was not clear.

        Raises `SlipAbandoned` when the slip was settled or the session broke: the next turn finds
        out what became of it.
        """
        sitting, ledger = self._sitting, self._ledger
        status = sitting.talk.status(tries=1)
        sitting.hear_marks()
        if sitting.mind_silence():
            now = sitting.clock.now()
            self._notice.show(PrinterStatus(PrinterState.UNKNOWN, now, PrinterCause.SILENT))
            raise SlipAbandoned
        job = ledger.job(attempt.job.id)
        if job.state.final or job.printer != ledger.printer:
            raise SlipAbandoned
        if status is None:
            return None
        self._notice.show(status)
        if status.state is PrinterState.BLOCKED:
            self._hold(job, status)
        elif job.state is JobState.HELD and attempt.written:
            ledger.to(job.id, JobState.AWAIT_PROOF, "the printer works again")
        return status

    def _hold(self, job: JobRow, status: PrinterStatus) -> None:
        """Blocked with the slip inside: wait, unless that cannot end well."""
        sitting, ledger = self._sitting, self._ledger
        ledger.to(job.id, JobState.HELD, status.cause.value)
        if sitting.recover_cutter(status):
            raise SlipAbandoned
        if job.by is not None and job.by <= sitting.clock.now():
            ledger.give_up(job, "print-by")
            raise SlipAbandoned
        sitting.talk.hear(sitting.policy.pulse_s)

    def _await_proof(self, attempt: Attempt) -> None:
        """Wait for the proof; ask again with a fresh number; else leave it uncertain."""
        sitting, policy, clock = self._sitting, self._sitting.policy, self._sitting.clock
        deadline = clock.monotonic() + sitting.profile.proof_s
        next_pulse = clock.monotonic() + policy.pulse_s
        asked = 1
        while not self._is_proven(attempt):
            now = clock.monotonic()
            if self._stopping():
                self._ledger.to(attempt.job.id, JobState.UNCERTAIN, "the service stops")
                return
            if now >= next_pulse:
                status = self._pulse(attempt)
                next_pulse = clock.monotonic() + policy.pulse_s
                if status is not None and status.state is PrinterState.BLOCKED:
                    deadline = clock.monotonic() + sitting.profile.proof_s
            elif now >= deadline:
                if asked >= policy.asks_max or not policy.ask_again:
                    self._ledger.to(attempt.job.id, JobState.UNCERTAIN, "no proof in time")
                    return
                asked += 1
                self._ask_about(attempt)
                deadline = clock.monotonic() + policy.ask_again_s
            else:
                sitting.talk.hear(max(0.001, min(next_pulse, deadline) - now))

    def _is_proven(self, attempt: Attempt) -> bool:
        sitting = self._sitting
        sitting.hear_marks()
        same = sitting.proof is Proof.FENCE and attempt.session == sitting.session
        if same and sitting.talk.fence_reached():
            self._ledger.proven(attempt.job.id, Proof.FENCE)
        return self._ledger.job(attempt.job.id).state.final

    def _ask_about(self, attempt: Attempt) -> None:
        """Put the question again, behind what the printer already has."""
        sitting = self._sitting
        if sitting.proof is Proof.PROCESS_ID:
            number = self._ledger.probe(attempt.job, sitting.session)
            sitting.talk.send(ask_process_id(number))
        elif sitting.proof is Proof.FENCE:
            sitting.talk.put_fence()

    def _await_count(self, attempt: Attempt) -> None:
        """A printer that only counts: its count must be one more, and no more than one."""
        sitting = self._sitting
        deadline = sitting.clock.monotonic() + sitting.profile.proof_s
        while sitting.clock.monotonic() < deadline and not self._stopping():
            self._pulse(attempt)
            if attempt.cuts is not None and sitting.talk.cut_count() == attempt.cuts + 1:
                self._ledger.proven(attempt.job.id, Proof.COUNTER)
                return
            sitting.talk.hear(sitting.policy.pulse_s)
        self._ledger.to(attempt.job.id, JobState.UNCERTAIN, "no proof in time")
