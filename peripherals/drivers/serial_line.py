"""Serial lines: an RS-232 port, a USB serial adapter, a modem's port, a pseudo-terminal.

pyserial opens and sets up the line: 8N1, locked for us alone, hardware flow control where it is
asked for, never XON/XOFF (a status byte may look like XOFF and would silence the line for ever).
Reading and writing are those of every other line (`descriptor.py`), so that one loop waits for
all devices at once; a line that broke is closed, and a new one is made.
"""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios

import serial

from peripherals.drivers.descriptor import DescriptorLine, fault_of
from peripherals.faults import BadDeviceUrl, DeviceLost


class _Port(serial.Serial):
    """pyserial's port, which may leave alone what already waits on the line."""

    keep_waiting = False

    def _reset_input_buffer(self) -> None:
        if not self.keep_waiting and self.fd is not None:
            termios.tcflush(self.fd, termios.TCIFLUSH)


class SerialLine(DescriptorLine):
    """A tty in raw mode.

    `keep_waiting` leaves what waits on the line alone at opening and closing: what a printer
    said while nobody listened may be the proof of a slip, and its last bytes are still to go.
    """

    survives_power_cut = True

    def __init__(
        self, path: str, baud: int, *, rtscts: bool = False, keep_waiting: bool = False
    ) -> None:
        if not hasattr(termios, f"B{baud}"):
            raise BadDeviceUrl(f"baud={baud} is no speed of a serial line.")
        self._keep_waiting = keep_waiting
        self._port = _Port(baudrate=baud, timeout=0, write_timeout=0, rtscts=rtscts, exclusive=True)
        self._port.keep_waiting = keep_waiting
        self._port.port = path
        try:
            self._port.open()
            super().__init__(self._port.fileno(), path)
            fcntl.ioctl(self._fd, termios.TIOCEXCL)
            _wait_for_a_byte(self._fd)
        except (OSError, termios.error) as error:
            self._port.close()
            if isinstance(error, OSError) and error.errno:
                raise fault_of(error, path) from error
            raise DeviceLost(f"{path} is no serial line.") from error
        _low_latency(self._fd)

    def discard_output(self) -> None:
        """So that they cannot print after a power cut."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._fd, termios.TCOFLUSH)

    def close(self) -> None:
        """Drop bytes not yet on the wire first: closing would wait for a stalled device."""
        with contextlib.suppress(OSError, termios.error):
            if self._fd >= 0 and not self._keep_waiting:
                termios.tcflush(self._fd, termios.TCIOFLUSH)
        self._fd = -1
        with contextlib.suppress(OSError):
            self._port.close()


def _wait_for_a_byte(descriptor: int) -> None:
    """With VMIN 0, as pyserial leaves it, silence would read like the end of the line."""
    attributes = termios.tcgetattr(descriptor)
    attributes[6][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


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
