"""Serial printers and scanners: an RS-232 port, a USB serial adapter or a pseudo-terminal.

pyserial opens and configures the line (exclusive, 8N1, hardware flow control where the line has
it, never XON/XOFF: a status byte may look like XOFF and would stop all output). Reading, writing
and closing are our own: pyserial's `close` drains without a limit, and one of its objects never
works again after an unplug.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from pathlib import Path

import serial

from peripherals.device import DeviceBusy, DeviceLost
from peripherals.drivers.descriptor import DescriptorTransport, lock_exclusively


class SerialTransport(DescriptorTransport):
    """A serial line. The printer's power can come and go without the line noticing."""

    survives_power_cut = True

    def discard_output(self) -> None:
        try:
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        except (termios.error, OSError):
            return


class _Line(serial.Serial):
    """pyserial's opening and settings, without what it does to bytes already waiting."""

    def _reset_input_buffer(self) -> None:
        """What the printer said while nobody listened may be the proof of a slip: keep it."""

    def detach(self) -> int:
        """A descriptor of our own (the exclusive lock goes with it); this object is then empty.

        Closed at descriptor level: pyserial's `close` would wait for the line to drain.
        """
        descriptor = os.dup(self.fileno())
        for name in ("fd", *(f"pipe_abort_{what}_{end}" for what in _PIPES for end in "rw")):
            os.close(getattr(self, name))
            setattr(self, name, None)
        self.is_open = False
        return descriptor


_PIPES = ("read", "write")


def open_serial(path: str, *, baud: int = 115_200, flow: str = "auto") -> SerialTransport:
    """Open a serial line; raises `DeviceLost` or `DeviceBusy`. `flow`: rtscts, dsrdtr, none, auto.

    `auto` is hardware flow control on a real line and none on a pseudo-terminal, which has no
    wires to control.
    """
    if not Path(path).exists():
        msg = f"There is no port {path}; plug the device in or correct its URL."
        raise DeviceLost(msg)
    wired = not str(Path(path).resolve()).startswith("/dev/pts/")
    rtscts = flow == "rtscts" or (flow == "auto" and wired)
    try:
        line = _Line(
            None,
            baudrate=baud,
            timeout=0,
            write_timeout=0,
            rtscts=rtscts,
            dsrdtr=flow == "dsrdtr",
            xonxoff=False,
            exclusive=True,
        )
        line.port = path
        line.open()
        descriptor = line.detach()
    except (serial.SerialException, OSError, termios.error, ValueError) as error:
        if "xclusiv" in str(error) or "busy" in str(error).lower():
            msg = f"{path} is in use by another program; stop that one first."
            raise DeviceBusy(msg) from error
        msg = f"The port {path} cannot be opened ({error}); check its cable and permissions."
        raise DeviceLost(msg) from error
    lock_exclusively(descriptor, path)
    _low_latency(descriptor)
    return SerialTransport(descriptor, path)


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
