"""UPS (acceptance scenario 26): OL, OB, LB, a safe stop asked once, cancelled by OL."""

from __future__ import annotations

import pytest

from peripherals.causes import State
from peripherals.devices.ups import (
    Action,
    Nut,
    Power,
    SafeStop,
    Source,
    StopPhase,
    condition,
    read_status,
)
from peripherals.line_protocol import Broken, Condition
from peripherals.simulators.nut import NutSimulator
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
        (Source.MAINS, False),
        (Source.BATTERY, False),
        (Source.BATTERY, True),
        (Source.MAINS, False),
    ]
    assert seen[-1].charge_percent == 13
    assert seen[-1].runtime_s == 1800


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("OL", Power(Source.MAINS)),
        ("OL CHRG LB", Power(Source.MAINS)),  # recharging from empty is no reason to stop
        ("OB", Power(Source.BATTERY)),
        ("OB LB", Power(Source.BATTERY, low=True)),
        ("OL OB LB", Power(Source.BATTERY, low=True)),
        ("FSD OL", Power(Source.MAINS, low=True)),
        ("OL RB", Power(Source.MAINS, worn=True)),
        ("", Power(Source.UNKNOWN)),
        ("ALARM", Power(Source.UNKNOWN)),
    ],
)
def test_status_flags(flags: str, expected: Power) -> None:
    assert read_status(flags) == expected


def test_unknown_is_never_mains() -> None:
    assert condition(Power(Source.UNKNOWN)) == Condition(State.UNKNOWN, "battery-stale")
    assert not condition(Power(Source.BATTERY, low=True)).state.serves


@pytest.mark.parametrize("fault", ["stale", "mute"])
def test_a_unit_that_stops_reporting_becomes_unknown(fault: str) -> None:
    bench = Rig(Nut("ups"), NutSimulator())
    bench.begin()
    bench.run(3.0)
    bench.simulator.order([fault], bench.now)
    events = bench.run(20.0, step_s=0.05)
    assert Condition(State.UNKNOWN, "battery-stale") in events
    assert (Broken("no-answer") in events) == (fault == "mute")
    assert powers(events)[-1].source is Source.UNKNOWN


def test_a_unit_without_charge_and_runtime_still_tells_its_status() -> None:
    simulator = NutSimulator()
    del simulator.variables["battery.charge"], simulator.variables["battery.runtime"]
    bench = Rig(Nut("ups"), simulator)
    bench.begin()
    assert powers(bench.run(8.0)) == [Power(Source.MAINS)]


LOW, OFF, BACK = (
    Power(Source.BATTERY, low=True),
    Power(Source.BATTERY),
    Power(Source.MAINS),
)


def test_the_running_job_finishes_then_shutdown_is_asked_once() -> None:
    stop = SafeStop()
    assert stop.on_power(OFF, 0) == []
    assert stop.on_power(LOW, 10) == [Action.HOLD_NEW_JOBS]
    assert stop.on_power(LOW, 11) == []
    assert stop.on_work(busy=True, now=12) == []
    assert stop.on_work(busy=False, now=13) == [Action.CLOSE_AND_SHUT_DOWN]
    assert stop.on_work(busy=False, now=14) == []
    assert stop.on_power(LOW, 15) == []
    assert stop.phase is StopPhase.ASKED


def test_a_job_that_never_ends_does_not_hold_up_the_stop() -> None:
    stop = SafeStop(drain_s_max=45)
    stop.on_power(LOW, 0)
    assert stop.on_work(busy=True, now=44) == []
    assert stop.on_work(busy=True, now=45) == [Action.CLOSE_AND_SHUT_DOWN]


@pytest.mark.parametrize("asked", [False, True])
def test_mains_back_cancels_at_either_stage(*, asked: bool) -> None:
    stop = SafeStop()
    stop.on_power(LOW, 0)
    if asked:
        stop.on_work(busy=False, now=1)
    assert stop.on_power(BACK, 2) == [Action.RESUME]
    assert stop.phase is StopPhase.RUNNING
    assert stop.on_work(busy=False, now=3) == []
    assert stop.on_power(LOW, 4) == [Action.HOLD_NEW_JOBS]


def test_power_that_is_unknown_neither_stops_nor_resumes() -> None:
    stop = SafeStop()
    assert stop.on_power(Power(Source.UNKNOWN), 0) == []
    stop.on_power(LOW, 1)
    assert stop.on_power(Power(Source.UNKNOWN), 2) == []
    assert stop.phase is StopPhase.DRAINING
