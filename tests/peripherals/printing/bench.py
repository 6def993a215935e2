"""A bench for device tests: a dialogue and its simulator joined in memory, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from peripherals.devices.call_button import ButtonAndLight
from peripherals.devices.camera import Camera
from peripherals.devices.cards import CardReader
from peripherals.devices.gnss import Gpsd, Nmea
from peripherals.devices.headphones import HeadphoneSocket
from peripherals.devices.image_codes import read_picture
from peripherals.devices.keyboard_scanner import HidScanner
from peripherals.devices.levels import LevelControl
from peripherals.devices.mrz_reader import MrzReader
from peripherals.devices.scanner import SerialScanner
from peripherals.devices.ups import Nut
from peripherals.line_protocol import DeviceEvent, LineProtocol, WipedBuffer
from peripherals.simulators.camera import CameraSimulator
from peripherals.simulators.card import CardSimulator
from peripherals.simulators.gnss import GnssSimulator
from peripherals.simulators.gpio import GpioSimulator
from peripherals.simulators.harness import Simulated
from peripherals.simulators.hid import HidSimulator
from peripherals.simulators.modem import ModemSimulator
from peripherals.simulators.mrz import MrzSimulator
from peripherals.simulators.nut import NutSimulator
from peripherals.simulators.scanner import ScannerSimulator
from peripherals.sms.modem import Modem
from provisioning.clock import VirtualClock

STEP_S = 0.005


class KnobSimulator:
    """What amixer and the backlight answer."""

    def __init__(self) -> None:
        self.level = 40
        self._out = b""

    def heard(self, chunk: bytes, now: float) -> None:
        for word in chunk.decode().split():
            self.level = int(word) if word.isdigit() else self.level
            self._out += f"  Mono: Playback 30 [{self.level}%] [-20.00dB] [on]\n".encode()

    def due(self, now: float) -> bytes:
        octets, self._out = self._out, b""
        return octets

    def order(self, words: list[str], now: float) -> str:
        return ""


def _today() -> Any:
    return VirtualClock().now().date()


PAIRS: dict[str, tuple[Callable[[], LineProtocol], Callable[[], Simulated]]] = {
    "scanner+serial": (SerialScanner, ScannerSimulator),
    "scanner+hid": (HidScanner, HidSimulator),
    "mrz+serial": (lambda: MrzReader(_today), MrzSimulator),
    "card+pcsc": (CardReader, CardSimulator),
    "card+simulated": (CardReader, CardSimulator),
    "gnss+gpsd": (Gpsd, lambda: GnssSimulator(gpsd=True)),
    "gnss+nmea": (Nmea, lambda: GnssSimulator(gpsd=False)),
    "sms+at": (Modem, ModemSimulator),
    "ups+nut": (lambda: Nut("ups"), NutSimulator),
    "gpio+gpiozero": (ButtonAndLight, GpioSimulator),
    "gpio+simulated": (ButtonAndLight, GpioSimulator),
    "audio+alsa": (LevelControl, KnobSimulator),
    "headphones+evdev": (HeadphoneSocket, HidSimulator),
    "brightness+sysfs": (LevelControl, KnobSimulator),
    "camera+v4l": (lambda: Camera(read_picture), CameraSimulator),
}


@dataclass
class Rig:
    """Joined dialogue and simulator; `run` moves virtual time and collects events."""

    protocol: Any
    simulator: Any
    now: float = 100.0

    def begin(self) -> list[DeviceEvent]:
        return list(self.protocol.begin(self.now))

    def run(self, seconds: float, step_s: float = STEP_S) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        until = self.now + seconds
        while self.now < until:
            events += self._exchange()
            self.now += step_s
        return events + self._exchange()

    def _exchange(self) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        out = self.protocol.outgoing()
        if out:
            self.simulator.heard(out, self.now)
        said = self.simulator.due(self.now)
        if said:
            events += self.protocol.received(said, self.now)
        wakes = self.protocol.wakes_at()
        if wakes is not None and self.now >= wakes:
            events += self.protocol.elapsed(self.now)
        return events


def rig(name: str) -> Rig:
    protocol, simulator = PAIRS[name]
    return Rig(protocol(), simulator())


def buffers(thing: object, seen: set[int] | None = None) -> Iterator[WipedBuffer]:
    """Every wiped buffer a dialogue holds."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, str | bytes | int | float | type):
        return
    seen.add(id(thing))
    if isinstance(thing, WipedBuffer):
        yield thing
        return
    for value in getattr(thing, "__dict__", {}).values():
        yield from buffers(value, seen)
