"""Headphone socket: whether something is plugged in, from the kernel's events of its jack. Pure.

The jack of a sound card is an input device with the switch `SW_HEADPHONE_INSERT`
(linux/input-event-codes.h); the kernel tells every change of it. What is in the socket when the
device is opened is told at the next change: a person who finds no speech pulls and plugs.
"""

from __future__ import annotations

from dataclasses import dataclass

from peripherals.devices.keyboard_scanner import EVENT
from peripherals.line_protocol import DeviceCondition, DeviceEvent, ReceiveOnlyProtocol, WipedBuffer
from peripherals.status import DeviceState

EV_SW = 5
SW_HEADPHONE_INSERT = 2


@dataclass(frozen=True, slots=True)
class HeadphonesMoved:
    """Headphones were plugged in, or pulled out."""

    plugged: bool


class HeadphoneSocket(ReceiveOnlyProtocol):
    """Kernel input events in, `HeadphonesMoved` out, once a change."""

    def __init__(self) -> None:
        self._partial = WipedBuffer(EVENT.size)
        self._plugged: bool | None = None

    def begin(self, now: float) -> list[DeviceEvent]:
        del now
        self.wipe()
        self._plugged = None
        return [DeviceCondition(DeviceState.READY)]

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        del now
        events: list[DeviceEvent] = []
        start = 0
        while start < len(chunk):
            step = min(len(chunk) - start, EVENT.size - len(self._partial))
            self._partial.add(chunk[start : start + step])
            start += step
            if len(self._partial) == EVENT.size:
                _, _, kind, code, value = EVENT.unpack(self._partial.take())
                if (kind, code) == (EV_SW, SW_HEADPHONE_INSERT) and self._plugged != bool(value):
                    self._plugged = bool(value)
                    events.append(HeadphonesMoved(self._plugged))
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        del now
        return []

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        self.wipe()
        return []

    def wipe(self) -> None:
        """Nothing personal passes through a switch."""
        self._partial.wipe()
