"""GNSS (acceptance scenario 24): null or flagged, never 0, 0."""

from __future__ import annotations

import json

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
from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.simulators.gnss import GnssSimulator, gga, nmea
from peripherals.status import Cause, DeviceState
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


HERE = "0117.4000,S,03649.2000,E"


def full(quality: str, satellites: str = "08", hdop: str = "1.0") -> bytes:
    return nmea(f"GPGGA,120000.00,{HERE},{quality},{satellites},{hdop},1650.0,M,-13.0,M,,")


def least(status: str = "A", mode: str = "A") -> bytes:
    return nmea(f"GPRMC,120000.00,{status},{HERE},0.0,0.0,231126,,,{mode}")


def galileo(modes: str) -> bytes:
    return nmea(f"GNGNS,120000.00,{HERE},{modes},08,1.0,1650.0,-13.0,,")


@pytest.mark.parametrize(
    ("sentences", "measured"),
    [
        ([full("1")], True),
        ([full("5")], True),
        ([full("6")], False),  # estimated
        ([full("7")], False),  # typed in
        ([full("8")], False),  # simulated
        ([full("9")], False),
        ([full("1", satellites="00", hdop="99.99")], False),
        ([full("1", hdop="900.0")], False),
        ([full("1", hdop="99.0")], False),
        ([full("1", hdop="20.0")], True),
        ([full("1", hdop="nan")], False),
        ([full("1", hdop="-1")], False),
        ([full("1", hdop="1_0")], False),
        ([full("1", hdop="")], True),  # not told
        ([full("", hdop="")], False),
        ([nmea(f"BDGGA,120000.00,{HERE},1,08,1.0,1650.0,M,,M,,")], True),
        ([nmea(f"GLGNS,120000.00,{HERE},A,08,1.0,,,,")], True),
        ([nmea("GPGGA,120000.00,-117.4000,S,03649.2000,E,1,08,1.0,,M,,M,,")], False),
        ([nmea("GPGGA,120000.00,0117.4_00,S,03649.2000,E,1,08,1.0,,M,,M,,")], False),
        ([nmea("GPGGA,120000.00,117,S,36.2,E,1,08,1.0,,M,,M,,")], False),
        ([full("1").partition(b"*")[0] + b"\r\n"], False),  # no checksum
        ([full("1").replace(b"*", b"*Z")], False),
        ([full("1"), least("V", "N")], False),
        ([least("V", "N"), full("1")], False),  # one of the two says it is void
        ([least("A", "E"), full("1")], False),
        ([least()], True),  # all there is
        ([least("A", "S")], False),
        ([least("V", "N")], False),
        ([galileo("AAN")], True),
        ([galileo("NNE")], False),
        ([galileo("NNN")], False),
    ],
)
def test_only_measured_positions_count(sentences: list[bytes], *, measured: bool) -> None:
    receiver = Nmea()
    receiver.begin(0.0)
    for second in range(4):
        for line in sentences:
            receiver.received(line, float(second))
    assert (receiver.position(4.0).usable is not None) is measured


@pytest.mark.parametrize(
    ("more", "measured"),
    [
        ({}, True),
        ({"status": 1}, True),
        ({"status": 4}, True),
        ({"status": 5}, False),  # dead reckoning
        ({"status": 8}, False),  # simulated
        ({"eph": 90_000}, False),
        ({"eph": float("nan")}, False),
        ({"eph": float("inf")}, False),
        ({"eph": -1}, False),
        ({"lat": float("nan")}, False),
    ],
)
def test_gpsd_too_reports_what_was_not_measured(more: dict[str, object], *, measured: bool) -> None:
    report = {"class": "TPV", "mode": 3, "lat": -1.29, "lon": 36.82, "eph": 5, **more}
    receiver = Gpsd()
    receiver.begin(0.0)
    receiver.received(json.dumps(report).encode() + b"\n", 0.0)
    assert (receiver.position(0.0).usable is not None) is measured


@pytest.mark.parametrize("kind", [Gpsd, Nmea])
def test_a_line_that_is_open_and_deaf_is_opened_anew(kind: type[Gpsd | Nmea]) -> None:
    receiver = kind()
    receiver.begin(0.0)
    events = [event for second in range(1, 41) for event in receiver.elapsed(float(second))]
    assert ProtocolBroken(Cause.NO_ANSWER) in events


@pytest.mark.parametrize(
    "more",
    [
        '"mode":[]',
        '"mode":{}',
        '"mode":3,"status":[]',
        '"mode":3,"status":{"a":1}',
        f'"mode":3,"eph":{10**320}',
        f'"mode":3,"lat":{10**320}',
        '"mode":3,"eph":1e400',
    ],
)
def test_a_report_of_another_shape_is_no_fix_and_ends_nothing(more: str) -> None:
    source = Gpsd()
    source.begin(0.0)
    place = "" if '"lat"' in more else ',"lat":-1.28'
    source.received(f'{{"class":"TPV"{place},"lon":36.8,{more}}}\n'.encode(), 1.0)
    events = source.received(b'{"class":"TPV","mode":3,"lat":-1.28,"lon":36.8,"eph":4}\n', 2.0)
    assert [each.fix.accuracy_m for each in events if isinstance(each, GnssPosition)] == [4.0]
