"""Cards: events, questions with a deadline, a child that hangs, and a virtual PC/SC reader."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from peripherals.device_loop.worker import DeviceWorker, RestartPolicy
from peripherals.devices.cards import CardCommand, CardIn, CardOut, CardReader, CardResponse
from peripherals.drivers.pcsc_card import open_reader
from peripherals.drivers.subprocess_line import SubprocessLine
from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.simulators.card import CardSimulator
from peripherals.status import DeviceState
from provisioning.clock import SystemClock
from tests.peripherals.printing.bench import Rig

ATR = "3b8f8001804f0ca000000306030001000000006a"


def reader() -> Rig:
    bench = Rig(CardReader(), CardSimulator())
    bench.begin()
    bench.run(1.5)
    return bench


def test_a_card_comes_and_goes() -> None:
    bench = reader()
    bench.simulator.order(["in"], bench.now)
    here = [event for event in bench.run(0.5) if isinstance(event, CardIn)]
    assert here == [CardIn(bytes.fromhex(ATR), bytes.fromhex("04a1b2c3d4e5f6"))]
    assert "a1b2" not in repr(here)
    bench.simulator.order(["out"], bench.now)
    assert CardOut() in bench.run(0.5)


def test_a_question_is_answered_or_given_up_and_a_late_answer_is_nobodys() -> None:
    bench = reader()
    bench.simulator.order(["in"], bench.now)
    bench.run(0.1)
    bench.protocol.tell(CardCommand(1, bytes.fromhex("00a4040000")), bench.now)
    assert bench.run(0.5) == [CardResponse(1, b"\x90\x00")]
    bench.simulator.hanging = True
    bench.protocol.tell(CardCommand(2, b"\x00\xa4\x04\x00\x00"), bench.now)
    assert CardResponse(2, None) in bench.run(4.0)
    assert bench.protocol.received(b'{"answer":2,"apdu":"9000"}\n', bench.now) == []


def test_no_beat_for_five_seconds_ends_the_child_and_the_card_is_gone() -> None:
    bench = reader()
    bench.simulator.order(["in"], bench.now)
    bench.run(0.1)
    bench.simulator.order(["hang"], bench.now)
    assert ProtocolBroken("no-answer") in bench.run(6.5, step_s=0.05)
    assert bench.protocol.ended(bench.now) == [CardOut()]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b'{"reader":null}\n', DeviceCondition(DeviceState.ABSENT, "no-reader")),
        (b'{"service":false}\n', DeviceCondition(DeviceState.FAULT, "card-service")),
        (b'{"mute":true}\n', DeviceCondition(DeviceState.LOW, "card-mute")),
    ],
)
def test_what_is_wrong_has_a_cause(said: bytes, expected: DeviceCondition) -> None:
    assert reader().protocol.received(said, 200.0) == [expected]


@pytest.mark.parametrize(
    "said",
    [
        b"[]\n",
        b"null\n",
        b'{"in":3}\n',
        b'{"in":{"atr":1}}\n',
        b'{"answer":[]}\n',
        b"{{{\n",
        b"[" * 3_000 + b"\n",
        b'{"in":' * 600 + b"\n",
    ],
)
def test_a_child_gone_mad_does_no_harm(said: bytes) -> None:
    assert reader().protocol.received(said, 200.0) == []


def drive(
    worker: DeviceWorker, done: Callable[[list[object]], bool], limit_s: float
) -> list[object]:
    import select

    clock = SystemClock()
    start, events = clock.monotonic(), []
    while clock.monotonic() - start < limit_s:
        number = worker.fileno()
        select.select([number] if number is not None else [], [], [], 0.02)
        events += worker.step(clock.monotonic())
        if done(events):
            break
    return events


QUICK = RestartPolicy(first_s=0.01, last_s=0.05)


def jitter() -> Iterator[float]:
    while True:
        yield 0.0


def test_a_real_child_is_killed_when_it_dies_or_hangs_and_a_fresh_one_serves(
    tmp_path: Path,
) -> None:
    fifo = tmp_path / "orders"
    os.mkfifo(fifo)
    orders = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    argv = [sys.executable, "-m", "peripherals.simulators.card", str(fifo)]
    lines: list[SubprocessLine] = []

    def opened() -> SubprocessLine:
        lines.append(SubprocessLine(argv))
        return lines[-1]

    worker = DeviceWorker("card", CardReader(), opened, jitter(), QUICK)
    try:
        ready = DeviceCondition(DeviceState.READY)
        assert ready in drive(worker, lambda seen: ready in seen, 10)
        os.write(orders, b"in\n")
        seen = drive(worker, lambda seen: any(isinstance(e, CardIn) for e in seen), 10)
        assert any(isinstance(event, CardIn) for event in seen)
        os.write(orders, b"die\n")
        seen = drive(worker, lambda seen: ready in seen, 10)
        assert CardOut() in seen
        assert DeviceCondition(DeviceState.LOST, "broke-off") in seen
        assert seen[-1] == ready
        assert len(lines) == 2
    finally:
        worker.close(0.0)
        os.close(orders)
    assert all(line._child.poll() is not None for line in lines)


class VirtualCard:
    """A card for vpcd, the virtual reader of vsmartcard: length-prefixed APDUs over TCP."""

    def __init__(self) -> None:
        self._pending = b""
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", 35963), timeout=2)
        connection.setblocking(False)
        return connection

    def serve(self) -> None:
        try:
            chunk = self._socket.recv(4_096)
        except BlockingIOError:
            return
        if not chunk:  # vpcd lets go of a card that its reader never asked for
            self._socket.close()
            self._socket, self._pending = self._connect(), b""
        self._pending += chunk
        while len(self._pending) >= 2:
            length = struct.unpack(">H", self._pending[:2])[0]
            asked, rest = self._pending[2 : 2 + length], self._pending[2 + length :]
            if len(asked) < length:
                return
            self._pending = rest
            if asked == b"\x04":
                self._answer(bytes.fromhex(ATR))
            elif length > 1:
                self._answer(
                    b"\x04\x11\x22\x33\x90\x00" if asked[:2] == b"\xff\xca" else b"\x90\x00"
                )

    def _answer(self, octets: bytes) -> None:
        self._socket.send(struct.pack(">H", len(octets)) + octets)

    def close(self) -> None:
        self._socket.close()


def _virtual_reader_runs() -> bool:
    if not Path("/run/pcscd/pcscd.comm").exists() or not shutil.which("pcscd"):
        return False
    try:
        socket.create_connection(("127.0.0.1", 35963), timeout=0.3).close()
    except OSError:
        return False
    return True


@pytest.mark.prove
@pytest.mark.skipif(not _virtual_reader_runs(), reason="needs pcscd with vpcd running")
def test_pyscard_reads_a_card_in_the_virtual_reader() -> None:
    worker = DeviceWorker(
        "card", CardReader(), lambda: open_reader("Virtual PCD 00 00"), jitter(), QUICK
    )
    card = VirtualCard()

    def done(seen: list[object]) -> bool:
        card.serve()
        return any(isinstance(event, CardIn) for event in seen)

    try:
        seen = drive(worker, done, 15)
        assert CardIn(bytes.fromhex(ATR), b"\x04\x11\x22\x33") in seen
        card.close()
        assert CardOut() in drive(worker, lambda seen: CardOut() in seen, 10)
    finally:
        worker.close(0.0)
        card.close()
