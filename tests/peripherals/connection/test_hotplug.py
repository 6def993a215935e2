"""Hot plug (acceptance scenario 21): roles follow their rule, and wrong devices are refused."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peripherals.connection.hotplug import (
    Match,
    MatchRefused,
    Plugged,
    PresentDevice,
    PresentDevices,
    Unplugged,
    resolve,
)
from peripherals.drivers.udev_hotplug import UdevSource, usb_port
from peripherals.simulators.hotplug import HotplugSimulator, PipeSource

TM_T20, CLONE = "04b8:0e15", "0416:5011"
FRONT = PresentDevice("/dev/usb/lp0", "usbmisc", "1-1.1", TM_T20, "A1")
BACK = PresentDevice("/dev/usb/lp1", "usbmisc", "1-1.2", TM_T20, "A2")


def through_a_pipe(
    simulator: HotplugSimulator, bench: PresentDevices, source: PipeSource, fd: int
) -> None:
    os.write(fd, simulator.due(0.0))
    for event in source.read():
        bench.take(event)


def test_two_identical_printers_swapped_between_ports_follow_the_rule() -> None:
    reading, writing = os.pipe()
    simulator, source = HotplugSimulator(), PipeSource(reading)
    simulator.plug(FRONT)
    simulator.plug(BACK)
    bench = PresentDevices(source.present())
    through_a_pipe(simulator, bench, source, writing)
    by_port = {"first": Match(port="1-1.1", model=TM_T20), "second": Match(port="1-1.2")}
    by_serial = {"first": Match(serial="A1"), "second": Match(serial="A2")}
    before = bench.roles(by_port)
    assert before == {"first": FRONT, "second": BACK}
    assert bench.roles(by_serial) == before

    simulator.swap(FRONT.node, BACK.node)
    through_a_pipe(simulator, bench, source, writing)
    after_port, after_serial = bench.roles(by_port), bench.roles(by_serial)
    first, second = after_port["first"], after_port["second"]
    assert isinstance(first, PresentDevice)
    assert isinstance(second, PresentDevice)
    assert (first.port, first.serial) == ("1-1.1", "A2"), "a role bound to a port stays there"
    assert (second.port, second.serial) == ("1-1.2", "A1")
    moved = after_serial["first"]
    assert isinstance(moved, PresentDevice)
    assert (moved.port, moved.serial) == ("1-1.2", "A1"), "a role bound to a serial moves along"
    source.close()
    os.close(writing)


@pytest.mark.parametrize(
    ("match", "present", "expected"),
    [
        (Match(port="1-1.1", model=CLONE), [FRONT, BACK], MatchRefused("wrong-model")),
        (Match(serial="A1", model=CLONE), [FRONT], MatchRefused("wrong-model")),
        (Match(port="9-9"), [FRONT, BACK], MatchRefused("not-plugged")),
        (Match(model=TM_T20), [FRONT, BACK], MatchRefused("two-alike")),
        (Match(model=TM_T20), [FRONT], FRONT),
        (Match(model=CLONE), [FRONT], MatchRefused("not-plugged")),
        (Match(port="1-1.1", subsystem="tty"), [FRONT], MatchRefused("not-plugged")),
        (Match(port="1-1.1"), [], MatchRefused("not-plugged")),
    ],
)
def test_one_device_fits_or_there_is_a_cause(
    match: Match, present: list[PresentDevice], expected: PresentDevice | MatchRefused
) -> None:
    assert resolve(match, present) == expected


def test_a_node_wanted_twice_goes_to_nobody() -> None:
    roles = PresentDevices([FRONT]).roles({"a": Match(port="1-1.1"), "b": Match(serial="A1")})
    assert set(roles.values()) == {MatchRefused("two-alike")}


def test_two_of_a_model_with_the_same_serial_number_are_told_apart_by_port_only() -> None:
    twin = PresentDevice("/dev/usb/lp1", "usbmisc", "1-1.2", TM_T20, "A1")
    assert resolve(Match(serial="A1"), [FRONT, twin]) == MatchRefused("two-alike")
    assert resolve(Match(serial="A1", port="1-1.2"), [FRONT, twin]) == twin


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
        max_size=40,
    )
)
def test_whatever_happens_a_role_never_gets_a_device_outside_its_rule(
    story: list[tuple[bool, int, int, int]],
) -> None:
    bench = PresentDevices()
    match = Match(port="1-1", model="m:1")
    for plug, node, port, model in story:
        device = PresentDevice(f"/dev/n{node}", "tty", f"1-{port}", f"m:{model}", "")
        bench.take(Plugged(device) if plug else Unplugged(device.node))
        found = bench.resolve(match)
        assert isinstance(found, MatchRefused) or (found.port, found.model) == ("1-1", "m:1")


@pytest.mark.parametrize(
    ("path", "port"),
    [
        ("/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/tty/ttyACM0", "1-1.2"),
        ("/devices/platform/scb/fd500000.pcie/usb1/1-1/1-1:1.0/usbmisc/lp0", "1-1"),
        ("/devices/platform/serial8250/tty/ttyS0", ""),
        ("/devices/usb3/3-4/3-4.1/3-4.1.4/3-4.1.4:1.2/0003:05E0.1/input/input7/event7", "3-4.1.4"),
    ],
)
def test_the_port_is_read_from_the_device_path(path: str, port: str) -> None:
    assert usb_port(path) == port


def test_udev_opens_here_and_is_silent_without_blocking() -> None:
    source = UdevSource()
    try:
        assert source.fileno() >= 0
        assert source.read() == []
        assert all(device.port for device in source.present())
    finally:
        source.close()
