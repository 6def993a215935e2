"""Opens the hot-plug source that the setting `hotplug` names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from peripherals.connection.hotplug import HotplugSource
from peripherals.drivers.udev_hotplug import UdevSource
from peripherals.faults import DeviceLost
from peripherals.printing.worker.printer_url import PrinterAddress
from peripherals.service.printer_hotplug import SharedHotplugSource


def hotplug_of(url: str) -> HotplugSource | None:
    """What says which devices are plugged in; None where nothing does (`none:`, no udev).

    Raises `DeviceLost` when a simulated source's FIFO is not there.
    """
    scheme, _, path = url.partition(":")
    if scheme == "none":
        return None
    if scheme == "simulated":
        from peripherals.simulators.hotplug import open_source  # noqa: PLC0415 - demos only

        return open_source(Path(path))
    try:
        return UdevSource()
    except DeviceLost:
        return None  # devices are then found by the paths of their URLs


def printer_hotplug_source(
    url: str, addresses: Iterable[PrinterAddress]
) -> SharedHotplugSource | None:
    """The source the printers need; None, and nothing loaded, when none of them has a plug."""
    if not any(address.has_plug for address in addresses) and not url.startswith("simulated"):
        return None
    source = hotplug_of(url)
    return SharedHotplugSource(source) if source is not None else None
