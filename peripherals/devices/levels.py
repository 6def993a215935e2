"""LevelControl: one level from 0 to 100 that is asked for and confirmed: volume or brightness.
Pure.

A level counts as set when the driver read it back, not when it was written. Only the newest
request counts: requests made while a level is being set replace each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from peripherals.line_protocol import DeviceCondition, DeviceEvent, ProtocolBroken, TextLineProtocol
from peripherals.status import Cause, DeviceState

ANSWER_S = 2.0
LEAST_BRIGHTNESS = 10
_PERCENT = re.compile(r"(?:^|\[)(\d{1,3})%")


@dataclass(frozen=True, slots=True)
class SetLevel:
    """A command: this level, in percent."""

    percent: int


@dataclass(frozen=True, slots=True)
class Level:
    """The level as the device confirmed it."""

    percent: int


class LevelControl(TextLineProtocol):
    """Out: `?` or a percentage, one a line. In: whatever holds `NN%`.

    `least` keeps a screen from going dark and a voice from going silent by mistake.
    """

    def __init__(self, initial: int | None = None, least: int = 0) -> None:
        super().__init__(256)
        self._least = least
        self._requested = initial
        self._told: int | None = None

    def begin(self, now: float) -> list[DeviceEvent]:
        self._lines.wipe()
        self._told = None
        self._ask("?" if self._requested is None else str(self._level(self._requested)), now)
        return []

    def tell(self, command: object, now: float) -> None:
        if isinstance(command, SetLevel):
            self._requested = self._level(command.percent)
            self._ask(str(self._requested), now)

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        del now
        events: list[DeviceEvent] = []
        for line in self._lines.feed(chunk):
            found = _PERCENT.search(line)
            if found and int(found[1]) <= 100:
                self._wakes_at = None
                percent = int(found[1])
                if percent != self._told:
                    self._told = percent
                    events += [DeviceCondition(DeviceState.READY), Level(percent)]
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._wakes_at is None or now < self._wakes_at:
            return []
        self._wakes_at = None
        return [ProtocolBroken(Cause.NO_ANSWER)]

    def ended(self, now: float) -> list[DeviceEvent]:
        self._wakes_at, self._out = None, b""
        return super().ended(now)

    def _level(self, percent: int) -> int:
        return max(self._least, min(100, percent))

    def _ask(self, word: str, now: float) -> None:
        self._out = f"{word}\n".encode("ascii")
        self._wakes_at = now + ANSWER_S


def volume(initial: int | None = None) -> LevelControl:
    """The level of the kiosk's voice; 0 is allowed (mute)."""
    return LevelControl(initial)


def brightness(initial: int | None = None) -> LevelControl:
    """A backlight, which never goes below what can be read in a dark hall."""
    return LevelControl(initial, least=LEAST_BRIGHTNESS)
