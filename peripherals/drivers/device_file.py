"""Device files: printer-class USB devices (usblp), input events, and plain files.

usblp is preferred over libusb: libusb resets the printer at each open and takes the node away
from everybody else. A plain file takes bytes and never answers, so nothing sent to one is ever
called printed.
"""

from __future__ import annotations

import fcntl
import os

from peripherals.drivers.descriptor import (
    DescriptorLine,
    fault_of,
    lock_exclusively,
    open_descriptor,
)
from peripherals.faults import DeviceFault, DeviceLost

_EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int), linux/input.h


class UsblpLine(DescriptorLine):
    """A printer-class USB device (`/dev/usb/lpN` or a by-path link to it).

    Unplugging it is an error of its descriptor, never an end: a printer may end a transfer with
    an empty packet, and then the kernel's `usblp` returns no bytes from a `read` that `poll`
    said was ready (drivers/usb/class/usblp.c). That is silence, not a hang-up.
    """

    def __init__(self, path: str) -> None:
        super().__init__(_locked(path, os.O_RDWR), path)

    def read(self) -> bytes:
        try:
            return super().read()
        except DeviceLost as lost:
            if lost.__cause__ is None and not self.hung_up():
                return b""
            raise


class FileLine(DescriptorLine):
    """A regular file: appended to, says nothing."""

    def __init__(self, path: str) -> None:
        super().__init__(_locked(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), path)

    def read(self) -> bytes:
        return b""


class HidLine(DescriptorLine):
    """An input event device, grabbed: what it types reaches nobody else.

    `grab=False` reads any other source of events, such as the simulator's pipe.
    """

    def __init__(self, path: str, *, grab: bool = True) -> None:
        super().__init__(open_descriptor(path, os.O_RDONLY), path)
        if grab:
            try:
                fcntl.ioctl(self._fd, _EVIOCGRAB, 1)
            except OSError as error:
                self.close()
                # Ungrabbed it would type every ID number into the screen: not opened at all.
                raise fault_of(error, path) from error

    def write(self, chunk: bytes) -> int:
        return len(chunk)  # nothing is ever said to a scanner of this kind


def _locked(path: str, flags: int) -> int:
    descriptor = open_descriptor(path, flags)
    try:
        lock_exclusively(descriptor, path)
    except DeviceFault:
        os.close(descriptor)
        raise
    return descriptor
