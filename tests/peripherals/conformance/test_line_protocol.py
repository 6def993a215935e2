"""What every device's dialogue promises, run over the whole table of kinds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peripherals.device_loop.registry import KINDS
from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.simulators.camera import picture
from peripherals.simulators.gnss import gga
from peripherals.simulators.mrz import kenyan_id
from peripherals.status import CAUSES, Cause, DeviceState
from tests.peripherals.printing.bench import PAIRS, buffers, rig

ALL = sorted(PAIRS)

# Beginnings that lead deep into each format, so that random bytes reach more than the first check.
SEEDS = [
    b"]Q1",
    b"\r\n",
    "\r\n".join(kenyan_id()).encode(),
    gga(-1.28, 36.81),
    b'{"class":"TPV","mode":3,"lat":',
    b'{"in":{"atr":"3b","uid":',
    b'{"answer":',
    b'VAR ups ups.status "',
    b"ERR ",
    b"+CMGS: ",
    b"+CREG: 0,",
    b"+CMS ERROR: ",
    b"\r\n> ",
    b"[40%]",
    picture()[:600],
    b"\xff\xd8\xff\xda\x00\x04\x00\x00",
]


def test_every_kind_has_a_simulator_in_this_suite() -> None:
    assert set(PAIRS) == set(KINDS)


@pytest.mark.parametrize("name", ALL)
def test_a_healthy_device_is_ready_within_three_seconds(name: str) -> None:
    bench = rig(name)
    events = bench.begin() + bench.run(3.0)
    conditions = [event for event in events if isinstance(event, DeviceCondition)]
    assert conditions
    assert conditions[-1] == DeviceCondition(DeviceState.READY)
    assert not [event for event in events if isinstance(event, ProtocolBroken)]


@pytest.mark.parametrize("name", ALL)
def test_it_never_asks_to_be_woken_in_the_past_for_ever(name: str) -> None:
    bench = rig(name)
    bench.begin()
    bench.run(1.0)
    for _ in range(50):
        wakes = bench.protocol.wakes_at()
        if wakes is None:
            return
        bench.now = max(bench.now, wakes)
        bench.protocol.elapsed(bench.now)
        bench.protocol.outgoing()
        again = bench.protocol.wakes_at()
        assert again is None or again > bench.now, "a loop would spin"


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.sampled_from(SEEDS),
            st.binary(max_size=200),
            st.text(alphabet="0123456789<ABCKENVAR \"'{}[]:,%>+\r\n", max_size=60).map(str.encode),
        ),
        max_size=12,
    ),
    cut=st.integers(1, 40),
    pause=st.floats(0, 20),
)
def test_any_bytes_cut_anywhere_never_raise_and_leave_nothing(
    name: str, pieces: list[bytes], cut: int, pause: float
) -> None:
    bench = rig(name)
    events = list(bench.begin())
    stream = b"".join(pieces)
    for start in range(0, len(stream), cut):
        events += bench.protocol.received(stream[start : start + cut], bench.now)
        bench.now += pause / 10
        wakes = bench.protocol.wakes_at()
        if wakes is not None and bench.now >= wakes:
            events += bench.protocol.elapsed(bench.now)
        bench.protocol.outgoing()
    for event in events:
        if isinstance(event, DeviceCondition) and event.cause:
            assert event.cause in CAUSES
        if isinstance(event, ProtocolBroken):
            assert event.cause in CAUSES
    bench.protocol.ended(bench.now)
    assert sum(buffer.traces() for buffer in buffers(bench.protocol)) == 0


@pytest.mark.parametrize("name", ALL)
def test_it_serves_again_after_the_line_broke(name: str) -> None:
    bench = rig(name)
    bench.begin()
    bench.run(0.4)
    bench.protocol.ended(bench.now)
    fresh = rig(name)
    fresh.protocol, fresh.now = bench.protocol, bench.now + 1
    events = fresh.begin() + fresh.run(12.0)
    conditions = [event for event in events if isinstance(event, DeviceCondition)]
    assert not conditions or conditions[-1] == DeviceCondition(DeviceState.READY)
    assert not [event for event in events if isinstance(event, ProtocolBroken)]


@pytest.mark.parametrize("name", ["card+pcsc", "ups+nut", "sms+at", "gnss+gpsd", "gnss+nmea"])
def test_a_device_that_falls_silent_does_not_stay_ready(name: str) -> None:
    bench = rig(name)
    bench.begin()
    bench.run(3.0)
    bench.simulator.heard = lambda chunk, now: None
    bench.simulator.due = lambda now: b""
    events = bench.run(60.0, step_s=0.1)
    states = [
        DeviceState.UNKNOWN if isinstance(event, ProtocolBroken) else event.state
        for event in events
        if isinstance(event, DeviceCondition | ProtocolBroken)
    ]
    assert states
    assert not states[-1].serves


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_cause_has_a_number_and_both_languages(cause: Cause) -> None:
    row = CAUSES[cause]
    assert row.codes
    assert row.en != row.sw
