"""Hot plug: what is plugged in where, and which of it plays which role. Pure but for the port.

A device is known by the port it sits in or by its serial number, never by a number the kernel
happened to give (ttyUSB0). Two identical devices swapped between ports: a role bound to a port
follows the port, a role bound to a serial number follows the device. A model that is not the
one expected is refused, not tried; two that fit equally are refused, not chosen from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from peripherals.status import Cause


@dataclass(frozen=True, slots=True)
class PresentDevice:
    """A device node. `port` is the path of USB ports (`1-1.2`), `model` is `vid:pid`."""

    node: str
    subsystem: str
    port: str = ""
    model: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Plugged:
    """A node appeared."""

    device: PresentDevice


@dataclass(frozen=True, slots=True)
class Unplugged:
    """A node went away."""

    node: str


HotplugEvent = Plugged | Unplugged


class HotplugSource(Protocol):
    """Where events come from: udev on a device, a pipe in simulations. Never blocks."""

    def fileno(self) -> int: ...

    def present(self) -> list[PresentDevice]:
        """Everything plugged in now; asked once at start."""
        ...

    def read(self) -> list[HotplugEvent]:
        """What happened since the last call; empty when nothing did."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Match:
    """Which device plays a role. Empty fields match anything; `model` alone may be ambiguous."""

    port: str = ""
    serial: str = ""
    model: str = ""
    subsystem: str = ""

    @property
    def named(self) -> bool:
        return bool(self.port or self.serial or self.model)


@dataclass(frozen=True, slots=True)
class MatchRefused:
    """No node for this role; `cause` says why."""

    cause: Cause


def resolve(match: Match, present: Iterable[PresentDevice]) -> PresentDevice | MatchRefused:
    """The one node that plays the role, or why there is none."""
    fitting = [
        device
        for device in present
        if (not match.subsystem or device.subsystem == match.subsystem)
        and (not match.port or device.port == match.port)
        and (not match.serial or device.serial == match.serial)
    ]
    right = [d for d in fitting if not match.model or d.model == match.model]
    if len(right) == 1:
        return right[0]
    if len(right) > 1:
        return MatchRefused(Cause.TWO_ALIKE)
    placed = match.port or match.serial
    return MatchRefused(Cause.WRONG_MODEL if fitting and placed else Cause.NOT_PLUGGED)


class PresentDevices:
    """Everything plugged in, kept up to date from events."""

    def __init__(self, present: Iterable[PresentDevice] = ()) -> None:
        self._devices = {device.node: device for device in present}

    def take(self, event: HotplugEvent) -> None:
        match event:
            case Plugged(device):
                self._devices[device.node] = device
            case Unplugged(node):
                self._devices.pop(node, None)

    def present(self) -> list[PresentDevice]:
        return list(self._devices.values())

    def resolve(self, match: Match) -> PresentDevice | MatchRefused:
        return resolve(match, self._devices.values())

    def roles(self, matches: dict[str, Match]) -> dict[str, PresentDevice | MatchRefused]:
        """Every role at once; a node wanted by two roles is given to neither."""
        found = {role: self.resolve(match) for role, match in matches.items()}
        taken = [d.node for d in found.values() if isinstance(d, PresentDevice)]
        return {
            role: MatchRefused(Cause.TWO_ALIKE)
            if isinstance(device, PresentDevice) and taken.count(device.node) > 1
            else device
            for role, device in found.items()
        }
