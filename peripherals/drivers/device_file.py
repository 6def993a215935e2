"""Printers behind a device file (usblp) and plain files.

usblp is preferred over libusb: libusb resets the printer at each open and takes the node away
from everybody else. A plain file takes bytes and never answers, so nothing sent to one is ever
called printed.
"""

from __future__ import annotations

import os
import select
import time

from peripherals.device import DeviceLost
from peripherals.drivers.descriptor import DescriptorTransport, lock_exclusively

_EMPTY_S = 0.005
"""Between two looks at a device that says it has something and gives nothing."""


class UsblpTransport(DescriptorTransport):
    """A printer-class USB device. Unplugging it is an error of its descriptor, never an end.

    A printer may end a transfer with an empty packet, and then the kernel's `usblp` returns no
    bytes from a `read` that `poll` said was ready (drivers/usb/class/usblp.c): silence, not a
    hang-up.
    """

    def read(self, deadline_s: float) -> bytes:
        end = time.monotonic() + deadline_s
        while True:
            if not self._ready(select.POLLIN, max(0.0, end - time.monotonic())):
                return b""
            try:
                if got := os.read(self._descriptor, 4096):
                    return got
            except BlockingIOError:
                pass
            except OSError as error:
                raise self._lost(error) from error
            if self.hung_up():
                msg = f"{self.identity} is gone; check its cable and its switch."
                raise DeviceLost(msg)
            if time.monotonic() >= end:
                return b""
            time.sleep(_EMPTY_S)


class FileTransport(DescriptorTransport):
    """A regular file: takes everything, says nothing."""

    def read(self, deadline_s: float) -> bytes:  # noqa: ARG002 - a file has nothing to say
        return b""


def open_usblp(path: str) -> UsblpTransport:
    """Open `/dev/usb/lpN` (or a by-path link to it); raises `DeviceLost` or `DeviceBusy`."""
    descriptor = _open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    lock_exclusively(descriptor, path)
    return UsblpTransport(descriptor, path)


def open_file(path: str) -> FileTransport:
    """Append to a file; raises `DeviceLost` or `DeviceBusy`."""
    descriptor = _open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    lock_exclusively(descriptor, path)
    return FileTransport(descriptor, path)


def _open(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as error:
        msg = f"{path} cannot be opened ({error}); check the cable and permissions."
        raise DeviceLost(msg) from error
