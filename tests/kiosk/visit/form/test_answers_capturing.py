"""The camera and the microphone of a kiosk as the visit's ports, with simulated devices."""

from __future__ import annotations

import select
import sys
import wave
from io import BytesIO
from pathlib import Path

from kiosk.adapters.capture import CameraCapturer, MicrophoneCapturer, position_in
from kiosk.filling.capture import CapturePhase, CaptureProgress, Capturer
from peripherals.device_loop.loop import DeviceLoop
from peripherals.device_loop.status_table import EQUIPMENT_TABLES, write_position
from peripherals.devices.gnss import Fix, GnssPosition
from peripherals.devices.recorder import wav
from peripherals.simulators.recorder import tone
from provisioning.clock import SystemClock, VirtualClock
from provisioning.ids import SystemIds
from sync.store.database import Store

CAMERA = f"camera+v4l:/dev/null?program={sys.executable}+-m+peripherals.simulators.camera"
PATIENCE_S = 30.0


def until(
    device: Capturer, clock: SystemClock, stop_at: CapturePhase, seconds: int = 0
) -> CaptureProgress:
    """Look as a tick does until the stage is reached, or the patience is over."""
    end = clock.monotonic() + PATIENCE_S
    while True:
        taken = device.look()
        if taken.phase is stop_at and taken.seconds >= seconds:
            return taken
        assert clock.monotonic() < end, taken
        select.select([], [], [], 0.05)


def test_a_photo_comes_from_the_camera_and_the_camera_is_closed() -> None:
    clock = SystemClock()
    ids = SystemIds(clock)
    camera = CameraCapturer(lambda: DeviceLoop({"camera": CAMERA}, clock, ids), clock)
    camera.start()
    taken = until(camera, clock, CapturePhase.READY)
    assert taken.content.startswith(b"\xff\xd8")
    assert taken.content.endswith(b"\xff\xd9")
    assert camera.look().phase is CapturePhase.FAILED, "one picture is one picture"
    assert str(len(taken.content)) in repr(taken)


def test_a_camera_that_is_not_there_fails_calmly() -> None:
    clock = SystemClock()
    url = "camera+v4l:/dev/no-such-camera"
    camera = CameraCapturer(lambda: DeviceLoop({"camera": url}, clock, SystemIds(clock)), clock)
    assert camera.look().phase is CapturePhase.FAILED, "nothing was begun"
    camera.start()
    assert camera.look().phase is CapturePhase.RUNNING, "a moment is given to a device that is late"
    assert until(camera, clock, CapturePhase.FAILED) == CaptureProgress(CapturePhase.FAILED)
    assert camera._device_loop is None, "the device is let go"


def test_a_recording_runs_until_it_is_finished() -> None:
    clock = SystemClock()
    microphone = MicrophoneCapturer("recorder+simulated:", clock)
    microphone.start()
    until(microphone, clock, CapturePhase.RUNNING, seconds=1)
    microphone.finish()
    taken = microphone.look()
    assert taken.phase is CapturePhase.READY
    with wave.open(BytesIO(taken.content)) as sound:
        assert sound.getframerate() == 16_000
        assert sound.getnframes() >= 16_000
    microphone.stop()
    assert microphone.look().phase is CapturePhase.FAILED, "nothing of it stays"


def test_a_microphone_that_is_not_there_fails_calmly() -> None:
    microphone = MicrophoneCapturer("recorder+alsa:default?program=no-such-program", SystemClock())
    microphone.start()
    assert microphone.look().phase is CapturePhase.FAILED


def test_a_wav_file_is_what_others_read() -> None:
    with wave.open(BytesIO(wav(tone(0.5)))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getnframes()) == (1, 2, 8_000)


def test_a_place_is_the_fix_or_nothing(tmp_path: Path, clock: VirtualClock) -> None:
    store = Store.open(tmp_path / "huduma.db", [EQUIPMENT_TABLES])
    where = position_in(store, clock)
    assert where() is None
    fix = Fix(-1.286389, 36.817223, 4.5, clock.monotonic())
    with store.transaction() as tx:
        write_position(tx, GnssPosition(fix), clock.now())
    assert where() == "-1.286389 36.817223 0 4.5"
    clock.advance(seconds=120)
    assert where() is None
    store.close()
