"""Hot plug of printers (acceptance scenarios 7 and 21): events from an injected source."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from peripherals.connection.hotplug import Plugged, PresentDevice, Unplugged
from peripherals.faults import BadDeviceUrl, DeviceLost
from peripherals.printing.jobs import SPOOL_TABLES, JobState
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.spool import Job, Spool
from peripherals.printing.worker.printer_status import read
from peripherals.printing.worker.printer_url import parse_printer_url
from peripherals.service.device_service import DeviceService, ServiceParts
from peripherals.service.hotplug_source import printer_hotplug_source
from peripherals.service.printer_hotplug import PrinterBindings, SharedHotplugSource
from peripherals.simulators.harness import PtyPort
from peripherals.simulators.hotplug import HotplugSimulator, PipeSource
from peripherals.simulators.printer.in_memory import MemoryCable
from peripherals.simulators.printer.line_server import LineServer
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from peripherals.status import Cause, DeviceState
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.store.database import Store
from tests.peripherals.printing.campaign import slip_for
from tests.peripherals.printing.rig import Rig

TM_T20, OTHER = "04b8:0e15", "0416:5011"
FRONT = PresentDevice("/dev/ttyUSB0", "tty", "1-1.1", TM_T20, "A1")
BACK = PresentDevice("/dev/ttyUSB1", "tty", "1-1.2", TM_T20, "A2")


class Cables:
    """Printers on USB ports: udev's events, and what is behind each device node now."""

    def __init__(
        self, rig: Rig, *present: PresentDevice, url: str = "escpos+serial:?port=1-1.1"
    ) -> None:
        self.rig = rig
        self.reading, self.writing = os.pipe()
        self.simulator = HotplugSimulator()
        self.shared = SharedHotplugSource(PipeSource(self.reading, list(present)))
        self.nodes: dict[str, MemoryCable] = {}
        self.opened: list[str] = []
        address = parse_printer_url(f"{url}&profile=tm-t20")
        assert address is not None
        address = replace(address, driver=self._open)
        self.outlets = PrinterBindings(self.shared, {"printer": address})
        self.plug = self.outlets.plugs["printer"]
        rig.first.worker._connect = self.plug.connect

    def _open(self, node: str):
        if node not in self.nodes:
            raise DeviceLost(f"There is no {node}.")
        self.opened.append(node)
        return self.nodes[node].connect()

    def say(self) -> None:
        os.write(self.writing, self.simulator.due(0.0))
        assert self.outlets.turn()

    def pull(self, device: PresentDevice) -> None:
        self.nodes.pop(device.node, None)
        self.simulator.unplug(device.node)
        self.say()

    def push(self, device: PresentDevice, cable: MemoryCable) -> None:
        self.nodes[device.node] = cable
        self.simulator.plug(device)
        self.say()

    def close(self) -> None:
        self.outlets.close()
        os.close(self.writing)


@contextmanager
def cables(*present: PresentDevice, url: str = "escpos+serial:?port=1-1.1"):
    rig = Rig()
    made = Cables(rig, *present, url=url)
    for device in present:
        made.nodes[device.node] = rig.first.cable
    try:
        yield rig, made
    finally:
        made.close()
        rig.close()


def test_a_printer_pulled_out_is_lost_at_once_and_opened_anew_under_any_number():
    with cables(FRONT) as (rig, made):
        rig.go(3)
        assert rig.health().state is DeviceState.READY
        assert made.opened == [FRONT.node]
        rig.printer.out_of_paper_in = 24
        job = rig.order()
        # The slip is held; the wait inside that turn ends with the event, not with a time-out.
        pulled = []

        def pull() -> None:
            assert rig.job(job).state is JobState.HELD
            made.pull(FRONT)
            pulled.append(rig.clock.monotonic())

        rig.at(3, pull)
        rig.go(30, lambda: rig.health().state is DeviceState.LOST)
        assert rig.clock.monotonic() - pulled[0] <= 0.6
        assert rig.job(job).state is JobState.UNCERTAIN
        rig.go(5)
        assert made.opened == [FRONT.node], "what is known to be gone is not tried"
        rig.printer.body.paper_out = False
        made.push(replace(FRONT, node="/dev/ttyUSB7"), rig.first.cable)
        rig.first.worker.turn()
        assert made.opened == [FRONT.node, "/dev/ttyUSB7"]
        assert rig.go(20, rig.done(job))
        assert rig.job(job).state is JobState.PRINTED
        whole = [slip for slip in rig.first.slips if "<A101" in slip and "A101>" in slip]
        assert sum(DUPLICATE_MARK not in slip for slip in whole) <= 1


def test_a_role_of_a_port_gets_whatever_printer_is_there_and_one_of_a_serial_moves_along():
    for url, wanted in (
        ("escpos+serial:?port=1-1.1", FRONT.node),
        ("escpos+serial:?serial=A1", BACK.node),
    ):
        with cables(FRONT, BACK, url=url) as (rig, made):
            made.simulator.devices = {FRONT.node: FRONT, BACK.node: BACK}
            rig.go(2)
            assert made.opened == [FRONT.node]
            made.simulator.swap(FRONT.node, BACK.node)
            made.say()
            rig.go(2)
            assert made.opened == [FRONT.node, wanted], "a new object, also on the same node"
            assert rig.health().state is DeviceState.READY


@pytest.mark.parametrize(
    ("url", "present", "state", "cause"),
    [
        ("port=1-1.1", [BACK], DeviceState.LOST, Cause.NOT_PLUGGED),
        ("port=1-1.1&model=0416:5011", [FRONT], DeviceState.FAULT, Cause.WRONG_MODEL),
        ("model=04b8:0e15", [FRONT, BACK], DeviceState.FAULT, Cause.TWO_ALIKE),
        ("port=1-1.1&model=04b8:0e15", [FRONT, BACK], DeviceState.READY, Cause.NONE),
    ],
)
def test_a_device_that_is_not_the_one_of_the_settings_is_not_opened(url, present, state, cause):
    with cables(*present, url=f"escpos+serial:?{url}") as (rig, made):
        job = rig.order()
        rig.go(4)
        assert (rig.health().state, rig.health().cause) == (state, cause)
        assert (rig.job(job).state is JobState.PRINTED) is state.serves
        assert bool(made.opened) is state.serves


def test_the_right_model_put_in_its_place_prints_at_once():
    wrong = replace(FRONT, model=OTHER)
    with cables(wrong, url=f"escpos+serial:?port=1-1.1&model={TM_T20}") as (rig, made):
        job = rig.order()
        rig.go(3)
        assert rig.health().code == "P24"
        made.pull(wrong)
        made.push(replace(FRONT, node="/dev/ttyUSB3"), rig.first.cable)
        assert rig.go(3, rig.done(job))
        assert rig.job(job).state is JobState.PRINTED


def test_every_listener_of_one_source_hears_everything():
    reading, writing = os.pipe()
    simulator = HotplugSimulator()
    shared = SharedHotplugSource(PipeSource(reading, [FRONT]))
    ears = [shared.subscriber(), shared.subscriber()]
    assert ears[0].present() == [FRONT]
    simulator.plug(BACK)
    simulator.unplug(FRONT.node)
    os.write(writing, simulator.due(0.0))
    events = [Plugged(BACK), Unplugged(FRONT.node)]
    assert shared.read() == events
    assert [subscriber.read() for subscriber in ears] == [events, events]
    assert [subscriber.read() for subscriber in ears] == [[], []]
    ears[0].close()
    assert shared.subscriber().present() == [BACK]
    shared.close()
    os.close(writing)


def test_without_a_source_a_printer_is_found_by_trying():
    rig = Rig()
    address = parse_printer_url("escpos+serial:///dev/ttyS9?profile=tm-t20")
    assert address is not None
    there = []
    cable = rig.first.cable

    def open_node(node: str):
        if not there:
            raise DeviceLost(node)
        return cable.connect()

    rig.first.worker._connect = (
        PrinterBindings(None, {"printer": replace(address, driver=open_node)})
        .plugs["printer"]
        .connect
    )
    job = rig.order()
    rig.go(3)
    assert rig.health().state is DeviceState.LOST
    there.append(1)
    assert rig.go(6, rig.done(job))
    rig.close()


@pytest.mark.parametrize(
    "url",
    ["escpos+tcp://127.0.0.1:9100?port=1-1", "escpos+file:///tmp/x?serial=1", "escpos+serial:"],
)
def test_only_a_printer_on_a_cable_has_a_port(url):
    with pytest.raises(BadDeviceUrl):
        parse_printer_url(url)


def test_a_network_printer_needs_no_plug(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = parse_printer_url(f"escpos+tcp://127.0.0.1:{server.getsockname()[1]}")
        assert address is not None
        transport = PrinterBindings(None, {"printer": address}).plugs["printer"].connect()
        assert transport.identity.startswith("127.0.0.1:")
        transport.close_now()
    address = parse_printer_url(f"escpos+file://{tmp_path}/slips")
    assert address is not None
    PrinterBindings(None, {"printer": address}).plugs["printer"].connect().close_now()


def test_no_source_is_loaded_for_printers_without_a_plug():
    tcp, pty = (
        parse_printer_url(f"{url}?profile=tm-t20")
        for url in ("escpos+tcp://127.0.0.1:9100", "escpos+serial:///dev/pts/5")
    )
    assert printer_hotplug_source("udev:", [tcp, pty]) is None
    usb = parse_printer_url("escpos+usblp:?port=1-1.2&profile=tm-t20")
    assert printer_hotplug_source("none:", [usb]) is None
    found = printer_hotplug_source("udev:", [usb])
    assert found is None or found.fileno() >= 0
    if found is not None:
        found.close()


class Moved:
    """The printer's end of the cable: in the old terminal until it is moved to the new one."""

    def __init__(self, old: PtyPort, new: PtyPort) -> None:
        self.ends = [old, new]

    def __getattr__(self, name: str):
        return getattr(self.ends[0], name)


class Story:
    """Played by the service, which asks fifty times a second whether to stop."""

    def __init__(self, folder, cable: Moved) -> None:
        self.cable = cable
        self.old, self.new = (
            PresentDevice(str(line.link), "tty", "1-1.1", TM_T20, "A1") for line in cable.ends
        )
        self.path = folder / "spool.db"
        self.clock = SystemClock()
        self.ids = SystemIds(self.clock)
        self.reading, self.writing = os.pipe()
        self.simulator = HotplugSimulator()
        self.store, _ = self.open_database()
        self.spool = Spool(self.store, bytes(32), self.clock, self.ids)
        self.jobs: list[str] = []
        self.times: list[float] = []
        self.begin = time.monotonic()

    def open_database(self):
        return Store.open(self.path, [SPOOL_TABLES]), None

    def order(self, number: str) -> None:
        job = Job("ticket", self.ids.uuid7(), slip_for(number), "sw", None, number)
        with self.store.transaction() as tx:
            self.jobs.append(self.spool.enqueue(tx, job))

    def say(self) -> None:
        os.write(self.writing, self.simulator.due(0))

    def play(self) -> bool:
        state = read(self.store).printers[0].state
        printed = all(self.spool.job(job).state is JobState.PRINTED for job in self.jobs)
        match len(self.times):
            case 0 if state is DeviceState.READY:
                self.order("T00001")
            case 1 if printed:
                self.simulator.unplug(self.old.node)
                self.say()
            case 2 if state is DeviceState.LOST:
                self.order("T00002")
                self.cable.ends.reverse()
                self.simulator.plug(self.new)
                self.say()
            case 3 if printed:
                pass
            case _:
                return time.monotonic() - self.begin > 15
        self.times.append(time.monotonic())
        return len(self.times) == 4


def test_the_service_follows_a_real_terminal_through_a_pulled_cable(tmp_path):
    """The whole service: the kernel still has the old terminal when udev says it is gone."""
    lines = [PtyPort(tmp_path / name) for name in ("ttyUSB0", "ttyUSB4")]
    printer = SimulatedPrinter(time.monotonic, Model())
    done = threading.Event()
    cable = Moved(*lines)
    serving = threading.Thread(target=LineServer(printer, cable).run, args=(done.is_set,))
    serving.start()
    story = Story(tmp_path, cable)
    shared = SharedHotplugSource(PipeSource(story.reading, [story.old]))
    address = parse_printer_url("escpos+serial:?port=1-1.1&profile=tm-t20")
    assert address is not None
    printers = [("printer", address)]
    parts = ServiceParts(
        story.path, bytes(32), printers, story.clock, story.ids, story.open_database, plugs=shared
    )
    DeviceService(parts).run(story.play)
    done.set()
    serving.join(2)
    for line in lines:
        line.unplug()
    story.store.close()
    os.close(story.writing)
    assert len(story.times) == 4, story.times
    assert story.times[2] - story.times[1] < 3.0, "pulled out, and known to be"
    assert story.times[3] - story.times[2] < 5.0, "plugged in, and printed"
    assert [slip.text.count("<T0000") for slip in printer.slips] == [1, 1]
