"""Serial lines: an RS-232 port, a USB serial adapter, a modem's port, a pseudo-terminal.

Set up with termios directly: raw, 8N1, exclusively ours, hardware flow control where it is
asked for, never XON/XOFF (a status byte may look like XOFF and would silence us for ever). A
library's `close` would wait for the line to drain, without limit, and its `open` could not be
repeated after an unplug.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import termios

from peripherals.drivers.descriptor import (
    DescriptorLine,
    fault_of,
    lock_exclusively,
    open_descriptor,
)
from peripherals.faults import BadDeviceUrl, DeviceLost


class SerialLine(DescriptorLine):
    """A tty in raw mode.

    `keep_waiting` leaves what waits on the line alone at opening and closing: what a printer
    said while nobody listened may be the proof of a slip, and its last bytes are still to go.
    """

    survives_power_cut = True

    def __init__(
        self, path: str, baud: int, *, rtscts: bool = False, keep_waiting: bool = False
    ) -> None:
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise BadDeviceUrl(f"baud={baud} is no speed of a serial line.")
        super().__init__(open_descriptor(path, os.O_RDWR), path)
        self._keep_waiting = keep_waiting
        try:
            lock_exclusively(self._fd, path)
            fcntl.ioctl(self._fd, termios.TIOCEXCL)
            self._raw(speed, rtscts=rtscts)
        except OSError as error:
            super().close()
            raise fault_of(error, path) from error
        except termios.error as error:
            super().close()
            raise DeviceLost(f"{path} is no serial line.") from error
        except BaseException:
            super().close()
            raise
        _low_latency(self._fd)

    def _raw(self, speed: int, *, rtscts: bool) -> None:
        control = termios.CREAD | termios.CLOCAL | termios.CS8
        if rtscts:
            control |= termios.CRTSCTS
        special: list[bytes | int] = [b"\x00"] * 32
        special[termios.VMIN] = 1  # with 0, silence would read like the end of the line
        attributes: list[int | list[bytes | int]] = [0, 0, control, 0, speed, speed, special]
        termios.tcsetattr(self._fd, termios.TCSANOW, attributes)
        if not self._keep_waiting:
            termios.tcflush(self._fd, termios.TCIOFLUSH)

    def discard_output(self) -> None:
        """So that they cannot print after a power cut."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._fd, termios.TCOFLUSH)

    def close(self) -> None:
        """Drop bytes not yet on the wire first: closing would wait for a stalled device."""
        if self._fd >= 0 and not self._keep_waiting:
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._fd, termios.TCIOFLUSH)
        super().close()


def _low_latency(descriptor: int) -> None:
    """Ask a USB serial adapter not to gather bytes for 16 ms; other lines ignore it."""
    get, put, flag = 0x541E, 0x541F, 1 << 13
    buffer = bytearray(72)
    try:
        fcntl.ioctl(descriptor, get, buffer)
        flags = struct.unpack_from("i", buffer, 16)[0]
        struct.pack_into("i", buffer, 16, flags | flag)
        fcntl.ioctl(descriptor, put, buffer)
    except OSError:
        return
