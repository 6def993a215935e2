"""The worker's deadlines and restarts, in virtual time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peripherals.device_loop.worker import DeviceWorker, RestartPolicy
from peripherals.devices.scanner import ScanRefusal, ScanRefused, SerialScanner
from peripherals.devices.ups import Nut
from peripherals.faults import DeviceBusy, DeviceLost, NotAllowed, ProgramMissing
from peripherals.line_protocol import DeviceCondition
from peripherals.sms.modem import Modem
from peripherals.status import DeviceState


class FakeLine:
    """A line in memory: `takes` bytes per write, then what `arrives`; None is the end."""

    def __init__(self, takes: int = 1_000, arrives: list[bytes | None] | None = None) -> None:
        self.takes = takes
        self.arrives = arrives if arrives is not None else []
        self.written = b""
        self.closed = False

    def fileno(self) -> int:
        return 0

    def read(self) -> bytes:
        chunk = self.arrives.pop(0) if self.arrives else b""
        if chunk is None:
            raise DeviceLost("gone")
        return chunk

    def write(self, chunk: bytes) -> int:
        taken = min(self.takes, len(chunk))
        self.takes -= taken
        self.written += chunk[:taken]
        return taken

    def close(self) -> None:
        self.closed = True


def jitter() -> Iterator[float]:
    while True:
        yield 0.5


def test_a_device_that_takes_no_bytes_is_closed_at_its_deadline() -> None:
    line = FakeLine(takes=5)
    worker = DeviceWorker("ups", Nut("ups"), lambda: line, jitter())
    worker.step(10.0)
    assert line.written == b"GET V"
    assert worker.wants_to_write
    assert worker.wakes_at() == 12.0
    assert worker.step(11.9) == []
    assert DeviceCondition(DeviceState.LOST, "no-answer") in worker.step(12.0)
    assert line.closed
    assert worker.fileno() is None


def test_restarts_back_off_then_turn_to_fault_and_an_operator_forgives() -> None:
    opened: list[float] = []
    now = 0.0

    def open_line() -> FakeLine:
        opened.append(now)
        return FakeLine(arrives=[None])

    worker = DeviceWorker("scanner", SerialScanner(), open_line, jitter())
    while now < 100:
        worker.step(now)
        wakes = worker.wakes_at()
        assert wakes is not None
        now = max(wakes, now)
    pauses = [b - a for a, b in itertools.pairwise(opened)]
    assert pauses[0] == pytest.approx(0.2 * 0.9)
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(pauses))
    assert pauses[7] == pytest.approx(5.0 * 0.9)
    assert pauses[8] == pytest.approx(60 * 1.125)
    assert (worker.state, worker.cause) == (DeviceState.FAULT, "keeps-failing")
    tries = len(opened)
    worker.restart(now)
    worker.step(now)
    assert len(opened) == tries + 1
    assert worker.state is DeviceState.LOST


def test_thirty_good_seconds_forgive_earlier_failures() -> None:
    lines = [FakeLine(arrives=[None]), FakeLine(arrives=[None]), FakeLine()]
    worker = DeviceWorker("scanner", SerialScanner(), lambda: lines.pop(0), jitter())
    worker.step(0.0)
    worker.step(1.0)
    worker.step(2.0)
    assert worker._tries == 2
    worker.step(31.0)
    assert worker._tries == 2
    worker.step(33.0)
    assert worker._tries == 0


@given(tries=st.integers(0, 10_000), shake=st.floats(0, 1))
def test_a_pause_is_never_shorter_than_the_first_nor_longer_than_the_fault(
    tries: int, shake: float
) -> None:
    policy = RestartPolicy()
    assert 0.16 <= policy.delay_s(tries, shake) <= 75.0
    if tries < policy.tries_max:
        assert policy.delay_s(tries, shake) <= 5.0


@pytest.mark.parametrize(
    ("fault", "state", "cause"),
    [
        (DeviceLost("x"), DeviceState.ABSENT, "not-plugged"),
        (DeviceBusy("x"), DeviceState.FAULT, "in-use"),
        (NotAllowed("x"), DeviceState.FAULT, "not-allowed"),
        (ProgramMissing("x"), DeviceState.FAULT, "missing-program"),
    ],
)
def test_why_it_does_not_open_is_told(fault: Exception, state: DeviceState, cause: str) -> None:
    def open_line() -> FakeLine:
        raise fault

    worker = DeviceWorker("scanner", SerialScanner(), open_line, jitter())
    assert worker.step(0.0) == [DeviceCondition(state, cause)]


def test_bytes_before_the_end_are_heard_and_the_cut_is_told() -> None:
    worker = DeviceWorker(
        "scanner", SerialScanner(), lambda: FakeLine(arrives=[b"A1\rHALF", None]), jitter()
    )
    events = worker.step(0.0)
    assert [type(event).__name__ for event in events] == [
        "DeviceCondition", "DeviceCondition", "Scan", "ScanRefused", "DeviceCondition",
    ]  # fmt: skip
    assert events[3] == ScanRefused(ScanRefusal.CUT)


def test_a_device_that_chatters_without_end_gives_the_others_their_turn() -> None:
    line = FakeLine(arrives=[b"A\r"] * 1_000)
    worker = DeviceWorker("scanner", SerialScanner(), lambda: line, jitter())
    worker.step(0.0)
    assert len(line.arrives) == 1_000 - 8


def test_a_refused_device_is_not_tried_until_it_is_allowed() -> None:
    worker = DeviceWorker("sms", Modem(), FakeLine, jitter())
    worker.step(0.0)
    worker.refuse("wrong-model", 1.0)
    assert (worker.state, worker.wakes_at()) == (DeviceState.DISABLED, None)
    assert worker.step(100.0) == []
    worker.restart(101.0)
    assert worker.step(101.0)[0] == DeviceCondition(DeviceState.PROBING)
