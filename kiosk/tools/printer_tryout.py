"""Printer tryout: `huduma devices test` and `print`; refuses simulators on field devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from peripherals.faults import SimulatorRefused
from peripherals.printing.spool import SPOOL_TABLES
from peripherals.printing.worker.attempts import void_counts
from peripherals.printing.worker.printer_url import parse_printer_url
from peripherals.service.hotplug_source import printer_hotplug_source
from peripherals.service.printer_hotplug import PrinterBindings
from peripherals.service.tryout_printer import test_printer, write_logo
from peripherals.transport_port import Transport
from provisioning.clock import SystemClock
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Node
from provisioning.settings.schema import load
from sync.store.database import Store


def try_printer(name: str, url: str | None, node: Node | None, logo: Path | None) -> int:
    """`huduma devices test printer`: the exit code. Raises `UsageFault` and `BadDeviceUrl`.

    The device service of the node must be stopped first: a line has one owner (P22).
    """
    chosen, base = url or "none:", Path.cwd()
    if node is not None:
        base, devices = node.dir, node.settings.devices
        chosen = url or (devices.printer if name == "printer" else devices.printer_backup)
    address = parse_printer_url(chosen, base)
    if address is None:
        raise UsageFault(f"No {name} is configured; name one with --url.")
    clock = SystemClock()
    connect: Callable[[], Transport] = address.open
    if address.match.named:
        plugs = printer_hotplug_source(
            node.settings.devices.hotplug if node else "udev:", [address]
        )
        plug = PrinterBindings(plugs, {name: address}).plugs[name]
        connect = plug.connect
    if node is not None:
        with_spool = Store.open(node.proven_db_path, [SPOOL_TABLES])
        void_counts(with_spool, name)  # the test slip's cut would pass for a citizen's slip
        with_spool.close()
    if logo is not None:
        return write_logo(address, connect, logo, print, clock)
    return test_printer(address, connect, print, clock, SystemIds(clock))


def refuse_in_the_field(values: Iterable[object]) -> None:
    """No simulator in or beside a field node's folder; raises `SimulatorRefused`.

    `values` are a command's arguments; those that are paths say where it would work.
    """
    for place in [value.absolute() for value in values if isinstance(value, Path)]:
        inside = [found / "device.toml" for found in place.iterdir()] if place.is_dir() else []
        around = [folder / "device.toml" for folder in (place, *place.parents)]
        for settings in (*inside, *around):
            if settings.is_file() and load(settings).node.field:
                msg = f"{settings.parent} is a device of the field: no simulators there."
                raise SimulatorRefused(msg)
