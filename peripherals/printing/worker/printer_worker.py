"""PrinterWorker: one printer at work. Takes jobs from the ledger, puts them on paper, proves them.

Rules (design D10), in the order in which they are kept:
1. A slip is sent only to a printer that said, just now, that it is ready, and that did not
   say that it is another model than the settings name.
2. The attempt and its process number are committed before the first byte leaves.
3. It is PRINTED only on proof. What proves what: its own process id, always; a later process
   id, a fence, when nothing may have been lost in between (same session); the printer's count
   of cuts, when it is exactly one more than before and all was sent.
4. A blocked printer with a slip inside is waited for (HELD); its bytes are not sent again.
5. Before anything is repeated it is asked again with a fresh number; then the printer is
   cleared, fed and cut, so that two citizens' slips never share a paper; the repeat is marked.
6. Nobody's slip is sent after its print-by time.

`turn` does one thing and returns how long nothing needs to be done. It raises no `DeviceFault`:
a printer that fails is a state, not an accident.
"""

from __future__ import annotations

from collections.abc import Callable

from peripherals.device import (
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    PrinterCause,
    PrinterState,
    PrinterStatus,
    Transport,
    TwoAlike,
    WrongDevice,
)
from peripherals.printing.escpos.client import PrinterClient
from peripherals.printing.escpos.profiles import Profile, Proof
from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.worker.attempts import Attempt, PrintAttempts
from peripherals.printing.worker.delivery import Delivery
from peripherals.printing.worker.printer_session import (
    PrinterSession,
    ProofPolicy,
    SlipAbandoned,
    StatusNotice,
)
from provisioning.clock import Clock
from provisioning.ids import Ids


class PrinterWorker:
    """One printer's worker; used by one thread.

    `may_take` says whether new jobs are for this printer, `helpless` which other printers cannot
    finish theirs.
    """

    def __init__(
        self,
        ledger: PrintAttempts,
        profile: Profile,
        connect: Callable[[], Transport],
        clock: Clock,
        ids: Ids,
        *,
        policy: ProofPolicy | None = None,
        stopping: Callable[[], bool] = lambda: False,
        may_take: Callable[[], bool] = lambda: True,
        helpless: Callable[[], list[str]] = list,
    ) -> None:
        self._ledger = ledger
        self._profile = profile
        self._connect = connect
        self._clock = clock
        self._ids = ids
        self._policy = policy or ProofPolicy()
        self._stopping = stopping
        self._may_take = may_take
        self._helpless = helpless
        self._notice = StatusNotice(ledger)
        self._sitting: PrinterSession | None = None
        self._failures = 0

    def turn(self) -> float:
        """One look, and at most one slip; seconds until another turn has something to do."""
        try:
            self._ledger.expire()
            sitting = self._sitting or self._open()
            status = self._look(sitting)
            if not status.state.usable:
                self._while_unusable(sitting, status)
                return self._policy.blocked_look_s
            if self._finish_old(sitting) or self._work(sitting):
                return 0.0
            policy = self._policy
            return policy.blocked_look_s if sitting.mouth.occupied else policy.look_s
        except SlipAbandoned:
            return 0.0
        except DeviceFault as fault:
            return self._lost(fault)

    def close(self) -> None:
        """Let go of the printer at once."""
        if self._sitting is not None:
            self._sitting.talk.transport.close_now()
            self._sitting = None

    # -- the connection

    def _open(self) -> PrinterSession:
        transport = self._connect()
        talk = PrinterClient(transport, self._profile, self._clock)
        self._sitting = PrinterSession(
            talk, self._ledger, self._profile, self._policy, self._clock, self._ids
        )
        self._failures = 0
        self._ledger.reclaim()
        return self._sitting

    def _lost(self, fault: DeviceFault) -> float:
        """The connection is over. What was on its way becomes uncertain; try again soon."""
        self.close()
        self._ledger.reclaim()
        state, cause = PrinterState.UNKNOWN, PrinterCause.SILENT
        if isinstance(fault, DeviceLost):
            state, cause = PrinterState.LOST, PrinterCause.UNPLUGGED
        elif isinstance(fault, DeviceBusy):
            state, cause = PrinterState.FAULT, PrinterCause.BUSY
        elif isinstance(fault, TwoAlike):
            state, cause = PrinterState.FAULT, PrinterCause.TWO_ALIKE
        elif isinstance(fault, WrongDevice):
            state, cause = PrinterState.FAULT, PrinterCause.WRONG_MODEL
        self._notice.show(PrinterStatus(state, self._clock.now(), cause))
        delay = min(self._policy.reopen_s * 2.0**self._failures, self._policy.reopen_s_max)
        self._failures = min(self._failures + 1, 10)
        jitter = self._ids.token(1)[0] / 255
        return delay * (0.75 + 0.5 * jitter)

    def _look(self, sitting: PrinterSession) -> PrinterStatus:
        """Ask how it is. No clear answer is UNKNOWN, and never READY."""
        status = PrinterStatus(PrinterState.READY, self._clock.now())
        if self._profile.voice:
            unknown = PrinterStatus(PrinterState.UNKNOWN, self._clock.now(), PrinterCause.SILENT)
            status = sitting.talk.status() or unknown
            sitting.hear_marks()
            sitting.mind_silence()
            status = sitting.mouth.look(sitting.talk, status)
        if status.state.usable and sitting.is_stranger():
            status = PrinterStatus(PrinterState.FAULT, self._clock.now(), PrinterCause.WRONG_MODEL)
        self._notice.show(status)
        return status

    def _while_unusable(self, sitting: PrinterSession, status: PrinterStatus) -> None:
        """Blocked: an open slip is HELD inside; one that is too late now is cleared out of it."""
        if status.state is not PrinterState.BLOCKED:
            return
        sitting.mouth.tidy(sitting.talk)
        job = self._ledger.open_job()
        if job is not None:
            attempt = self._ledger.last_attempt(job)
            if self._too_late(job):
                self._ledger.give_up(job, "print-by")
            elif job.state is JobState.UNCERTAIN and attempt is not None and attempt.written:
                self._ledger.to(job.id, JobState.HELD, status.cause.value)
        sitting.recover_cutter(status)
        abandoned = self._ledger.row.dirty() and self._ledger.open_job() is None
        if abandoned and self._profile.buffer_clear and sitting.talk.clear():
            # Nothing of the abandoned slip can come out any more; the cut waits for paper.
            sitting.new_session()

    # -- jobs

    def _work(self, sitting: PrinterSession) -> bool:
        """Send the next job, if there is one for us."""
        if self._ledger.row.dirty() and not sitting.scrub():
            return False
        if not sitting.greet() or sitting.mouth.occupied or not self._may_take():
            return False
        stranded = self._ledger.open_elsewhere(self._helpless())
        if stranded is not None:
            self._ledger.take_over(stranded)
            return True
        job = self._ledger.next_job()
        if job is None:
            return False
        self._deliver(sitting, job)
        return True

    def _deliver(self, sitting: PrinterSession, job: JobRow) -> None:
        Delivery(sitting, self._notice, self._stopping).deliver(job)

    # -- what an interruption left behind

    def _finish_old(self, sitting: PrinterSession) -> bool:
        """Settle the oldest slip nobody knows the end of; True when there was one."""
        job = self._ledger.open_job()
        if job is None:
            return False
        attempt = self._ledger.last_attempt(job)
        if attempt is not None and self._settled(sitting, job, attempt):
            return True
        self._ledger.to(job.id, JobState.UNCERTAIN, "no proof")
        if self._too_late(job):
            self._ledger.give_up(job, "print-by")
        elif job.copies >= self._policy.copies_max:
            self._ledger.give_up(job, "too many copies")
        elif sitting.scrub() and sitting.greet():
            self._deliver(sitting, self._ledger.job(job.id))
        return True

    def _settled(self, sitting: PrinterSession, job: JobRow, attempt: Attempt) -> bool:
        """Whether the last copy can still be shown to be on paper, without a new one."""
        policy, talk = self._policy, sitting.talk
        talk.hear(0.05)
        sitting.hear_marks()
        if self._ledger.job(job.id).state.final:
            return True
        # Another printer's attempt, or one not wholly sent, can only be cleared and repeated.
        if not attempt.written or attempt.printer != self._ledger.printer:
            return False
        if not self._profile.voice:
            return False
        if policy.ask_again:
            if not sitting.by_fence:
                sitting.ask_twice(job)
            elif attempt.session == sitting.session and talk.ask_fence(policy.ask_again_s):
                self._ledger.proven(job.id, Proof.FENCE)
            elif attempt.session != sitting.session and talk.wait_fence(policy.ask_again_s):
                # Nobody asked for one in this session: it is the fence behind that very slip.
                self._ledger.proven(job.id, Proof.FENCE)
        if self._ledger.job(job.id).state.final:
            return True
        if attempt.cuts is not None and sitting.cut_count() == attempt.cuts + 1:
            self._ledger.proven(job.id, Proof.COUNTER)
        return self._ledger.job(job.id).state.final

    def _too_late(self, job: JobRow) -> bool:
        return job.by is not None and job.by <= self._clock.now()
