"""Keyboard-wedge scanner: a scanner that acts as a keyboard (HID), decoded from the kernel's event
stream.

Bytes of `struct input_event` (24 bytes on a 64-bit kernel: two longs, type, code, value) in,
`Scan` events out. The layout is the US one every scanner ships with; Shift and Caps Lock are
followed. A scan ends at Enter (or Tab); keys that are not ended before the silence (a scanner
unplugged mid-scan) are discarded. `SYN_DROPPED` means the kernel lost events: the scan in progress
is refused whole, never delivered incomplete.

The driver grabs the device (`EVIOCGRAB`), so nothing scanned is ever typed into the screen.
"""

from __future__ import annotations

import struct

from peripherals.devices.scanner import (
    Framing,
    Legibility,
    Scan,
    ScanRefusal,
    ScanRefused,
    Symbology,
    completed,
)
from peripherals.line_protocol import DeviceCondition, DeviceEvent, ReceiveOnlyProtocol, WipedBuffer
from peripherals.status import DeviceState

EVENT = struct.Struct("llHHi")
"""Linux `struct input_event` on a 64-bit kernel (linux/input.h): seconds, micros, type, code,
value."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
KEY_UP, KEY_DOWN = 0, 1
ENTER_KEYS = frozenset({28, 96})
TAB_KEY = 15
SHIFT_KEYS = frozenset({42, 54})
CAPS_KEY = 58
LOCK_KEYS = frozenset({69, 70})

_ROWS: tuple[tuple[int, str, str], ...] = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
)
"""Runs of key codes (linux/input-event-codes.h): first code, characters plain and with Shift.
The last row is the number pad."""

KEYS: dict[int, tuple[str, str]] = {
    first + offset: pair
    for first, plain, shifted in _ROWS
    for offset, pair in enumerate(zip(plain, shifted, strict=True))
} | {15: ("\t", "\t"), 55: ("*", "*"), 86: ("<", ">"), 98: ("/", "/")}


class HidScanner(ReceiveOnlyProtocol):
    """The dialogue of a keyboard-wedge scanner; bytes may be cut anywhere inside an event."""

    def __init__(self, framing: Framing | None = None) -> None:
        self._framing = framing or Framing(suffix=b"\r", gap_s=0.1)
        self._ends = frozenset({TAB_KEY}) if self._framing.suffix == b"\t" else ENTER_KEYS
        self._partial = WipedBuffer(EVENT.size)
        self._typed = WipedBuffer(self._framing.bytes_max)
        self._shifts: set[int] = set()
        self._caps = False
        self._refused: ScanRefusal | None = None
        self._tail = False
        self._heard_at = 0.0
        self._legible = Legibility()

    def begin(self, now: float) -> list[DeviceEvent]:
        del now
        self._legible.forget()
        self.wipe()
        self._tail = False
        return [DeviceCondition(DeviceState.READY)]

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events = self.elapsed(now)
        start = 0
        while start < len(chunk):
            step = min(len(chunk) - start, EVENT.size - len(self._partial))
            self._partial.add(chunk[start : start + step])
            start += step
            if len(self._partial) == EVENT.size:
                _, _, kind, code, value = EVENT.unpack(self._partial.take())
                events += self._input(kind, code, value, now)
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._quiet_at is None or now < self._quiet_at:
            return []
        if self._framing.suffix:
            held = len(self._typed) > 0 or self._refused is not None
            why = self._refused or ScanRefusal.CUT
            self._clear()
            told, self._tail = held and not self._tail, held or self._tail
            return self._legible.judge([ScanRefused(why)]) if told else []
        return self._finish()

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        cut = len(self._typed) > 0 or self._refused is not None
        self.wipe()
        return [ScanRefused(ScanRefusal.CUT)] if cut else []

    def wipe(self) -> None:
        self._partial.wipe()
        self._shifts.clear()
        self._caps = False
        self._tail = self._tail or len(self._typed) > 0
        self._clear()

    def _clear(self) -> None:
        self._typed.wipe()
        self._refused = None
        self._quiet_at = None

    def _input(self, kind: int, code: int, value: int, now: float) -> list[DeviceEvent]:
        if kind == EV_SYN and code == SYN_DROPPED:
            self._refused = ScanRefusal.LOST_KEYS
            # Which Shift is held now is unknown; scanners release it after each character.
            self._shifts.clear()
            self._quiet_at = now + self._framing.gap_s
        elif kind == EV_KEY and code in SHIFT_KEYS:
            (self._shifts.discard if value == KEY_UP else self._shifts.add)(code)
        elif kind == EV_KEY and value == KEY_DOWN:
            return self._key(code, now)
        return []

    def _key(self, code: int, now: float) -> list[DeviceEvent]:
        self._tail = self._tail and now - self._heard_at < self._framing.tail_s
        self._heard_at, self._quiet_at = now, now + self._framing.gap_s
        if code == CAPS_KEY:
            self._caps = not self._caps
        elif code in self._ends:
            return self._finish()
        elif code in KEYS:
            plain, shifted = KEYS[code]
            upper = bool(self._shifts) != (self._caps and plain.isalpha())
            if not self._typed.add((shifted if upper else plain).encode("ascii")):
                self._refused = ScanRefusal.TOO_LONG
        elif code not in LOCK_KEYS:
            self._refused = ScanRefusal.ODD_KEY
        return []

    def _finish(self) -> list[DeviceEvent]:
        payload, why = self._typed.take(), self._refused
        tail, self._tail = self._tail, False
        self._clear()
        if tail:  # the rear part of a cut scan is never a code
            return []
        if why is not None:
            return self._legible.judge([ScanRefused(why)])
        return self._legible.judge([completed(self._framing, payload)]) if payload else []


__all__ = ["EVENT", "KEYS", "HidScanner", "Scan", "ScanRefused", "Symbology"]
