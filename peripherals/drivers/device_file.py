"""Printers behind a device file (usblp) and plain files.

usblp is preferred over libusb: libusb resets the printer at each open and takes the node away
from everybody else. A plain file takes bytes and never answers, so nothing sent to one is ever
called printed.
"""

from __future__ import annotations

import os

from peripherals.device import DeviceLost
from peripherals.drivers.descriptor import DescriptorTransport, lock_exclusively


class FileTransport(DescriptorTransport):
    """A regular file: takes everything, says nothing."""

    def read(self, deadline_s: float) -> bytes:  # noqa: ARG002 - a file has nothing to say
        return b""


def open_usblp(path: str) -> DescriptorTransport:
    """Open `/dev/usb/lpN` (or a by-path link to it); raises `DeviceLost` or `DeviceBusy`."""
    descriptor = _open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    lock_exclusively(descriptor, path)
    return DescriptorTransport(descriptor, path)


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
