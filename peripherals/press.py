"""Press: one printer at work. Takes jobs from the ledger, puts them on paper, proves them.

Rules (design D10), in the order in which they are kept:
1. A slip is sent only to a printer that said, just now, that it is ready.
2. The attempt and its process number are committed before the first byte leaves.
3. It is PRINTED only on proof. What proves what: its own process id, always; a later process
   id, a fence, when nothing may have been lost in between (same connection, no silence);
   the printer's count of cuts, when it is exactly one more than before and all was sent.
4. A blocked printer with a slip inside is waited for (HELD); its bytes are not sent again.
5. Before anything is repeated it is asked again with a fresh number; then the printer is
   cleared, fed and cut, so that two citizens' slips never share a paper; the repeat is marked.
6. Nobody's slip is sent after its print-by time.

`turn` does one thing and returns how long nothing needs to be done. It raises no `DeviceFault`:
a printer that fails is a state, not an accident.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from peripherals.conversation import Conversation
from peripherals.device import (
    Cause,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    PrinterState,
    PrinterStatus,
    Transport,
)
from peripherals.escpos import Encoded, ask_process_id, encode
from peripherals.health import REFRESH_S
from peripherals.ledger import Attempt, Ledger
from peripherals.profiles import Profile, Proof
from peripherals.spool import JobRow, JobState
from provisioning.clock import Clock
from provisioning.ids import Ids


@dataclass(frozen=True, slots=True)
class Policy:
    """Patience, in seconds, and what may be tried."""

    look_s: float = 2.0  # an idle printer is asked so often how it is
    blocked_look_s: float = 0.4
    pulse_s: float = 0.25  # and so often while a slip is inside it
    hello_s: float = 0.6
    ask_again_s: float = 1.0
    asks_max: int = 3
    copies_max: int = 6
    reopen_s: float = 0.2
    reopen_s_max: float = 5.0
    cutter_retry_s: float = 3.0
    ask_again: bool = True
    use_counter: bool = True


class Abandoned(Exception):
    """The slip this press waits for was settled by somebody else."""


class Press:
    """One printer's worker; used by one thread."""

    def __init__(
        self,
        ledger: Ledger,
        profile: Profile,
        connect: Callable[[], Transport],
        clock: Clock,
        ids: Ids,
        *,
        policy: Policy | None = None,
        stopping: Callable[[], bool] = lambda: False,
        may_take: Callable[[], bool] = lambda: True,
        helpless: Callable[[], list[str]] = list,
    ) -> None:
        self._ledger = ledger
        self._profile = profile
        self._connect = connect
        self._clock = clock
        self._ids = ids
        self._policy = policy or Policy()
        self._stopping = stopping
        self._may_take = may_take
        self._helpless = helpless
        self._talk: Conversation | None = None
        self._session = ""
        self._proof: Proof | None = None
        self._failures = 0
        self._shown: PrinterStatus | None = None
        self._misses = 0
        self._last_recovery = -1e9

    def turn(self) -> float:
        """One look, and at most one slip; seconds until another turn has something to do."""
        try:
            self._ledger.expire()
            talk = self._talk or self._open()
            status = self._look(talk)
            if not status.state.usable:
                self._while_unusable(talk, status)
                return self._policy.blocked_look_s
            if self._finish_old(talk) or self._work(talk):
                return 0.0
            return self._policy.look_s
        except Abandoned:
            return 0.0
        except DeviceFault as fault:
            return self._lost(fault)

    def close(self) -> None:
        """Let go of the printer at once."""
        if self._talk is not None:
            self._talk.transport.close_now()
            self._talk = None

    # -- the connection

    def _open(self) -> Conversation:
        transport = self._connect()
        self._talk = Conversation(transport, self._profile, self._clock)
        self._failures = 0
        self._misses = 0
        self._proof = None
        self._new_session()
        self._ledger.reclaim()
        return self._talk

    def _new_session(self) -> None:
        """From here on, no later answer vouches for what was sent before."""
        self._session = str(self._ids.uuid7())

    def _lost(self, fault: DeviceFault) -> float:
        """The connection is over. What was on its way becomes uncertain; try again soon."""
        self.close()
        self._ledger.reclaim()
        lost = isinstance(fault, DeviceLost)
        cause = Cause.UNPLUGGED if lost else Cause.SILENT
        state = PrinterState.LOST if lost else PrinterState.UNKNOWN
        if isinstance(fault, DeviceBusy):
            state, cause = PrinterState.FAULT, Cause.BUSY
        self._show(PrinterStatus(state, self._clock.now(), cause))
        delay = min(self._policy.reopen_s * 2.0**self._failures, self._policy.reopen_s_max)
        self._failures = min(self._failures + 1, 10)
        jitter = self._ids.token(1)[0] / 255
        return delay * (0.75 + 0.5 * jitter)

    def _look(self, talk: Conversation) -> PrinterStatus:
        """Ask how it is. Silence is UNKNOWN at the third miss, and never READY before that."""
        if not self._profile.voice:
            status = PrinterStatus(PrinterState.READY, self._clock.now())
        else:
            answer = talk.status()
            self._hear_marks(talk)
            self._misses = 0 if answer else self._misses + 1
            status = answer or PrinterStatus(PrinterState.UNKNOWN, self._clock.now(), Cause.SILENT)
            if talk.voice_broken:
                talk.voice_broken = False
                self._break_session()
        self._show(status)
        return status

    def _break_session(self) -> None:
        """The printer may have been without power: what it held may be gone, or half of it."""
        if self._talk is not None:
            self._talk.transport.discard_output()
        self._new_session()
        self._ledger.reclaim()

    def _show(self, status: PrinterStatus) -> None:
        """Publish a status when it says something new, or when the old one gets stale."""
        shown = self._shown
        if shown is not None and (shown.state, shown.cause, shown.near_end) == (
            status.state,
            status.cause,
            status.near_end,
        ):
            age = (status.observed_at - shown.observed_at).total_seconds()
            if age < REFRESH_S:
                return
        self._shown = status
        self._ledger.observed(status)

    def _while_unusable(self, talk: Conversation, status: PrinterStatus) -> None:
        """Blocked: an open slip is HELD inside; one that is too late now is cleared out of it."""
        if status.state is not PrinterState.BLOCKED:
            return
        job = self._ledger.open_job()
        if job is not None:
            if job.by is not None and job.by <= self._clock.now():
                self._ledger.give_up(job, "print-by")
            elif job.state is JobState.UNCERTAIN:
                attempt = self._ledger.last_attempt(job)
                if attempt is not None and attempt.written:
                    self._ledger.to(job.id, JobState.HELD, status.cause.value)
        self._recover_cutter(talk, status)
        if self._ledger.dirty() and self._profile.buffer_clear and talk.clear():
            # Nothing of the abandoned slip can come out any more; the cut waits for paper.
            self._new_session()

    def _recover_cutter(self, talk: Conversation, status: PrinterStatus) -> bool:
        """A cutter or a jam needs `DLE ENQ 2` after a person has freed it; it clears too."""
        if status.cause not in {Cause.CUTTER, Cause.JAM, Cause.ERROR}:
            return False
        now = self._clock.monotonic()
        if now - self._last_recovery < self._policy.cutter_retry_s:
            return False
        self._last_recovery = now
        self._break_session()
        self._ledger.keep(dirty=1)
        talk.recover()
        return True

    # -- jobs

    def _work(self, talk: Conversation) -> bool:
        """Send the next job, if there is one for us."""
        if self._ledger.dirty() and not self._scrub(talk):
            return False
        if self._proof is None:
            self._proof = self._greet(talk)
        if not self._may_take():
            return False
        stranded = self._ledger.open_elsewhere(self._helpless())
        if stranded is not None:
            self._ledger.take_over(stranded)
            return True
        job = self._ledger.next_job()
        if job is None:
            return False
        self._print(talk, job)
        return True

    def _greet(self, talk: Conversation) -> Proof:
        """What this printer can prove, asked once a session; a profile's promise may be more."""
        wanted = self._profile.proof
        talk.send(b"\x1da\x00")  # no automatic status: it would only stand between the answers
        proof = Proof.NONE
        if self._profile.voice and wanted is not Proof.NONE:
            if wanted is Proof.PROCESS_ID and self._ask(talk, None, self._policy.hello_s):
                proof = Proof.PROCESS_ID
            elif talk.ask_fence(self._policy.hello_s) or talk.ask_fence(self._policy.hello_s):
                proof = Proof.FENCE
            elif talk.cut_count() is not None:
                proof = Proof.COUNTER
        self._ledger.keep(proof=proof.value, model=talk.model() or self._profile.title)
        return proof

    def _print(self, talk: Conversation, job: JobRow) -> None:
        """One copy of one job, from the committed attempt to its proof."""
        document = self._ledger.spool.document(job.id)
        if document is None:
            self._ledger.give_up(job, "the slip is no longer kept")
            return
        slip = encode(document, self._profile, copy=job.copies + 1)
        if self._proof is Proof.FENCE and not talk.no_fences_owed(self._policy.hello_s):
            self._ledger.keep(dirty=1)
            return
        attempt = self._ledger.begin(job, self._session, self._cuts(talk))
        if attempt is None:
            return
        self._send(talk, attempt, slip)
        attempt = self._ledger.written(attempt)
        self._ledger.used_paper(slip.height_mm)
        if self._proof is Proof.NONE:
            self._ledger.give_up(attempt.job, "this printer cannot answer")
            self._ledger.keep(dirty=0)
            return
        self._await_proof(talk, attempt)

    def _cuts(self, talk: Conversation) -> int | None:
        if not self._policy.use_counter or not self._profile.voice:
            return None
        return talk.cut_count()

    def _send(self, talk: Conversation, attempt: Attempt, slip: Encoded) -> None:
        """Every piece, with a look at the printer between two; a blocked one is waited for."""
        request = ask_process_id(attempt.process) if self._proof is Proof.PROCESS_ID else b""
        for n, piece in enumerate(slip.pieces):
            if n and self._profile.voice:
                self._wait_until_open(talk, attempt)
            last = n == len(slip.pieces) - 1
            talk.send(piece + request if last else piece)
        if self._proof is Proof.FENCE:
            talk.put_fence()

    def _wait_until_open(self, talk: Conversation, attempt: Attempt) -> None:
        """Between two pieces: go on when the printer is open, hold while it is blocked."""
        while True:
            status = self._pulse(talk, attempt)
            if status is not None and status.state.usable:
                return
            if self._stopping():
                raise Abandoned

    def _pulse(self, talk: Conversation, attempt: Attempt) -> PrinterStatus | None:
        """Look at the printer while a slip is in it; None when it missed one answer.

        Raises `Abandoned` when the slip was settled or the session broke: the next turn finds
        out what became of it.
        """
        status = talk.status()
        self._hear_marks(talk)
        if talk.voice_broken:
            talk.voice_broken = False
            self._show(PrinterStatus(PrinterState.UNKNOWN, self._clock.now(), Cause.SILENT))
            self._break_session()
            raise Abandoned
        job = self._ledger.job(attempt.job.id)
        if job.state.final or job.printer != self._ledger.printer:
            raise Abandoned
        if status is None:
            return None
        self._show(status)
        if status.state is PrinterState.BLOCKED:
            self._ledger.to(job.id, JobState.HELD, status.cause.value)
            if self._recover_cutter(talk, status):
                raise Abandoned
            if job.by is not None and job.by <= self._clock.now():
                self._ledger.give_up(job, "print-by")
                raise Abandoned
            talk.hear(self._policy.pulse_s)
        elif job.state is JobState.HELD and attempt.written:
            self._ledger.to(job.id, JobState.AWAIT_PROOF, "the printer works again")
        return status

    def _await_proof(self, talk: Conversation, attempt: Attempt) -> None:
        """Wait for the proof; ask again with a fresh number; else leave it uncertain."""
        clock, policy = self._clock, self._policy
        deadline = clock.monotonic() + self._profile.proof_s
        next_pulse = clock.monotonic() + policy.pulse_s
        asked = 1
        while not self._is_proven(talk, attempt):
            now = clock.monotonic()
            if self._stopping():
                self._ledger.to(attempt.job.id, JobState.UNCERTAIN, "the service stops")
                return
            if now >= next_pulse:
                status = self._pulse(talk, attempt)
                next_pulse = clock.monotonic() + policy.pulse_s
                if status is not None and status.state is PrinterState.BLOCKED:
                    deadline = clock.monotonic() + self._profile.proof_s
            elif now >= deadline:
                if asked >= policy.asks_max or not policy.ask_again:
                    self._ledger.to(attempt.job.id, JobState.UNCERTAIN, "no proof in time")
                    return
                asked += 1
                self._ask_about(talk, attempt)
                deadline = clock.monotonic() + policy.ask_again_s
            else:
                talk.hear(max(0.001, min(next_pulse, deadline) - now))

    def _is_proven(self, talk: Conversation, attempt: Attempt) -> bool:
        self._hear_marks(talk)
        same = self._proof is Proof.FENCE and attempt.session == self._session
        if same and talk.fence_reached():
            self._ledger.proven(attempt.job.id, Proof.FENCE)
        return self._ledger.job(attempt.job.id).state.final

    def _ask_about(self, talk: Conversation, attempt: Attempt) -> None:
        """Put the question again, behind what the printer already has."""
        if self._proof is Proof.PROCESS_ID:
            talk.send(ask_process_id(self._ledger.probe(attempt.job, self._session)))
        elif self._proof is Proof.FENCE:
            talk.put_fence()

    def _ask(self, talk: Conversation, job: JobRow | None, deadline_s: float) -> bool:
        """Ask with a fresh process number; True when it was answered."""
        answered = talk.ask_mark(self._ledger.probe(job, self._session), deadline_s)
        self._hear_marks(talk)
        return answered

    def _hear_marks(self, talk: Conversation) -> None:
        """Every process id heard, also of older copies, settles what it settles."""
        for mark in talk.take_marks():
            self._ledger.answered(mark, self._session)

    # -- what an interruption left behind

    def _finish_old(self, talk: Conversation) -> bool:
        """Settle the oldest slip nobody knows the end of; True when there was one."""
        job = self._ledger.open_job()
        if job is None:
            return False
        attempt = self._ledger.last_attempt(job)
        if attempt is not None and self._settled(talk, job, attempt):
            return True
        self._ledger.to(job.id, JobState.UNCERTAIN, "no proof")
        if job.by is not None and job.by <= self._clock.now():
            self._ledger.give_up(job, "print-by")
            return True
        if job.copies >= self._policy.copies_max:
            self._ledger.give_up(job, "too many copies")
            return True
        if not self._scrub(talk):
            return True
        if self._proof is None:
            self._proof = self._greet(talk)
        self._print(talk, self._ledger.job(job.id))
        return True

    def _settled(self, talk: Conversation, job: JobRow, attempt: Attempt) -> bool:
        """Whether the last copy can still be shown to be on paper, without a new one."""
        talk.hear(0.05)
        self._hear_marks(talk)
        if not attempt.written or not self._profile.voice:
            return self._ledger.job(job.id).state.final
        if self._policy.ask_again and self._profile.proof is Proof.PROCESS_ID:
            for _ in range(2):
                if self._ask(talk, job, self._policy.ask_again_s):
                    break
        if self._ledger.job(job.id).state.final:
            return True
        counted = attempt.cuts is not None and self._policy.use_counter
        if counted and talk.cut_count() == (attempt.cuts or 0) + 1:
            self._ledger.proven(job.id, Proof.COUNTER)
        return self._ledger.job(job.id).state.final

    def _scrub(self, talk: Conversation) -> bool:
        """Clear, feed and cut: what follows begins on clean paper. True when that is certain."""
        self._ledger.keep(dirty=1)
        cleared = talk.clear()
        self._new_session()
        talk.send(b"\x1b@\n\n" + (b"\x1dV\x42\x00" if self._profile.cutter else b"\n\n\n"))
        if not cleared and self._profile.voice:
            cleared = self._barrier(talk)
        if cleared or not self._profile.voice:
            self._ledger.keep(dirty=0)
            return True
        return False

    def _barrier(self, talk: Conversation) -> bool:
        """Without a reply to the clearing: everything before the cut is out when this answers."""
        if self._profile.proof is Proof.PROCESS_ID and self._ask(talk, None, 2.0):
            return True
        return talk.no_fences_owed(2.0) and talk.ask_fence(2.0)
