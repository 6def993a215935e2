"""Calls of a visit on the devices: a photo, a light, a volume, over a real socket."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from peripherals.device_loop.control_socket import (
    Call,
    DeviceCaller,
    DeviceCallServer,
    Done,
    NoPhoto,
    Photo,
    SetBrightness,
    ShowLight,
    StopWatching,
    TakePhoto,
    WatchForCodes,
    order_of,
)
from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.device_loop.status_table import EQUIPMENT_TABLES
from peripherals.device_loop.unit import DeviceUnit, PowerHold, UnitParts
from peripherals.devices.call_button import Light
from peripherals.devices.image_codes import read_picture
from peripherals.devices.scanner import Scan, Symbology
from peripherals.simulators.camera import picture
from provisioning.clock import SystemClock
from provisioning.ids import SeededIds
from sync.store.database import Store
from sync.transports.zmq_transport import ZmqClient

CAMERA = f"camera+v4l:/dev/null?program={sys.executable}+-m+peripherals.simulators.camera"


class Kiosk:
    """A unit with a camera and a screen, and a visit that calls it."""

    def __init__(self, folder: Path) -> None:
        (folder / "max_brightness").write_text("100")
        (folder / "brightness").write_text("80")
        self.clock, self.heard = SystemClock(), list[NamedEvent]()
        endpoint = f"ipc://{folder / 'calls'}"
        urls = {"camera": CAMERA, "brightness": f"brightness+sysfs:{folder}"}
        self.folder = folder
        self.unit = DeviceUnit(
            UnitParts(
                device_loop=DeviceLoop(urls, self.clock, SeededIds(), read_codes=read_picture),
                store=Store.open(folder / "x.db", [EQUIPMENT_TABLES]),
                clock=self.clock,
                outlet=self.heard.append,
                power=SimpleNamespace(ask=lambda: None, cancel=lambda: None),
                hold=PowerHold(),
                busy=lambda: False,
                calls=DeviceCallServer(endpoint),
            )
        )
        # The visit is another process: its requests are sent here and answered a turn later.
        self.client = ZmqClient(endpoint)
        self.visit = DeviceCaller(endpoint)

    def run(self, until: Callable[[], Any], limit_s: float = 10.0) -> None:
        start = self.clock.monotonic()
        while not until():
            self.unit.turn()
            assert self.clock.monotonic() - start < limit_s

    def send(self, call: Call) -> None:
        import msgspec

        assert self.visit._client.send(msgspec.msgpack.encode(call), 1.0)

    def brightness(self) -> str:
        return (self.folder / "brightness").read_text().strip()

    def close(self) -> None:
        self.visit.close()
        self.client.close()
        self.unit.close()


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kiosk]:
    monkeypatch.setattr("peripherals.device_loop.unit.TURN_S", 0.02)
    made = Kiosk(tmp_path)
    made.run(lambda: {row.state.serves for row in made.unit._parts.device_loop.rows()} == {True})
    yield made
    made.close()


def test_a_photo_comes_to_whoever_asked(kiosk: Kiosk) -> None:
    kiosk.send(TakePhoto())
    got: list[Photo | NoPhoto] = []

    def arrived() -> bool:
        answer = kiosk.visit.photo()
        got.extend([answer] if answer else [])
        return bool(got)

    kiosk.run(arrived)
    assert got == [Photo(picture())]
    assert kiosk.heard == [] or all(not hasattr(h.event, "jpeg") for h in kiosk.heard)
    assert "\\xff" not in repr(got)


def test_a_code_before_the_camera_is_a_scan(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HUDUMA_CAMERA_SHOWS", "A101")
    kiosk.send(WatchForCodes(10))
    scan = NamedEvent("camera", Scan(Symbology.QR, b"A101"))
    kiosk.run(lambda: scan in kiosk.heard)
    kiosk.send(StopWatching())
    for _ in range(20):  # the code is still before the camera, and nobody looks any more
        kiosk.unit.turn()
    assert [heard for heard in kiosk.heard if isinstance(heard.event, Scan)] == [scan]


def test_the_screen_is_dimmed_and_never_goes_dark(kiosk: Kiosk) -> None:
    assert kiosk.brightness() == "80"
    kiosk.send(SetBrightness(0))
    kiosk.run(lambda: kiosk.brightness() != "80")
    assert kiosk.brightness() == "10"


def test_garbage_on_the_socket_is_ignored(kiosk: Kiosk) -> None:
    kiosk.client.send(b"\xc1\xff garbage", 1.0)
    for _ in range(5):
        kiosk.unit.turn()
    assert kiosk.brightness() == "80"
    kiosk.send(SetBrightness(50))
    kiosk.run(lambda: kiosk.brightness() != "80")
    assert kiosk.brightness() == "50"


def test_a_device_that_is_not_there_takes_nothing_and_an_absent_service_neither(
    tmp_path: Path,
) -> None:
    visit = DeviceCaller(f"ipc://{tmp_path / 'nobody'}")
    assert visit.call(ShowLight(Light.ON)) is False
    assert visit.photo() is None
    visit.close()
    empty = DeviceLoop({}, SystemClock(), SeededIds())
    assert not empty.tell(*order_of(TakePhoto()))


def test_every_call_has_a_device() -> None:
    examples = {"seconds": 1.0, "light": Light.ON, "percent": 5}
    for kind in get_args(Call):
        call = kind(**{name: examples[name] for name in kind.__struct_fields__})
        assert order_of(call)[0] in {"camera", "gpio", "audio", "brightness"}
    assert Done(True).ok
