"""GNSS (acceptance scenario 24): null or flagged, never 0, 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peripherals.devices.gnss import (
    Fix,
    GnssPosition,
    Gpsd,
    Nmea,
    Tracker,
    distance_km,
    plausible,
    sentence,
)
from peripherals.line_protocol import DeviceCondition
from peripherals.simulators.gnss import GnssSimulator, gga, nmea
from peripherals.status import DeviceState
from tests.peripherals.printing.bench import Rig

NAIROBI = (-1.2864, 36.8172)


def receiver(*, gpsd: bool) -> Rig:
    bench = Rig(Gpsd() if gpsd else Nmea(), GnssSimulator(gpsd=gpsd))
    bench.begin()
    return bench


def order(bench: Rig, text: str) -> None:
    assert bench.simulator.order(text.split(), bench.now) == ""


@pytest.mark.parametrize("gpsd", [True, False], ids=["gpsd", "nmea"])
class TestBothSources:
    def test_a_fix_is_where_the_van_is(self, *, gpsd: bool) -> None:
        bench = receiver(gpsd=gpsd)
        bench.run(2.0)
        fix = bench.protocol.position(bench.now).usable
        assert fix is not None
        assert (fix.latitude, fix.longitude) == pytest.approx(NAIROBI, abs=1e-5)
        assert fix.accuracy_m == pytest.approx(6.0)

    @pytest.mark.parametrize("fault", ["nofix", "zero", "garble", "halffix", "silent"])
    def test_without_a_fix_there_is_no_position(self, *, gpsd: bool, fault: str) -> None:
        bench = receiver(gpsd=gpsd)
        order(bench, fault)
        events = bench.run(15.0, step_s=0.1)
        assert bench.protocol.position(bench.now) == GnssPosition(None)
        conditions = [event for event in events if isinstance(event, DeviceCondition)]
        assert conditions
        assert not conditions[-1].state.serves

    @pytest.mark.parametrize("fault", ["nofix", "zero", "garble", "silent"])
    def test_a_lost_fix_turns_stale_after_30_s_and_never_0_0(
        self, *, gpsd: bool, fault: str
    ) -> None:
        bench = receiver(gpsd=gpsd)
        bench.run(2.0)
        order(bench, fault)
        bench.run(25.0, step_s=0.1)
        assert bench.protocol.position(bench.now).usable is not None
        events = bench.run(20.0, step_s=0.1)
        place = bench.protocol.position(bench.now)
        assert place.stale
        assert place.usable is None
        assert place.fix is not None
        assert place.fix.latitude == pytest.approx(NAIROBI[0], abs=1e-5)
        assert DeviceCondition(DeviceState.BLOCKED, "stale-fix") in events

    def test_a_jump_of_50_km_is_flagged_until_it_proves_itself(self, *, gpsd: bool) -> None:
        bench = receiver(gpsd=gpsd)
        bench.run(2.0)
        order(bench, "jump 50")
        bench.run(2.0)
        place = bench.protocol.position(bench.now)
        assert place.jumped
        assert place.usable is None
        assert place.fix is not None
        assert place.fix.latitude == pytest.approx(NAIROBI[0], abs=1e-5)
        events = bench.run(5.0)
        assert DeviceCondition(DeviceState.READY) in events
        moved = bench.protocol.position(bench.now).usable
        assert moved is not None
        assert moved.latitude == pytest.approx(NAIROBI[0] + 50 / 111.2, abs=1e-3)

    def test_a_single_wild_report_is_forgotten(self, *, gpsd: bool) -> None:
        bench = receiver(gpsd=gpsd)
        bench.run(2.0)
        order(bench, "jump 3000")
        bench.run(1.0)
        order(bench, f"fix {NAIROBI[0]} {NAIROBI[1]}")
        bench.run(2.0)
        fix = bench.protocol.position(bench.now).usable
        assert fix is not None
        assert fix.latitude == pytest.approx(NAIROBI[0], abs=1e-5)


def test_driving_is_no_jump() -> None:
    tracker = Tracker()
    for second in range(600):
        place = tracker.report(Fix(-1.28 + second * 0.0003, 36.8, 5.0, float(second)), second)
        assert place.usable is not None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (0, 0), (91.0, 0.5), (-1.0, 181.0), (None, 36.0), ("1", "2"), (True, 36.0),
     (float("nan"), 1.0), (float("inf"), 1.0)],
)  # fmt: skip
def test_what_cannot_be_a_place_is_none(latitude: object, longitude: object) -> None:
    assert plausible(latitude, longitude) is None


def test_the_equator_and_the_meridian_alone_are_places() -> None:
    assert plausible(0.0, 36.8) == (0.0, 36.8)
    assert plausible(51.5, 0.0) == (51.5, 0.0)


def test_a_known_sentence_and_its_spoilt_twins() -> None:
    line = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"
    protocol = Nmea()
    protocol.begin(0.0)
    protocol.received(line.encode() + b"\r\n", 0.0)
    fix = protocol.position(0.0).fix
    assert fix is not None
    assert (fix.latitude, fix.longitude) == pytest.approx((48.1173, 11.51667), abs=1e-4)
    for place in range(1, len(line)):
        spoilt = line[:place] + chr(ord(line[place]) ^ 1) + line[place + 1 :]
        assert sentence(spoilt) is None, place


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
def test_sentences_are_read_back_to_a_metre(latitude: float, longitude: float) -> None:
    protocol = Nmea()
    protocol.begin(0.0)
    protocol.received(gga(latitude, longitude), 0.0)
    fix = protocol.position(0.0).fix
    if plausible(latitude, longitude) is None:
        assert fix is None or plausible(fix.latitude, fix.longitude) is not None
        return
    assert fix is None or distance_km(fix, Fix(latitude, longitude, None, 0)) < 0.001


def test_other_talkers_and_other_sentences_do_no_harm() -> None:
    protocol = Nmea()
    protocol.begin(0.0)
    body = gga(*NAIROBI)[3:-5].decode()
    protocol.received(nmea("GN" + body) + nmea("GPGSV,3,1,11,03,03,111,00") + nmea("GPTXT"), 0.0)
    assert protocol.position(0.0).usable is not None


def test_a_receiver_at_the_wrong_speed_is_called_garbled() -> None:
    bench = receiver(gpsd=False)
    order(bench, "garble")
    assert DeviceCondition(DeviceState.UNKNOWN, "garbled") in bench.run(15.0, step_s=0.1)


def test_distance_is_right_from_nairobi_to_mombasa() -> None:
    nairobi, mombasa = Fix(*NAIROBI, None, 0), Fix(-4.0435, 39.6682, None, 0)
    assert distance_km(nairobi, mombasa) == pytest.approx(440, rel=0.01)
