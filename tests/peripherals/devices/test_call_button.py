"""Call button and light: one press is one call; patterns over time; gpiozero's mock pins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from peripherals.devices.call_button import (
    ButtonAndLight,
    Light,
    Pressed,
    SetLight,
    lit,
    next_change,
)
from peripherals.drivers.gpiozero_io import GpioLine
from peripherals.faults import DeviceLost
from peripherals.line_protocol import DeviceCondition
from peripherals.simulators.gpio import GpioSimulator
from peripherals.status import DeviceState
from tests.peripherals.printing.bench import Rig


def button() -> Rig:
    bench = Rig(ButtonAndLight(), GpioSimulator())
    bench.begin()
    return bench


def test_a_bouncing_press_is_one_call() -> None:
    bench = button()
    bench.simulator.press(bench.now)
    assert bench.run(1.0, step_s=0.001) == [Pressed()]
    bench.simulator.press(bench.now)
    assert bench.run(1.0, step_s=0.001) == [Pressed()]


def test_a_spike_shorter_than_the_debounce_is_no_call() -> None:
    bench = button()
    bench.protocol.received(b"1", bench.now)
    bench.protocol.received(b"0", bench.now + 0.02)
    bench.now += 0.02
    assert bench.run(1.0) == []


def test_a_stuck_button_is_a_cause_and_not_a_second_call() -> None:
    bench = button()
    bench.simulator.order(["down"], bench.now)
    events = bench.run(40, step_s=0.05)
    assert events == [Pressed(), DeviceCondition(DeviceState.BLOCKED, "stuck-button")]
    bench.simulator.order(["up"], bench.now)
    assert bench.run(1.0) == [DeviceCondition(DeviceState.READY)]


@pytest.mark.parametrize(
    ("light", "seconds", "changes"),
    [(Light.ON, 10.0, 1), (Light.OFF, 10.0, 0), (Light.BLINK, 10.0, 10), (Light.FLASH, 4.0, 16)],
)
def test_patterns_reach_the_pin_at_their_rate(light: Light, seconds: float, changes: int) -> None:
    bench = button()
    bench.run(0.1)
    bench.protocol.tell(SetLight(light), bench.now)
    bench.run(seconds - 0.05, step_s=0.01)
    assert bench.simulator.light_changes == pytest.approx(changes, abs=1)


def test_the_next_change_of_a_pattern_is_always_ahead() -> None:
    for light in (Light.BLINK, Light.FLASH):
        for step in range(400):
            since = step / 100
            ahead = next_change(light, since)
            assert ahead is not None
            assert ahead > 0
            assert lit(light, since + ahead + 1e-6) != lit(light, since)


@pytest.fixture
def factory() -> Iterator[Any]:
    made = MockFactory()
    yield made
    made.reset()


def test_gpiozero_edges_and_light_cross_the_pipe(factory: Any) -> None:
    line = GpioLine(17, 27, factory)
    pin, led = factory.pin(17), factory.pin(27)
    assert line.read() == b""
    pin.drive_low()
    pin.drive_high()
    assert line.read() == b"10"
    assert line.write(b"1") == 1
    assert led.state
    line.write(b"10")
    assert not led.state
    line.close()
    pin.drive_low()  # a late callback after the close does no harm
    with pytest.raises(DeviceLost):
        line.read()


def test_a_machine_without_pins_says_so() -> None:
    with pytest.raises(DeviceLost):
        GpioLine(17, None, _NoPins())


class _NoPins:
    def __getattr__(self, name: str) -> Any:
        raise OSError(name)


def test_the_bell_rings_three_times_when_somebody_calls_and_then_no_more() -> None:
    case = ButtonAndLight(bell=True)
    case.begin(0.0)
    case.outgoing()
    case.tell(SetLight(Light.BLINK), 10.0)
    said = b""
    for tenth in range(1_200):
        case.elapsed(10.0 + tenth / 10)
        said += case.outgoing()
    assert said.count(b"R") == said.count(b"r") == 3
    silent = ButtonAndLight()
    silent.begin(0.0)
    silent.tell(SetLight(Light.BLINK), 0.0)
    assert b"R" not in silent.outgoing()
