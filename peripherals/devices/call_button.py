"""Call button and light on GPIO: debounced presses, light patterns over time. Pure.

The driver turns edges into one byte each on a pipe (`1` pressed, `0` released), so that the button
is read like every other device; the light's level is written the same way. A stuck button (held
for 30 s) is reported as a fault and not as a call for staff.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from peripherals.line_protocol import DeviceCondition, DeviceEvent
from peripherals.status import Cause, DeviceState

DEBOUNCE_S = 0.05
STUCK_S = 30.0
RINGS = 3


class Light(enum.Enum):
    """What the light shows. BLINK is one second on, one off; FLASH is for a call not yet seen."""

    OFF = "off"
    ON = "on"
    BLINK = "blink"
    FLASH = "flash"


_PERIOD_S = {Light.BLINK: 2.0, Light.FLASH: 0.5}


@dataclass(frozen=True, slots=True)
class Pressed:
    """The button was pressed and is clean of bounce. Once per press."""


@dataclass(frozen=True, slots=True)
class SetLight:
    """A command: show this from now on."""

    light: Light


def lit(light: Light, since_s: float) -> bool:
    """Whether the light is on, `since_s` seconds into its pattern."""
    period = _PERIOD_S.get(light)
    return light is Light.ON if period is None else since_s % period < period / 2


def rings(light: Light, since_s: float) -> bool:
    """Whether the bell sounds: three times a second long when a call begins, and then no more."""
    return light is Light.BLINK and since_s < RINGS * 2.0 and since_s % 2.0 < 1.0


def next_change(light: Light, since_s: float) -> float | None:
    """Seconds until `lit` changes; None when it never does."""
    period = _PERIOD_S.get(light)
    return None if period is None else period / 2 - since_s % (period / 2)


class ButtonAndLight:
    """Edges in, `Pressed` out; the light's level out."""

    def __init__(self, *, bell: bool = False) -> None:
        self._bell = bell
        self._rung = False
        self._down = False
        self._settled = False
        self._edge_at = 0.0
        self._stuck = False
        self._light, self._light_since = Light.OFF, 0.0
        self._level: bool | None = None
        self._now = 0.0

    def begin(self, now: float) -> list[DeviceEvent]:
        self._down = self._settled = self._stuck = False
        self._level, self._edge_at = None, now
        self._now = now
        return [DeviceCondition(DeviceState.READY)]

    def tell(self, command: object, now: float) -> None:
        """Start a pattern; the one already shown goes on undisturbed."""
        if isinstance(command, SetLight) and command.light is not self._light:
            self._light, self._light_since = command.light, now
        self._now = now

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events = self.elapsed(now)
        for byte in chunk:
            if byte in b"01":
                down = byte == ord("1")
                if down != self._down:
                    self._down, self._edge_at = down, now
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        self._now = now
        if self._down == self._settled:
            return self._held(now)
        if now - self._edge_at < DEBOUNCE_S:
            return []
        self._settled = self._down
        if self._settled:
            return [Pressed()]
        if self._stuck:
            self._stuck = False
            return [DeviceCondition(DeviceState.READY)]
        return []

    def outgoing(self) -> bytes:
        since = self._now - self._light_since
        level, out = lit(self._light, since), b""
        if level != self._level:
            self._level = level
            out = b"1" if level else b"0"
        ring = self._bell and rings(self._light, since)
        if ring != self._rung:
            self._rung = ring
            out += b"R" if ring else b"r"
        return out

    def wakes_at(self) -> float | None:
        times = []
        if self._down != self._settled:
            times.append(self._edge_at + DEBOUNCE_S)
        elif self._settled and not self._stuck:
            times.append(self._edge_at + STUCK_S)
        change = next_change(self._light, self._now - self._light_since)
        if change is not None:
            times.append(self._now + change)
        return min(times, default=None)

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        self._down = self._settled = False
        return []

    def wipe(self) -> None:
        """Nothing personal passes through a button."""

    def _held(self, now: float) -> list[DeviceEvent]:
        if self._settled and not self._stuck and now - self._edge_at >= STUCK_S:
            self._stuck = True
            return [DeviceCondition(DeviceState.BLOCKED, Cause.STUCK_BUTTON)]
        return []
