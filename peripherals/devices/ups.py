"""UPS: power readings through Network UPS Tools, and the safe stop on low battery.

`Nut` is the line protocol (NUT's line protocol, port 3493): it asks for status, charge and runtime
in turn and reports a `Power` when something changed. `SafeStop` is the rule: at low battery new
print jobs stop, the running one finishes, the spool and the database are closed, and shutdown is
asked for once; mains back cancels it, also a shutdown already asked for (it is asked with a delay,
so that it can be). Both are pure. A battery unit that stops reporting is UNKNOWN, which never
counts as mains.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from peripherals.line_protocol import DeviceCondition, DeviceEvent, ProtocolBroken, TextLineProtocol
from peripherals.status import Cause, DeviceState

POLL_S = 2.0
ANSWER_S = 2.0
STALE_AFTER = 3  # unanswered or stale questions in a row
_VARIABLES = ("ups.status", "battery.charge", "battery.runtime")
_ANSWER = re.compile(r'VAR (\S+) (\S+) "((?:[^"\\]|\\.)*)"')


class PowerSource(enum.Enum):
    """What feeds the kiosk."""

    MAINS = "mains"
    BATTERY = "battery"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Power:
    """A reading. `low` is the unit's own LB or FSD flag; percent and seconds may be unknown."""

    source: PowerSource
    low: bool = False
    worn: bool = False
    charge_percent: int | None = None
    runtime_s: int | None = None


def read_status(flags: str, charge: int | None = None, runtime: int | None = None) -> Power:
    """A `ups.status` value (NUT developer guide, "Status data") as a reading."""
    words = set(flags.split())
    source = PowerSource.UNKNOWN
    if "OB" in words:  # a unit that says both is not on mains
        source = PowerSource.BATTERY
    elif "OL" in words:
        source = PowerSource.MAINS
    low = "FSD" in words or ("LB" in words and source is not PowerSource.MAINS)
    return Power(source, low, "RB" in words, charge, runtime)


def condition(power: Power) -> DeviceCondition:
    """How a reading shows in the equipment table."""
    if power.source is PowerSource.UNKNOWN:
        return DeviceCondition(DeviceState.UNKNOWN, Cause.BATTERY_STALE)
    if power.low:
        return DeviceCondition(DeviceState.BLOCKED, Cause.BATTERY_LOW)
    if power.source is PowerSource.BATTERY:
        return DeviceCondition(DeviceState.LOW, Cause.ON_BATTERY)
    return (
        DeviceCondition(DeviceState.LOW, Cause.BATTERY_WORN)
        if power.worn
        else DeviceCondition(DeviceState.READY)
    )


class Nut(TextLineProtocol):
    """Questions out, `Power` in: `GET VAR <unit> <variable>`."""

    def __init__(self, unit: str) -> None:
        assert re.fullmatch(r"[\w.-]{1,64}", unit), "a NUT unit is one word"
        super().__init__(512)
        self._unit = unit
        self._asked = 0
        self._waiting = False
        self._misses = 0
        self._numbers: dict[str, int] = {}
        self._flags = ""
        self._last: Power | None = None

    def begin(self, now: float) -> list[DeviceEvent]:
        self._lines.wipe()
        self._asked, self._misses, self._last = 0, 0, None
        self._flags, self._numbers = "", {}
        self._ask(now)
        return []

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        for line in self._lines.feed(chunk):
            events += self._answer(line, now)
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._wakes_at is None or now < self._wakes_at:
            return []
        if not self._waiting:
            self._ask(now)
            return []
        events = self._missed(now)
        return [*events, ProtocolBroken(Cause.NO_ANSWER)] if self._misses >= STALE_AFTER else events

    def _ask(self, now: float) -> None:
        variable = _VARIABLES[self._asked % len(_VARIABLES)]
        self._out += f"GET VAR {self._unit} {variable}\n".encode("ascii")
        self._waiting, self._wakes_at = True, now + ANSWER_S

    def _next(self, now: float) -> None:
        """Charge and runtime follow the status at once; then a pause."""
        self._asked += 1
        if self._asked % len(_VARIABLES):
            self._ask(now)
        else:
            self._waiting, self._wakes_at = False, now + POLL_S

    def _answer(self, line: str, now: float) -> list[DeviceEvent]:
        variable = _VARIABLES[self._asked % len(_VARIABLES)]
        if not self._waiting:
            return []
        if line.startswith("ERR "):
            if variable == "ups.status":
                return self._missed(now)
            self._numbers.pop(variable, None)  # this unit does not measure it
            self._next(now)
            return []
        found = _ANSWER.fullmatch(line)
        if not found or found[1] != self._unit or found[2] != variable:
            return []
        if variable == "ups.status":
            self._misses, self._flags = 0, found[3]
        else:
            self._number(variable, found[3])
        self._next(now)
        return self._told()

    def _number(self, variable: str, text: str) -> None:
        try:
            self._numbers[variable] = int(float(text))
        except (ValueError, OverflowError):
            self._numbers.pop(variable, None)

    def _missed(self, now: float) -> list[DeviceEvent]:
        self._misses += 1
        self._asked += len(_VARIABLES) - self._asked % len(_VARIABLES)
        self._waiting, self._wakes_at = False, now + POLL_S
        if self._misses < STALE_AFTER:
            return []
        self._flags, self._numbers = "", {}
        return self._told()

    def _told(self) -> list[DeviceEvent]:
        charge, runtime = map(self._numbers.get, _VARIABLES[1:])
        power = read_status(self._flags, charge, runtime)
        if power == self._last:
            return []
        self._last = power
        return [condition(power), power]


class StopPhase(enum.Enum):
    """How far the safe stop has come."""

    RUNNING = "running"
    DRAINING = "draining"  # no new print job starts; the running one finishes
    ASKED = "asked"  # everything is closed and the machine was asked to power off, once


class PowerAction(enum.Enum):
    """What the service must do now."""

    HOLD_NEW_JOBS = "hold-new-jobs"
    CLOSE_AND_SHUT_DOWN = "close-and-shut-down"
    RESUME = "resume"


class SafeStop:
    """Power readings and "is a job running" in, actions out; each action is given once."""

    def __init__(self, drain_s_max: float = 45.0) -> None:
        self.phase = StopPhase.RUNNING
        self._drain_s_max = drain_s_max
        self._since = 0.0

    def on_power(self, power: Power, now: float) -> list[PowerAction]:
        """A new reading. Unknown power changes nothing: it is no reason to stop or to resume."""
        if power.low and self.phase is StopPhase.RUNNING:
            self.phase, self._since = StopPhase.DRAINING, now
            return [PowerAction.HOLD_NEW_JOBS]
        back = power.source is PowerSource.MAINS and not power.low
        if back and self.phase is not StopPhase.RUNNING:
            self.phase = StopPhase.RUNNING
            return [PowerAction.RESUME]
        return []

    def on_work(self, *, busy: bool, now: float) -> list[PowerAction]:
        """Whether a print job is running; a job that never ends does not hold up the stop."""
        if self.phase is not StopPhase.DRAINING:
            return []
        if busy and now - self._since < self._drain_s_max:
            return []
        self.phase = StopPhase.ASKED
        return [PowerAction.CLOSE_AND_SHUT_DOWN]
