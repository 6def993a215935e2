"""A simulated hot-plug source: events as JSON lines on a pipe, in place of udev's.

`PipeSource` reads them; `HotplugSimulator` writes them. Orders:
`plug NODE SUBSYSTEM PORT MODEL SERIAL`, `unplug NODE`, `swap NODE NODE` (two devices trade
their USB ports, as when someone tidies the cables).
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import msgspec

from peripherals.connection.hotplug import HotplugEvent, Plugged, PresentDevice, Unplugged
from peripherals.faults import DeviceLost
from peripherals.simulators import harness


class _Announcement(msgspec.Struct, frozen=True):
    plug: PresentDevice | None = None
    unplug: str = ""


class PipeSource:
    """The `HotplugSource` of tests and demos. Takes the reading end of a pipe or FIFO."""

    def __init__(self, descriptor: int, present: list[PresentDevice] | None = None) -> None:
        os.set_blocking(descriptor, False)
        self._fd = descriptor
        self._present = present or []
        self._in = b""

    def fileno(self) -> int:
        return self._fd

    def present(self) -> list[PresentDevice]:
        return list(self._present)

    def read(self) -> list[HotplugEvent]:
        try:
            *lines, self._in = (self._in + os.read(self._fd, 65_536)).split(b"\n")
        except BlockingIOError:
            return []
        events: list[HotplugEvent] = []
        for line in lines:
            said = msgspec.json.decode(line, type=_Announcement)
            events.append(Plugged(said.plug) if said.plug else Unplugged(said.unplug))
        return events

    def close(self) -> None:
        os.close(self._fd)


def open_source(path: Path) -> PipeSource:
    """The source behind `devices.hotplug = "simulated:FIFO"`. Raises `DeviceLost`."""
    try:
        # Read-write: without a writer a FIFO would call its silence readable, for ever.
        return PipeSource(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        raise DeviceLost(f"{path} is not there; start the hot-plug simulator first.") from error


class HotplugSimulator(harness.ImmediateSimulator):
    """Remembers what is plugged in, and says what changes."""

    def __init__(self) -> None:
        self.devices: dict[str, PresentDevice] = {}
        self._out = b""

    def plug(self, device: PresentDevice) -> None:
        self.devices[device.node] = device
        self._out += msgspec.json.encode(_Announcement(plug=device)) + b"\n"

    def unplug(self, node: str) -> None:
        self.devices.pop(node, None)
        self._out += msgspec.json.encode(_Announcement(unplug=node)) + b"\n"

    def swap(self, one: str, other: str) -> None:
        first, second = self.devices[one], self.devices[other]
        self.unplug(one)
        self.unplug(other)
        # The kernel numbers nodes as they come: each takes the name that is free first.
        self.plug(replace(second, node=one, port=first.port))
        self.plug(replace(first, node=other, port=second.port))

    def heard(self, chunk: bytes, now: float) -> None:
        """Nobody speaks to udev."""

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["plug", node, subsystem, *rest] if len(rest) <= 3:
                self.plug(PresentDevice(node, subsystem, *rest))
            case ["unplug", node]:
                self.unplug(node)
            case ["swap", one, other] if one in self.devices and other in self.devices:
                self.swap(one, other)
            case _:
                return "orders: plug NODE SUBSYSTEM PORT MODEL SERIAL, unplug NODE, swap NODE NODE"
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)
    parser.add_argument("--fifo", type=Path, required=True, help="named pipe to make")


def run(arguments: argparse.Namespace) -> int:
    return harness.serve(HotplugSimulator(), harness.FifoPort(arguments.fifo), arguments)
