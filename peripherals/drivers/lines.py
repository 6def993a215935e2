"""Lines: non-blocking file descriptors to devices that are not printers.

Every line: `read` and `write` return at once with what is possible now, `close` never waits and
never raises, and the only errors that leave are `DeviceFault`s. A line that broke is never
reopened; the worker asks for a new one. Deadlines are kept by whoever drives the line
(`peripherals/device_loop/worker.py`), because only a loop that never blocks can keep many at once.

Serial lines are set up with termios directly: pyserial's `close` waits for the line to drain,
without limit, and its `open` cannot be repeated after an unplug.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
import termios
from pathlib import Path
from typing import Protocol

from peripherals.device import BadDeviceUrl, DeviceBusy, DeviceFault, DeviceLost

READ_MAX = 65_536
_EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int), linux/input.h


class NotSetUp(DeviceFault):
    """The system is not set up for this device: a permission or a program is missing."""


class NotAllowed(NotSetUp):
    """The system does not let this program open the device."""


class ProgramMissing(NotSetUp):
    """A program the driver runs is not installed."""


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


def _told(error: OSError, what: str) -> DeviceFault:
    if error.errno in {errno.EBUSY, errno.EAGAIN}:
        return DeviceBusy(f"Another program holds {what}; stop it and plug the device in again.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NotAllowed(f"This program may not open {what}; add its user to the device's group.")
    return DeviceLost(f"{what} is not there; plug the device in.")


class FdLine:
    """Any open non-blocking descriptor: a tty, a pipe, a socket."""

    def __init__(self, descriptor: int, what: str) -> None:
        os.set_blocking(descriptor, False)
        self._fd = descriptor
        self._what = what

    def fileno(self) -> int:
        return self._fd

    def read(self) -> bytes:
        try:
            chunk = os.read(self._fd, READ_MAX)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            raise DeviceLost(f"{self._what} broke off.") from error
        if not chunk:
            raise DeviceLost(f"{self._what} closed.")
        return chunk

    def write(self, chunk: bytes) -> int:
        try:
            return os.write(self._fd, chunk)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            raise DeviceLost(f"{self._what} broke off.") from error

    def close(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
        self._fd = -1


class SerialLine(FdLine):
    """A tty in raw mode, exclusively ours."""

    def __init__(self, path: str, baud: int, *, rtscts: bool = False) -> None:
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise BadDeviceUrl(f"baud={baud} is no speed of a serial line.")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _told(error, path) from error
        super().__init__(descriptor, path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.ioctl(descriptor, termios.TIOCEXCL)
            self._raw(speed, rtscts=rtscts)
        except (OSError, termios.error) as error:
            self.close()
            if isinstance(error, OSError):
                raise _told(error, path) from error
            raise DeviceLost(f"{path} is no serial line.") from error

    def _raw(self, speed: int, *, rtscts: bool) -> None:
        control = termios.CREAD | termios.CLOCAL | termios.CS8
        if rtscts:
            control |= termios.CRTSCTS
        special: list[bytes | int] = [b"\x00"] * 32
        special[termios.VMIN] = 1  # with 0, silence would read like the end of the line
        attributes: list[int | list[bytes | int]] = [0, 0, control, 0, speed, speed, special]
        termios.tcsetattr(self._fd, termios.TCSANOW, attributes)
        termios.tcflush(self._fd, termios.TCIOFLUSH)

    def close(self) -> None:
        if self._fd >= 0:
            # Bytes not yet on the wire are dropped, or close() would wait for a stalled device.
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._fd, termios.TCIOFLUSH)
        super().close()


class HidLine(FdLine):
    """An input event device, grabbed: what it types reaches nobody else.

    `grab=False` reads any other source of events, such as the simulator's pipe.
    """

    def __init__(self, path: str, *, grab: bool = True) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _told(error, path) from error
        super().__init__(descriptor, path)
        if grab:
            try:
                fcntl.ioctl(descriptor, _EVIOCGRAB, 1)
            except OSError as error:
                self.close()
                # Ungrabbed it would type every ID number into the screen: not opened at all.
                raise _told(error, path) from error

    def write(self, chunk: bytes) -> int:
        return len(chunk)  # nothing is ever said to a scanner of this kind


class TcpLine(FdLine):
    """A TCP connection, begun without waiting; it is open once bytes go through."""

    def __init__(self, host: str, port: int) -> None:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
            )[0]
        except socket.gaierror:
            # A name could make us wait for a name server; localhost is the one that cannot.
            if host != "localhost":
                raise BadDeviceUrl(f"{host} must be written as an address in numbers.") from None
            family, kind, protocol = socket.AF_INET, socket.SOCK_STREAM, 0
            address = ("127.0.0.1", port)
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        outcome = connection.connect_ex(address)
        if outcome not in {0, errno.EINPROGRESS}:
            connection.close()
            raise DeviceLost(f"{host}:{port} does not answer.")
        super().__init__(connection.detach(), f"{host}:{port}")

    def read(self) -> bytes:
        try:
            return super().read()
        except DeviceLost as lost:
            if isinstance(lost.__cause__, OSError) and lost.__cause__.errno == errno.ENOTCONN:
                return b""  # still connecting
            raise

    def write(self, chunk: bytes) -> int:
        try:
            return super().write(chunk)
        except DeviceLost as lost:
            if isinstance(lost.__cause__, OSError) and lost.__cause__.errno == errno.ENOTCONN:
                return 0
            raise


def must_exist(path: str) -> None:
    """Raise `DeviceLost` unless a device node is at `path`."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise _told(error, path) from error
    if stat.S_ISREG(mode) and path.startswith("/dev/"):
        raise DeviceLost(f"{path} is a plain file, no device.")
