"""Lines: what every driver gives, and the one class over a non-blocking file descriptor.

Every line: `read` and `write` return at once with what is possible now, `close` never waits and
never raises, and the only errors that leave are `DeviceFault`s. A line that broke is never
reopened; whoever drives it asks for a new one. Deadlines are kept by the loop that drives many
lines (`peripherals/device_loop/worker.py`) or, for a printer, by `DeadlineTransport`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import stat
from pathlib import Path
from typing import Protocol

from peripherals.faults import DeviceBusy, DeviceFault, DeviceLost, NotAllowed

READ_MAX = 65_536


class DeviceLine(Protocol):
    """What a worker drives."""

    def fileno(self) -> int: ...

    def read(self) -> bytes:
        """What has arrived; empty when nothing has. `DeviceLost` at the end of the line."""
        ...

    def write(self, chunk: bytes) -> int:
        """How many bytes were taken, maybe none. `DeviceLost` when the line is gone."""
        ...

    def close(self) -> None: ...


class DescriptorLine:
    """Any open descriptor: a tty, a pipe, a socket, a device file. Owns it from now on."""

    survives_power_cut = False
    """Whether the line can outlive the power of what is at its other end, unnoticed."""

    def __init__(self, descriptor: int, what: str) -> None:
        os.set_blocking(descriptor, False)
        self._fd = descriptor
        self.what = what

    def fileno(self) -> int:
        """For `poll`; -1 once closed."""
        return self._fd

    def read(self) -> bytes:
        """What has arrived; no bytes from a readable descriptor are its end."""
        try:
            chunk = os.read(self._fd, READ_MAX)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            raise self.lost() from error
        if not chunk:
            raise self.lost()
        return chunk

    def write(self, chunk: bytes) -> int:
        """How many bytes the kernel took."""
        try:
            return os.write(self._fd, chunk)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            raise self.lost() from error

    def discard_output(self) -> None:
        """Forget bytes not yet on the wire, where the line has a buffer of its own."""

    def close(self) -> None:
        """Let go of the descriptor; no flush, no drain: both are unbounded on a real line."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
        self._fd = -1

    def hung_up(self) -> bool:
        """Whether the kernel says that nobody is at the other end."""
        poll = select.poll()
        poll.register(self._fd, 0)
        return bool(poll.poll(0))

    def lost(self) -> DeviceLost:
        """The fault of a line that broke."""
        return DeviceLost(f"{self.what} broke off; check its cable and its switch.")


def open_descriptor(path: str, flags: int) -> int:
    """Open a device node or a file without waiting; raises `DeviceFault` and its kind."""
    try:
        return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise fault_of(error, path) from error


def lock_exclusively(descriptor: int, what: str) -> None:
    """An exclusive lock that dies with this process; raises `DeviceBusy`."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise fault_of(error, what) from error


def fault_of(error: OSError, what: str) -> DeviceFault:
    """The fault that tells a person what an error at opening means."""
    if error.errno in {errno.EBUSY, errno.EAGAIN}:
        return DeviceBusy(f"Another program holds {what}; stop it and plug the device in again.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NotAllowed(f"This program may not open {what}; add its user to the device's group.")
    return DeviceLost(f"{what} is not there; plug the device in.")


def must_exist(path: str) -> None:
    """Raise `DeviceLost` unless a device node is at `path`."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise fault_of(error, path) from error
    if stat.S_ISREG(mode) and path.startswith("/dev/"):
        raise DeviceLost(f"{path} is a plain file, no device.")
