"""PrinterWorker: takes one printer's jobs from the spool, prints them and proves them.

Rules (design D10), in the order in which they are kept:
1. A slip is sent only to a printer that has just answered that it is ready and did not name
   another model than the settings do.
2. The attempt and its process number are committed before the first byte leaves.
3. It is PRINTED only on proof. What proves what: its own process id, always; a later process id, a
   fence, when nothing may have been lost in between (same session); the printer's count of cuts,
   when it is exactly one more than before and all was sent.
4. A blocked printer with a slip inside is waited for (HELD); its bytes are not sent again.
5. Before anything is repeated it is asked again with a fresh number; then the printer is cleared,
   fed and cut, so that two citizens' slips never share a paper; the repeat is marked.
6. Nobody's slip is sent after its print-by time.
7. No clearing without end: after a few without one slip proven the printer is left to a person.

`turn` does one thing and returns how long nothing needs to be done. It raises no `DeviceFault`: a
printer that fails is a state, not an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from peripherals.faults import DeviceFault
from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.protocol_port import PrinterProtocol, Proof
from peripherals.printing.worker.attempts import Attempt, PrintAttempts
from peripherals.printing.worker.delivery import Delivery
from peripherals.printing.worker.printer_session import (
    PrinterSession,
    ProofPolicy,
    SlipAbandoned,
    StatusNotice,
)
from peripherals.printing.worker.repeat_limit import RepeatLimit
from peripherals.status import NEEDS_A_PERSON, Cause, DeviceState, PrinterStatus, cause_of
from peripherals.transport_port import Transport
from provisioning.backoff import Backoff
from provisioning.clock import Clock
from provisioning.ids import Ids


class PrinterWorker:
    """One printer's worker; used by one thread.

    `may_take` says whether new jobs are for this printer, `helpless` which other printers cannot
    finish theirs.
    """

    def __init__(
        self,
        print_attempts: PrintAttempts,
        protocol: PrinterProtocol,
        connect: Callable[[], Transport],
        clock: Clock,
        ids: Ids,
        *,
        policy: ProofPolicy | None = None,
        stopping: Callable[[], bool] = lambda: False,
        may_take: Callable[[], bool] = lambda: True,
        helpless: Callable[[], list[str]] = list,
        plugged: Callable[[], int] = int,
    ) -> None:
        self._print_attempts = print_attempts
        self._protocol = protocol
        self._profile = protocol.profile
        self._connect = connect
        self._clock = clock
        self._ids = ids
        self._policy = policy or ProofPolicy()
        self._stopping = stopping
        self._may_take = may_take
        self._helpless = helpless
        self._notice = StatusNotice(print_attempts)
        self._printer_session: PrinterSession | None = None
        self._backoff = Backoff(self._policy.reopen_s, self._policy.reopen_s_max)
        self._limit = RepeatLimit(print_attempts, self._policy.clearings_max, plugged)

    def turn(self) -> float:
        """One look, and at most one slip; seconds until another turn has something to do."""
        try:
            self._print_attempts.expire()
            printer_session = self._printer_session or self._open()
            status = self._look(printer_session)
            if self._limit.resting:
                return self._policy.look_s
            if not status.state.serves:
                self._while_unusable(printer_session, status)
                return self._policy.blocked_look_s
            if self._finish_old(printer_session) or self._work(printer_session):
                return 0.0
            policy = self._policy
            return policy.blocked_look_s if printer_session.presenter.occupied else policy.look_s
        except SlipAbandoned:
            return 0.0
        except DeviceFault as fault:
            return self._lost(fault)

    def close(self) -> None:
        """Let go of the printer at once."""
        if self._printer_session is not None:
            self._printer_session.client.transport.close_now()
            self._printer_session = None

    # -- the connection

    def _open(self) -> PrinterSession:
        transport = self._connect()
        client = self._protocol.client(transport, self._clock)
        self._printer_session = PrinterSession(
            client, self._print_attempts, self._profile, self._policy, self._clock, self._ids
        )
        self._backoff.succeeded()
        self._print_attempts.reclaim()
        return self._printer_session

    def _lost(self, fault: DeviceFault) -> float:
        """The connection is over. What was on its way becomes uncertain; try again soon."""
        self.close()
        self._print_attempts.reclaim()
        cause = cause_of(fault)
        state = DeviceState.FAULT if cause in NEEDS_A_PERSON else DeviceState.UNKNOWN
        if cause is Cause.NOT_PLUGGED:
            state = DeviceState.LOST
        self._notice.show(PrinterStatus(state, self._clock.now(), cause))
        return self._backoff.failed(1 - self._ids.token(1)[0] / 1024)

    def _look(self, printer_session: PrinterSession) -> PrinterStatus:
        """Ask how it is. No clear answer is UNKNOWN, and never READY."""
        status = PrinterStatus(DeviceState.READY, self._clock.now())
        if self._profile.voice:
            unknown = PrinterStatus(DeviceState.UNKNOWN, self._clock.now(), Cause.NO_ANSWER)
            status = printer_session.client.status() or unknown
            printer_session.hear_marks()
            printer_session.mind_silence()
            status = printer_session.presenter.look(printer_session.client, status)
        if status.state.serves and printer_session.is_stranger():
            status = PrinterStatus(DeviceState.FAULT, self._clock.now(), Cause.WRONG_MODEL)
        self._limit.saw(status)
        if self._limit.resting and status.state.serves:
            status = replace(status, state=DeviceState.FAULT, cause=Cause.KEEPS_FAILING)
        self._notice.show(status)
        return status

    def _scrub(self, printer_session: PrinterSession) -> bool:
        """Clear, feed and cut, while there is a point in it; a printer left alone says so."""
        if self._limit.clearing():
            return printer_session.scrub()
        now = self._clock.now()
        self._notice.show(PrinterStatus(DeviceState.FAULT, now, Cause.KEEPS_FAILING))
        return False

    def _while_unusable(self, printer_session: PrinterSession, status: PrinterStatus) -> None:
        """Blocked: an open slip is HELD inside; one that is too late now is cleared out of it."""
        if status.state is not DeviceState.BLOCKED:
            return
        printer_session.presenter.tidy(printer_session.client)
        job = self._print_attempts.open_job()
        if job is not None:
            attempt = self._print_attempts.last_attempt(job)
            if self._too_late(job):
                self._print_attempts.give_up(job, "print-by")
            elif job.state is JobState.UNCERTAIN and attempt is not None and attempt.written:
                self._print_attempts.to(job.id, JobState.HELD, status.cause.value)
        printer_session.recover_cutter(status)
        abandoned = self._print_attempts.row.dirty() and self._print_attempts.open_job() is None
        if abandoned and self._profile.buffer_clear and printer_session.client.clear():
            # Nothing of the abandoned slip can come out any more; the cut waits for paper.
            printer_session.new_session()

    # -- jobs

    def _work(self, printer_session: PrinterSession) -> bool:
        """Send the next job, if there is one for us."""
        if self._print_attempts.row.dirty() and not self._scrub(printer_session):
            return False
        if (
            not printer_session.greet()
            or printer_session.presenter.occupied
            or not self._may_take()
        ):
            return False
        stranded = self._print_attempts.open_elsewhere(self._helpless())
        if stranded is not None:
            self._print_attempts.take_over(stranded)
            return True
        job = self._print_attempts.next_job()
        if job is None:
            return False
        self._deliver(printer_session, job)
        return True

    def _deliver(self, printer_session: PrinterSession, job: JobRow) -> None:
        delivery = Delivery(printer_session, self._protocol, self._notice, self._stopping)
        delivery.deliver(job)

    # -- what an interruption left behind

    def _finish_old(self, printer_session: PrinterSession) -> bool:
        """Settle the oldest slip nobody knows the end of; True when there was one."""
        job = self._print_attempts.open_job()
        if job is None:
            return False
        attempt = self._print_attempts.last_attempt(job)
        if attempt is not None and self._settled(printer_session, job, attempt):
            return True
        self._print_attempts.to(job.id, JobState.UNCERTAIN, "no proof")
        if self._too_late(job):
            self._print_attempts.give_up(job, "print-by")
        elif job.copies >= self._policy.copies_max:
            self._print_attempts.give_up(job, "too many copies")
        elif self._scrub(printer_session) and printer_session.greet():
            self._deliver(printer_session, self._print_attempts.job(job.id))
        return True

    def _settled(self, printer_session: PrinterSession, job: JobRow, attempt: Attempt) -> bool:
        """Whether the last copy can still be shown to be on paper, without a new one."""
        policy, client = self._policy, printer_session.client
        client.hear(0.05)
        printer_session.hear_marks()
        if self._print_attempts.job(job.id).state.final:
            return True
        # Another printer's attempt, or one not wholly sent, can only be cleared and repeated.
        if not attempt.written or attempt.printer != self._print_attempts.printer:
            return False
        if not self._profile.voice:
            return False
        if policy.ask_again:
            if not printer_session.by_fence:
                printer_session.ask_twice(job)
            elif attempt.session == printer_session.session and client.ask_fence(
                policy.ask_again_s
            ):
                self._print_attempts.proven(job.id, Proof.FENCE)
            elif attempt.session != printer_session.session and client.wait_fence(
                policy.ask_again_s
            ):
                # Nobody asked for one in this session: it is the fence behind that very slip.
                self._print_attempts.proven(job.id, Proof.FENCE)
        if self._print_attempts.job(job.id).state.final:
            return True
        if attempt.cuts is not None and printer_session.cut_count() == attempt.cuts + 1:
            self._print_attempts.proven(job.id, Proof.COUNTER)
        return self._print_attempts.job(job.id).state.final

    def _too_late(self, job: JobRow) -> bool:
        return job.by is not None and job.by <= self._clock.now()
