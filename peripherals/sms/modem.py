"""SMS: a small AT client (3GPP TS 27.005, 27.007), PDU mode, one message at a time. Pure.

Rules:
- Once a PDU has been handed over (Ctrl-Z), only `+CMGS:` proves that it was sent. Silence, a
  network time-out or a broken line make it UNCERTAIN: people and money depend on one message
  being one message, so nothing here ever sends it a second time by itself.
- Before the prompt nothing has been handed over, so that failure is safe to try again.
- After an uncertain end the line is fenced: ESC, then `AT+CMEE?`, whose answer can be mistaken
  for no other. A late `+CMGS:` in front of it still proves the message; behind it, nothing does.
- The queue, its expiry and its persistence are `peripherals/sms/queue.py`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from peripherals.line_protocol import DeviceCondition, DeviceEvent, ProtocolBroken, TextLineProtocol
from peripherals.sms.pdu import PduPart
from peripherals.status import Cause, DeviceState

COMMAND_S, PROMPT_S, SUBMIT_S, FENCE_S, POLL_S = 5.0, 10.0, 60.0, 10.0, 10.0
FENCES_MAX = 3
_REGISTERED = frozenset({"1", "5", "6", "7", "9", "10"})
"""At home or roaming; for SMS only; with circuit-switched fallback not preferred (TS 27.007)."""

_STARTED = (
    "RDY",
    "^SYSSTART",
    "PB DONE",
    "SMS Ready",
    "SMS READY",
    "Call Ready",
    "NORMAL POWER DOWN",
)
"""What modems say by themselves when they come up (or go down): SIMCom, Quectel, Telit, u-blox."""

WEAK_PERCENT = 20
_ESC, _CTRL_Z = b"\x1b", b"\x1a"
_SET_UP = ("AT", "ATE0", "AT+CMEE=1", "AT+CMGF=0", "AT+CPIN?", "AT+CREG?", "AT+CSQ")
_POLL = ("AT+CPIN?", "AT+CREG?", "AT+CSQ")
_FENCE = "AT+CMEE?"
_ANSWERED = re.compile(r"\+(C|CE)REG:\s*\d+\s*,\s*(\d+)")
_BY_ITSELF = re.compile(r"\+(C|CE)REG:\s*(\d+)")
"""What a modem says when asked (its setting, then the state), and unasked (the state first)."""
_OPERATOR = re.compile(r'\+COPS:\s*\d+\s*,\s*\d+\s*,\s*"?[^",\s]')

# CMS error codes (TS 27.005 section 3.2.5). 332 and 500 can follow a message that went out.
_MAYBE_SENT = frozenset({332, 500})
_TRY_LATER = frozenset({38, 41, 42, 47, 302, 314, 320, 331})
_SIM_TROUBLE = frozenset({310, 311, 312, 313, 315, 316, 317, 318})


class SmsOutcome(enum.Enum):
    """What became of a message."""

    SENT = "sent"
    UNCERTAIN = "uncertain"
    RETRY = "retry"  # proven not handed over
    FAILED = "failed"  # refused for good


@dataclass(frozen=True, slots=True)
class SmsReport:
    """The outcome for message `job`. SENT may still follow UNCERTAIN, nothing follows SENT."""

    job: str
    outcome: SmsOutcome
    parts_sent: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SignalStrength:
    """Registered in a network, and its strength in percent (None: not told)."""

    registered: bool
    percent: int | None


@dataclass(slots=True)
class _Flight:
    job: str
    parts: Sequence[PduPart]
    done: int = 0
    submitted: bool = False
    reported: bool = False
    framed: bool = False


class Modem(TextLineProtocol):
    """The dialogue of an AT modem."""

    def __init__(self) -> None:
        super().__init__(1_024)
        self._pending: list[str] = []
        self._command: str | None = None
        self._flight: _Flight | None = None
        self._fences = 0
        self._sim = False
        self._registered = False
        self._asks_operator = False  # the modem does not know how to tell its registration
        self._quiet = False  # ATE0 was obeyed: an echo means that the modem came up anew
        self._echoed = False
        self._percent: int | None = None
        self._told: DeviceCondition | None = None

    @property
    def can_send(self) -> bool:
        """A message may be handed in now."""
        return self._flight is None and self._sim and self._registered and not self._fences

    def send(self, job: str, parts: Sequence[PduPart], now: float) -> None:
        """Send a message; only while `can_send`. The outcome comes as an `SmsReport`."""
        assert self.can_send
        assert parts
        self._flight = _Flight(job, parts)
        self._step(now)

    def begin(self, now: float) -> list[DeviceEvent]:
        self._lines.wipe()
        self._fences, self._flight, self._told = 0, None, None
        self._sim = self._registered = self._quiet = self._asks_operator = False
        self._out = _ESC  # leaves a prompt the last owner of the line may have left open
        self._command, self._pending = None, list(_SET_UP)
        self._step(now)
        return []

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        for line in self._lines.feed(chunk):
            events += self._line(line.strip())
        if self._lines.pending().lstrip().startswith(b">"):
            self._lines.drop_pending()
            self._prompted(now)
        self._step(now)
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        if self._wakes_at is not None and now >= self._wakes_at:
            events = self._late()
        self._step(now)
        return events

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        events = self._give_up("line lost") if self._flight else []
        self._flight, self._out, self._command, self._wakes_at = None, b"", None, None
        self._pending, self._fences, self._registered = [], 0, False
        self.wipe()
        return events

    def _step(self, now: float) -> None:
        """Write the next command when none is being answered."""
        if self._command is not None:
            return
        if self._fences:
            self._write(_FENCE, now, FENCE_S, before=_ESC)
        elif self._pending:
            self._write(self._pending.pop(0), now, COMMAND_S)
        elif self._flight and not self._flight.framed:
            # A modem that restarted unheard is in text mode, and would send the PDU as words.
            self._flight.framed = True
            self._write("AT+CMGF=0", now, COMMAND_S)
        elif self._flight:
            part = self._flight.parts[self._flight.done]
            self._write(f"AT+CMGS={part.length}", now, PROMPT_S)
        elif self._wakes_at is None or now >= self._wakes_at:
            if self._wakes_at is None:
                self._wakes_at = now + POLL_S
            else:
                self._pending = list(_POLL)
                self._step(now)

    def _write(self, command: str, now: float, allowed_s: float, before: bytes = b"") -> None:
        self._out += before + command.encode("ascii") + b"\r"
        self._echoed = False
        self._command, self._wakes_at = command, now + allowed_s

    def _prompted(self, now: float) -> None:
        flight = self._flight
        asked = self._command is not None and self._command.startswith("AT+CMGS=")
        # A prompt behind the last part's reference, before its OK, asks for nothing.
        if flight and asked and not self._fences and flight.done < len(flight.parts):
            flight.submitted = True
            self._out += flight.parts[flight.done].pdu.encode("ascii") + _CTRL_Z
            self._wakes_at = now + SUBMIT_S

    def _line(self, line: str) -> list[DeviceEvent]:
        if line.startswith("+CMGS:"):
            return self._confirmed()
        if line.startswith("+CPIN:"):
            self._sim = line.partition(":")[2].strip() == "READY"
            if self._command != "AT+CPIN?":
                return self._restarted()
        elif line.startswith(("+CREG:", "+CEREG:", "+COPS:")):
            self._heard_network(line)
        elif found := re.fullmatch(r"\+CSQ:\s*(\d+)\s*,\s*\d+", line):
            level = int(found[1])
            self._percent = round(level * 100 / 31) if level <= 31 else None
        elif line.startswith("+CMEE:") and self._fences:
            self._fences = -1  # its OK ends the fence
        elif line == "OK":
            return self._ok()
        elif line.startswith(_STARTED) or self._echo_means_restart(line):
            return self._restarted()
        elif line == "ERROR" or line.startswith(("+CMS ERROR", "+CME ERROR")):
            return self._error(line)
        return []

    def _echo_means_restart(self, line: str) -> bool:
        self._echoed = self._echoed or line == self._command
        return self._echoed and self._quiet

    def _heard_network(self, line: str) -> None:
        """Registered for SMS in one of the two: circuit-switched, or LTE where that is all. Where
        neither is told, an operator says as much.
        """
        if _OPERATOR.match(line) and self._asks_operator:
            self._registered = True
        domain = line.partition(":")[0]
        asked = self._command == f"AT{domain}?"
        found = (asked and _ANSWERED.match(line)) or _BY_ITSELF.match(line)
        if not found:
            return
        self._registered = found[2] in _REGISTERED
        if domain == "+CREG" and not self._registered and asked:
            self._pending.insert(0, "AT+CEREG?")

    def _restarted(self) -> list[DeviceEvent]:
        """The modem came up anew, or speaks as one that did: nothing it was told still holds.

        Its echo is back, and its text mode, in which a PDU would go out as words to a wrong
        number. A message handed over before stays uncertain, one not handed over waits.
        """
        events = self._give_up("the modem restarted") if self._flight else []
        self._flight, self._command, self._wakes_at, self._fences = None, None, None, 0
        self._pending, self._told, self._quiet = list(_SET_UP), None, False
        return events

    def _confirmed(self) -> list[DeviceEvent]:
        """`+CMGS:`: the part in flight is proven, in time or in front of the fence."""
        flight = self._flight
        if flight is None or not flight.submitted:
            return []
        flight.submitted = False
        flight.done += 1
        if flight.done < len(flight.parts):
            return []
        return [SmsReport(flight.job, SmsOutcome.SENT, flight.done)]

    def _ok(self) -> list[DeviceEvent]:
        command, flight = self._command, self._flight
        if self._fences > 0:
            return []  # an answer from before the fence
        self._command = self._wakes_at = None
        # Only after a command without its echo can an echo mean anything: some never stop theirs.
        told = command is not None and command not in {"AT", "ATE0"}
        self._quiet = self._quiet or (told and not self._echoed)
        if self._fences < 0:
            self._fences, self._flight = 0, None
            self._pending = list(_SET_UP)
        elif flight and command and command.startswith("AT+CMGS="):
            if flight.submitted:  # OK without +CMGS proves nothing
                return self._fence("no reference")
            if flight.done >= len(flight.parts):
                self._flight = None
        elif command == "AT+CSQ":
            return self._state()
        return []

    def _error(self, line: str) -> list[DeviceEvent]:
        command, flight = self._command, self._flight
        if self._fences > 0:
            return []
        self._command = self._wakes_at = None
        if flight and command and command.startswith("AT+CMGS="):
            return self._refused(flight, line)
        self._sim = self._sim and command != "AT+CPIN?"
        if command == "AT+CREG?":
            self._registered, self._asks_operator = False, True
            self._pending.insert(0, "AT+CEREG?")
        elif command == "AT+CEREG?" and self._asks_operator:
            self._registered = False
            self._pending.insert(0, "AT+COPS?")
        return self._state() if command == "AT+CSQ" else []

    def _refused(self, flight: _Flight, line: str) -> list[DeviceEvent]:
        number = int(found[1]) if (found := re.search(r"(\d+)$", line)) else 500
        if flight.submitted and number in _MAYBE_SENT:
            return self._fence(f"CMS {number}")
        self._flight = None
        self._sim = self._sim and number not in _SIM_TROUBLE
        return [SmsReport(flight.job, _meaning(flight, number), flight.done, f"CMS {number}")]

    def _late(self) -> list[DeviceEvent]:
        """The command in hand was not answered in time."""
        command, self._command = self._command, None
        if command is None:
            return []  # the pause between polls is over
        self._wakes_at = None
        if self._fences or not (self._flight and command.startswith("AT+CMGS=")):
            self._fences = abs(self._fences) + 1
            gone = self._fences > FENCES_MAX
            return (
                [ProtocolBroken(Cause.NO_ANSWER)]
                if gone
                else [DeviceCondition(DeviceState.UNKNOWN, Cause.NO_ANSWER)]
            )
        return self._fence("no answer")

    def _fence(self, detail: str) -> list[DeviceEvent]:
        self._fences, self._command, self._wakes_at = 1, None, None
        return self._give_up(detail)

    def _give_up(self, detail: str) -> list[DeviceEvent]:
        """Report the message in flight once: uncertain if anything of it may have gone."""
        flight = self._flight
        if flight is None or flight.reported or flight.done >= len(flight.parts):
            return []
        flight.reported = True
        maybe = flight.submitted or flight.done > 0
        outcome = SmsOutcome.UNCERTAIN if maybe else SmsOutcome.RETRY
        return [SmsReport(flight.job, outcome, flight.done, detail)]

    def _state(self) -> list[DeviceEvent]:
        standing = _standing(self._sim, self._registered, self._percent)
        if standing == self._told:
            return []
        self._told = standing
        return [standing, SignalStrength(self._registered, self._percent)]


def _meaning(flight: _Flight, number: int) -> SmsOutcome:
    """What a refusal with a CMS error `number` means for the whole message."""
    if flight.done:
        return SmsOutcome.UNCERTAIN  # some parts went: a whole repeat would double them
    later = number in _TRY_LATER | _SIM_TROUBLE or not flight.submitted
    return SmsOutcome.RETRY if later else SmsOutcome.FAILED


def _standing(sim: bool, registered: bool, percent: int | None) -> DeviceCondition:  # noqa: FBT001 - the three facts a modem tells, in their order
    if not sim:
        return DeviceCondition(DeviceState.BLOCKED, Cause.NO_SIM)
    if not registered:
        return DeviceCondition(DeviceState.BLOCKED, Cause.NO_SIGNAL)
    weak = percent is not None and percent < WEAK_PERCENT
    return (
        DeviceCondition(DeviceState.LOW, Cause.WEAK_SIGNAL)
        if weak
        else DeviceCondition(DeviceState.READY)
    )
