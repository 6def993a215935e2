"""Camera and pictures: on only while asked, whole JPEGs only, codes read as a scanner's."""

from __future__ import annotations

import io
import select
import sys
from collections.abc import Iterator

import pytest
import segno
import zxingcpp
from PIL import Image

from peripherals.device_loop.worker import DeviceWorker
from peripherals.devices.camera import (
    Camera,
    CameraFrame,
    NothingSeen,
    StopCamera,
    TakeFrame,
    WatchCodes,
    jpeg_end,
)
from peripherals.devices.image_codes import read_picture
from peripherals.devices.scanner import Scan, Symbology
from peripherals.drivers.v4l import open_camera
from peripherals.line_protocol import DeviceCondition
from peripherals.simulators.camera import CameraSimulator, picture
from peripherals.status import DeviceState
from provisioning.clock import SystemClock
from tests.peripherals.printing.bench import Rig, buffers


def camera(shows: str = "") -> Rig:
    bench = Rig(Camera(read_picture), CameraSimulator(shows))
    bench.begin()
    return bench


def test_the_camera_is_off_until_asked_and_off_again_after_the_photo() -> None:
    bench = camera()
    bench.run(1.0)
    assert not bench.simulator.running
    bench.protocol.tell(TakeFrame(), bench.now)
    events = bench.run(2.0, step_s=0.02)
    frames = [event for event in events if isinstance(event, CameraFrame)]
    assert len(frames) == 1
    assert frames[0].jpeg == picture()
    assert not bench.simulator.running
    assert sum(buffer.traces() for buffer in buffers(bench.protocol)) == 0


def test_a_code_held_to_the_camera_is_a_scan() -> None:
    bench = camera("HDM-1-A101")
    bench.protocol.tell(WatchCodes(10), bench.now)
    scans = [e for e in bench.run(1.0, step_s=0.05) if isinstance(e, Scan)]
    assert scans == [Scan(Symbology.QR, b"HDM-1-A101")]
    assert not bench.simulator.running


def test_nobody_shows_a_code_and_the_camera_stops_by_itself() -> None:
    bench = camera()
    bench.protocol.tell(WatchCodes(2), bench.now)
    assert NothingSeen() in bench.run(2.5, step_s=0.1)
    assert not bench.simulator.running


def test_a_visit_that_ends_stops_the_camera_and_late_pictures_are_nobodys() -> None:
    bench = camera()
    bench.protocol.tell(TakeFrame(), bench.now)
    bench.run(0.15)
    bench.protocol.tell(StopCamera(), bench.now)
    assert bench.run(1.0) == []
    assert bench.protocol.received(picture(), bench.now) == []
    assert sum(buffer.traces() for buffer in buffers(bench.protocol)) == 0


def test_a_camera_that_sends_nothing_is_unknown() -> None:
    bench = camera()
    bench.simulator.due = lambda now: b""
    bench.protocol.tell(TakeFrame(), bench.now)
    events = bench.run(6.0, step_s=0.1)
    assert events == [DeviceCondition(DeviceState.UNKNOWN, "no-answer"), NothingSeen()]


def with_thumbnail() -> bytes:
    """A JPEG whose EXIF segment holds a whole small JPEG, end marker and all."""
    outer, inner = picture(), picture(size=(64, 48))
    segment = b"Exif\x00\x00" + inner
    return outer[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + outer[2:]


def progressive() -> bytes:
    octets = io.BytesIO()
    with Image.open(io.BytesIO(picture("X"))) as image:
        image.save(octets, "JPEG", progressive=True, restart_marker_blocks=4)
    return octets.getvalue()


@pytest.mark.parametrize("jpeg", [picture(), with_thumbnail(), progressive()])
def test_a_jpeg_ends_where_it_ends_however_it_is_cut(jpeg: bytes) -> None:
    assert jpeg_end(jpeg + picture()) == len(jpeg)
    for length in range(0, len(jpeg), 97):
        assert jpeg_end(jpeg[:length]) is None or length == 0


def test_a_torn_picture_is_skipped_and_the_next_one_taken() -> None:
    protocol = Camera(read_picture)
    protocol.begin(0.0)
    protocol.tell(TakeFrame(), 0.0)
    events = protocol.received(picture()[:2_000] + picture() * 6, 0.1)
    assert [event for event in events if isinstance(event, CameraFrame)] == [CameraFrame(picture())]


@pytest.mark.parametrize(
    ("kind", "symbology"),
    [("QRCode", Symbology.QR), ("PDF417", Symbology.PDF417), ("DataMatrix", Symbology.DATA_MATRIX),
     ("Aztec", Symbology.AZTEC), ("Code128", Symbology.CODE128)],
)  # fmt: skip
def test_every_kind_of_code_in_a_picture_is_named(kind: str, symbology: Symbology) -> None:
    made = zxingcpp.create_barcode("KEN-22745326", getattr(zxingcpp.BarcodeFormat, kind))
    drawn = made.to_image(scale=4)
    height, width = drawn.shape
    octets = io.BytesIO()
    Image.frombytes("L", (width, height), bytes(drawn)).save(octets, "PNG")
    assert read_picture(octets.getvalue()) == [Scan(symbology, b"KEN-22745326")]


def test_a_picture_that_is_none_is_no_scan() -> None:
    assert read_picture(b"") == []
    assert read_picture(b"\xff\xd8garbage") == []
    assert read_picture(picture()[:500]) == []
    code = io.BytesIO()
    segno.make("https://x").save(code, kind="svg")
    assert read_picture(code.getvalue()) == []


def test_a_huge_picture_is_not_decoded() -> None:
    octets = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(octets, "PNG")
    assert read_picture(octets.getvalue()) == []


def jitter() -> Iterator[float]:
    while True:
        yield 0.0


def test_a_real_program_is_started_for_the_photo_and_killed_after_it() -> None:
    program = [sys.executable, "-m", "peripherals.simulators.camera"]
    lines = []

    def open_line() -> object:
        lines.append(open_camera("/dev/null", 640, 480, program))
        return lines[-1]

    clock = SystemClock()
    worker = DeviceWorker("camera", Camera(read_picture), open_line, jitter())
    try:
        worker.step(clock.monotonic())
        assert lines[0]._child is None
        worker.protocol.tell(TakeFrame(), clock.monotonic())
        start, events = clock.monotonic(), []
        while clock.monotonic() - start < 10 and not any(
            isinstance(e, CameraFrame) for e in events
        ):
            events += worker.step(clock.monotonic())
            select.select([worker.fileno()], [], [], 0.05)
        assert CameraFrame(picture()) in events
        assert lines[0]._child is None or lines[0]._child.poll() is not None
    finally:
        worker.close(0.0)
