"""Camera: one photo for a form's question, or codes seen by the camera. Pure.

The camera runs only between a command and its answer: the kiosk never watches people who did not
ask for a photo. The driver sends JPEG pictures one after another; this module separates them by
their markers (JPEG, ITU-T T.81 annex B), lets the first few pass while the exposure settles, and
hands one on. Frames are wiped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from peripherals.devices.scanner import Scan
from peripherals.line_protocol import DeviceCondition, DeviceEvent, TwoWayProtocol, WipedBuffer
from peripherals.status import Cause, DeviceState

FRAME_BYTES_MAX = 4_000_000
SETTLE_FRAMES = 4
ANSWER_S = 5.0
WATCH_S_MAX = 30.0


@dataclass(frozen=True, slots=True)
class TakeFrame:
    """A command: take one picture."""


@dataclass(frozen=True, slots=True)
class WatchCodes:
    """A command: look for a code until one is seen, `seconds` at most (capped at 30)."""

    seconds: float = WATCH_S_MAX


@dataclass(frozen=True, slots=True)
class StopCamera:
    """A command: stop at once, as when a visit ends before the picture."""


@dataclass(frozen=True, slots=True, repr=False)
class CameraFrame:
    """One whole JPEG picture."""

    jpeg: bytes

    def __repr__(self) -> str:
        return f"CameraFrame({len(self.jpeg)} bytes)"


@dataclass(frozen=True, slots=True)
class NothingSeen:
    """The command ended without a picture or a code."""


def jpeg_end(octets: bytes) -> int | None:
    """Length of the JPEG at the start of `octets`; None: not all there yet; 0: not a JPEG.

    Walks the segments, so that the thumbnail inside an EXIF segment does not end the picture.
    """
    if octets[:2] != b"\xff\xd8"[: len(octets)]:
        return 0
    at = 2
    while at + 4 <= len(octets):
        if octets[at] != 0xFF:
            return 0
        marker = octets[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            return at + 2
        length = int.from_bytes(octets[at + 2 : at + 4], "big")
        if length < 2:
            return 0
        at += 2 + length
        if marker == 0xDA:
            return _scan_end(octets, at)
    return at + 2 if octets[at : at + 2] == b"\xff\xd9" else None


def _scan_end(octets: bytes, at: int) -> int | None:
    """After a start-of-scan: entropy-coded bytes until a marker that is no restart."""
    while True:
        at = octets.find(b"\xff", at)
        if at < 0 or at + 1 >= len(octets):
            return None
        marker = octets[at + 1]
        if marker == 0 or 0xD0 <= marker <= 0xD7 or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            return at + 2
        if marker == 0xD8:
            return 0  # a new picture inside this one: the first was torn
        # A progressive picture has more tables and scans.
        if at + 4 > len(octets):
            return None
        at += 2 + int.from_bytes(octets[at + 2 : at + 4], "big")


class Camera(TwoWayProtocol):
    """Commands in, `frames` and `stop` out to the driver; JPEG bytes in, events out.

    `read_codes` turns a picture into scans; it is `pictures.read_picture` in a service.
    """

    def __init__(self, read_codes: Callable[[bytes], list[Scan]]) -> None:
        self._read_codes = read_codes
        super().__init__()
        self._buffer = WipedBuffer(FRAME_BYTES_MAX)
        self._watching = False
        self._seen = 0

    def begin(self, now: float) -> list[DeviceEvent]:
        del now
        self.wipe()
        self._wakes_at, self._out = None, b""
        return [DeviceCondition(DeviceState.READY)]

    def tell(self, command: object, now: float) -> None:
        if isinstance(command, TakeFrame):
            self._start(now + ANSWER_S, watching=False)
        elif isinstance(command, WatchCodes):
            self._start(now + min(command.seconds, WATCH_S_MAX), watching=True)
        elif isinstance(command, StopCamera):
            self._stop()

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        del now
        if self._wakes_at is None:
            return []  # what still came after the stop is nobody's
        if not self._buffer.add(chunk):
            self._buffer.wipe()
            return []
        events: list[DeviceEvent] = []
        while len(self._buffer):  # empty as soon as the command is answered
            end = jpeg_end(self._buffer.peek())
            if end is None:
                break
            if end == 0:
                start = self._buffer.find(b"\xff\xd8", 1)
                self._buffer.take_to(start if start > 0 else len(self._buffer))
            else:
                events += self._frame(self._buffer.take_to(end))
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._wakes_at is None or now < self._wakes_at:
            return []
        silent = self._seen == 0
        self._stop()
        told: list[DeviceEvent] = [NothingSeen()]
        return [DeviceCondition(DeviceState.UNKNOWN, Cause.NO_ANSWER), *told] if silent else told

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        asked, self._wakes_at = self._wakes_at is not None, None
        self._out = b""
        self.wipe()
        return [NothingSeen()] if asked else []

    def wipe(self) -> None:
        self._buffer.wipe()

    def _start(self, until: float, *, watching: bool) -> None:
        self.wipe()
        self._watching, self._wakes_at, self._seen = watching, until, 0
        self._out = b"stop\nframes\n"

    def _stop(self) -> None:
        self._wakes_at = None
        self._out = b"stop\n"
        self.wipe()

    def _frame(self, jpeg: bytes) -> list[DeviceEvent]:
        self._seen += 1
        if self._watching:
            codes = self._read_codes(jpeg)
        elif self._seen <= SETTLE_FRAMES:
            return []
        else:
            self._stop()
            return [DeviceCondition(DeviceState.READY), CameraFrame(jpeg)]
        if not codes:
            return []
        self._stop()
        return [DeviceCondition(DeviceState.READY), *codes]
