"""A file descriptor with deadlines: the base of the printer transports.

Non-blocking reads and writes around `poll`; a hang-up, an error or an end of file is `DeviceLost`
at once; how much a descriptor took before the deadline is unknown to the caller. Closing never
waits: no flush, no drain (both are unbounded on real serial ports).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import time

from peripherals.device import DeviceBusy, DeviceLost


class DescriptorTransport:
    """Owns `descriptor` from now on. Implements `peripherals.device.Transport`."""

    survives_power_cut = False

    def __init__(self, descriptor: int, identity: str) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._identity = identity

    @property
    def identity(self) -> str:
        return self._identity

    def fileno(self) -> int:
        """For `select`; -1 once closed."""
        return self._descriptor

    def write(self, octets: bytes, deadline_s: float) -> int:
        """How many bytes the kernel took before the deadline; raises `DeviceLost`."""
        end = time.monotonic() + deadline_s
        taken = 0
        while taken < len(octets):
            if not self._ready(select.POLLOUT, max(0.0, end - time.monotonic())):
                break
            try:
                taken += os.write(self._descriptor, octets[taken : taken + 4096])
            except BlockingIOError:
                # A line may be "ready" and still full: look again, but not in a tight loop.
                if time.monotonic() >= end:
                    break
                time.sleep(0.002)
            except OSError as error:
                raise self._lost(error) from error
        return taken

    def read(self, deadline_s: float) -> bytes:
        """At least one byte, or nothing when the deadline passed; raises `DeviceLost`."""
        if not self._ready(select.POLLIN, deadline_s):
            return b""
        try:
            got = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not got:
            msg = f"{self._identity} hung up; check its cable and its switch."
            raise DeviceLost(msg)
        return got

    def discard_output(self) -> None:
        """Nothing to forget on a plain descriptor."""

    def close_now(self) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _ready(self, event: int, deadline_s: float) -> bool:
        if self._descriptor < 0:
            msg = f"{self._identity} is closed."
            raise DeviceLost(msg)
        poll = select.poll()
        poll.register(self._descriptor, event)
        happened = poll.poll(max(0, round(deadline_s * 1000)))
        if not happened:
            return False
        flags = happened[0][1]
        if flags & (select.POLLERR | select.POLLHUP | select.POLLNVAL) and not flags & event:
            msg = f"{self._identity} hung up; check its cable and its switch."
            raise DeviceLost(msg)
        return True

    def hung_up(self) -> bool:
        """Whether the kernel says that nobody is at the other end."""
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return bool(poll.poll(0))

    def _lost(self, error: OSError) -> DeviceLost:
        return DeviceLost(f"{self._identity} is gone ({error}); check its cable and its switch.")


def lock_exclusively(descriptor: int, identity: str) -> None:
    """An exclusive lock that dies with this process; raises `DeviceBusy`."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        msg = f"{identity} is in use by another program; stop that one first."
        raise DeviceBusy(msg) from error
