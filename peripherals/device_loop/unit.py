"""Device unit: the device loop as one worker of the device service.

Each turn: drive the devices, hand their events to the visit (`outlet`), update the device status
table and the position, send waiting SMS, and act on power readings. The table is written when
something changed and every `REFRESH_S`; what a person scanned is handed on in memory and never
written. Runs in a thread or a process of its own; owns its store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from peripherals.device_loop.control_socket import DeviceCallServer
from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.device_loop.status_table import write, write_position
from peripherals.devices.camera import CameraFrame, NothingSeen
from peripherals.devices.gnss import GnssPosition, Gpsd, Nmea
from peripherals.devices.ups import Power, PowerAction, SafeStop, StopPhase
from peripherals.sms.modem import SmsReport
from peripherals.sms.queue import SmsQueue
from peripherals.status import REFRESH_S
from provisioning.clock import Clock
from sync.store.database import Store

TURN_S = 0.25
SETTLED_S = 10.0
_PURGE_S = 3_600.0


class PowerPort(Protocol):
    """Asks the machine to power off, and calls it off."""

    def ask(self) -> None: ...

    def cancel(self) -> None: ...


class PowerHold:
    """Whether new print jobs must wait because the battery is nearly empty.

    Written by the equipment unit, read by the printers' workers: one flag, no lock.
    """

    def __init__(self) -> None:
        self.holding = False


@dataclass(frozen=True, slots=True)
class UnitParts:
    """What the unit is made of. `busy` says whether a slip is being printed right now."""

    device_loop: DeviceLoop
    store: Store
    clock: Clock
    outlet: Callable[[NamedEvent], None]
    power: PowerPort
    hold: PowerHold
    busy: Callable[[], bool]
    sms: SmsQueue | None = None
    calls: DeviceCallServer | None = None


class DeviceUnit:
    """A worker as `peripherals.service.thread_supervisor` wants it: `turn` and `close`."""

    def __init__(self, parts: UnitParts) -> None:
        self._parts = parts
        self._stop = SafeStop()
        self._written_at: float | None = None
        self._purge_at = 0.0
        self._position: GnssPosition | None = None
        if parts.sms is not None:
            parts.sms.recover()

    def turn(self) -> float:
        """One round; waits inside for what devices say, so nothing is due after it (0 s)."""
        parts = self._parts
        also = () if parts.calls is None else (parts.calls.fileno(),)
        for heard in parts.device_loop.turn(TURN_S, also):
            self._took(heard)
        if parts.calls is not None:
            parts.calls.serve(parts.device_loop)
        now = parts.clock.monotonic()
        if self._stop.phase is StopPhase.DRAINING:
            self._act(self._stop.on_work(busy=parts.busy(), now=now))
        self._carry_sms(now)
        self._keep(now)
        return 0.0

    def close(self) -> None:
        """Close every device and the store."""
        for heard in self._parts.device_loop.close():
            self._took(heard)
        if self._parts.calls is not None:
            self._parts.calls.close()
        self._parts.store.close()

    def _took(self, heard: NamedEvent) -> None:
        event = heard.event
        if isinstance(event, SmsReport):
            if self._parts.sms is not None:
                self._parts.sms.report(event)
        elif isinstance(event, Power):
            self._act(self._stop.on_power(event, self._parts.clock.monotonic()))
        elif isinstance(event, GnssPosition):
            self._position = event
        elif isinstance(event, CameraFrame | NothingSeen):
            if self._parts.calls is not None:
                self._parts.calls.heard(heard)
        else:
            self._parts.outlet(heard)

    def _act(self, actions: list[PowerAction]) -> None:
        for action in actions:
            match action:
                case PowerAction.HOLD_NEW_JOBS:
                    self._parts.hold.holding = True
                case PowerAction.CLOSE_AND_SHUT_DOWN:
                    # Everything committed goes into the database file itself before the power
                    # goes; the services close their stores when the system stops them.
                    self._parts.store.checkpoint()
                    self._parts.power.ask()
                case PowerAction.RESUME:
                    self._parts.power.cancel()
                    self._parts.hold.holding = False

    def _carry_sms(self, now: float) -> None:
        modem, queue = self._parts.device_loop.modem(), self._parts.sms
        if queue is None:
            return
        if modem is not None and not self._parts.hold.holding:
            queue.pump(modem, now)
        if now >= self._purge_at:
            self._purge_at = now + _PURGE_S
            queue.purge(timedelta(hours=24))

    def _keep(self, now: float) -> None:
        changed = self._parts.device_loop.take_changed()
        due = self._written_at is None or now - self._written_at >= REFRESH_S
        if not changed and not due:
            return
        self._written_at = now
        place = self._place(now)
        with self._parts.store.transaction() as tx:
            write(tx, self._parts.device_loop.rows())
            write_position(tx, place, self._parts.clock.now())

    def _place(self, now: float) -> GnssPosition | None:
        receiver = self._parts.device_loop.protocol("gnss")
        return receiver.position(now) if isinstance(receiver, Gpsd | Nmea) else self._position
