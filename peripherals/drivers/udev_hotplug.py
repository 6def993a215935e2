"""Hot plug through udev's netlink events (pyudev); the adapter of `HotplugSource`."""

from __future__ import annotations

import re
from typing import Any

from peripherals.connection.hotplug import HotplugEvent, Plugged, PresentDevice, Unplugged
from peripherals.faults import DeviceLost

SUBSYSTEMS = ("tty", "usbmisc", "input", "video4linux", "backlight")
_USB_PORT = re.compile(r"(\d+-\d+(?:\.\d+)*)(?::\d+\.\d+)?$")


class UdevSource:
    """Events of the subsystems our devices appear in."""

    def __init__(self) -> None:
        try:
            import pyudev  # noqa: PLC0415 - loads libudev

            self._context = pyudev.Context()
            self._monitor = pyudev.Monitor.from_netlink(self._context)
            for subsystem in SUBSYSTEMS:
                self._monitor.filter_by(subsystem)
            self._monitor.start()
        except (ImportError, OSError) as error:
            raise DeviceLost(
                "This machine has no udev; devices are found by their path."
            ) from error

    def fileno(self) -> int:
        number: int = self._monitor.fileno()
        return number

    def present(self) -> list[PresentDevice]:
        found = [
            self._present(device)
            for subsystem in SUBSYSTEMS
            for device in self._context.list_devices(subsystem=subsystem)
            if device.device_node
        ]
        return [device for device in found if device.port]

    def read(self) -> list[HotplugEvent]:
        events: list[HotplugEvent] = []
        while (device := self._monitor.poll(timeout=0)) is not None:
            if device.action in {"add", "change"} and device.device_node:
                events.append(Plugged(self._present(device)))
            elif device.action == "remove" and device.device_node:
                events.append(Unplugged(device.device_node))
        return events

    def close(self) -> None:
        self._monitor = None

    def _present(self, device: Any) -> PresentDevice:
        properties = device.properties
        model = ":".join((properties.get("ID_VENDOR_ID", ""), properties.get("ID_MODEL_ID", "")))
        return PresentDevice(
            node=device.device_node,
            subsystem=device.subsystem,
            port=usb_port(device.device_path),
            model="" if model == ":" else model,
            serial=properties.get("ID_SERIAL_SHORT", ""),
        )


def usb_port(device_path: str) -> str:
    """The path of USB ports inside a sysfs device path: `.../1-1/1-1.2/1-1.2:1.0/tty/…` is
    `1-1.2`; empty when the device is on no USB port.
    """
    found = [m[1] for part in device_path.split("/") if (m := _USB_PORT.fullmatch(part))]
    return found[-1] if found else ""
