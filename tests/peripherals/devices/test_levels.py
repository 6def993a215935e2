"""Volume and brightness: a level counts when it was read back."""

from __future__ import annotations

import select
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from peripherals.device_loop.worker import DeviceWorker, RestartPolicy
from peripherals.devices.levels import (
    LEAST_BRIGHTNESS,
    Level,
    LevelControl,
    SetLevel,
    brightness,
    volume,
)
from peripherals.drivers.alsa import open_volume
from peripherals.drivers.backlight import BacklightLine
from peripherals.faults import BadDeviceUrl, DeviceLost, ProgramMissing
from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.status import DeviceState
from provisioning.clock import SystemClock
from tests.peripherals.printing.bench import KnobSimulator, Rig

AMIXER = """#!/bin/sh
# Stands in for amixer: remembers the level in a file beside it.
level="$(dirname "$0")/level"
[ "$3" = sset ] && echo "${5%\\%}" > "$level"
echo "Simple mixer control '$4',0"
echo "  Front Left: Playback 41231 [$(cat "$level")%] [-9.61dB] [on]"
"""


def jitter() -> Iterator[float]:
    while True:
        yield 0.0


def settle(worker: DeviceWorker, wanted: object, limit_s: float = 5.0) -> list[object]:
    clock = SystemClock()
    start, events = clock.monotonic(), []
    while wanted not in events and clock.monotonic() - start < limit_s:
        number = worker.fileno()
        select.select([number] if number is not None else [], [], [], 0.02)
        events += worker.step(clock.monotonic())
    return events


def test_the_newest_wish_wins_and_is_confirmed() -> None:
    bench = Rig(volume(), KnobSimulator())
    bench.begin()
    assert bench.run(0.1) == [DeviceCondition(DeviceState.READY), Level(40)]
    bench.protocol.tell(SetLevel(70), bench.now)
    bench.protocol.tell(SetLevel(30), bench.now)
    assert bench.run(0.1) == [DeviceCondition(DeviceState.READY), Level(30)]
    assert bench.simulator.level == 30


def test_a_screen_never_goes_dark_and_nothing_goes_past_its_ends() -> None:
    bench = Rig(brightness(0), KnobSimulator())
    bench.begin()
    assert Level(LEAST_BRIGHTNESS) in bench.run(0.1)
    bench.protocol.tell(SetLevel(900), bench.now)
    assert Level(100) in bench.run(0.1)


def test_a_mixer_that_does_not_answer_is_given_up() -> None:
    level_control = LevelControl(50)
    level_control.begin(0.0)
    level_control.outgoing()
    assert level_control.elapsed(1.9) == []
    assert level_control.elapsed(2.0) == [ProtocolBroken("no-answer")]


def test_amixer_is_run_once_per_change_and_believed_when_it_reads_back(tmp_path: Path) -> None:
    program = tmp_path / "amixer"
    program.write_text(AMIXER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "level").write_text("20")
    worker = DeviceWorker(
        "audio", volume(), lambda: open_volume("default", "Master", [str(program)]), jitter()
    )
    try:
        assert Level(20) in settle(worker, Level(20))
        worker.protocol.tell(SetLevel(65), SystemClock().monotonic())
        assert Level(65) in settle(worker, Level(65))
        assert (tmp_path / "level").read_text().strip() == "65"
    finally:
        worker.close(0.0)


def test_a_hanging_mixer_is_killed_within_its_deadline(tmp_path: Path) -> None:
    program = tmp_path / "amixer"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    opened = []

    def open_line() -> object:
        opened.append(open_volume("default", "Master", [str(program)]))
        return opened[-1]

    worker = DeviceWorker("audio", volume(), open_line, jitter(), RestartPolicy())
    assert DeviceCondition(DeviceState.PROBING) in worker.step(10.0)
    child = opened[0]._child
    assert child.poll() is None
    assert DeviceCondition(DeviceState.LOST, "no-answer") in worker.step(12.1)
    assert child.poll() is not None


def test_a_missing_program_and_a_strange_name_are_told() -> None:
    line = open_volume("default", "Master", ["/nonexistent/amixer"])
    with pytest.raises(ProgramMissing):
        line.write(b"?\n")
    line.close()
    with pytest.raises(BadDeviceUrl):
        open_volume("default; rm -rf /", "Master")


def test_the_backlight_is_scaled_and_read_back(tmp_path: Path) -> None:
    (tmp_path / "max_brightness").write_text("255\n")
    (tmp_path / "brightness").write_text("255\n")
    line = BacklightLine(str(tmp_path))
    line.write(b"?\n")
    assert line.read() == b"100%\n"
    line.write(b"50\n")
    assert line.read() == b"50%\n"
    assert (tmp_path / "brightness").read_text() == "128\n"
    line.close()
    with pytest.raises(DeviceLost):
        BacklightLine(str(tmp_path / "gone"))
    (tmp_path / "max_brightness").write_text("0\n")
    with pytest.raises(DeviceLost):
        BacklightLine(str(tmp_path))
