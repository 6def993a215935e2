"""What every line promises on a real descriptor: never blocks, breaks with one fault, closes."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from peripherals.drivers.backlight import BacklightLine
from peripherals.drivers.descriptor import DescriptorLine, DeviceLine, must_exist
from peripherals.drivers.device_file import HidLine
from peripherals.drivers.gpiozero_io import GpioLine
from peripherals.drivers.serial_line import SerialLine
from peripherals.drivers.subprocess_line import CommandLine, SubprocessLine
from peripherals.drivers.tcp_socket import TcpLine
from peripherals.faults import BadDeviceUrl, DeviceBusy, DeviceFault, DeviceLost
from provisioning.clock import SystemClock

LIMIT_S = 0.3
ECHO = [sys.executable, "-u", "-c", "import sys\nfor line in sys.stdin: print(line, end='')"]


@dataclass
class Case:
    """A line, how its device speaks, and how its device goes away."""

    line: DeviceLine
    speak: Callable[[], Any]
    vanish: Callable[[], Any] | None


def pipe_case(folder: Path) -> Case:
    reading, writing = os.pipe()
    return Case(
        DescriptorLine(reading, "pipe"),
        lambda: os.write(writing, b"hello"),
        lambda: os.close(writing),
    )


def pty_case(folder: Path) -> Case:
    host, device = os.openpty()
    line = SerialLine(os.ttyname(device), 9600)
    os.close(device)
    return Case(line, lambda: os.write(host, b"hello"), lambda: os.close(host))


def hid_case(folder: Path) -> Case:
    fifo = folder / "events"
    os.mkfifo(fifo)
    writing = os.open(fifo, os.O_RDWR)
    line = HidLine(str(fifo), grab=False)
    return Case(line, lambda: os.write(writing, b"hello"), lambda: os.close(writing))


def tcp_case(folder: Path) -> Case:
    listener = socket.create_server(("127.0.0.1", 0))
    line = TcpLine("localhost", listener.getsockname()[1])
    peer, _ = listener.accept()
    listener.close()
    return Case(line, lambda: peer.send(b"hello"), peer.close)


def child_case(folder: Path) -> Case:
    line = SubprocessLine(ECHO)
    return Case(line, lambda: line.write(b"hello\n"), line._child.kill)


def command_case(folder: Path) -> Case:
    line = CommandLine(lambda word: ["/bin/echo", word])
    return Case(line, lambda: line.write(b"hello\n"), None)


def backlight_case(folder: Path) -> Case:
    (folder / "max_brightness").write_text("10")
    (folder / "brightness").write_text("5")
    line = BacklightLine(str(folder))
    return Case(line, lambda: line.write(b"?\n"), None)


def gpio_case(folder: Path) -> Case:
    factory = MockFactory()
    line = GpioLine(17, 27, factory)
    return Case(line, lambda: factory.pin(17).drive_low(), None)


CASES = [
    pipe_case, pty_case, hid_case, tcp_case, child_case, command_case, backlight_case, gpio_case,
]  # fmt: skip


VANISHING = [pipe_case, pty_case, hid_case, tcp_case, child_case]
"""The others end only when we close them."""


@pytest.fixture(params=CASES, ids=lambda case: case.__name__)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    made = request.param(tmp_path)
    yield made
    made.line.close()
    if made.vanish is not None:
        with contextlib.suppress(OSError):
            made.vanish()


def use(line: DeviceLine) -> None:
    """Write and read for a second, or until it breaks."""
    for _ in range(100):
        line.write(b"x")
        line.read()
        select.select([], [], [], 0.01)


def heard(line: DeviceLine, limit_s: float = 5.0) -> bytes:
    clock = SystemClock()
    start = clock.monotonic()
    while not (chunk := line.read()):
        assert clock.monotonic() - start < limit_s
        select.select([line], [], [], 0.05)
    return chunk


def test_silence_is_empty_and_takes_no_time(case: Case) -> None:
    clock = SystemClock()
    start = clock.monotonic()
    for _ in range(100):
        assert case.line.read() == b""
    assert clock.monotonic() - start < LIMIT_S


def test_what_the_device_says_is_read(case: Case) -> None:
    case.speak()
    assert heard(case.line)


@pytest.mark.parametrize("case", VANISHING, indirect=True, ids=lambda case: case.__name__)
def test_a_device_that_goes_away_is_lost_and_nothing_else(case: Case) -> None:
    assert case.vanish is not None
    case.vanish()
    case.vanish = None
    with pytest.raises(DeviceLost):
        use(case.line)


def test_closing_takes_no_time_and_may_be_done_twice(case: Case) -> None:
    clock = SystemClock()
    start = clock.monotonic()
    case.line.close()
    case.line.close()
    assert clock.monotonic() - start < LIMIT_S
    with pytest.raises(DeviceFault):
        case.line.read()


def test_more_than_the_device_takes_is_taken_in_part_and_never_waits(tmp_path: Path) -> None:
    host, device = os.openpty()
    line = SerialLine(os.ttyname(device), 115200)
    clock = SystemClock()
    start, sent = clock.monotonic(), 0
    for _ in range(200):
        sent += line.write(b"x" * 4_096)
    line.close()
    assert clock.monotonic() - start < 2.0
    assert 0 < sent < 200 * 4_096
    os.close(host)
    os.close(device)


def test_descriptors_and_children_are_all_given_back(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    for make in CASES:
        before = count()
        for turn in range(3):
            folder = tmp_path / f"{make.__name__}{turn}"
            folder.mkdir()
            made = make(folder)
            made.speak()
            made.line.close()
            if made.vanish is not None:
                made.vanish()
        assert count() == before, make.__name__


@pytest.mark.parametrize(
    ("open_line", "fault"),
    [
        (lambda: SerialLine("/dev/nonexistent", 9600), DeviceLost),
        (lambda: SerialLine("/dev/null", 9600), DeviceLost),
        (lambda: SerialLine("/dev/null", 1234), BadDeviceUrl),
        (lambda: HidLine("/dev/nonexistent"), DeviceLost),
        (lambda: TcpLine("gps.example", 1), BadDeviceUrl),
        (lambda: SubprocessLine(["/nonexistent/program"]), DeviceFault),
        (lambda: must_exist("/dev/nonexistent"), DeviceLost),
    ],
)
def test_what_cannot_be_opened_is_a_fault_with_a_sentence(
    open_line: Callable[[], Any], fault: type[DeviceFault]
) -> None:
    with pytest.raises(fault) as told:
        open_line()
    assert told.value.message.endswith(".")


def test_a_serial_line_has_one_owner() -> None:
    host, device = os.openpty()
    first = SerialLine(os.ttyname(device), 9600)
    with pytest.raises(DeviceBusy):
        SerialLine(os.ttyname(device), 9600)
    first.close()
    SerialLine(os.ttyname(device), 9600).close()
    os.close(host)
    os.close(device)


def test_a_refused_connection_is_lost_at_the_first_touch() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    line = TcpLine("127.0.0.1", port)
    with pytest.raises(DeviceLost):
        use(line)
    line.close()
