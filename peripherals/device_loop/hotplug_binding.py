"""HotplugBinding: which device node each configured device is opened on, as devices are plugged in
and out.

A slot with a match rule gets the node that plays its role, or is refused with a cause; a slot
without one keeps the path of its URL, and is opened at once when that path appears.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from peripherals.connection.hotplug import (
    HotplugSource,
    Match,
    MatchRefused,
    Plugged,
    PresentDevice,
    PresentDevices,
)
from peripherals.connection.url import DeviceUrl
from peripherals.device_loop.registry import DeviceKind
from peripherals.device_loop.worker import DeviceWorker
from peripherals.line_protocol import DeviceEvent


class ConfiguredDevice:
    """A configured device: its URL, its worker, and since when it stands as it does."""

    def __init__(
        self, name: str, url: DeviceUrl, kind: DeviceKind, worker: DeviceWorker, at: datetime
    ) -> None:
        self.name, self.url, self.kind, self.worker = name, url, kind, worker
        self.node: str | None = None
        self.since = at
        self.detail = ""
        self._last = (worker.state, worker.cause)

    def noted(self, at: datetime) -> bool:
        """True when state or cause changed since the last call."""
        current = (self.worker.state, self.worker.cause)
        if current == self._last:
            return False
        self._last, self.since = current, at
        return True


class HotplugBinding:
    """Follows the hot-plug source, when there is one."""

    def __init__(self, source: HotplugSource | None) -> None:
        self._source = source
        self._present = PresentDevices(source.present() if source else ())

    def filenos(self) -> tuple[int, ...]:
        """What to wait on."""
        return () if self._source is None else (self._source.fileno(),)

    def plugged(
        self, slots: Mapping[str, ConfiguredDevice], now: float
    ) -> list[tuple[ConfiguredDevice, list[DeviceEvent]]]:
        """Take what happened; the slots it moved, with what their devices said."""
        events = [] if self._source is None else self._source.read()
        if not events:
            return []
        for event in events:
            self._present.take(event)
        changes = self.place(slots, now)
        fresh = {event.device.node for event in events if isinstance(event, Plugged)}
        changes += [
            (slot, slot.worker.restart(now))
            for slot in slots.values()
            if not slot.url.match.named and slot.url.path in fresh
        ]
        return changes

    def place(
        self, slots: Mapping[str, ConfiguredDevice], now: float
    ) -> list[tuple[ConfiguredDevice, list[DeviceEvent]]]:
        """Give every slot with a match rule the node that plays its role now."""
        matches: dict[str, Match] = {
            name: replace(slot.url.match, subsystem=slot.kind.subsystem)
            for name, slot in slots.items()
            if slot.url.match.named
        }
        changes: list[tuple[ConfiguredDevice, list[DeviceEvent]]] = []
        for name, found in self._present.roles(matches).items():
            slot = slots[name]
            match found:
                case MatchRefused(cause):
                    slot.node = None
                    if slot.worker.cause != cause:
                        changes.append((slot, slot.worker.refuse(cause, now)))
                case PresentDevice():
                    if found.node != slot.node:
                        slot.node = found.node
                        changes.append((slot, slot.worker.restart(now)))
        return changes

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
