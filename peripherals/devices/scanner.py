"""Scanner: barcodes and QR codes from a serial scanner, bytes in and `Scan` events out.

Rules: a scan is complete at its suffix (CR by default) or, where the scanner is set to send none,
after a silence; a scan without its suffix is thrown away after the silence, because it may be half
a code (a cable pulled mid-scan). Longer than the cap is refused. With `aim` the scanner must put
the AIM identifier (ISO/IEC 15424, such as `]Q3`) in front: it tells a QR code from a label someone
holds up; without, one that comes all the same is taken off, for it is no part of the code. What was
read is wiped as soon as it is handed on; no `repr`, log or fault ever holds it.

Pictures are read by `peripherals.devices.image_codes`, which gives the same event.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from peripherals.line_protocol import DeviceCondition, DeviceEvent, ReceiveOnlyProtocol, WipedBuffer
from peripherals.status import Cause, DeviceState

SCAN_BYTES_MAX = 4_096
"""A QR code of version 40 holds at most 2,953 bytes, a PDF417 at most 1,850 characters."""


class Symbology(enum.Enum):
    """What kind of code it was, when the scanner or the picture reader said so."""

    QR = "qr"
    PDF417 = "pdf417"
    DATA_MATRIX = "data-matrix"
    AZTEC = "aztec"
    CODE128 = "code128"
    CODE39 = "code39"
    EAN = "ean"
    OTHER = "other"
    UNTOLD = "untold"  # the scanner sends no prefix


AIM: dict[str, Symbology] = {
    "Q": Symbology.QR,
    "L": Symbology.PDF417,
    "d": Symbology.DATA_MATRIX,
    "z": Symbology.AZTEC,
    "C": Symbology.CODE128,
    "A": Symbology.CODE39,
    "E": Symbology.EAN,
}
"""The code character of an AIM identifier (ISO/IEC 15424 table 1)."""
_IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_OTHER_SUFFIXES = (b"\n", b"\t")


@dataclass(frozen=True, slots=True, repr=False)
class Scan:
    """One whole code. The payload belongs to whoever receives the event, and is never printed."""

    symbology: Symbology
    payload: bytes

    def text(self) -> str | None:
        """The payload as text, or None when it is not UTF-8."""
        try:
            return self.payload.decode()
        except UnicodeDecodeError:
            return None

    def __repr__(self) -> str:
        return f"Scan({self.symbology.value}, {len(self.payload)} bytes)"


class ScanRefusal(enum.Enum):
    """Why a scan was not taken; says nothing of what it held."""

    CUT = "cut"  # no suffix before the silence, or the line closed
    TOO_LONG = "too-long"
    NO_PREFIX = "no-prefix"
    EMPTY = "empty"
    LOST_KEYS = "lost-keys"  # the kernel dropped events of a HID scanner
    OTHER_SUFFIX = "other-suffix"  # it ends its codes otherwise than the settings say
    ODD_KEY = "odd-key"  # a key no US layout types: the scanner has another layout


@dataclass(frozen=True, slots=True)
class ScanRefused:
    """Something was scanned and not taken."""

    why: ScanRefusal


@dataclass(frozen=True, slots=True)
class Framing:
    """How this scanner marks a scan. `gap_s` is the longest silence inside one scan.

    After a cut, everything up to the next suffix, or to a silence of `tail_s`, is the cut scan's
    tail and is thrown away with it: the rear part of a code is never a code.
    """

    suffix: bytes = b"\r"
    aim: bool = False
    gap_s: float = 0.25
    tail_s: float = 0.75
    bytes_max: int = SCAN_BYTES_MAX


SUFFIXES: dict[str, bytes] = {
    "cr": b"\r",
    "lf": b"\n",
    "crlf": b"\r\n",
    "tab": b"\t",
    "none": b"",
}


class Legibility:
    """Tells staff once when a scanner's codes keep being refused, and once when one is read.

    A cut scan is no sign of a dirty glass or a wrong layout, so it does not count.
    """

    def __init__(self, refused_max: int = 3) -> None:
        self._refused_max = refused_max
        self._refused = 0

    def judge(self, events: list[DeviceEvent]) -> list[DeviceEvent]:
        """The events, with a condition after the one that changed how the scanner stands."""
        judged: list[DeviceEvent] = []
        for event in events:
            judged.append(event)
            if isinstance(event, Scan):
                if self._refused >= self._refused_max:
                    judged.append(DeviceCondition(DeviceState.READY))
                self._refused = 0
            elif isinstance(event, ScanRefused) and event.why is not ScanRefusal.CUT:
                self._refused += 1
                if self._refused == self._refused_max:
                    judged.append(DeviceCondition(DeviceState.LOW, Cause.SCANNER_UNREAD))
        return judged

    def forget(self) -> None:
        self._refused = 0


def completed(framing: Framing, payload: bytes) -> Scan | ScanRefused:
    """A whole payload without its suffix, judged: its prefix taken off and named."""
    payload = payload.lstrip(b"\r\n")
    if not framing.aim and not _IDENTIFIER.match(payload):
        return Scan(Symbology.UNTOLD, payload) if payload else ScanRefused(ScanRefusal.EMPTY)
    if len(payload) < 3 or payload[:1] != b"]":
        return ScanRefused(ScanRefusal.NO_PREFIX)
    kind = AIM.get(chr(payload[1]), Symbology.OTHER)
    return Scan(kind, payload[3:]) if payload[3:] else ScanRefused(ScanRefusal.EMPTY)


class SerialScanner(ReceiveOnlyProtocol):
    """The dialogue of a serial or CDC scanner. It is only ever listened to."""

    def __init__(self, framing: Framing | None = None) -> None:
        self._framing = framing or Framing()
        self._buffer = WipedBuffer(self._framing.bytes_max + len(self._framing.suffix))
        self._too_long = False
        self._tail = False
        self._heard_at = 0.0
        self._legible = Legibility()

    def begin(self, now: float) -> list[DeviceEvent]:
        del now
        self._legible.forget()
        self.wipe()
        self._tail = False
        # A scanner is silent until someone scans: an open line is all the proof there is.
        return [DeviceCondition(DeviceState.READY)]

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events = self.elapsed(now)
        self._tail = self._tail and now - self._heard_at < self._framing.tail_s
        self._heard_at, self._quiet_at = now, now + self._framing.gap_s
        suffix = self._framing.suffix
        for byte in chunk:
            if not self._buffer.add(bytes((byte,))):
                self._too_long = True
                tail = self._buffer.peek()[len(self._buffer) - len(suffix) :]
                self._buffer.wipe()
                self._buffer.add(tail + bytes((byte,)))  # where the suffix will show
            if suffix and self._ends_with(suffix):
                events += self._legible.judge(self._finish())
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._quiet_at is None or now < self._quiet_at:
            return []
        self._quiet_at = None
        if not len(self._buffer):
            return []
        if not self._framing.suffix:
            return self._legible.judge(self._finish())
        held, tail = self._buffer.peek(), self._tail
        self.wipe()
        if tail or not held.strip(b"\r\n"):
            return []
        if held.endswith(_OTHER_SUFFIXES):  # whole, as it seems: staff are told of the setting
            return self._legible.judge([ScanRefused(ScanRefusal.OTHER_SUFFIX)])
        return [ScanRefused(ScanRefusal.CUT)]

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        cut = bool(self._buffer.peek().strip(b"\r\n"))
        self.wipe()
        return [ScanRefused(ScanRefusal.CUT)] if cut else []

    def wipe(self) -> None:
        self._tail = self._tail or self._half()
        self._buffer.wipe()
        self._too_long = False
        self._quiet_at = None

    def _half(self) -> bool:
        """Whether what is held is the beginning of a scan."""
        return bool(self._framing.suffix and self._buffer.peek().strip(b"\r\n"))

    def _ends_with(self, suffix: bytes) -> bool:
        return self._buffer.find(suffix, max(0, len(self._buffer) - len(suffix))) >= 0

    def _finish(self) -> list[DeviceEvent]:
        payload = self._buffer.take()
        too_long, tail = self._too_long, self._tail
        self.wipe()
        self._tail = False
        if tail:
            return []
        if too_long:
            return [ScanRefused(ScanRefusal.TOO_LONG)]
        if self._framing.suffix:
            payload = payload[: -len(self._framing.suffix)]
        if not payload.strip(b"\r\n"):
            return []  # the LF of a CR LF scanner set to CR: nothing was scanned
        return [completed(self._framing, payload)]


def masked(scan: Scan) -> str:
    """The shape of a scan for a technician: letters as A/a, digits as 9, the rest as it is.

    Only the first and last three characters are shaped; the middle is counted. The shape tells
    whether the suffix, the prefix and the keyboard layout are right, and nothing about a person.
    """
    text = scan.payload.decode("utf-8", "replace")
    shape = "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in text
    )
    if len(shape) > 9:
        shape = f"{shape[:3]}…{len(shape) - 6} more…{shape[-3:]}"
    return f"{scan.symbology.value}, {len(text)} characters, shape {shape}"
