"""Delivery: one copy of one slip, from the committed attempt to its proof.

Whatever goes wrong in between leaves the job HELD or UNCERTAIN and is resolved by the printer
worker's next turn; nothing here repeats a slip.
"""

from __future__ import annotations

from collections.abc import Callable

from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.protocol_port import EncodedSlip, PrinterProtocol, Proof
from peripherals.printing.worker.attempts import Attempt
from peripherals.printing.worker.printer_session import PrinterSession, SlipAbandoned, StatusNotice
from peripherals.status import Cause, DeviceState, PrinterStatus


class Delivery:
    """Puts slips on the paper of one sitting. `stopping` ends every wait."""

    def __init__(
        self,
        printer_session: PrinterSession,
        protocol: PrinterProtocol,
        notice: StatusNotice,
        stopping: Callable[[], bool],
    ) -> None:
        self._protocol = protocol
        self._printer_session = printer_session
        self._print_attempts = printer_session.print_attempts
        self._notice = notice
        self._stopping = stopping

    def deliver(self, job: JobRow) -> None:
        """Send a copy and wait for its proof. Raises `SlipAbandoned` and `DeviceFault`."""
        printer_session, print_attempts = self._printer_session, self._print_attempts
        document = print_attempts.spool.document(job.id)
        if document is None:
            print_attempts.give_up(job, "the slip is no longer kept")
            return
        slip = self._protocol.encode(document, copy=job.copies + 1)
        owed = printer_session.proof is Proof.FENCE and printer_session.client.fences_owed
        if owed and not printer_session.client.barrier(2.0):
            print_attempts.row.keep(dirty=1)
            return
        attempt = print_attempts.begin(job, printer_session.session, printer_session.cut_count())
        if attempt is None:
            return
        self._send(attempt, slip)
        attempt = print_attempts.written(attempt, slip.height_mm)
        if printer_session.proof is Proof.NONE:
            print_attempts.give_up(attempt.job, "this printer cannot answer")
            print_attempts.row.keep(dirty=0)  # nothing would ever say that it was cleared
        elif printer_session.proof is Proof.COUNTER:
            self._await_count(attempt)
        else:
            self._await_proof(attempt)

    def _send(self, attempt: Attempt, slip: EncodedSlip) -> None:
        """Every piece, with a look at the printer between two; a blocked one is waited for."""
        printer_session = self._printer_session
        by_id = printer_session.proof is Proof.PROCESS_ID
        request = printer_session.client.number_request(attempt.process) if by_id else b""
        for n, piece in enumerate(slip.pieces):
            if n and printer_session.profile.voice:
                self._wait_until_open(attempt)
            last = n == len(slip.pieces) - 1
            printer_session.client.send(piece + request if last else piece)
        if printer_session.proof is Proof.FENCE:
            printer_session.client.put_fence()

    def _wait_until_open(self, attempt: Attempt) -> None:
        """Between two pieces: go on when the printer is open, hold while it is blocked."""
        while True:
            status = self._pulse(attempt)
            if status is not None and status.state.serves:
                return
            if self._stopping():
                raise SlipAbandoned

    def _pulse(self, attempt: Attempt) -> PrinterStatus | None:
        """Look at the printer while a slip is in it; None when its answer was not clear.

        Raises `SlipAbandoned` when the slip was settled or the session broke: the next turn finds
        out what became of it.
        """
        printer_session, print_attempts = self._printer_session, self._print_attempts
        status = printer_session.client.status(tries=1)
        printer_session.hear_marks()
        if printer_session.mind_silence():
            now = printer_session.clock.now()
            self._notice.show(PrinterStatus(DeviceState.UNKNOWN, now, Cause.NO_ANSWER))
            raise SlipAbandoned
        job = print_attempts.job(attempt.job.id)
        if job.state.final or job.printer != print_attempts.printer:
            raise SlipAbandoned
        if status is None:
            return None
        self._notice.show(status)
        if status.state is DeviceState.BLOCKED:
            self._hold(job, status)
        elif job.state is JobState.HELD and attempt.written:
            print_attempts.to(job.id, JobState.AWAIT_PROOF, "the printer works again")
        return status

    def _hold(self, job: JobRow, status: PrinterStatus) -> None:
        """Blocked with the slip inside: wait, unless that cannot end well."""
        printer_session, print_attempts = self._printer_session, self._print_attempts
        print_attempts.to(job.id, JobState.HELD, status.cause.value)
        if printer_session.recover_cutter(status):
            raise SlipAbandoned
        if job.by is not None and job.by <= printer_session.clock.now():
            print_attempts.give_up(job, "print-by")
            raise SlipAbandoned
        printer_session.client.hear(printer_session.policy.pulse_s)

    def _await_proof(self, attempt: Attempt) -> None:
        """Wait for the proof; ask again with a fresh number; else leave it uncertain."""
        printer_session, policy, clock = (
            self._printer_session,
            self._printer_session.policy,
            self._printer_session.clock,
        )
        deadline = clock.monotonic() + printer_session.profile.proof_s
        next_pulse = clock.monotonic() + policy.pulse_s
        asked = 1
        while not self._is_proven(attempt):
            now = clock.monotonic()
            if self._stopping():
                self._print_attempts.to(attempt.job.id, JobState.UNCERTAIN, "the service stops")
                return
            if now >= next_pulse:
                status = self._pulse(attempt)
                next_pulse = clock.monotonic() + policy.pulse_s
                if status is not None and status.state is DeviceState.BLOCKED:
                    deadline = clock.monotonic() + printer_session.profile.proof_s
            elif now >= deadline:
                if asked >= policy.asks_max or not policy.ask_again:
                    self._print_attempts.to(attempt.job.id, JobState.UNCERTAIN, "no proof in time")
                    return
                asked += 1
                self._ask_about(attempt)
                deadline = clock.monotonic() + policy.ask_again_s
            else:
                printer_session.client.hear(max(0.001, min(next_pulse, deadline) - now))

    def _is_proven(self, attempt: Attempt) -> bool:
        printer_session = self._printer_session
        printer_session.hear_marks()
        same = printer_session.proof is Proof.FENCE and attempt.session == printer_session.session
        if same and printer_session.client.fence_proven():
            self._print_attempts.proven(attempt.job.id, Proof.FENCE)
        return self._print_attempts.job(attempt.job.id).state.final

    def _ask_about(self, attempt: Attempt) -> None:
        """Put the question again, behind what the printer already has."""
        printer_session = self._printer_session
        if printer_session.proof is Proof.PROCESS_ID:
            number = self._print_attempts.probe(attempt.job, printer_session.session)
            printer_session.client.send(printer_session.client.number_request(number))
        elif printer_session.proof is Proof.FENCE:
            printer_session.client.put_fence()

    def _await_count(self, attempt: Attempt) -> None:
        """A printer that only counts: its count must be one more, and no more than one."""
        printer_session = self._printer_session
        deadline = printer_session.clock.monotonic() + printer_session.profile.proof_s
        while printer_session.clock.monotonic() < deadline and not self._stopping():
            self._pulse(attempt)
            if attempt.cuts is not None and printer_session.client.cut_count() == attempt.cuts + 1:
                self._print_attempts.proven(attempt.job.id, Proof.COUNTER)
                return
            printer_session.client.hear(printer_session.policy.pulse_s)
        self._print_attempts.to(attempt.job.id, JobState.UNCERTAIN, "no proof in time")
