"""Printer URLs: which transport and which profile. To add a connection, add a line to DRIVERS.

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

Options of every URL: `profile`, `proof`, `pages`, `logo`, `roll`, `cutter`, `qr`, `named`
(see `profiles.profile_named`); serial lines also `baud` and `flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from peripherals.connection.hotplug import Match
from peripherals.device import BadDeviceUrl, Transport
from peripherals.drivers.device_file import open_file, open_usblp
from peripherals.drivers.serial_line import open_serial
from peripherals.drivers.tcp_socket import open_tcp
from peripherals.printing.escpos.profiles import Profile, profile_named

_MATCH = ("port", "serial", "model")
_SUBSYSTEMS = {"escpos+serial": "tty", "escpos+usblp": "usbmisc"}
_KNOWN = {
    *_MATCH,
    "profile",
    "proof",
    "presenter",
    "pages",
    "logo",
    "roll",
    "cutter",
    "qr",
    "named",
    "baud",
    "flow",
}


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """A parsed printer URL: `open` gives a fresh transport each time."""

    url: str
    profile: Profile
    path: str
    match: Match
    subsystem: str  # where udev shows such a device; empty: it has no plug
    driver: Callable[[str], Transport]

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
        words = [f"{name} {value}" for name in _MATCH if (value := getattr(self.match, name))]
        return ", ".join(words)


Options = Mapping[str, str]


def _serial(path: str, parts: SplitResult, options: Options) -> Transport:  # noqa: ARG001
    return open_serial(path, baud=int(options.get("baud", "115200")), flow=_flow(options))


def _tcp(path: str, parts: SplitResult, options: Options) -> Transport:  # noqa: ARG001
    return open_tcp(parts.hostname or "127.0.0.1", parts.port or 9100)


def _usblp(path: str, parts: SplitResult, options: Options) -> Transport:  # noqa: ARG001
    return open_usblp(path)


def _file(path: str, parts: SplitResult, options: Options) -> Transport:  # noqa: ARG001
    return open_file(path)


DRIVERS: Mapping[str, Callable[[str, SplitResult, Options], Transport]] = {
    "escpos+serial": _serial,
    "escpos+tcp": _tcp,
    "escpos+usblp": _usblp,
    "escpos+file": _file,
}


def parse_printer_url(url: str, base: Path | None = None) -> PrinterAddress | None:
    """What `url` names, None for `none:`; raises `BadDeviceUrl`. Relative paths start at `base`."""
    parts = urlsplit(url)
    if parts.scheme == "none":
        return None
    if parts.scheme == "sim":
        parts = urlsplit(f"escpos+serial:run/printer?{parts.query or 'profile=tm-t20'}")
    driver = DRIVERS.get(parts.scheme)
    if driver is None:
        msg = f"No driver for {url!r}; a printer URL starts with one of {', '.join(DRIVERS)}."
        raise BadDeviceUrl(msg)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(options) - _KNOWN:
        msg = f"{url!r} has the unknown option {min(unknown)!r}; remove it."
        raise BadDeviceUrl(msg)
    if parts.scheme == "escpos+serial":
        _flow(options)
        baud = options.get("baud", "115200")
        if not baud.isdecimal() or not 300 <= int(baud) <= 4_000_000:
            msg = f"{url!r}: baud is a number such as 115200."
            raise BadDeviceUrl(msg)
    _check_place(url, parts)
    default = "write-only" if parts.scheme == "escpos+file" else "generic-80"
    profile = profile_named(options.get("profile", default), options)
    path = _path(parts, base)
    subsystem = _SUBSYSTEMS.get(parts.scheme, "")
    match = Match(*(options.get(name, "") for name in _MATCH))
    if match.named and not subsystem:
        msg = f"{url!r}: only a printer on a cable of this machine has a port, serial or model."
        raise BadDeviceUrl(msg)
    if not path and parts.scheme != "escpos+tcp" and not match.named:
        msg = f"{url!r} names no path; write one, or the printer's port= or serial=."
        raise BadDeviceUrl(msg)
    return PrinterAddress(
        url, profile, path, match, subsystem, lambda where: driver(where, parts, options)
    )


def _check_place(url: str, parts: SplitResult) -> None:
    """A network printer is named by its address: a name could make us wait for a name server."""
    try:
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        msg = f"{url!r}: the port after the colon is a number up to 65535."
        raise BadDeviceUrl(msg) from error
    if parts.scheme != "escpos+tcp":
        return
    try:
        ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        msg = f"{url!r}: name the printer's address in numbers, such as 192.168.1.40:9100."
        raise BadDeviceUrl(msg) from error
    if port == 0:
        msg = f"{url!r}: 0 is no port; a printer listens on 9100."
        raise BadDeviceUrl(msg)


def _path(parts: SplitResult, base: Path | None) -> str:
    """`scheme:///abs`, `scheme://rel/ative` and `scheme:rel/ative`."""
    given = parts.netloc + parts.path if parts.scheme != "escpos+tcp" else ""
    if given and not given.startswith("/") and base is not None:
        return str(base / given)
    return given


def _flow(options: Options) -> str:
    flow = options.get("flow", "auto")
    if flow not in {"auto", "rtscts", "dsrdtr", "none"}:
        msg = f"flow={flow} is not possible: rtscts, dsrdtr or none (XON/XOFF loses status bytes)."
        raise BadDeviceUrl(msg)
    return flow
