"""Device registry: every `kind+driver` a settings URL may name, in one table.

A row says which parameters it has, how its line is opened and which line protocol it uses. To add
a model of a known kind, add a row; to add a kind, also add its line protocol and its simulator
(the conformance suite finds both through this table).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from peripherals.connection.url import DeviceUrl, read_url
from peripherals.devices.call_button import ButtonAndLight
from peripherals.devices.camera import Camera
from peripherals.devices.cards import CardReader
from peripherals.devices.gnss import Gpsd, Nmea
from peripherals.devices.headphones import HeadphoneSocket
from peripherals.devices.keyboard_scanner import HidScanner
from peripherals.devices.levels import brightness, volume
from peripherals.devices.mrz_reader import MrzReader
from peripherals.devices.scanner import SUFFIXES, Framing, Scan, SerialScanner
from peripherals.devices.ups import Nut
from peripherals.drivers.alsa import open_volume
from peripherals.drivers.backlight import BacklightLine
from peripherals.drivers.descriptor import DeviceLine
from peripherals.drivers.device_file import HidLine
from peripherals.drivers.gpiozero_io import GpioLine
from peripherals.drivers.pcsc_card import open_reader
from peripherals.drivers.serial_line import SerialLine
from peripherals.drivers.subprocess_line import SubprocessLine
from peripherals.drivers.tcp_socket import TcpLine
from peripherals.drivers.v4l import open_camera
from peripherals.line_protocol import LineProtocol
from peripherals.sms.modem import Modem

NODE = "\x00node"
"""Parameter under which the hot-plug table hands the resolved device node to an opener."""


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What a dialogue may need from outside."""

    today: Callable[[], date]
    read_codes: Callable[[bytes], list[Scan]]


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """One row: parameters, opener, dialogue, and the udev subsystem its node lives in."""

    parameters: tuple[str, ...]
    open_line: Callable[[DeviceUrl], DeviceLine]
    protocol: Callable[[DeviceUrl, DeviceContext], LineProtocol]
    subsystem: str = ""
    port: int = 0  # of a device on the network


def _node(url: DeviceUrl) -> str:
    return url.parameters.get(NODE, url.path)


def _serial(baud: int) -> Callable[[DeviceUrl], DeviceLine]:
    def opener(url: DeviceUrl) -> DeviceLine:
        speed = url.number("baud", baud, 300, 4_000_000)
        return SerialLine(_node(url), speed, rtscts=url.flag("rtscts", default=False))

    return opener


def _tcp(port: int) -> Callable[[DeviceUrl], DeviceLine]:
    return lambda url: TcpLine(*url.address(port, "127.0.0.1"))


def _framing(url: DeviceUrl, gap_ms: int) -> Framing:
    return Framing(
        suffix=SUFFIXES[url.choice("suffix", "cr", SUFFIXES)],
        aim=url.flag("aim", default=False),
        gap_s=url.number("gap_ms", gap_ms, 20, 5_000) / 1000,
    )


def _audio(url: DeviceUrl) -> DeviceLine:
    program = url.text("program", "amixer").split()
    return open_volume(url.host or "default", url.path.strip("/") or "Master", program)


def _camera(url: DeviceUrl) -> DeviceLine:
    program = url.text("program", "v4l2-ctl").split()
    width = url.number("width", 1280, 160, 3840)
    return open_camera(_node(url), width, url.number("height", 720, 120, 2160), program)


def _gpio(url: DeviceUrl) -> DeviceLine:
    light, bell = (
        url.number(name, 0, 0, 27) if name in url.parameters else None for name in ("light", "bell")
    )
    return GpioLine(url.number("button", 17, 0, 27), light, bell=bell)


def _percent(url: DeviceUrl) -> int | None:
    return url.number("percent", 0, 0, 100) if "percent" in url.parameters else None


_SERIAL = ("baud", "rtscts")
_SCAN = ("suffix", "aim", "gap_ms")

KINDS: Mapping[str, DeviceKind] = {
    "scanner+serial": DeviceKind(
        (*_SERIAL, *_SCAN),
        _serial(9600),
        lambda url, _: SerialScanner(_framing(url, 250)),
        "tty",
    ),
    "scanner+hid": DeviceKind(
        (*_SCAN, "grab"),
        lambda url: HidLine(_node(url), grab=url.flag("grab", default=True)),
        lambda url, _: HidScanner(_framing(url, 100)),
        "input",
    ),
    "mrz+serial": DeviceKind(
        _SERIAL, _serial(9600), lambda _, around: MrzReader(around.today), "tty"
    ),
    "card+pcsc": DeviceKind(
        (), lambda url: open_reader(url.path.strip("/")), lambda *_: CardReader()
    ),
    "card+simulated": DeviceKind(
        (),
        lambda url: SubprocessLine([sys.executable, "-m", "peripherals.simulators.card", url.path]),
        lambda *_: CardReader(),
    ),
    "gnss+gpsd": DeviceKind((), _tcp(2947), lambda *_: Gpsd(), port=2947),
    "gnss+nmea": DeviceKind(_SERIAL, _serial(9600), lambda *_: Nmea(), "tty"),
    "sms+at": DeviceKind(_SERIAL, _serial(115200), lambda *_: Modem(), "tty"),
    "ups+nut": DeviceKind(
        (), _tcp(3493), lambda url, _: Nut(url.path.strip("/") or "ups"), port=3493
    ),
    "gpio+gpiozero": DeviceKind(
        ("button", "light", "bell"),
        _gpio,
        lambda url, _: ButtonAndLight(bell="bell" in url.parameters),
    ),
    "gpio+simulated": DeviceKind(
        (), lambda url: SerialLine(url.path, 115200), lambda *_: ButtonAndLight()
    ),
    "audio+alsa": DeviceKind(("percent", "program"), _audio, lambda url, _: volume(_percent(url))),
    "headphones+evdev": DeviceKind(
        (),
        lambda url: HidLine(_node(url), grab=False),
        lambda *_: HeadphoneSocket(),
        "input",
    ),
    "brightness+sysfs": DeviceKind(
        ("percent",),
        lambda url: BacklightLine(_node(url)),
        lambda url, _: brightness(_percent(url)),
    ),
    "camera+v4l": DeviceKind(
        ("width", "height", "program"),
        _camera,
        lambda _, around: Camera(around.read_codes),
        "video4linux",
    ),
}

ROLES = (
    "scanner", "mrz", "card", "gnss", "sms", "ups", "gpio", "audio", "headphones", "brightness",
    "camera",
)  # fmt: skip
"""The names a node's devices have; each is also the kind its URL must begin with."""


def read_device_url(url: str) -> tuple[DeviceUrl, DeviceKind]:
    """A URL of the settings and its row; raises `BadDeviceUrl`."""
    parsed = read_url(url, {name: kind.parameters for name, kind in KINDS.items()})
    kind = KINDS[f"{parsed.kind}+{parsed.driver}"]
    if kind.port:
        parsed.address(kind.port, "127.0.0.1")
    return parsed, kind
