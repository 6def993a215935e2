"""Printer hot plug: which device node each printer is opened on, as cables are plugged and pulled.

One hot-plug source serves the printers and every other device (`SharedHotplugSource`). A printer
whose URL names its USB port, its serial number or its model is opened on whatever node plays that
role now, never on a number the kernel happened to give; one named by a path keeps its path. When a
device is unplugged its transport is closed at once, whatever its descriptor says, and a new one is
made when it returns. Without a source the printer worker polls.

All of it runs in the service's main thread; a printer's worker only calls `PrinterBinding.connect`
and its transport, which compare one number.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from peripherals.connection.hotplug import (
    HotplugEvent,
    HotplugSource,
    MatchRefused,
    PresentDevice,
    PresentDevices,
)
from peripherals.connection.hotplug_binding import HotplugBinding, WantedDevice
from peripherals.faults import DeviceLost, TwoAlike, WrongDevice
from peripherals.printing.worker.printer_url import PrinterAddress
from peripherals.transport_port import Transport

_REFUSALS: Mapping[str, tuple[type[DeviceLost | WrongDevice], str]] = {
    "not-plugged": (DeviceLost, "is not plugged in; push its cable in"),
    "wrong-model": (WrongDevice, "is another model than the settings name; plug in that one"),
    "two-alike": (TwoAlike, "fits two devices; name its port or its serial number"),
}


class SharedHotplugSource:
    """One source heard by several. Read by one thread; its ears belong to others."""

    def __init__(self, source: HotplugSource) -> None:
        self._source = source
        self.bench = PresentDevices(source.present())
        self._ears: list[HotplugSubscriber] = []

    def fileno(self) -> int:
        """What to wait on."""
        return self._source.fileno()

    def present(self) -> list[PresentDevice]:
        """Everything plugged in now."""
        return self.bench.present()

    def read(self) -> list[HotplugEvent]:
        """What happened since the last call; every ear is told of it."""
        events = self._source.read()
        for event in events:
            self.bench.take(event)
        if events:
            for subscriber in list(self._ears):
                subscriber.tell(events)
        return events

    def subscriber(self) -> HotplugSource:
        """A source of its own for another thread."""
        subscriber = HotplugSubscriber(self)
        self._ears.append(subscriber)
        return subscriber

    def forget(self, subscriber: HotplugSubscriber) -> None:
        """That thread is gone."""
        self._ears.remove(subscriber)

    def close(self) -> None:
        """Hear nothing any more."""
        self._source.close()


class HotplugSubscriber:
    """A `HotplugSource` that hears what another one heard."""

    def __init__(self, plugs: SharedHotplugSource) -> None:
        self._plugs = plugs
        self._heard: deque[HotplugEvent] = deque()
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._bell, False)

    def fileno(self) -> int:
        return self._bell

    def present(self) -> list[PresentDevice]:
        return self._plugs.bench.present()

    def tell(self, events: list[HotplugEvent]) -> None:
        """Called by the thread that reads the source."""
        self._heard.extend(events)
        os.write(self._rope, b".")

    def read(self) -> list[HotplugEvent]:
        try:
            os.read(self._bell, 4096)
        except BlockingIOError:
            return []
        return [self._heard.popleft() for _ in range(len(self._heard))]

    def close(self) -> None:
        self._plugs.forget(self)
        os.close(self._bell)
        os.close(self._rope)


class PrinterBinding:
    """Where one printer's cable goes. `times` grows when what was there has gone."""

    def __init__(self, name: str, address: PrinterAddress, binding: HotplugBinding) -> None:
        self.address = address
        self.times = 0
        self._name = name
        self._binding = binding

    def connect(self) -> Transport:
        """A fresh transport; raises `DeviceFault` and its kind, among them `WrongDevice`."""
        found, times = self._binding.found.get(self._name), self.times
        if isinstance(found, MatchRefused):
            kind, why = _REFUSALS[found.cause]
            raise kind(f"{self.address.role} {why}.")
        node = found.node if found else self.address.path
        if not node and self.address.match.named:
            raise DeviceLost(f"{self.address.role}: this machine has no udev; name a path.")
        self._binding.opened(self._name, os.path.realpath(node))
        return WatchedTransport(self.address.open(node), self, times)


class WatchedTransport:
    """A transport that is lost the moment its device was unplugged."""

    def __init__(self, inner: Transport, plug: PrinterBinding, times: int) -> None:
        self.survives_power_cut = inner.survives_power_cut
        self._inner = inner
        self._plug = plug
        self._times = times

    @property
    def identity(self) -> str:
        """The port or the serial number, where the settings name the printer by it."""
        return self._plug.address.role or self._inner.identity

    def write(self, octets: bytes, deadline_s: float) -> int:
        self._check()
        return self._inner.write(octets, deadline_s)

    def read(self, deadline_s: float) -> bytes:
        self._check()
        heard = self._inner.read(deadline_s)
        if not heard:
            self._check()
        return heard

    def discard_output(self) -> None:
        self._inner.discard_output()

    def close_now(self) -> None:
        self._inner.close_now()

    def _check(self) -> None:
        if self._plug.times != self._times:
            raise DeviceLost(f"{self.identity} was unplugged; push its cable in.")


class PrinterBindings:
    """Every printer's plug, kept up to date from one source (or none)."""

    def __init__(
        self, source: HotplugSource | None, addresses: Mapping[str, PrinterAddress]
    ) -> None:
        wanted = {
            name: WantedDevice(replace(address.match, subsystem=address.subsystem), address.path)
            for name, address in addresses.items()
        }
        self._binding = HotplugBinding(source, wanted)
        self.plugs = {
            name: PrinterBinding(name, address, self._binding)
            for name, address in addresses.items()
        }

    def filenos(self) -> tuple[int, ...]:
        """What to wait on."""
        return self._binding.filenos()

    def turn(self) -> bool:
        """Take what happened; True when a printer may have come or gone."""
        moved = self._binding.turn()
        for name in moved or ():
            self.plugs[name].times += 1
        return moved is not None

    def close(self) -> None:
        """Let go of the source."""
        self._binding.close()
