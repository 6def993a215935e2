"""MRZ reader: line protocol of a swipe or full-page reader that sends zones over a serial line.

A zone spans two or three lines, so a line end does not end it: it is complete when 88 or 90
characters are there and the line falls silent, or at ETX. What was read is wiped once parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from peripherals.devices.mrz import IdCard, MrzError, Passport, parse
from peripherals.line_protocol import DeviceCondition, DeviceEvent, ReceiveOnlyProtocol, WipedBuffer
from peripherals.status import DeviceState

ZONE_BYTES_MAX = 256
ETX = b"\x03"


@dataclass(frozen=True, slots=True, repr=False)
class MrzRead:
    """A zone was read: the document, or the named error to show."""

    result: IdCard | Passport | MrzError

    def __repr__(self) -> str:
        return f"MrzRead({type(self.result).__name__})"


class MrzReader(ReceiveOnlyProtocol):
    """Bytes of a reader in, `MrzRead` out. `today` gives the civil date for birth centuries."""

    def __init__(self, today: Callable[[], date], gap_s: float = 0.3) -> None:
        self._today = today
        self._gap_s = gap_s
        self._buffer = WipedBuffer(ZONE_BYTES_MAX)
        self._overrun = False

    def begin(self, now: float) -> list[DeviceEvent]:
        del now
        self.wipe()
        return [DeviceCondition(DeviceState.READY)]

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events = self.elapsed(now)
        self._quiet_at = now + self._gap_s
        while chunk:
            zone, mark, chunk = chunk.partition(ETX)
            self._overrun = not self._buffer.add(zone) or self._overrun
            if mark:
                events += self._finish()
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._quiet_at is None or now < self._quiet_at:
            return []
        return self._finish()

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        return self._finish()

    def wipe(self) -> None:
        self._buffer.wipe()
        self._overrun = False
        self._quiet_at = None

    def _finish(self) -> list[DeviceEvent]:
        # An overrun zone is cut, so it parses to an error of length, as it should.
        zone = "" if self._overrun else self._buffer.peek().decode("ascii", "replace")
        heard = self._overrun or bool(zone.strip("\x02\x03 \t\r\n"))
        self.wipe()
        return [MrzRead(parse(zone, self._today()))] if heard else []
