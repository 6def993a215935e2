"""PrinterClient: questions to one printer over one transport, each with a deadline.

Keeps answers that arrive while it waits for another: a process id that came late is proof too.
Knows nothing of jobs; `worker/printer_worker.py` decides what an answer means. A client ends with
its transport; `voice_broken` says that the printer answered no question for a while: its power may
have been gone, and then only a direct answer counts.
"""

from __future__ import annotations

from collections.abc import Callable

from peripherals.faults import DeviceTimeout
from peripherals.printing.escpos.encoder import (
    CLEAR_AFTER_ERROR,
    CLEAR_WITH_REPLY,
    MARKS,
    ask_process_id,
    mark_number,
)
from peripherals.printing.escpos.library import cut
from peripherals.printing.escpos.profiles import Profile
from peripherals.printing.escpos.replies import (
    FENCE_RUN,
    Automatic,
    Cleared,
    Fence,
    FullStatus,
    PowerOn,
    ProcessId,
    RealTime,
    Reply,
    ReplyReader,
    Sensor,
    TextReply,
    judge,
    judge_full,
)
from peripherals.printing.protocol_port import PresenterStatus
from peripherals.status import PrinterStatus
from peripherals.transport_port import Transport
from provisioning.clock import Clock

_ALL_STATUS = b"".join(b"\x10\x04" + bytes((n,)) for n in (1, 2, 3, 4))
_ASK_MODEL = b"\x1dI\x43"
_ASK_FULL = b"\x10\x04\x14"
_GOOD = 0x12
_HEAR_S = 0.05
_QUIET_S = 1.5
_CLEAR_S = 1.0
_WRITE_S = 1.0
_STALL_S = 5.0
_PAD = 2048


class ReceivedReplies:
    """The listening half: what came is kept by kind until somebody asks for it."""

    def __init__(self, transport: Transport, profile: Profile, clock: Clock) -> None:
        self.transport = transport
        self.profile = profile
        self.voice_broken = False
        self._clock = clock
        self._reader = ReplyReader(full_status=profile.full_status)
        self._real_time: list[int] = []
        self._marks: list[bytes] = []
        self._texts: list[str] = []
        self._texts_owed = 0  # questions with a text for an answer that may still come
        self._cleared = False
        self._full: FullStatus | None = None
        self._fence = Fence()
        self._last_voice = clock.monotonic()

    @property
    def noise(self) -> int:
        """Bytes that fitted no reply."""
        return self._reader.noise

    def silent_s(self) -> float:
        """Seconds since anything at all was heard, or since the opening."""
        return self._clock.monotonic() - self._last_voice

    def hear(self, deadline_s: float) -> bool:
        """Listen once; True when something came."""
        octets = self.transport.read(deadline_s)
        for reply in self._reader.feed(octets) if octets else self._reader.quiet():
            self._sort(reply)
        return bool(octets)

    def take_numbers(self) -> list[int]:
        """The process ids heard since the last call, as numbers; foreign ones left out."""
        marks, self._marks = self._marks, []
        return [number for mark in marks if (number := mark_number(mark)) is not None]

    def _until(self, happened: Callable[[], bool], deadline_s: float) -> bool:
        end = self._clock.monotonic() + deadline_s
        while not happened():
            left = end - self._clock.monotonic()
            if left <= 0:
                return False
            self.hear(min(_HEAR_S, left))
        return True

    def _quiet_for(self, seconds: float) -> bool:
        """Listen until nothing has come for so long; False when it never gets quiet."""
        quiet_at = self._clock.monotonic() + seconds
        end = quiet_at + 2 * seconds
        while self._clock.monotonic() < quiet_at:
            if self.hear(_HEAR_S):
                quiet_at = self._clock.monotonic() + seconds
            if quiet_at > end:
                return False
        return True

    def _settle(self) -> None:
        """Let late answers pass, so they are not taken for the next one's."""
        for _ in range(20):
            if not self.hear(_HEAR_S):
                return

    def _sort(self, reply: Reply) -> None:
        if not isinstance(reply, Sensor):
            self._fence.interrupt()
        match reply:
            case RealTime(value=value):
                self._real_time.append(value)
            case ProcessId(mark=mark):
                self._marks.append(mark)
            case TextReply(text=text):
                self._texts.append(text)
                self._texts_owed = max(0, self._texts_owed - 1)
            case Cleared():
                self._cleared = True
            case Sensor(value=value):
                self._fence.count(value)
                return
            case FullStatus():
                self._full = reply
            case PowerOn():
                self.voice_broken = True
            case Automatic():
                pass  # nobody asked for it: the real-time status is what counts
        self._last_voice = self._clock.monotonic()


class EscposClient(ReceivedReplies):
    """One opened printer. Every method returns within its deadline or raises `DeviceFault`."""

    marks_max = MARKS

    def status(self, *, tries: int = 2) -> PrinterStatus | None:
        """How the printer says it is; None when it does not say so clearly.

        Not one answer to four questions is a silence: from then on the power may have been gone.
        """
        for _ in range(tries):
            self._real_time.clear()
            asked = self._clock.monotonic()
            self.send(_ALL_STATUS)
            self._until(lambda: len(self._real_time) >= 4, self.profile.answer_s)
            if len(self._real_time) == 4:
                return self._judged(self._real_time)
            if self._last_voice < asked:
                self.voice_broken = True
                return None
            self._settle()
        return self._status_one_by_one() if tries > 1 else None

    def _status_one_by_one(self) -> PrinterStatus | None:
        """For a printer that does not answer four questions at once, or not all of them.

        The first (is it on-line?) must be answered; what is not said of the rest is taken for
        good then, because a printer with a trouble is off-line.
        """
        said = []
        for n in (1, 2, 3, 4):
            self._real_time.clear()
            self.send(bytes((0x10, 0x04, n)))
            self._until(lambda: bool(self._real_time), self.profile.answer_s)
            said.append(self._real_time[0] if len(self._real_time) == 1 else _GOOD)
            if n == 1 and len(self._real_time) != 1:
                return None
        return self._judged(said)

    def _judged(self, said: list[int]) -> PrinterStatus:
        state, cause, near_end = judge(*said)
        return PrinterStatus(state, self._clock.now(), cause, near_end)

    def presenter_status(self) -> PresenterStatus | None:
        """What a printer with a presenter says of all of itself; None when it does not."""
        self._full = None
        self.send(_ASK_FULL)
        self._until(lambda: self._full is not None, self.profile.answer_s)
        return self._judged_full()

    def _judged_full(self) -> PresenterStatus | None:
        return None if self._full is None else judge_full(self._full)

    def send(self, octets: bytes) -> None:
        """All of `octets`, however slowly the printer takes them; `DeviceTimeout` after 5 s."""
        end = self._clock.monotonic() + _STALL_S
        while octets:
            octets = octets[self.transport.write(octets, _WRITE_S) :]
            if octets and self._clock.monotonic() >= end:
                self.voice_broken = True
                self.transport.discard_output()
                msg = (
                    f"{self.transport.identity} takes no more bytes; switch the printer off and on."
                )
                raise DeviceTimeout(msg)

    def number_request(self, number: int) -> bytes:
        """`GS ( H`: answer with `number` when you get to this."""
        return ask_process_id(number)

    def ask_number(self, number: int, deadline_s: float) -> bool:
        """Ask for process id `number`; True when it (or a later one) came in time."""
        request = ask_process_id(number)
        self.send(request)
        return self._until(lambda: request[-4:] in self._marks, deadline_s)

    def ask_fence(self, deadline_s: float) -> bool:
        """Put up a fence and wait for it; True when the printer got to it."""
        self.put_fence()
        return self.wait_fence(deadline_s)

    def put_fence(self) -> None:
        """`GS r 1`, several times: alike answers in a row are no accident."""
        self._fence.put()
        self.send(b"\x1dr\x01" * FENCE_RUN)

    def wait_fence(self, deadline_s: float) -> bool:
        """Whether the fence put up last was reached within the deadline."""
        return self._until(self.fence_reached, deadline_s) and self.fence_proven()

    def fence_proven(self) -> bool:
        """Whether the fence was reached and nothing follows it: a line that says the same for ever
        would say it once more.
        """
        if not self.fence_reached():
            return False
        self.hear(_HEAR_S)
        return self.fence_reached()

    def fence_reached(self) -> bool:
        """Whether the fence put up last has answered."""
        return self._fence.reached

    @property
    def fences_owed(self) -> bool:
        """Whether an older fence may still answer, and be taken for the next one's."""
        return self._fence.owed > 0

    def barrier(self, deadline_s: float) -> bool:
        """Everything sent before has been dealt with, and no older fence can answer any more.

        The model's name comes in order like a fence but cannot be mistaken for one, unless an
        older question's answer is still owed; a printer without a name, and one that owes, must
        answer a fence and then be quiet for long.
        """
        self._texts.clear()
        self.put_fence()
        self._texts_owed += 1
        self.send(_ASK_MODEL)
        if not self._until(lambda: self._texts_owed == 0, deadline_s) and not (
            self.fence_reached() and self._quiet_for(_QUIET_S)
        ):
            return False
        self._fence.owed = self._texts_owed = 0
        return True

    def clear(self) -> bool:
        """Make the printer forget what it holds; True when it said so (DLE DC4 8).

        Without that reply `DLE ENQ 2` is sent (never 1: it prints the old tail), which clears
        only after an error, so then padding fills whatever command was cut in the middle.
        """
        if self.profile.buffer_clear:
            for _ in range(2):
                self._cleared = False
                self.send(CLEAR_WITH_REPLY)
                if self._until(lambda: self._cleared, _CLEAR_S):
                    return True
        self.send(CLEAR_AFTER_ERROR)
        self.send(bytes(_PAD))
        return False

    def feed_and_cut(self) -> None:
        """Whatever hangs in the printer comes out, alone."""
        end = cut() if self.profile.cutter else b"\n\n\n"
        self.send(b"\x1b@\n\n" + end + self.profile.eject)

    def retract(self) -> None:
        """Pull in a slip nobody took, where the profile has a command for it."""
        self.send(self.profile.retract)

    def begin(self) -> None:
        """No automatic status: it would stand between the answers."""
        self.send(b"\x1da\x00")

    def forget_line(self) -> None:
        """A printer that does not know a question takes its bytes for text; ESC @ throws away the
        line that has not ended, so nothing of it gets onto the next slip.
        """
        self.send(b"\x1b@")

    def recover(self) -> None:
        """After a cutter or jam error was put right: recover and clear (DLE ENQ 2)."""
        self.send(CLEAR_AFTER_ERROR)

    def cut_count(self) -> int | None:
        """The printer's own count of cuts (`GS g 2`); None when it does not say."""
        if not self.profile.cut_counter:
            return None
        answer = self._ask_text(b"\x1dg2\x00" + self.profile.cut_counter.to_bytes(2, "little"))
        return int(answer) if answer is not None and answer.isdigit() else None

    def model(self) -> str:
        """What the printer calls itself (`GS I 67`); empty when it does not say."""
        return self._ask_text(_ASK_MODEL) or ""

    def _ask_text(self, request: bytes) -> str | None:
        self._texts.clear()
        self._texts_owed += 1
        self.send(request)
        if self._until(lambda: bool(self._texts), self.profile.answer_s):
            return self._texts[-1]
        return None
