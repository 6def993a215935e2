"""Handover: what a core gives the fresh core that replaces it after a visit.

Nothing that was typed, scanned or answered: only how the screen looks, what counts on, and the next
link of each capsule's chain (from which no earlier record opens). It goes from memory to memory
(`provisioning/node/succession.py`), never to a disk.
"""

from __future__ import annotations

import msgspec

from kiosk.ticketing.issuer import CentreHeard
from kiosk.visit.controller.controller import ScreenState
from sync.sealing.sealer import OpenCapsule


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """From one core to the next. Times are seconds from the moment of handing over."""

    screen: ScreenState
    capsules: tuple[OpenCapsule, ...] = ()
    heard: CentreHeard
    clock_offset_s: float = 0.0
    expire_in_s: float = 0.0
    checkpoint_in_s: float = 0.0

    def to_bytes(self) -> bytes:
        """As it is handed over."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def from_bytes(cls, handed: bytes) -> Handover:
        """As it was handed over."""
        return msgspec.msgpack.decode(handed, type=cls)
