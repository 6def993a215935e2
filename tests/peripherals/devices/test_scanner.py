"""Serial scanners: framing, prefixes, cuts, and nothing kept of what was read."""

from __future__ import annotations

import pytest

from peripherals.devices.scanner import (
    Framing,
    Scan,
    ScanRefusal,
    ScanRefused,
    SerialScanner,
    Symbology,
    masked,
)
from peripherals.line_protocol import DeviceCondition, DeviceEvent
from peripherals.simulators.scanner import ScannerSimulator
from peripherals.status import Cause, DeviceState
from tests.peripherals.printing.bench import Rig, buffers


def told(scanner: SerialScanner, *chunks: bytes, quiet: float = 1.0) -> list[object]:
    scanner.begin(0.0)
    events: list[object] = []
    now = 0.0
    for chunk in chunks:
        events += scanner.received(chunk, now)
        now += 0.01
    return events + list(scanner.elapsed(now + quiet))


@pytest.mark.parametrize(
    ("framing", "sent", "expected"),
    [
        (Framing(), b"A101\r", [Scan(Symbology.UNTOLD, b"A101")]),
        (Framing(), b"A101\r\n", [Scan(Symbology.UNTOLD, b"A101")]),
        (
            Framing(),
            b"A101\r\nA102\r\n",
            [Scan(Symbology.UNTOLD, b"A101"), Scan(Symbology.UNTOLD, b"A102")],
        ),
        (Framing(suffix=b"\r\n"), b"A\rB\r\n", [Scan(Symbology.UNTOLD, b"A\rB")]),
        (Framing(suffix=b""), b"A101", [Scan(Symbology.UNTOLD, b"A101")]),
        (Framing(aim=True), b"]Q3A101\r", [Scan(Symbology.QR, b"A101")]),
        (Framing(aim=True), b"]L2A101\r", [Scan(Symbology.PDF417, b"A101")]),
        (Framing(aim=True), b"]G0A101\r", [Scan(Symbology.OTHER, b"A101")]),
        (Framing(aim=True), b"A101\r", [ScanRefused(ScanRefusal.NO_PREFIX)]),
        (Framing(aim=True), b"]Q3\r", [ScanRefused(ScanRefusal.EMPTY)]),
        (Framing(), b"]C1A101\r", [Scan(Symbology.CODE128, b"A101")]),  # sent all the same
        (Framing(), b"]Q3A101\r\n", [Scan(Symbology.QR, b"A101")]),
        (Framing(), b"]C1\r", [ScanRefused(ScanRefusal.EMPTY)]),
        (Framing(), b"]-1A101\r", [Scan(Symbology.UNTOLD, b"]-1A101")]),  # no identifier
        (Framing(), b"A101\n", [ScanRefused(ScanRefusal.OTHER_SUFFIX)]),
        (Framing(), b"A101\t", [ScanRefused(ScanRefusal.OTHER_SUFFIX)]),
        (Framing(suffix=b"\t"), b"A101\t", [Scan(Symbology.UNTOLD, b"A101")]),
        (Framing(suffix=b"\n"), b"A101\r\n", [Scan(Symbology.UNTOLD, b"A101\r")]),
        (Framing(), b"\r\r\n", []),
        (Framing(), b"A10", [ScanRefused(ScanRefusal.CUT)]),
        (Framing(bytes_max=4), b"12345\r", [ScanRefused(ScanRefusal.TOO_LONG)]),
        (
            Framing(bytes_max=4),
            b"1234567890\r1234\r",
            [ScanRefused(ScanRefusal.TOO_LONG), Scan(Symbology.UNTOLD, b"1234")],
        ),
        (
            Framing(suffix=b"\r\n", bytes_max=4),
            b"123456789\r\n",
            [ScanRefused(ScanRefusal.TOO_LONG)],
        ),
    ],
)
def test_a_scan_ends_at_its_suffix_or_not_at_all(
    framing: Framing, sent: bytes, expected: list[object]
) -> None:
    assert told(SerialScanner(framing), sent) == expected
    assert told(SerialScanner(framing), *(bytes((b,)) for b in sent)) == expected


def test_half_a_code_is_dropped_before_the_next_one_comes() -> None:
    bench = Rig(SerialScanner(), ScannerSimulator())
    bench.begin()
    bench.simulator.cut("HALF", bench.now)
    first = bench.run(1.0)
    bench.simulator.scan("WHOLE", bench.now)
    assert first == [ScanRefused(ScanRefusal.CUT)]
    assert bench.run(1.0) == [Scan(Symbology.UNTOLD, b"WHOLE")]


def test_a_pulled_cable_tells_of_the_cut_and_keeps_nothing() -> None:
    scanner = SerialScanner()
    scanner.begin(0.0)
    scanner.received(b"ID 012345678", 0.0)
    assert scanner.ended(0.1) == [ScanRefused(ScanRefusal.CUT)]
    assert sum(buffer.traces() for buffer in buffers(scanner)) == 0


def test_what_was_read_is_in_no_repr_and_no_buffer() -> None:
    scanner = SerialScanner(Framing(aim=True))
    events = told(scanner, b"]Q3SECRET-42\r")
    assert "SECRET" not in repr(events)
    assert "SECRET" not in repr(scanner.__dict__)
    assert sum(buffer.traces() for buffer in buffers(scanner)) == 0


def test_noise_of_a_wrong_speed_never_becomes_a_scan_with_a_prefix() -> None:
    for seed in range(20):
        bench = Rig(SerialScanner(Framing(aim=True)), ScannerSimulator(seed=seed))
        bench.begin()
        bench.simulator.noise(500, bench.now)
        assert not [event for event in bench.run(2.0) if isinstance(event, Scan)]


def test_codes_that_keep_being_refused_are_told_once_and_a_good_one_ends_it() -> None:
    scanner = SerialScanner(Framing(aim=True))
    unread, ready = (
        DeviceCondition(DeviceState.LOW, "scanner-unread"),
        DeviceCondition(DeviceState.READY),
    )
    events = told(scanner, *[b"no prefix\r"] * 5, b"]Q1good\r", b"]Q1good\r")
    assert [event for event in events if isinstance(event, DeviceCondition)] == [unread, ready]
    assert events.index(unread) == 3
    assert told(scanner, b"x\r", b"x\r", b"cut") == [
        ScanRefused(ScanRefusal.NO_PREFIX),
        ScanRefused(ScanRefusal.NO_PREFIX),
        ScanRefused(ScanRefusal.CUT),
    ]


def test_the_echo_for_technicians_shows_the_shape_only() -> None:
    assert masked(Scan(Symbology.QR, b"A101")) == "qr, 4 characters, shape A999"
    long = masked(Scan(Symbology.UNTOLD, b"WANJIRU GRACE 012345678"))
    assert long == "untold, 23 characters, shape AAA…17 more…999"
    assert "WANJIRU" not in long


def test_a_binary_code_has_no_text() -> None:
    assert Scan(Symbology.QR, b"\xff\xfe").text() is None
    assert Scan(Symbology.QR, "ĩ".encode()).text() == "ĩ"


def parts(*timed: tuple[float, bytes]) -> list[DeviceEvent]:
    scanner = SerialScanner()
    scanner.begin(0.0)
    events: list[DeviceEvent] = []
    for at, chunk in timed:
        events += scanner.received(chunk, at)
    return events + scanner.elapsed(timed[-1][0] + 5)


CUT = ScanRefused(ScanRefusal.CUT)


@pytest.mark.parametrize(
    ("timed", "heard"),
    [
        ([(0.0, b"29384"), (0.3, b"756\r")], [CUT]),  # a pause inside the code
        ([(0.0, b"29384"), (0.48, b"756\r")], [CUT]),  # the service was held up
        ([(0.0, b"29384"), (0.3, b"7"), (0.7, b"56\r")], [CUT]),
        ([(0.0, b"29384"), (0.3, b"756\r12345678\r")], [CUT, Scan(Symbology.UNTOLD, b"12345678")]),
        ([(0.0, b"29384"), (2.0, b"12345678\r")], [CUT, Scan(Symbology.UNTOLD, b"12345678")]),
    ],
)
def test_the_rear_part_of_a_code_is_never_a_code(
    timed: list[tuple[float, bytes]], heard: list[DeviceEvent]
) -> None:
    assert parts(*timed) == heard


def test_a_visit_that_ends_inside_a_scan_leaves_no_tail_to_the_next() -> None:
    scanner = SerialScanner()
    scanner.begin(0.0)
    scanner.received(b"29384", 0.0)
    scanner.wipe()
    assert scanner.received(b"756\r", 0.2) == []
    assert scanner.received(b"12345678\r", 3.0) == [Scan(Symbology.UNTOLD, b"12345678")]


@pytest.mark.parametrize("end", [b"\n", b"\t"])
def test_staff_are_told_of_a_scanner_that_ends_its_codes_otherwise(end: bytes) -> None:
    scanner, events, now = SerialScanner(), [], 0.0
    scanner.begin(now)
    for _ in range(3):
        events += scanner.received(b"A101" + end, now)
        now += 5.0
        events += scanner.elapsed(now)
    assert DeviceCondition(DeviceState.LOW, Cause.SCANNER_UNREAD) in events
    assert not any(isinstance(each, Scan) for each in events)
