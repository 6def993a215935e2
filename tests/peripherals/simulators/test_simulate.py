"""Simulators run as programs: a pty, a port or a pipe, orders on stdin, a script of faults."""

from __future__ import annotations

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from peripherals.connection.hotplug import Plugged, PresentDevice
from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.devices.scanner import Scan, Symbology
from peripherals.faults import DeviceLost
from peripherals.line_protocol import DeviceCondition
from peripherals.service.tryout import NOTHING, test_gnss, test_mrz, test_scanner
from peripherals.simulators.control_socket import send
from peripherals.simulators.harness import read_script
from peripherals.simulators.hotplug import open_source
from provisioning.clock import SystemClock
from provisioning.ids import SeededIds

# pytest would take the trials themselves for tests.
try_scanner, try_gnss, try_mrz = test_scanner, test_gnss, test_mrz
del test_scanner, test_gnss, test_mrz

RUNNER = """
import argparse, importlib, sys
module = importlib.import_module(f"peripherals.simulators.{sys.argv[1]}")
parser = argparse.ArgumentParser()
module.add_arguments(parser)
sys.exit(module.run(parser.parse_args(sys.argv[2:])))
"""


@contextmanager
def simulator(kind: str, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address it prints, and its process."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUNNER, kind, *words, "--seconds", "20"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield child.stdout.readline().strip(), child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def order(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(line + "\n")
    child.stdin.flush()


def hear(url: str, child: subprocess.Popen[str], line: str, wanted: NamedEvent) -> list[NamedEvent]:
    """What was heard until `wanted` was, or ten seconds had passed; without the conditions."""
    clock = SystemClock()
    device_loop = DeviceLoop({wanted.name: url}, clock, SeededIds())
    start, heard, ordered = clock.monotonic(), [], False
    while wanted not in heard and clock.monotonic() - start < 10:
        heard += device_loop.turn(0.05)
        if not ordered and heard and device_loop.rows()[0].state.serves:
            order(child, line)
            ordered = True
    device_loop.close()
    return [each for each in heard if not isinstance(each.event, DeviceCondition)]


def test_a_scanner_on_a_pty(tmp_path: Path) -> None:
    with simulator("scanner", "--pty", str(tmp_path / "s"), "--aim") as (address, child):
        assert address == str(tmp_path / "s")
        url = f"scanner+serial:{address}?aim=yes"
        scan = NamedEvent("scanner", Scan(Symbology.QR, "Wanjirũ 7".encode()))
        assert hear(url, child, "scan 'Wanjirũ 7'", scan) == [scan]
        order(child, "quit")
        assert child.wait(5) == 0
    assert not (tmp_path / "s").exists()


def test_a_keyboard_scanner_on_a_pipe(tmp_path: Path) -> None:
    with simulator("hid", "--fifo", str(tmp_path / "h")) as (address, child):
        url = f"scanner+hid:{address}?grab=no"
        scan = NamedEvent("scanner", Scan(Symbology.UNTOLD, b"KEN<9"))
        assert hear(url, child, "scan KEN<9", scan) == [scan]


def test_a_fault_script_runs_at_its_times(tmp_path: Path) -> None:
    script = tmp_path / "faults"
    script.write_text(
        "# a scan after a silence longer than a cut scan's tail\n1.4 scan LATER\n0.1 noise 20\n"
    )
    assert read_script(script) == [(0.1, ["noise", "20"]), (1.4, ["scan", "LATER"])]
    with simulator("scanner", "--aim", "--faults", str(script)) as (address, _):
        said: list[str] = []
        url = f"scanner+serial:{address}?aim=yes"
        assert try_scanner(url, 2.6, said.append, SystemClock(), SeededIds()) == 0
    assert "qr, 5 characters, shape AAAAA" in said
    assert "LATER" not in " ".join(said)


def test_the_trial_of_a_receiver_shows_where_and_how_well() -> None:
    with simulator("gnss", "--tcp", "0") as (address, _):
        said: list[str] = []
        url = f"gnss+gpsd://{address}"
        assert try_gnss(url, 1.5, said.append, SystemClock(), SeededIds()) == 0
    assert "-1.28640, 36.81720, accuracy 6 m" in said


def test_a_trial_without_a_device_says_what_to_do() -> None:
    said: list[str] = []
    url = "mrz+serial:/dev/nonexistent0"
    assert try_mrz(url, 0.3, said.append, SystemClock(), SeededIds()) == NOTHING
    assert said[0].startswith("absent E21: Not plugged in.")


def test_a_swipe_is_told_without_a_name(tmp_path: Path) -> None:
    script = tmp_path / "faults"
    script.write_text("0.4 id\n")
    with simulator("mrz", "--faults", str(script)) as (address, _):
        said: list[str] = []
        assert try_mrz(f"mrz+serial:{address}", 2, said.append, SystemClock(), SeededIds()) == 0
    assert "IdCard read; to be confirmed: names, sex" in said
    assert "WANJIRU" not in " ".join(said)


@pytest.mark.parametrize("kind", ["gnss", "modem", "nut", "gpio", "hotplug"])
def test_the_others_start_and_take_orders(kind: str, tmp_path: Path) -> None:
    words = ["--fifo", str(tmp_path / "p")] if kind == "hotplug" else []
    with simulator(kind, *words, "--control", str(tmp_path / "c")) as (address, child):
        assert address
        assert send(tmp_path / "c", {"do": "quit"}) == {"ok": True, "said": ""}
        assert child.wait(5) == 0


def test_plugs_are_heard_through_a_fifo(tmp_path: Path) -> None:
    with simulator("hotplug", "--fifo", str(tmp_path / "plugs")) as (address, child):
        source = open_source(Path(address))
        order(child, "plug /dev/ttyACM9 tty 1-1.2 05e0:1200 S1")
        select.select([source], [], [], 5)
        assert source.read() == [
            Plugged(PresentDevice("/dev/ttyACM9", "tty", "1-1.2", "05e0:1200", "S1"))
        ]
        source.close()
    with pytest.raises(DeviceLost):
        open_source(tmp_path / "nothing")
