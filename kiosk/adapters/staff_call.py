"""A citizen's call for a person: the light on the case, the kiosk's own loudspeaker, and word to
the centre over the LAN.

Each answers in a fraction of a second or not at all; the screen says which of them worked. The
newest call stands on the staff screen until somebody has entered it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from kiosk.queue.protocol import Reported, StaffCall
from kiosk.ticketing.centre_client import CentreClient
from kiosk.visit.ports import CallResult
from peripherals.device_loop.control_socket import DeviceCaller, ShowLight
from peripherals.devices.call_button import Light
from peripherals.drivers.aplay import Loudspeaker
from peripherals.faults import SimulatorRefused
from provisioning.node.site import Node
from sync.journal.entry import Entry
from sync.store.database import MigrationSet, Store, Transaction

STAFF_CALL_TABLES = MigrationSet(
    "kiosk-staff-calls",
    (
        """CREATE TABLE staff_call (
            only INTEGER PRIMARY KEY CHECK (only = 1), at INTEGER NOT NULL
        )""",
    ),
)


class StaffCalls:
    """The projection: the newest call that no staff have answered at the kiosk."""

    tables = ("staff_call",)

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; other kinds are ignored."""
        if entry.kind == "staff.called":
            tx.execute("INSERT OR REPLACE INTO staff_call VALUES (1, ?)", (entry.hlc >> 16,))


def called_at(store: Store) -> datetime | None:
    """When a citizen of this kiosk last asked for a person."""
    row = store.one("SELECT at FROM staff_call")
    return None if row is None else datetime.fromtimestamp(row[0] / 1000, UTC)


class StaffBell:
    """Implements `kiosk.visit.ports.StaffCallPort`. `device` is None without a light on the case,
    `centre` and `sound` in a van, where the officer stands beside.
    """

    def __init__(
        self,
        device: DeviceCaller | None,
        centre: CentreClient | None,
        sound: Loudspeaker | None = None,
    ) -> None:
        self._device = device
        self._centre = centre
        self._sound = sound

    def call(self, visit: UUID, state: str, *, quiet: bool = False) -> CallResult:
        light = self._device is not None and self._device.call(ShowLight(Light.BLINK))
        message = StaffCall(visit, state)
        told = self._centre is not None and isinstance(self._centre.ask(message), Reported)
        sounds = self._sound is not None and not quiet and self._sound.ring()
        return CallResult(light=light, centre=told, sound=sounds)

    def end(self) -> None:
        if self._sound is not None:
            self._sound.stop()
        if self._device is not None:
            self._device.call(ShowLight(Light.OFF))


def loudspeaker_of(node: Node) -> Loudspeaker | None:
    """The loudspeaker that rings; None in a van or when the settings name none. Raises
    `BadDeviceUrl`, `SimulatorRefused`.
    """
    url = node.settings.devices.bell
    if url == "none:" or node.role == "van":
        return None
    if node.settings.node.field and "program=" in url:
        raise SimulatorRefused("The setting bell names a simulator; name the real device.")
    return Loudspeaker(url)
