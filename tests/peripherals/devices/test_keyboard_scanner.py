"""HID scanners (acceptance scenario 22): exact text, cut scans dropped, grabbed or not opened."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import evdev.ecodes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peripherals.devices.keyboard_scanner import EVENT, KEYS, HidScanner
from peripherals.devices.scanner import Framing, Scan, ScanRefusal, ScanRefused, Symbology
from peripherals.drivers.device_file import HidLine
from peripherals.faults import DeviceFault
from peripherals.simulators.hid import HidSimulator
from tests.peripherals.printing.bench import Rig, buffers

TYPEABLE = sorted({c for pair in KEYS.values() for c in pair} - {"\t"})
LONG = ("IDKEN2345678901<<" + "".join(TYPEABLE) * 4)[:300]


def press(code: int, value: int = 1) -> bytes:
    return EVENT.pack(0, 0, 1, code, value)


def tap(code: int) -> bytes:
    return press(code) + press(code, 0)


def test_300_characters_with_shift_at_2_ms_arrive_exactly_and_the_cut_one_never() -> None:
    assert len(LONG) == 300
    assert "<" in LONG
    bench = Rig(HidScanner(), HidSimulator(0.002))
    bench.begin()
    bench.simulator.scan(LONG, bench.now)
    events = bench.run(1.5, step_s=0.001)
    assert events == [Scan(Symbology.UNTOLD, LONG.encode())]
    bench.simulator.cut("PARTIAL<1", bench.now)
    assert bench.run(1.0) == [ScanRefused(ScanRefusal.CUT)]
    bench.simulator.scan("NEXT", bench.now)
    assert bench.run(1.0) == [Scan(Symbology.UNTOLD, b"NEXT")]


def test_an_unplug_in_the_middle_ends_the_scan_at_once() -> None:
    scanner = HidScanner()
    scanner.begin(0.0)
    scanner.received(press(42) + tap(30) + tap(31)[:11], 0.0)
    assert scanner.ended(0.01) == [ScanRefused(ScanRefusal.CUT)]
    assert sum(buffer.traces() for buffer in buffers(scanner)) == 0
    scanner.begin(1.0)  # the Shift that was down when the cable went is not down now
    assert scanner.received(tap(30) + tap(28), 1.0) == [Scan(Symbology.UNTOLD, b"a")]


def test_caps_lock_shifts_letters_only_and_shift_turns_it_back() -> None:
    scanner = HidScanner()
    scanner.begin(0.0)
    octets = tap(58) + tap(30) + tap(2) + press(54) + tap(30) + tap(2) + press(54, 0) + tap(96)
    assert scanner.received(octets, 0.0) == [Scan(Symbology.UNTOLD, b"A1a!")]


def test_events_the_kernel_dropped_refuse_the_scan_instead_of_leaving_a_hole() -> None:
    bench = Rig(HidScanner(), HidSimulator())
    bench.begin()
    bench.simulator.cut("123", bench.now)
    bench.simulator.drop(bench.now)
    bench.simulator.scan("456", bench.now)
    assert bench.run(1.0) == [ScanRefused(ScanRefusal.LOST_KEYS)]


@pytest.mark.parametrize("code", [29, 59, 103, 125])
def test_a_key_no_us_layout_types_refuses_the_scan(code: int) -> None:
    scanner = HidScanner()
    scanner.begin(0.0)
    assert scanner.received(tap(30) + tap(code) + tap(28), 0.0) == [
        ScanRefused(ScanRefusal.ODD_KEY)
    ]


def test_too_long_is_refused_whole() -> None:
    scanner = HidScanner(Framing(bytes_max=3))
    scanner.begin(0.0)
    assert scanner.received(tap(30) * 4 + tap(28), 0.0) == [ScanRefused(ScanRefusal.TOO_LONG)]


def test_the_key_table_is_the_kernels() -> None:
    names = {
        "KEY_A": "aA", "KEY_Z": "zZ", "KEY_1": "1!", "KEY_0": "0)", "KEY_COMMA": ",<",
        "KEY_DOT": ".>", "KEY_SLASH": "/?", "KEY_MINUS": "-_", "KEY_EQUAL": "=+",
        "KEY_LEFTBRACE": "[{", "KEY_RIGHTBRACE": "]}", "KEY_SEMICOLON": ";:",
        "KEY_APOSTROPHE": "'\"", "KEY_GRAVE": "`~", "KEY_BACKSLASH": "\\|", "KEY_SPACE": "  ",
        "KEY_KP7": "77", "KEY_KP0": "00", "KEY_KPDOT": "..", "KEY_KPSLASH": "//",
        "KEY_KPASTERISK": "**", "KEY_KPPLUS": "++", "KEY_KPMINUS": "--", "KEY_102ND": "<>",
    }  # fmt: skip
    for name, pair in names.items():
        assert "".join(KEYS[getattr(evdev.ecodes, name)]) == pair, name
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert KEYS[getattr(evdev.ecodes, f"KEY_{letter}")] == (letter.lower(), letter)
    assert struct.calcsize("llHHi") == EVENT.size == 24


@settings(max_examples=50, deadline=None)
@given(text=st.text(alphabet=TYPEABLE, min_size=1, max_size=40), cut=st.integers(1, 60))
def test_whatever_is_typed_is_read_back_however_the_stream_is_cut(text: str, cut: int) -> None:
    simulator, scanner = HidSimulator(), HidScanner()
    simulator.scan(text, 0.0)
    stream = simulator.due(10.0)
    scanner.begin(0.0)
    events: list[object] = []
    for start in range(0, len(stream), cut):
        events += scanner.received(stream[start : start + cut], 0.0)
    assert events == [Scan(Symbology.UNTOLD, text.encode())]


def test_a_device_that_cannot_be_grabbed_is_not_opened_at_all(tmp_path: Path) -> None:
    fifo = tmp_path / "events"
    os.mkfifo(fifo)
    with pytest.raises(DeviceFault):
        HidLine(str(fifo))
    line = HidLine(str(fifo), grab=False)
    line.close()


def test_the_rear_part_of_a_typed_code_is_never_a_code() -> None:
    scanner = HidScanner()
    scanner.begin(0.0)
    assert scanner.received(tap(2) + tap(3), 0.0) == []
    assert scanner.received(tap(4) + tap(28), 0.3) == [ScanRefused(ScanRefusal.CUT)]
    assert scanner.received(tap(5) + tap(28), 0.5) == [Scan(Symbology.UNTOLD, b"4")]
