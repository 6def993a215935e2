"""Transport: bytes to and from one printer, each read and write within its deadline.

Rules every transport keeps:
- each read and write returns or raises within its deadline; closing waits for nothing;
- it raises only `DeviceFault` and its kind;
- one whose device went away is never opened again: a new object is made.
"""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """Bytes to and from one device. Not shared between threads."""

    @property
    def identity(self) -> str:
        """What the device is, by port path or serial number, never by ttyUSBn alone."""
        ...

    @property
    def survives_power_cut(self) -> bool:
        """Whether this connection can outlive the printer's power unnoticed (a serial line)."""
        ...

    def write(self, octets: bytes, deadline_s: float) -> int:
        """How many of `octets` were taken before the deadline; raises `DeviceLost`."""
        ...

    def read(self, deadline_s: float) -> bytes:
        """What arrived, at least one byte; empty when nothing came in time. `DeviceLost`."""
        ...

    def discard_output(self) -> None:
        """Forget bytes not yet on the line, so they cannot print after a power cut."""
        ...

    def close_now(self) -> None:
        """Close without waiting for anything; never raises."""
        ...
