"""Replies: a printer's answers, parsed from one stream of bytes. Pure; never raises.

Several kinds of answer share the line, some unasked for, and noise may stand between them:
- real-time status (DLE EOT): one byte, `0xx1xx10`;
- automatic status (ASB): four bytes, the first `0xx1xx00`, the others `0xx0xxxx`;
- process id (GS ( H): `37h 22h d1 d2 d3 d4 00h`; cleared (DLE DC4 8): `37h 25h 00h`;
- blocks (GS I, GS g): `5Fh ... 00h`; power-on notice: `3Bh 31h 00h`;
- sensor answer (GS r 1), our fence: one byte, `0xx0xxxx`;
- full status of kiosk printers with a presenter (DLE EOT 20): `10h 0Fh` and four bytes, only
  looked for where the profile has it (elsewhere 10h begins an automatic status);
- XON (11h) and XOFF (13h), which mean nothing here: flow control is by wire.
Whatever fits none of them is noise and is counted. Where bytes are ambiguous the harmless reading
is taken: a fence byte may be the rest of an automatic status, so a fence counts only when
`FENCE_RUN` equal ones arrive together.
"""

from __future__ import annotations

from dataclasses import dataclass

from peripherals.printing.protocol_port import PresenterStatus
from peripherals.status import Cause, DeviceState

BLOCK_MAX = 80


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to one DLE EOT n; which n, only the order tells."""

    value: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """An automatic status of four bytes."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class ProcessId:
    """The printer got to the request with these four characters."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class Cleared:
    """The printer threw its buffers away, as asked."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """An answer to GS r 1."""

    value: int


@dataclass(frozen=True, slots=True)
class TextReply:
    """A block of text: a model name, a counter."""

    text: str


@dataclass(frozen=True, slots=True)
class PowerOn:
    """The printer was switched on just now: whatever it held is gone."""


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The four bytes of a full status: paper, user, recoverable and unrecoverable errors."""

    octets: bytes


Reply = RealTime | Automatic | ProcessId | Cleared | Sensor | TextReply | PowerOn | FullStatus

_HEADED: dict[int, tuple[tuple[bytes, int], ...]] = {
    0x37: ((b"\x37\x22", 7), (b"\x37\x25", 3)),
    0x3B: ((b"\x3b\x31", 3),),
}


_FULL_BEGINS = (b"\x10", b"\x10\x0f")
_FULL_BYTES = 6


class ReplyReader:
    """Collects bytes and gives replies; an unfinished reply waits for its rest."""

    def __init__(self, *, full_status: bool = False) -> None:
        self._pending = bytearray()
        self._full_status = full_status
        self.noise = 0

    def feed(self, octets: bytes) -> list[Reply]:
        """The replies completed by `octets`, in order."""
        self._pending += octets
        found: list[Reply] = []
        while self._pending:
            size, reply = self._next()
            if size == 0:
                break
            del self._pending[:size]
            if reply is None:
                self.noise += size
            else:
                found.append(reply)
        return found

    def quiet(self) -> list[Reply]:
        """Nothing came for a while: what still waits for its rest was noise, or stands alone."""
        found: list[Reply] = []
        while self._pending:
            first = self._pending.pop(0)
            rest, self._pending = bytes(self._pending), bytearray()
            if first & 0x93 == 0x12:
                found.append(RealTime(first))
            else:
                self.noise += 1
            found += self.feed(rest)
        return found

    def _next(self) -> tuple[int, Reply | None]:
        """(bytes used, reply or None for noise); (0, None) when more bytes are needed."""
        head = self._pending[0]
        if head in _HEADED:
            return self._headed(head)
        if head == 0x5F:
            return self._block()
        if head & 0x93 == 0x12:
            return 1, RealTime(head)
        if head & 0x93 == 0x10:
            return self._automatic()
        if head & 0x90 == 0:
            return 1, Sensor(head)
        return 1, None

    def _headed(self, head: int) -> tuple[int, Reply | None]:
        for start, size in _HEADED[head]:
            if not start.startswith(bytes(self._pending[:2])):
                continue
            if len(self._pending) < size:
                # A foreign byte in what should be the body ends the wait at once.
                body = self._pending[2 : size - 1]
                return (0, None) if all(32 <= octet <= 126 for octet in body) else (1, None)
            reply = _headed_reply(start, bytes(self._pending[2 : size - 1]))
            whole = self._pending[size - 1] == 0 and reply is not None
            return (size, reply) if whole else (1, None)
        return 1, None

    def _block(self) -> tuple[int, Reply | None]:
        end = self._pending.find(0, 0, BLOCK_MAX)
        body = bytes(self._pending[1 : end if end > 0 else None])
        if not all(32 <= octet <= 126 for octet in body) or len(body) > BLOCK_MAX:
            return 1, None
        if end < 0:
            return 0, None
        return end + 1, TextReply(body.decode("ascii"))

    def _automatic(self) -> tuple[int, Reply | None]:
        if self._full_status and self._pending[:2] in _FULL_BEGINS:
            whole = len(self._pending) >= _FULL_BYTES
            return (_FULL_BYTES, FullStatus(bytes(self._pending[2:6]))) if whole else (0, None)
        rest = self._pending[1:4]
        if any(octet & 0x90 for octet in rest):
            return 1, None
        if len(rest) < 3:
            return 0, None
        return 4, Automatic(bytes(self._pending[:4]))


def _headed_reply(start: bytes, body: bytes) -> Reply | None:
    if start == b"\x37\x22":
        return ProcessId(body) if all(32 <= octet <= 126 for octet in body) else None
    return Cleared() if start == b"\x37\x25" else PowerOn()


FENCE_RUN = 4
"""Equal sensor answers in a row that make a fence; three may be the torso of an ASB."""

_FENCE_VALUES = frozenset({0x00, 0x03, 0x0C, 0x0F})


@dataclass(slots=True)
class Fence:
    """Answers to GS r 1: a run of equal ones is a fence reached; `owed` have not come yet. A line
    that answers what nobody asked, before the fence or after it, is stuck and proves nothing.
    """

    value: int = -1
    run: int = 0
    owed: int = 0
    unasked: int = 0
    stuck: bool = False

    @property
    def reached(self) -> bool:
        return self.run >= FENCE_RUN and not self.stuck and not self.unasked

    def put(self) -> None:
        self.value, self.run, self.owed = -1, 0, self.owed + FENCE_RUN
        self.stuck, self.unasked = self.unasked > 0, 0

    def count(self, value: int) -> None:
        if self.owed == 0:
            self.unasked += 1
            return
        self.owed -= 1
        if value in _FENCE_VALUES and not self.reached:
            self.run = self.run + 1 if value == self.value else 1
            self.value = value

    def interrupt(self) -> None:
        """Something else came in between: no run."""
        self.run = self.run if self.reached else 0


def judge(printer: int, offline: int, error: int, paper: int) -> tuple[DeviceState, Cause, bool]:
    """(state, cause, near end) from the four answers to DLE EOT 1 to 4."""
    near_end = bool(paper & 0x0C)
    causes = (
        (offline & 0x04, Cause.COVER),
        (paper & 0x60 or offline & 0x20, Cause.PAPER),
        (error & 0x08, Cause.CUTTER),
        (error & 0x20, Cause.VOLTAGE),
        (error & 0x40, Cause.HEAT),
        (error & 0x04, Cause.JAM),
        (offline & 0x08, Cause.FEED_BUTTON),
        (offline & 0x40, Cause.ERROR),
        (printer & 0x08, Cause.ERROR),
    )
    for bit, cause in causes:
        if bit:
            return DeviceState.BLOCKED, cause, near_end
    return DeviceState.LOW if near_end else DeviceState.READY, Cause.NONE, near_end


_TROUBLES = (
    # (byte of the four, bit, cause), the first that is set speaks
    (1, 0x03, Cause.COVER),  # head up, cover open
    (0, 0x41, Cause.PAPER),  # none there; or none left by its own reckoning
    (3, 0x03, Cause.CUTTER),  # cutter, cutter's cover
    (2, 0x40, Cause.JAM),
    (2, 0x01, Cause.HEAT),
    (2, 0x08, Cause.VOLTAGE),
    (3, 0x4C, Cause.ERROR),  # its memories
)
_NEAR_END, _TICKET = 0x04, 0x20
"""Custom Engineering, command manuals of KPM210/216, KPM150 and KPM300 (`DLE EOT n`, n = 20); the
same layout in Pyramid Technologies' Reliance command reference."""


def judge_full(full: FullStatus) -> PresenterStatus:
    """What the full status of a printer with a presenter means."""
    found = (cause for place, bits, cause in _TROUBLES if full.octets[place] & bits)
    return PresenterStatus(
        next(found, Cause.NONE),
        near_end=bool(full.octets[0] & _NEAR_END),
        slip_waits=bool(full.octets[0] & _TICKET),
    )
