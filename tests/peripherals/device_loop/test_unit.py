"""The equipment unit: power (scenario 26), SMS, position and table, over a real store."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.device_loop.status_table import EQUIPMENT_TABLES, read, read_position
from peripherals.device_loop.unit import DeviceUnit, PowerHold, UnitParts
from peripherals.device_loop.worker import RestartPolicy
from peripherals.devices.scanner import Scan
from peripherals.drivers.poweroff import SystemPower
from peripherals.faults import ProgramMissing, SimulatorRefused
from peripherals.simulators.gnss import GnssSimulator
from peripherals.simulators.harness import PtyPort, TcpPort
from peripherals.simulators.modem import ModemSimulator
from peripherals.simulators.nut import NutSimulator
from peripherals.simulators.scanner import ScannerSimulator
from peripherals.sms.queue import SMS_TABLES, SmsQueue, SmsState
from peripherals.status import DeviceState
from provisioning.clock import SystemClock
from provisioning.ids import SeededIds
from sync.store.database import Store

QUICK = RestartPolicy(first_s=0.01, last_s=0.05)


class Power:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self) -> None:
        self.asked.append("off")

    def cancel(self) -> None:
        self.asked.append("stay")


class Van:
    """A unit with four simulated devices; `run` pumps them until something is so."""

    def __init__(self, path: Path) -> None:
        self.clock, self.ids = SystemClock(), SeededIds()
        self.scanner, self.nut = ScannerSimulator(), NutSimulator()
        self.modem, self.gnss = ModemSimulator(network_s=0.02), GnssSimulator(gpsd=True)
        self.ports = [PtyPort(), TcpPort(), PtyPort(), TcpPort()]
        self.simulators: list[Any] = [self.scanner, self.nut, self.modem, self.gnss]
        urls = [port.address for port in self.ports]
        self.heard: list[NamedEvent] = []
        self.power, self.hold, self.printing = Power(), PowerHold(), False
        self.store = Store.open(path, [EQUIPMENT_TABLES, SMS_TABLES])
        self.sms = SmsQueue(self.store, bytes(32), self.clock, self.ids)
        self.unit = DeviceUnit(
            UnitParts(
                device_loop=DeviceLoop(
                    {
                        "scanner": f"scanner+serial:{urls[0]}",
                        "ups": f"ups+nut://{urls[1]}/ups",
                        "sms": f"sms+at:{urls[2]}",
                        "gnss": f"gnss+gpsd://{urls[3]}",
                    },
                    self.clock,
                    self.ids,
                    policy=QUICK,
                ),
                store=self.store,
                clock=self.clock,
                outlet=self.heard.append,
                power=self.power,
                hold=self.hold,
                busy=lambda: self.printing,
                sms=self.sms,
            )
        )

    def run(self, until: Any, limit_s: float = 10.0) -> None:
        start = self.clock.monotonic()
        while not until():
            now = self.clock.monotonic()
            for simulator, port in zip(self.simulators, self.ports, strict=True):
                chunk = port.take()
                if chunk:
                    simulator.heard(chunk, now)
                octets = simulator.due(now)
                if octets:
                    port.give(octets)
            self.unit.turn()
            assert now - start < limit_s, (self.states(), self.power.asked)

    def states(self) -> dict[str, DeviceState]:
        return {row.name: row.state for row in read(self.store)}

    def close(self) -> None:
        self.unit.close()
        for port in self.ports:
            port.close()


@pytest.fixture
def van(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Van]:
    monkeypatch.setattr("peripherals.device_loop.unit.TURN_S", 0.01)
    monkeypatch.setattr("peripherals.devices.ups.POLL_S", 0.05)
    made = Van(tmp_path / "node.db")
    yield made
    made.close()


def test_power_fails_the_running_slip_finishes_shutdown_is_asked_once_and_mains_cancels(
    van: Van,
) -> None:
    van.run(lambda: van.states().get("ups") is DeviceState.READY)
    van.nut.status("OB")
    van.run(lambda: van.states()["ups"] is DeviceState.LOW)
    assert not van.hold.holding
    van.printing = True
    van.nut.status("OB LB")
    van.run(lambda: van.hold.holding)
    for _ in range(20):
        van.unit.turn()
    assert van.power.asked == [], "a slip is in the printer"
    van.printing = False
    van.run(lambda: van.power.asked == ["off"])
    for _ in range(20):
        van.unit.turn()
    assert van.power.asked == ["off"]
    assert van.hold.holding
    van.nut.status("OL CHRG LB")
    van.run(lambda: not van.hold.holding)
    assert van.power.asked == ["off", "stay"]


def test_a_scan_goes_to_the_visit_and_nowhere_else(van: Van, tmp_path: Path) -> None:
    van.run(lambda: van.states().get("scanner") is DeviceState.READY)
    van.scanner.scan("SECRET-22745326", van.clock.monotonic())
    van.run(lambda: any(isinstance(heard.event, Scan) for heard in van.heard))
    van.store.checkpoint()
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert files
    assert all(b"SECRET" not in path.read_bytes() for path in files)


def test_a_queued_sms_leaves_when_there_is_a_network(van: Van) -> None:
    with van.store.transaction() as tx:
        van.sms.enqueue(
            tx, "t", "0712345678", "Tiketi A101", van.clock.now() + timedelta(minutes=5)
        )
    van.run(lambda: [job.state for job in van.sms.jobs()] == [SmsState.SENT])
    assert [each.text for each in van.modem.sent] == ["Tiketi A101"]


def test_the_place_of_the_van_is_known_while_it_is_fresh(van: Van) -> None:
    van.run(lambda: van.states().get("gnss") is DeviceState.READY)
    place = read_position(van.store, van.clock.now())
    assert place is not None
    assert (place.latitude, place.longitude) == pytest.approx((-1.2864, 36.8172))
    assert read_position(van.store, van.clock.now() + timedelta(seconds=46)) is None


def test_simulators_are_refused_in_the_field(tmp_path: Path) -> None:
    for url in (
        f"card+simulated:{tmp_path}",
        f"scanner+hid:{tmp_path}?grab=no",
        f"camera+v4l:{tmp_path}?program=cat",
    ):
        name = url.split("+")[0]
        DeviceLoop({name: url}, SystemClock(), SeededIds()).close()
        with pytest.raises(SimulatorRefused):
            DeviceLoop({name: url}, SystemClock(), SeededIds(), field=True)


def test_the_machine_is_asked_with_a_minutes_grace(tmp_path: Path) -> None:
    program = tmp_path / "shutdown"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    power = SystemPower([str(program)])
    power.ask()
    power.cancel()
    assert (tmp_path / "asked").read_text().splitlines() == ["-h +1", "-c"]
    with pytest.raises(ProgramMissing):
        SystemPower(["/nonexistent/shutdown"]).ask()
