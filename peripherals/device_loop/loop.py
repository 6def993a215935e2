"""DeviceLoop: every device of a node that is not a printer, driven by one loop without threads.

`turn(timeout_s)` waits on all lines at once, lets each worker do what is due and returns the
events. A device stuck inside C is a child process and is killed; everything else is a descriptor
that never blocks, so one bad device cannot delay another by more than its own computing time. The
service calls `turn` until it stops; `unit.py` hands the events to the visit and writes the states
to `status_table.py`.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from peripherals.connection.hotplug import HotplugSource, MatchRefused, PresentDevice
from peripherals.connection.hotplug_binding import HotplugBinding, WantedDevice
from peripherals.connection.url import DeviceUrl
from peripherals.device_loop.registry import NODE, ROLES, DeviceContext, DeviceKind, read_device_url
from peripherals.device_loop.status_table import DeviceRow
from peripherals.device_loop.worker import DeviceWorker, RestartPolicy
from peripherals.devices.gnss import GnssPosition
from peripherals.devices.levels import Level
from peripherals.devices.scanner import Scan
from peripherals.devices.ups import Power
from peripherals.drivers.descriptor import DeviceLine
from peripherals.faults import BadDeviceUrl, SimulatorRefused
from peripherals.line_protocol import DeviceCondition, DeviceEvent, LineProtocol
from peripherals.sms.modem import Modem, SignalStrength
from peripherals.status import DeviceState
from provisioning.clock import EAT, Clock
from provisioning.ids import Ids

TURN_S_MAX = 5.0
_NONE = "none:"


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event and the device it came from."""

    name: str
    event: DeviceEvent


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


class DeviceLoop:
    """The loop. `clock` gives both kinds of time; `ids` only the jitter of restarts.

    `urls` is the role of each device and its URL (`none:` or empty: not there); `field` refuses
    simulators. Raises `BadDeviceUrl` and `SimulatorRefused` at once, never later.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        clock: Clock,
        ids: Ids,
        *,
        read_codes: Callable[[bytes], list[Scan]] | None = None,
        hotplug: HotplugSource | None = None,
        policy: RestartPolicy | None = None,
        field: bool = False,
    ) -> None:
        self._clock = clock
        self._field = field
        self._changed = True
        self._slots: dict[str, ConfiguredDevice] = {}
        around = DeviceContext(lambda: clock.now().astimezone(EAT).date(), read_codes or _no_codes)
        for name, url in urls.items():
            if url and url != _NONE:
                self._slots[name] = self._slot(name, url, around, _jitter(ids), policy)
        wanted = {
            name: WantedDevice(
                replace(slot.url.match, subsystem=slot.kind.subsystem), slot.url.path
            )
            for name, slot in self._slots.items()
        }
        self._binding = HotplugBinding(hotplug, wanted)
        for name in self._binding.found:
            self._place(self._slots[name], clock.monotonic())

    # -- the loop -------------------------------------------------------------------------

    def turn(self, timeout_s: float, also: Sequence[int] = ()) -> list[NamedEvent]:
        """Wait at most `timeout_s` for something to do, do it, and tell what was heard.

        A descriptor in `also` that becomes readable ends the wait.
        """
        self._wait(timeout_s, also)
        now = self._clock.monotonic()
        heard: list[NamedEvent] = []
        for name in self._binding.turn() or ():
            heard += self._place(self._slots[name], now)
        for slot in self._slots.values():
            heard += self._heard(slot, slot.worker.step(now))
        return heard

    def close(self) -> list[NamedEvent]:
        """Close every line at once; what was in flight is told."""
        now = self._clock.monotonic()
        heard = [
            NamedEvent(slot.name, event)
            for slot in self._slots.values()
            for event in slot.worker.close(now)
        ]
        self._binding.close()
        return heard

    # -- asking it ------------------------------------------------------------------------

    def names(self) -> list[str]:
        return list(self._slots)

    def tell(self, name: str, command: object) -> bool:
        """Give a device a command; False when it is not there, not serving or takes none."""
        slot = self._slots.get(name)
        take = getattr(slot.worker.protocol, "tell", None) if slot else None
        if slot is None or take is None or not slot.worker.state.serves:
            return False
        take(command, self._clock.monotonic())
        return True

    def protocol(self, name: str) -> LineProtocol | None:
        """The dialogue of a device, for reading what it knows."""
        slot = self._slots.get(name)
        return slot.worker.protocol if slot else None

    def modem(self) -> Modem | None:
        """The dialogue of the SMS modem, for the queue's `pump`."""
        protocol = self.protocol("sms")
        return protocol if isinstance(protocol, Modem) else None

    def restart(self, name: str) -> bool:
        """An operator asks for a fresh start of one device."""
        slot = self._slots.get(name)
        if slot is None:
            return False
        slot.worker.restart(self._clock.monotonic())
        return True

    def wipe(self) -> None:
        """A visit ended: nothing half read stays in any buffer."""
        for slot in self._slots.values():
            slot.worker.protocol.wipe()

    def rows(self) -> list[DeviceRow]:
        """The table as it stands now."""
        at = self._clock.now()
        return [
            DeviceRow(
                name=slot.name,
                driver=f"{slot.url.kind}+{slot.url.driver}",
                state=slot.worker.state,
                cause=slot.worker.cause,
                since=slot.since,
                observed_at=at,
                restarts=slot.worker.restarts,
                detail=slot.detail if slot.worker.state.serves else "",
            )
            for slot in self._slots.values()
        ]

    def take_changed(self) -> bool:
        """Whether any row changed since the last call."""
        changed, self._changed = self._changed, False
        return changed

    # -- inside ---------------------------------------------------------------------------

    def _slot(
        self,
        name: str,
        url: str,
        around: DeviceContext,
        jitter: Iterator[float],
        policy: RestartPolicy | None,
    ) -> ConfiguredDevice:
        parsed, kind = read_device_url(url)
        if parsed.kind != name:
            raise BadDeviceUrl(f"The setting {name} takes a URL that begins with {name}+.")
        if self._field and simulated(parsed):
            raise SimulatorRefused(f"The setting {name} names a simulator; name the real device.")
        # Parameters are checked now, at the start, not at the first plug.
        protocol = kind.protocol(parsed, around)
        slot: ConfiguredDevice

        def open_line() -> DeviceLine:
            if slot.node is None:
                return kind.open_line(slot.url)
            words = {**slot.url.parameters, NODE: slot.node}
            return kind.open_line(replace(slot.url, parameters=words))

        worker = DeviceWorker(name, protocol, open_line, jitter, policy)
        slot = ConfiguredDevice(name, parsed, kind, worker, self._clock.now())
        return slot

    def _wait(self, timeout_s: float, also: Sequence[int]) -> None:
        poll = select.poll()
        now = self._clock.monotonic()
        until = now + min(timeout_s, TURN_S_MAX)
        for slot in self._slots.values():
            number = slot.worker.fileno()
            if number is not None:
                poll.register(number, select.POLLIN)
            wakes = slot.worker.wakes_at()
            until = until if wakes is None else min(until, wakes)
            if slot.worker.wants_to_write:
                until = min(until, now + 0.02)  # a pipe to write is not the pipe to read
        for extra in (*also, *self._binding.filenos()):
            poll.register(extra, select.POLLIN)
        poll.poll(max(0.0, until - now) * 1000)

    def _place(self, slot: ConfiguredDevice, now: float) -> list[NamedEvent]:
        """Open a device on the node that is its own now, or say why there is none."""
        match self._binding.found.get(slot.name):
            case MatchRefused(cause):
                slot.node = None
                events = [] if slot.worker.cause is cause else slot.worker.refuse(cause, now)
            case PresentDevice(node):
                slot.node = node
                events = slot.worker.restart(now)
            case None:
                events = slot.worker.restart(now)
        return self._heard(slot, events)

    def _heard(self, slot: ConfiguredDevice, events: list[DeviceEvent]) -> list[NamedEvent]:
        for event in events:
            slot.detail = _detail(event, slot.detail)
        self._changed = slot.noted(self._clock.now()) or self._changed
        return [NamedEvent(slot.name, event) for event in events]


def _detail(event: DeviceEvent, before: str) -> str:
    """A few facts for staff. A position is shown to two decimals (about a kilometre)."""
    match event:
        case Level(percent):
            return f"{percent} %"
        case SignalStrength(_, percent):
            return "" if percent is None else f"{percent} %"
        case Power(charge_percent=int() as percent):
            return f"{percent} %"
        case GnssPosition(fix=fix) if fix is not None:
            return f"{fix.latitude:.2f}, {fix.longitude:.2f}"
        case _:
            return before


def simulated(url: DeviceUrl) -> bool:
    """Whether a URL can only lead to a simulator."""
    words = url.parameters
    return url.driver == "simulated" or "program" in words or words.get("grab") == "no"


def _no_codes(picture: bytes) -> list[Scan]:
    del picture
    return []


def _jitter(ids: Ids) -> Iterator[float]:
    while True:
        yield ids.token(1)[0] / 255


__all__ = ["ROLES", "DeviceCondition", "DeviceLoop", "DeviceState", "NamedEvent"]
