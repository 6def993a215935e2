"""One connection to a printer: negotiated proof method, session id, cutter recovery.

A session id changes whenever data may have been lost (the printer was cleared, it was silent on a
line that outlives its power, the connection ended). It stands on every attempt; only answers of
the same session prove earlier slips. Jobs are the business of `printer_worker.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from peripherals.faults import DeviceTimeout
from peripherals.printing.jobs import JobRow
from peripherals.printing.protocol_port import PrinterClient, PrinterFacts, Proof
from peripherals.printing.worker.attempts import PrintAttempts, void_counts
from peripherals.printing.worker.presenter import SlipPresenter
from peripherals.status import REFRESH_S, Cause, PrinterStatus
from provisioning.backoff import Backoff
from provisioning.clock import Clock
from provisioning.ids import Ids

_BARRIER_S = 3.0
_CLEARING_MM = 30
_TRIES = 3
_ASKED_MOST = 2
_PATIENCE = 1_000
_TELL_AGAIN_S = 600.0


@dataclass(frozen=True, slots=True)
class ProofPolicy:
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
    cutter_retry_s_max: float = 60.0
    clearings_max: int = 5
    deaf_s: float = 10.0  # a connection open for so long without a word is opened anew
    ask_again: bool = True
    use_counter: bool = True


class SlipAbandoned(Exception):
    """The slip in hand was settled by somebody else, or the session broke: look anew."""


class StatusNotice:
    """Publishes what a printer says of itself, when it is news or when the last word gets old."""

    def __init__(self, print_attempts: PrintAttempts) -> None:
        self._print_attempts = print_attempts
        self._shown: PrinterStatus | None = None
        self._told: dict[Cause, datetime] = {}
        # The same printer of the same name is the same subject, on every node and for ever.
        self._subject = uuid5(NAMESPACE_OID, f"huduma printer {print_attempts.printer}")

    def show(self, status: PrinterStatus) -> None:
        """Keep a status for everybody who reads `health`."""
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
        if self._print_attempts.row.observed(status) and status.cause is not Cause.NONE:
            self._tell(status)

    def _tell(self, status: PrinterStatus) -> None:
        """Journal a fault that staff were shown; the same fault at most every 10 minutes."""
        journal, cause = self._print_attempts.journal, status.cause
        last = self._told.get(cause)
        often = last is not None and (status.observed_at - last).total_seconds() < _TELL_AGAIN_S
        if journal is None or often:
            return
        self._told[cause] = status.observed_at
        text = f"{self._print_attempts.printer}: {cause.words('en')}"
        body = {"service": "devices", "code": cause.code("P"), "text": text}
        with self._print_attempts.store.transaction() as tx:
            journal.append(tx, "node.fault", self._subject, body)


class PrinterSession:
    """A connected printer. Raises `DeviceFault` when the connection fails."""

    def __init__(
        self,
        client: PrinterClient,
        print_attempts: PrintAttempts,
        profile: PrinterFacts,
        policy: ProofPolicy,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.client = client
        self.print_attempts = print_attempts
        self.profile = profile
        self.policy = policy
        self.clock = clock
        self.proof: Proof | None = None
        self.presenter = SlipPresenter(profile, clock)
        self._ids = ids
        self._recovery_at = -1e9
        self._recoveries = Backoff(policy.cutter_retry_s, policy.cutter_retry_s_max)
        self._unanswered = 0
        self._uncounted = 0  # how often GS g 2 was not answered: a clone does not know it
        self._named = False  # it said what it is, or did not know the question
        self._unnamed = 0  # how often it was not answered
        self._stranger = False
        self.session = ""
        self.new_session()

    @property
    def by_fence(self) -> bool:
        """Whether this printer's slips stand in front of a fence."""
        return (
            self.proof or self.print_attempts.row.known_proof() or self.profile.proof
        ) is Proof.FENCE

    def new_session(self) -> None:
        """From here on, no later answer vouches for what was sent before."""
        self.session = str(self._ids.uuid7())

    def break_session(self) -> None:
        """The printer may have been without power: what it held may be gone, or half of it."""
        self.client.transport.discard_output()
        self.new_session()
        self.print_attempts.reclaim()
        self._named, self._unnamed = False, 0

    def mind_silence(self) -> bool:
        """After a silence a serial printer may have been switched off and on; a network or USB
        connection would not have outlived that. True when the session was broken.
        """
        silent, self.client.voice_broken = self.client.voice_broken, False
        if silent and self.client.transport.survives_power_cut:
            self.break_session()
            return True
        if silent and self.client.silent_s() >= self.policy.deaf_s:
            # Open and deaf: the other end was switched off, or is another one by now.
            what = self.client.transport.identity
            raise DeviceTimeout(f"{what} is open and says nothing; it is opened anew.")
        return False

    def is_stranger(self) -> bool:
        """Whether a printer of another model stands here than the profile says (`GS I 67`).

        Asked once a session, and again while it is the wrong one, because somebody may be just
        putting the right one back. A printer that leaves the question unanswered twice does not
        know it, and is no stranger.
        """
        if self._named or not self.profile.models or not self.profile.voice:
            return False
        name = self.client.model()
        if not name:
            self.client.forget_line()
            self._unnamed += 1
            if self._unnamed >= _ASKED_MOST:
                self._named, self._stranger = True, False
            return self._stranger
        refused = self.profile.refuses(name)
        if refused != self._stranger:
            self._stranger = refused
            self.proof = None  # the one that comes next is greeted anew
            self.print_attempts.row.keep(model=name)
        self._named = not refused
        return refused

    def hear_marks(self) -> None:
        """Every process id heard, also of older copies, settles what it settles."""
        for number in self.client.take_numbers():
            self.print_attempts.answered(number, self.session, self.client.marks_max)

    def ask(self, job: JobRow | None, deadline_s: float) -> bool:
        """Ask with a fresh process number; True when it was answered."""
        answered = self.client.ask_number(self.print_attempts.probe(job, self.session), deadline_s)
        self.hear_marks()
        return answered

    def ask_twice(self, job: JobRow) -> bool:
        """Two fresh numbers, in case one answer gets lost."""
        patience_s = self.policy.ask_again_s
        return self.ask(job, patience_s) or self.ask(job, patience_s)

    def cut_count(self) -> int | None:
        """The printer's count of cuts, where it has one and that may be used."""
        if not self.policy.use_counter or not self.profile.voice or self._uncounted >= _TRIES:
            return None
        count = self.client.cut_count()
        if count is not None:
            self._uncounted = -_PATIENCE  # it can: later misses are lost answers
        elif self.profile.proof is not Proof.COUNTER:
            self._uncounted += 1
            self.client.forget_line()
        return count

    def greet(self) -> bool:
        """Find out what this printer can prove, once a connection; False: not known yet.

        A profile may promise more than the printer keeps. That it can prove nothing is only
        believed after several tries: its answers may just be late or lost.
        """
        if self.proof is not None:
            return True
        self.client.begin()
        proof = self._strongest_proof()
        if proof is Proof.NONE and self.profile.proof is not Proof.NONE:
            self._unanswered += 1
            tries = {None: 5, Proof.NONE: 1}.get(self.print_attempts.row.known_proof(), 9)
            if self._unanswered < tries:
                return False
        self.cut_count()
        model = self.client.model() if self.profile.voice else ""
        self.client.forget_line()
        self.print_attempts.row.keep(proof=proof.value, model=model or self.profile.title)
        if self.client.fences_owed and not self.client.barrier(_BARRIER_S):
            self.print_attempts.row.keep(dirty=1)
        self.proof = proof
        return True

    def _strongest_proof(self) -> Proof:
        wanted, hello_s = self.profile.proof, self.policy.hello_s
        if not self.profile.voice or wanted is Proof.NONE:
            return Proof.NONE
        if wanted is Proof.PROCESS_ID and (self.ask(None, hello_s) or self.ask(None, hello_s)):
            return Proof.PROCESS_ID
        if wanted is not Proof.COUNTER and (
            self.client.ask_fence(hello_s) or self.client.ask_fence(hello_s)
        ):
            return Proof.FENCE
        return Proof.NONE if self.cut_count() is None else Proof.COUNTER

    def scrub(self) -> bool:
        """Clear, feed and cut: what follows begins on clean paper. True when that is certain."""
        self.print_attempts.row.keep(dirty=1)
        void_counts(self.print_attempts.store, self.print_attempts.printer)
        cleared = self.client.clear()
        self.new_session()
        self.print_attempts.used_paper(_CLEARING_MM)
        self.client.feed_and_cut()
        if not cleared and self.profile.voice:
            cleared = self.client.barrier(_BARRIER_S)
        if cleared or not self.profile.voice or self.proof is Proof.NONE:
            self.print_attempts.row.keep(dirty=0)
            return True
        return False

    def recover_cutter(self, status: PrinterStatus) -> bool:
        """A cutter or a jam needs `DLE ENQ 2` after a person has freed it; it clears too."""
        if status.cause not in {Cause.CUTTER, Cause.JAM, Cause.ERROR}:
            self._recoveries.succeeded()
            return False
        now = self.clock.monotonic()
        if now < self._recovery_at:
            return False
        self._recovery_at = now + self._recoveries.failed()
        self.break_session()
        self.print_attempts.row.keep(dirty=1)
        self.client.recover()
        return True
