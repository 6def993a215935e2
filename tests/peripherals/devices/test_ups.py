"""UPS (acceptance scenario 26): OL, OB, LB, a safe stop asked once, cancelled by OL."""

from __future__ import annotations

import pytest

from peripherals.devices.ups import (
    Nut,
    Power,
    PowerAction,
    PowerSource,
    SafeStop,
    StopPhase,
    condition,
    read_status,
)
from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.simulators.nut import NutSimulator
from peripherals.status import DeviceState
from tests.peripherals.printing.bench import Rig


def powers(events: list[object]) -> list[Power]:
    return [event for event in events if isinstance(event, Power)]


def test_a_whole_outage_is_told_step_by_step() -> None:
    bench = Rig(Nut("ups"), NutSimulator())
    bench.begin()
    seen = powers(bench.run(3.0))
    for flags, charge in (("OB DISCHRG", 80), ("OB LB", 12), ("OL CHRG", 13)):
        bench.simulator.status(flags, charge)
        seen += powers(bench.run(5.0))
    story = [(power.source, power.low) for power in seen]
    steps = [step for n, step in enumerate(story) if n == 0 or step != story[n - 1]]
    assert steps == [
        (PowerSource.MAINS, False),
        (PowerSource.BATTERY, False),
        (PowerSource.BATTERY, True),
        (PowerSource.MAINS, False),
    ]
    assert seen[-1].charge_percent == 13
    assert seen[-1].runtime_s == 1800


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("OL", Power(PowerSource.MAINS)),
        ("OL CHRG LB", Power(PowerSource.MAINS)),  # recharging from empty is no reason to stop
        ("OB", Power(PowerSource.BATTERY)),
        ("OB LB", Power(PowerSource.BATTERY, low=True)),
        ("OL OB LB", Power(PowerSource.BATTERY, low=True)),
        ("FSD OL", Power(PowerSource.MAINS, low=True)),
        ("OL RB", Power(PowerSource.MAINS, worn=True)),
        ("", Power(PowerSource.UNKNOWN)),
        ("ALARM", Power(PowerSource.UNKNOWN)),
    ],
)
def test_status_flags(flags: str, expected: Power) -> None:
    assert read_status(flags) == expected


def test_unknown_is_never_mains() -> None:
    assert condition(Power(PowerSource.UNKNOWN)) == DeviceCondition(
        DeviceState.UNKNOWN, "battery-stale"
    )
    assert not condition(Power(PowerSource.BATTERY, low=True)).state.serves


@pytest.mark.parametrize("fault", ["stale", "mute"])
def test_a_unit_that_stops_reporting_becomes_unknown(fault: str) -> None:
    bench = Rig(Nut("ups"), NutSimulator())
    bench.begin()
    bench.run(3.0)
    bench.simulator.order([fault], bench.now)
    events = bench.run(20.0, step_s=0.05)
    assert DeviceCondition(DeviceState.UNKNOWN, "battery-stale") in events
    assert (ProtocolBroken("no-answer") in events) == (fault == "mute")
    assert powers(events)[-1].source is PowerSource.UNKNOWN


def test_a_unit_without_charge_and_runtime_still_tells_its_status() -> None:
    simulator = NutSimulator()
    del simulator.variables["battery.charge"], simulator.variables["battery.runtime"]
    bench = Rig(Nut("ups"), simulator)
    bench.begin()
    assert powers(bench.run(8.0)) == [Power(PowerSource.MAINS)]


LOW, OFF, BACK = (
    Power(PowerSource.BATTERY, low=True),
    Power(PowerSource.BATTERY),
    Power(PowerSource.MAINS),
)


def test_the_running_job_finishes_then_shutdown_is_asked_once() -> None:
    stop = SafeStop()
    assert stop.on_power(OFF, 0) == []
    assert stop.on_power(LOW, 10) == [PowerAction.HOLD_NEW_JOBS]
    assert stop.on_power(LOW, 11) == []
    assert stop.on_work(busy=True, now=12) == []
    assert stop.on_work(busy=False, now=13) == [PowerAction.CLOSE_AND_SHUT_DOWN]
    assert stop.on_work(busy=False, now=14) == []
    assert stop.on_power(LOW, 15) == []
    assert stop.phase is StopPhase.ASKED


def test_a_job_that_never_ends_does_not_hold_up_the_stop() -> None:
    stop = SafeStop(drain_s_max=45)
    stop.on_power(LOW, 0)
    assert stop.on_work(busy=True, now=44) == []
    assert stop.on_work(busy=True, now=45) == [PowerAction.CLOSE_AND_SHUT_DOWN]


@pytest.mark.parametrize("asked", [False, True])
def test_mains_back_cancels_at_either_stage(*, asked: bool) -> None:
    stop = SafeStop()
    stop.on_power(LOW, 0)
    if asked:
        stop.on_work(busy=False, now=1)
    assert stop.on_power(BACK, 2) == [PowerAction.RESUME]
    assert stop.phase is StopPhase.RUNNING
    assert stop.on_work(busy=False, now=3) == []
    assert stop.on_power(LOW, 4) == [PowerAction.HOLD_NEW_JOBS]


def test_power_that_is_unknown_neither_stops_nor_resumes() -> None:
    stop = SafeStop()
    assert stop.on_power(Power(PowerSource.UNKNOWN), 0) == []
    stop.on_power(LOW, 1)
    assert stop.on_power(Power(PowerSource.UNKNOWN), 2) == []
    assert stop.phase is StopPhase.DRAINING
