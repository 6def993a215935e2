"""LineProtocol: the part of a device without I/O. Bytes and `now` in, typed events and bytes out.

A `LineProtocol` never opens anything, never sleeps and never asks the time: `now` is the loop's
monotonic clock in seconds. The same object runs on a real line (`drivers/`), against its
simulator in tests, and in the conformance suite every line protocol must pass: any bytes, split
anywhere, never raise; buffers stay below their cap; `wipe` clears them.

Opening lines, restarts and the status table are the work of `device_loop/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from peripherals.status import Cause, DeviceState


@dataclass(frozen=True, slots=True)
class DeviceCondition:
    """The device says how it is, and why when it does not simply work."""

    state: DeviceState
    cause: Cause = Cause.NONE


@dataclass(frozen=True, slots=True)
class ProtocolBroken:
    """The dialogue cannot go on with this line: close it and open a fresh one."""

    cause: Cause


class DeviceEvent(Protocol):
    """Anything a dialogue reports: a frozen value whose `repr` shows nothing personal."""

    def __repr__(self) -> str: ...


class LineProtocol(Protocol):
    """What every device that speaks over a line provides."""

    def begin(self, now: float) -> list[DeviceEvent]:
        """A fresh line is open; forget everything the old one said."""
        ...

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        """Bytes arrived. Never raises, whatever they are."""
        ...

    def elapsed(self, now: float) -> list[DeviceEvent]:
        """Time passed; called at `wakes_at` or later."""
        ...

    def outgoing(self) -> bytes:
        """Take what is to be written now; empty when there is nothing."""
        ...

    def wakes_at(self) -> float | None:
        """When `elapsed` must be called next; None when only bytes can change anything."""
        ...

    def ended(self, now: float) -> list[DeviceEvent]:
        """The line broke or closed: report what was cut in the middle, and wipe."""
        ...

    def wipe(self) -> None:
        """Overwrite every buffer."""
        ...


class WipedBuffer:
    """A byte buffer with a cap that is overwritten before it is let go.

    The memory is taken once and never moved, so no older copy of what was read stays behind in
    this process's heap (the `bytes` handed out belong to whoever took them).
    `add` returns False, and keeps nothing of the chunk, when the cap would be passed.
    """

    __slots__ = ("_size", "_store", "cap")

    def __init__(self, cap: int) -> None:
        self._store = bytearray(cap)
        self._size = 0
        self.cap = cap

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"WipedBuffer({self._size} of {self.cap} bytes)"

    def add(self, chunk: bytes) -> bool:
        end = self._size + len(chunk)
        if end > self.cap:
            return False
        self._store[self._size : end] = chunk
        self._size = end
        return True

    def peek(self) -> bytes:
        return bytes(self._store[: self._size])

    def take(self) -> bytes:
        """Everything so far; the buffer is overwritten and empty afterwards."""
        taken = self.peek()
        self.wipe()
        return taken

    def find(self, mark: bytes, start: int = 0) -> int:
        return self._store.find(mark, start, self._size)

    def take_to(self, end: int) -> bytes:
        """The first `end` bytes; what follows moves to the front, the freed room is overwritten."""
        assert end <= self._size
        taken = bytes(self._store[:end])
        rest = self._size - end
        self._store[:rest] = self._store[end : self._size]
        self._store[rest : self._size] = bytes(end)
        self._size = rest
        return taken

    def wipe(self) -> None:
        self._store[: self._size] = bytes(self._size)
        self._size = 0

    def traces(self) -> int:
        """How many bytes of the memory are not zero; 0 after `wipe`."""
        return self.cap - self._store.count(0)


class LineSplitter:
    """Splits a byte stream into text lines of bounded length, for line-based protocols.

    A line longer than `line_max` is dropped whole (its tail too) and counted in `overlong`.
    """

    def __init__(self, line_max: int) -> None:
        self._buffer = WipedBuffer(line_max)
        self._skipping = False
        self.overlong = 0

    def feed(self, chunk: bytes) -> list[str]:
        """Complete lines, decoded as ASCII with anything else replaced; empty lines left out."""
        lines: list[str] = []
        for piece in chunk.replace(b"\r", b"\n").splitlines(keepends=True):
            ended = piece.endswith(b"\n")
            if not self._skipping and not self._buffer.add(piece.rstrip(b"\n")):
                self._buffer.wipe()
                self._skipping = True
                self.overlong += 1
            if ended:
                line = b"" if self._skipping else self._buffer.take()
                self._skipping = False
                if line:
                    lines.append(line.decode("ascii", "replace"))
        return lines

    def pending(self) -> bytes:
        """What has arrived of the line in progress; for prompts that never end in a newline."""
        return self._buffer.peek()

    def drop_pending(self) -> None:
        self._buffer.wipe()

    def wipe(self) -> None:
        self._buffer.wipe()
        self._skipping = False


class TwoWayProtocol:
    """What dialogues that write have alike: what is to be written, and when to look again."""

    def __init__(self) -> None:
        self._out = b""
        self._wakes_at: float | None = None

    def outgoing(self) -> bytes:
        taken, self._out = self._out, b""
        return taken

    def wakes_at(self) -> float | None:
        return self._wakes_at


class TextLineProtocol(TwoWayProtocol):
    """A dialogue in lines of text."""

    def __init__(self, line_max: int) -> None:
        super().__init__()
        self._lines = LineSplitter(line_max)

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        self.wipe()
        return []

    def wipe(self) -> None:
        self._lines.wipe()


class ReceiveOnlyProtocol:
    """What dialogues with devices have alike that are only ever listened to."""

    _quiet_at: float | None = None

    def outgoing(self) -> bytes:
        return b""

    def wakes_at(self) -> float | None:
        return self._quiet_at
