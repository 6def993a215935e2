"""The equipment loop on real descriptors: ptys, sockets, pipes and children, all at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from peripherals.connection.hotplug import PresentDevice
from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.device_loop.registry import KINDS, ROLES, read_device_url
from peripherals.device_loop.status_table import EQUIPMENT_TABLES, read, write
from peripherals.device_loop.worker import RestartPolicy
from peripherals.devices.call_button import Light, Pressed, SetLight
from peripherals.devices.mrz_reader import MrzRead
from peripherals.devices.scanner import Scan, ScanRefusal, ScanRefused, Symbology
from peripherals.devices.ups import Power, PowerSource
from peripherals.faults import BadDeviceUrl
from peripherals.simulators.gnss import GnssSimulator
from peripherals.simulators.gpio import GpioSimulator
from peripherals.simulators.harness import FifoPort, PtyPort, TcpPort
from peripherals.simulators.hid import HidSimulator
from peripherals.simulators.hotplug import HotplugSimulator, PipeSource
from peripherals.simulators.modem import ModemSimulator
from peripherals.simulators.mrz import MrzSimulator
from peripherals.simulators.nut import NutSimulator
from peripherals.simulators.scanner import ScannerSimulator
from peripherals.status import DeviceState
from provisioning.clock import SystemClock
from provisioning.ids import SeededIds
from sync.store.database import Store

QUICK = RestartPolicy(first_s=0.01, last_s=0.05, tries_max=4, fault_s=0.2)


class Stage:
    """Simulators on real ports, pumped between the turns of the loop."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.acts: list[tuple[Any, Any]] = []

    def add(self, simulator: Any, port: Any) -> str:
        self.acts.append((simulator, port))
        return str(port.address)

    def pump(self) -> None:
        now = self.clock.monotonic()
        for simulator, port in self.acts:
            chunk = port.take()
            if chunk:
                simulator.heard(chunk, now)
            octets = simulator.due(now)
            if octets:
                port.give(octets)

    def run(
        self,
        device_loop: DeviceLoop,
        until: Callable[[list[NamedEvent]], bool],
        limit_s: float = 10.0,
    ) -> list[NamedEvent]:
        start, heard = self.clock.monotonic(), []
        while not until(heard):
            self.pump()
            heard += device_loop.turn(0.01)
            assert self.clock.monotonic() - start < limit_s, (heard, device_loop.rows())
        return heard

    def close(self) -> None:
        for _, port in self.acts:
            port.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def build(urls: dict[str, str], **more: Any) -> DeviceLoop:
    return DeviceLoop(urls, SystemClock(), SeededIds(), policy=QUICK, **more)


def states(device_loop: DeviceLoop) -> dict[str, DeviceState]:
    return {row.name: row.state for row in device_loop.rows()}


def whole_van(stage: Stage, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "max_brightness").write_text("100")
    (tmp_path / "brightness").write_text("80")
    nut = TcpPort()
    gps = TcpPort()
    return {
        "scanner": f"scanner+serial:{stage.add(ScannerSimulator(), PtyPort())}?suffix=cr",
        "mrz": f"mrz+serial:{stage.add(MrzSimulator(), PtyPort())}",
        "gnss": f"gnss+gpsd://{stage.add(GnssSimulator(gpsd=True), gps)}",
        "sms": f"sms+at:{stage.add(ModemSimulator(network_s=0.05), PtyPort())}",
        "ups": f"ups+nut://{stage.add(NutSimulator(), nut)}/ups",
        "gpio": f"gpio+simulated:{stage.add(GpioSimulator(), PtyPort())}",
        "brightness": f"brightness+sysfs:{tmp_path}?percent=70",
    }


def test_a_whole_van_comes_up_and_every_device_is_heard(stage: Stage, tmp_path: Path) -> None:
    device_loop = build(whole_van(stage, tmp_path))
    stage.run(
        device_loop, lambda _: all(s is DeviceState.READY for s in states(device_loop).values())
    )
    now = stage.clock.monotonic()
    simulators = {type(simulator): simulator for simulator, _ in stage.acts}
    simulators[ScannerSimulator].scan("A101", now)
    simulators[MrzSimulator].order(["id"], now)
    simulators[GpioSimulator].press(now)
    simulators[NutSimulator].status("OB")
    kinds = (Scan, MrzRead, Pressed, Power)
    heard = stage.run(
        device_loop, lambda seen: all(any(isinstance(h.event, k) for h in seen) for k in kinds)
    )
    assert NamedEvent("scanner", Scan(Symbology.UNTOLD, b"A101")) in heard
    assert any(isinstance(h.event, Power) and h.event.source is PowerSource.BATTERY for h in heard)
    assert states(device_loop)["ups"] is DeviceState.LOW
    assert device_loop.tell("gpio", SetLight(Light.ON))
    stage.run(device_loop, lambda _: simulators[GpioSimulator].light)
    details = {row.name: row.detail for row in device_loop.rows()}
    assert details["gnss"] == "-1.29, 36.82"
    assert details["brightness"] == "70 %"
    assert details["ups"] == "100 %"
    device_loop.close()


def test_a_modem_sends_while_everything_else_goes_on(stage: Stage, tmp_path: Path) -> None:
    from peripherals.sms.modem import SmsOutcome, SmsReport
    from peripherals.sms.pdu import parts_of

    device_loop = build(whole_van(stage, tmp_path))
    modem = device_loop.modem()
    assert modem is not None
    stage.run(device_loop, lambda _: modem.can_send)
    modem.send("job", parts_of("+254712345678", "Ĩ wewe", 1), stage.clock.monotonic())
    done = SmsReport("job", SmsOutcome.SENT, 1)
    stage.run(device_loop, lambda seen: NamedEvent("sms", done) in seen)
    sent = next(s for s, _ in stage.acts if isinstance(s, ModemSimulator)).sent
    assert [each.text for each in sent] == ["Ĩ wewe"]
    device_loop.close()


def test_a_cable_pulled_in_the_middle_of_a_scan_and_pushed_back(
    stage: Stage, tmp_path: Path
) -> None:
    link = tmp_path / "scanner"
    port = PtyPort(link)
    device_loop = build({"scanner": f"scanner+serial:{link}"})
    stage.run(device_loop, lambda _: states(device_loop)["scanner"] is DeviceState.READY)
    port.give(b"HALF A CO")
    device_loop.turn(0.05)
    port.close()
    heard = stage.run(
        device_loop, lambda _: states(device_loop)["scanner"] is not DeviceState.READY
    )
    assert NamedEvent("scanner", ScanRefused(ScanRefusal.CUT)) in heard
    stage.add(again := ScannerSimulator(), PtyPort(link))
    stage.run(device_loop, lambda _: states(device_loop)["scanner"] is DeviceState.READY)
    again.scan("WHOLE", stage.clock.monotonic())
    whole = NamedEvent("scanner", Scan(Symbology.UNTOLD, b"WHOLE"))
    assert whole in stage.run(device_loop, lambda seen: whole in seen)
    device_loop.close()


def test_hid_events_come_through_a_pipe(stage: Stage, tmp_path: Path) -> None:
    simulator = HidSimulator()
    path = stage.add(simulator, FifoPort(tmp_path / "events"))
    device_loop = build({"scanner": f"scanner+hid:{path}?grab=no"})
    stage.run(device_loop, lambda _: states(device_loop)["scanner"] is DeviceState.READY)
    text = "IDKEN<" * 50
    simulator.scan(text, stage.clock.monotonic())
    scan = NamedEvent("scanner", Scan(Symbology.UNTOLD, text.encode()))
    assert scan in stage.run(device_loop, lambda seen: scan in seen)
    device_loop.close()


def test_what_is_missing_is_absent_with_a_cause_and_costs_nothing(stage: Stage) -> None:
    device_loop = build({"scanner": "scanner+serial:/dev/nonexistent0"})
    device_loop.turn(0.0)
    (row,) = device_loop.rows()
    assert (row.state, row.cause, row.code) == (DeviceState.ABSENT, "not-plugged", "E21")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        device_loop.turn(0.02)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    device_loop.close()


def test_a_server_that_is_down_turns_to_fault_and_comes_back_when_it_does(stage: Stage) -> None:
    taken = TcpPort()
    address = taken.address
    taken.close()
    device_loop = build({"ups": f"ups+nut://{address}/ups"})
    stage.run(device_loop, lambda _: states(device_loop)["ups"] is DeviceState.FAULT)
    assert device_loop.rows()[0].cause == "keeps-failing"
    stage.add(NutSimulator(), TcpPort(int(address.split(":")[1])))
    stage.run(device_loop, lambda _: states(device_loop)["ups"] is DeviceState.READY)
    device_loop.close()


def test_a_second_opener_is_told_that_the_port_is_in_use(stage: Stage) -> None:
    path = stage.add(ScannerSimulator(), PtyPort())
    first = build({"scanner": f"scanner+serial:{path}"})
    stage.run(first, lambda _: states(first)["scanner"] is DeviceState.READY)
    second = build({"scanner": f"scanner+serial:{path}"})
    second.turn(0.0)
    assert second.rows()[0].cause == "in-use"
    first.close()
    stage.run(second, lambda _: states(second)["scanner"] is DeviceState.READY)
    second.close()


def test_descriptors_stay_flat_over_many_unplugs(stage: Stage, tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    device_loop = build({"scanner": f"scanner+serial:{link}"})
    counts = []
    for _ in range(15):
        port = PtyPort(link)
        stage.run(device_loop, lambda _: states(device_loop)["scanner"] is DeviceState.READY)
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
        port.close()
        stage.run(device_loop, lambda _: states(device_loop)["scanner"] is not DeviceState.READY)
    assert max(counts) == min(counts)
    device_loop.close()


def test_roles_follow_the_port_and_a_wrong_model_is_refused(stage: Stage) -> None:
    reading, writing = os.pipe()
    plugs = HotplugSimulator()
    one, two = ScannerSimulator(), MrzSimulator()
    nodes = [stage.add(one, PtyPort()), stage.add(two, PtyPort())]
    first = PresentDevice(nodes[0], "tty", "1-1.1", "05e0:1200", "S1")
    second = PresentDevice(nodes[1], "tty", "1-1.2", "0c2e:0206", "S2")
    device_loop = build(
        {
            "scanner": "scanner+serial:?port=1-1.1&model=05e0:1200",
            "mrz": "mrz+serial:?port=1-1.2&model=0c2e:0206",
        },
        hotplug=PipeSource(reading),
    )
    device_loop.turn(0.0)
    assert set(states(device_loop).values()) == {DeviceState.ABSENT}
    plugs.plug(first)
    plugs.plug(second)
    os.write(writing, plugs.due(0.0))
    stage.run(
        device_loop, lambda _: all(s is DeviceState.READY for s in states(device_loop).values())
    )
    plugs.unplug(first.node)
    plugs.unplug(second.node)
    plugs.plug(PresentDevice(first.node, "tty", "1-1.2", first.model, first.serial))
    plugs.plug(PresentDevice(second.node, "tty", "1-1.1", second.model, second.serial))
    os.write(writing, plugs.due(0.0))
    stage.run(device_loop, lambda _: set(states(device_loop).values()) == {DeviceState.DISABLED})
    assert {row.cause for row in device_loop.rows()} == {"wrong-model"}
    device_loop.close()
    os.close(writing)


def test_an_operator_restarts_a_device_at_once(stage: Stage, tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    device_loop = DeviceLoop(
        {"scanner": f"scanner+serial:{link}"}, SystemClock(), SeededIds(), policy=RestartPolicy()
    )
    device_loop.turn(0.0)
    stage.add(ScannerSimulator(), PtyPort(link))
    assert device_loop.restart("scanner")
    assert not device_loop.restart("nothing")
    stage.run(device_loop, lambda _: states(device_loop)["scanner"] is DeviceState.READY, limit_s=1)
    device_loop.close()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("scanner", "scanner+usb:/dev/x"),
        ("scanner", "scanner+serial:/dev/x?bald=9600"),
        ("scanner", "gnss+gpsd://127.0.0.1"),
        ("scanner", "scanner+serial:/dev/x?suffix=bell"),
        ("scanner", "scanner+serial:/dev/x?aim=maybe"),
        ("ups", "ups+nut://127.0.0.1:port/ups"),
        ("brightness", "brightness+sysfs:/x?percent=150"),
    ],
)
def test_a_wrong_url_stops_the_start(name: str, url: str) -> None:
    with pytest.raises(BadDeviceUrl):
        build({name: url})


def test_a_wrong_speed_is_told_as_bad_settings(stage: Stage) -> None:
    path = stage.add(ScannerSimulator(), PtyPort())
    device_loop = build({"scanner": f"scanner+serial:{path}?baud=12345"})
    device_loop.turn(0.0)
    assert device_loop.rows()[0].cause == "bad-settings"
    device_loop.close()


def test_none_means_not_configured_and_every_role_has_a_kind() -> None:
    assert build({"scanner": "none:", "gnss": ""}).names() == []
    assert {name.split("+")[0] for name in KINDS} == set(ROLES)
    url, _ = read_device_url("scanner+serial:/dev/ttyACM0?port=1-1.2&baud=115200")
    assert (url.match.port, url.number("baud", 9600, 300, 4_000_000)) == ("1-1.2", 115200)


def test_the_table_is_kept_and_old_knowledge_is_unknown(
    stage: Stage, tmp_path: Path, store: Store
) -> None:
    store.migrate([EQUIPMENT_TABLES])
    device_loop = build(whole_van(stage, tmp_path))
    stage.run(
        device_loop, lambda _: all(s is DeviceState.READY for s in states(device_loop).values())
    )
    assert device_loop.take_changed()
    assert not device_loop.take_changed()
    with store.transaction() as tx:
        write(tx, device_loop.rows())
    kept = read(store)
    assert {row.name: row.state for row in kept} == states(device_loop)
    shown = kept[0].as_json()
    assert shown["words"]["en"]
    assert shown["words"]["sw"]
    later = stage.clock.now().replace(year=2030)
    assert {row.state for row in read(store, later)} == {DeviceState.UNKNOWN}
    device_loop.close()
