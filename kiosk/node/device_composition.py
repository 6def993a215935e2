"""Device composition: builds the device unit of a node's device service from its settings.

The part of the composition root that knows every device which is not a printer: URLs from the
`[devices]` section, hot plug where the machine has udev, scans on to the node's own core,
SMS under the spool's key, and the machine's power (asked for in the field only).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from kiosk.node.device_events import DeviceEventSender
from peripherals.device_loop.control_socket import DeviceCallServer
from peripherals.device_loop.loop import DeviceLoop
from peripherals.device_loop.registry import ROLES
from peripherals.device_loop.status_table import EQUIPMENT_TABLES
from peripherals.device_loop.unit import DeviceUnit, PowerHold, PowerPort, UnitParts
from peripherals.devices.scanner import Scan
from peripherals.drivers.poweroff import SystemPower
from peripherals.printing.spool import SPOOL_TABLES
from peripherals.service.hotplug_source import hotplug_of
from peripherals.service.printer_hotplug import SharedHotplugSource
from peripherals.service.tryout import test_gnss, test_mrz, test_scanner
from peripherals.sms.queue import SMS_TABLES, SmsQueue
from provisioning.clock import Clock, SystemClock
from provisioning.faults import UsageFault
from provisioning.ids import Ids, SystemIds
from provisioning.node.site import Node
from sync.store.database import Store


class SimulatedPower:
    """Power on a simulated site: what would be asked of the machine is said and not done."""

    def ask(self) -> None:
        print("huduma devices: the machine would power off in a minute", file=sys.stderr)

    def cancel(self) -> None:
        print("huduma devices: mains is back, the machine stays on", file=sys.stderr)


class NodeDeviceUnit(DeviceUnit):
    """The unit with its connection to the core, which it closes with itself."""

    def __init__(self, parts: UnitParts, event_sender: DeviceEventSender) -> None:
        super().__init__(parts)
        self._event_sender = event_sender

    def close(self) -> None:
        super().close()
        self._event_sender.close()


def device_urls(node: Node) -> dict[str, str]:
    """The URL of every role that is not a printer and is configured."""
    chosen = node.settings.devices
    urls = {role: str(getattr(chosen, role, "none:")) for role in ROLES}
    return {role: url for role, url in urls.items() if url != "none:"}


def unit_maker(
    node: Node, clock: Clock, ids: Ids, hold: PowerHold, plugs: SharedHotplugSource | None = None
) -> Callable[[], DeviceUnit] | None:
    """What makes the unit inside its own thread; None when the node has no such device.

    URLs are read here, so that a wrong one stops the start: `BadDeviceUrl`, `SimulatorRefused`.
    """
    urls = device_urls(node)
    if not urls:
        return None
    field, source = node.settings.node.field, node.settings.devices.hotplug
    DeviceLoop(urls, clock, ids, field=field).close()

    def make() -> DeviceUnit:
        tables = [SPOOL_TABLES, EQUIPMENT_TABLES, SMS_TABLES]
        store = Store.open(node.proven_db_path, tables, strict=field)
        event_sender = DeviceEventSender(f"ipc://{node.socket_path('core')}")
        power: PowerPort = SystemPower() if field else SimulatedPower()
        hotplug = plugs.subscriber() if plugs is not None else hotplug_of(source)
        parts = UnitParts(
            device_loop=DeviceLoop(
                urls, clock, ids, read_codes=_read_codes, hotplug=hotplug, field=field
            ),
            store=store,
            clock=clock,
            outlet=event_sender,
            power=power,
            hold=hold,
            busy=lambda: printing(store),
            calls=DeviceCallServer(f"ipc://{node.socket_path('equipment')}"),
            sms=SmsQueue(store, node.at_rest_root, clock, ids) if "sms" in urls else None,
        )
        return NodeDeviceUnit(parts, event_sender)

    return make


def others_of(
    node: Node, clock: Clock, ids: Ids, plugs: SharedHotplugSource | None = None
) -> tuple[Callable[[], DeviceUnit] | None, PowerHold]:
    """The last two parts of the device service: what makes the unit, and the hold it sets."""
    hold = PowerHold()
    return unit_maker(node, clock, ids, hold, plugs), hold


def try_out(name: str, url: str | None, node: Node | None, seconds: float) -> int:
    """`huduma devices test NAME`: the exit code of a trial. Raises `UsageFault`, `BadDeviceUrl`.

    The device service of the node must be stopped first: a line has one owner (E22).
    """
    trials = {"scanner": test_scanner, "mrz": test_mrz, "gnss": test_gnss}
    found = url or (device_urls(node).get(name) if node is not None else None)
    if name not in trials or found is None:
        there = ", ".join(trials)
        raise UsageFault(f"Name one of {there}, and its --url or --site and --node.")
    clock = SystemClock()
    return trials[name](
        found, seconds, lambda line: print(line, flush=True), clock, SystemIds(clock)
    )


def printing(store: Store) -> bool:
    """Whether a slip is on its way through a printer right now."""
    row = store.one("SELECT 1 FROM print_job WHERE state IN ('sending', 'await-proof') LIMIT 1")
    return row is not None


def _read_codes(picture: bytes) -> list[Scan]:
    """Codes in a picture. The readers' 30 MB are loaded when a camera first sees something."""
    from peripherals.devices.image_codes import read_picture  # noqa: PLC0415

    return read_picture(picture)
