"""A line with deadlines: what a printer's client writes to and reads from.

Waits with `poll` until the line is ready or the deadline has passed; what the line did not take
by then is the caller's to know.
"""

from __future__ import annotations

import select
import time

from peripherals.drivers.descriptor import DescriptorLine
from peripherals.faults import DeviceLost

_AGAIN_S = 0.002
"""Between two tries of a line that says it is ready and takes or gives nothing."""


class DeadlineTransport:
    """Implements `peripherals.transport_port.Transport` over any line with a descriptor."""

    def __init__(self, line: DescriptorLine) -> None:
        self._line = line

    @property
    def identity(self) -> str:
        return self._line.what

    @property
    def survives_power_cut(self) -> bool:
        return self._line.survives_power_cut

    def write(self, octets: bytes, deadline_s: float) -> int:
        """How many bytes the kernel took before the deadline; raises `DeviceLost`."""
        end = time.monotonic() + deadline_s
        taken = 0
        while taken < len(octets) and self._ready(select.POLLOUT, end):
            part = self._line.write(octets[taken : taken + 4096])
            taken += part
            if not part:
                if time.monotonic() >= end:
                    break
                time.sleep(_AGAIN_S)
        return taken

    def read(self, deadline_s: float) -> bytes:
        """At least one byte, or nothing when the deadline passed; raises `DeviceLost`."""
        end = time.monotonic() + deadline_s
        while self._ready(select.POLLIN, end):
            if chunk := self._line.read():
                return chunk
            if time.monotonic() >= end:
                break
            time.sleep(_AGAIN_S)
        return b""

    def discard_output(self) -> None:
        self._line.discard_output()

    def close_now(self) -> None:
        self._line.close()

    def _ready(self, event: int, end: float) -> bool:
        if self._line.fileno() < 0:
            raise DeviceLost(f"{self.identity} is closed.")
        poll = select.poll()
        poll.register(self._line.fileno(), event)
        happened = poll.poll(max(0, round((end - time.monotonic()) * 1000)))
        if happened and not happened[0][1] & event:
            raise self._line.lost()  # an error or a hang-up, and nothing left to read
        return bool(happened)
