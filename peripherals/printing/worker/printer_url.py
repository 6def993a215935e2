"""Printer URLs: which protocol, over which transport, with which profile.

    escpos+serial:///dev/ttyUSB0?profile=tm-t20&baud=115200     (or a path relative to the node)
    escpos+tcp://192.168.1.40:9100?profile=tm-t88
    escpos+usblp:///dev/usb/lp0?profile=tm-t20
    escpos+file:///tmp/slips.bin?profile=write-only
    sim:                                   (the simulated printer of a demo node, run/printer)
    none:

A local printer may be named by what it is instead of a path (see
`peripherals.connection.hotplug.Match`):

    escpos+usblp:?port=1-1.2&profile=tm-t20        (whatever is plugged in there)
    escpos+serial:?serial=A1B2&model=04b8:0e15     (that very printer, wherever it is)

Options of every URL are the protocol's (see `escpos.profiles.profile_named`); serial lines also
have `baud` and `flow`. To add a connection, add a row to TRANSPORTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from peripherals.connection.hotplug import Match
from peripherals.connection.url import DeviceUrl, read_url
from peripherals.drivers.device_file import FileLine, UsblpLine
from peripherals.drivers.serial_line import SerialLine
from peripherals.drivers.tcp_socket import TcpLine
from peripherals.drivers.transport import DeadlineTransport
from peripherals.faults import BadDeviceUrl
from peripherals.printing.protocol_port import PrinterFacts, PrinterProtocol
from peripherals.printing.worker.protocols import PROTOCOLS
from peripherals.transport_port import Transport

_CONNECT_S = 2.0
_PORT = 9100
_BAUD = 115_200
_FLOWS: Mapping[str, bool | None] = {"auto": None, "rtscts": True, "dsrdtr": False, "none": False}
"""Whether the wires RTS and CTS are watched (XON/XOFF loses status bytes and is not offered)."""


@dataclass(frozen=True, slots=True)
class TransportKind:
    """How a printer is reached: its opener, its own options, the udev subsystem of its plug."""

    open: Callable[[DeviceUrl, str], Transport]
    options: tuple[str, ...] = ()
    subsystem: str = ""


def _serial(url: DeviceUrl, path: str) -> Transport:
    rtscts = _FLOWS[url.choice("flow", "auto", _FLOWS)]
    if rtscts is None:  # a pseudo-terminal has no wires to watch
        rtscts = not str(Path(path).resolve()).startswith("/dev/pts/")
    baud = url.number("baud", _BAUD, 300, 4_000_000)
    return DeadlineTransport(SerialLine(path, baud, rtscts=rtscts, keep_waiting=True))


def _tcp(url: DeviceUrl, path: str) -> Transport:  # noqa: ARG001 - a network has no path
    line = TcpLine(*url.address(_PORT))
    line.wait_open(_CONNECT_S)
    return DeadlineTransport(line)


TRANSPORTS: Mapping[str, TransportKind] = {
    "serial": TransportKind(_serial, ("baud", "flow"), "tty"),
    "tcp": TransportKind(_tcp),
    "usblp": TransportKind(lambda _, path: DeadlineTransport(UsblpLine(path)), (), "usbmisc"),
    "file": TransportKind(lambda _, path: DeadlineTransport(FileLine(path))),
}

DRIVERS: Mapping[str, tuple[str, ...]] = {
    f"{protocol}+{name}": (*row.options, *kind.options)
    for protocol, row in PROTOCOLS.items()
    for name, kind in TRANSPORTS.items()
}
"""What a URL may begin with, and its options."""


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """A parsed printer URL: `open` gives a fresh transport each time."""

    url: DeviceUrl
    protocol: PrinterProtocol
    path: str
    driver: Callable[[str], Transport]

    @property
    def profile(self) -> PrinterFacts:
        """What is known of the model."""
        return self.protocol.profile

    @property
    def match(self) -> Match:
        """What it is known by when that is no path."""
        return self.url.match

    @property
    def subsystem(self) -> str:
        """Where udev shows such a device; empty: it has no plug."""
        return TRANSPORTS[self.url.driver].subsystem

    def open(self, node: str = "") -> Transport:
        """Open the printer, on `node` when hot plug found it there; raises `DeviceFault`."""
        return self.driver(node or self.path)

    @property
    def has_plug(self) -> bool:
        """Whether hot plug has anything to say about it."""
        real = self.path.startswith("/dev/") and not self.path.startswith("/dev/pts/")
        return bool(self.subsystem) and (self.match.named or real)

    @property
    def role(self) -> str:
        """What the settings know it by when that is no path: its port or its number."""
        words = (f"{name} {getattr(self.match, name)}" for name in ("port", "serial", "model"))
        return ", ".join(word for word in words if not word.endswith(" "))


def parse_printer_url(url: str, base: Path | None = None) -> PrinterAddress | None:
    """What `url` names, None for `none:`; raises `BadDeviceUrl`. Relative paths start at `base`."""
    scheme, _, rest = url.partition(":")
    if scheme == "none":
        return None
    if scheme == "sim":
        query = rest.partition("?")[2] or "profile=tm-t20"
        url = f"escpos+serial:run/printer?{query}"
    parsed = read_url(url, DRIVERS)
    if parsed.driver == "serial":
        parsed.number("baud", _BAUD, 300, 4_000_000)
        parsed.choice("flow", "auto", _FLOWS)
    if parsed.driver == "tcp":
        parsed.address(_PORT)
    path = "" if parsed.driver == "tcp" else parsed.place
    if path and not path.startswith("/") and base is not None:
        path = str(base / path)
    if parsed.match.named and not TRANSPORTS[parsed.driver].subsystem:
        raise BadDeviceUrl(
            f"{url!r}: only a printer on a cable of this machine has a port, serial or model."
        )
    if not path and parsed.driver != "tcp" and not parsed.match.named:
        raise BadDeviceUrl(f"{url!r} names no path; write one, or the printer's port= or serial=.")
    answers = parsed.driver != "file"
    protocol = PROTOCOLS[parsed.kind].open(parsed.parameters, answers=answers)
    kind = TRANSPORTS[parsed.driver]
    return PrinterAddress(parsed, protocol, path, lambda where: kind.open(parsed, where))
