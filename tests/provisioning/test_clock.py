"""Clock: what is believed, kept and shared, whatever the machine, the battery or a file say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from provisioning import clock as clocks
from provisioning.clock import SystemClock, VirtualClock
from provisioning.time_judge import TimeSource


def test_the_floor_survives_a_restart_with_a_dead_battery_and_time_goes_on(tmp_path):
    floor = tmp_path / "clock-floor"
    ahead = SystemClock(floor, offset_s=40 * 86_400)
    seen = ahead.now()
    ahead.keep_floor()
    after = SystemClock(floor)
    assert seen <= after.now() < after.now() < seen + timedelta(seconds=5)
    assert timedelta(days=39) < after.judgement().behind < timedelta(days=41)


def test_commands_behind_the_floor_go_on_from_one_another(tmp_path):
    floor = tmp_path / "clock-floor"
    floor.write_text((datetime.now(UTC) + timedelta(minutes=40)).isoformat())
    times = [SystemClock(floor).now() for _ in range(5)]
    assert times == sorted(set(times))


def test_a_good_clock_is_followed_and_is_not_behind(tmp_path):
    clock = SystemClock(tmp_path / "clock-floor")
    first, second = clock.now(), clock.now()
    assert first < second
    assert second.tzinfo is UTC
    found = clock.judgement()
    assert found.trusted
    assert not found.held
    assert found.behind <= timedelta(0)
    clock.advance(seconds=3_600)
    assert timedelta(minutes=59) < clock.now() - second < timedelta(minutes=61)


def test_one_wrong_year_moves_nothing(tmp_path):
    floor = tmp_path / "clock-floor"
    right = SystemClock(floor)
    right.keep_floor()
    kept = floor.read_text()
    wrong = SystemClock(floor, offset_s=0)
    wrong._wall = lambda: datetime.now(UTC) + timedelta(days=3_650)  # the wall clock alone
    seen = wrong.now()
    assert abs(seen - datetime.now(UTC)) < timedelta(seconds=5)
    assert [each.believed for each in wrong.take_corrections()] == [False]
    assert wrong.take_corrections() == []
    wrong.keep_floor()
    assert datetime.fromisoformat(floor.read_text()) - datetime.fromisoformat(kept) < timedelta(
        seconds=5
    )


def test_what_a_person_says_reaches_the_running_services_within_a_second(tmp_path):
    floor = tmp_path / "clock-floor"
    service = SystemClock(floor, shared=True)
    before = service.now()
    said = before - timedelta(days=3)
    SystemClock(floor).hear(TimeSource.PERSON, said)
    service.advance(seconds=1)
    assert abs(service.now() - said) < timedelta(seconds=5)
    assert abs(SystemClock(floor).now() - before) < timedelta(seconds=5), "within a night: the wall"


def test_a_service_does_not_believe_its_wall_clock_against_the_others(tmp_path):
    floor = tmp_path / "clock-floor"
    service = SystemClock(floor, shared=True)
    service.now()
    service.keep_floor()
    again = SystemClock(floor, shared=True)
    again._wall = lambda: datetime.now(UTC) + timedelta(hours=9)
    assert abs(again.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_floor_is_written_now_and_then_not_at_each_reading(tmp_path):
    floor = tmp_path / "clock-floor"
    clock = SystemClock(floor)
    clock.now()
    first = floor.read_text()
    clock.now()
    assert floor.read_text() == first
    clock.advance(seconds=61)
    clock.now()
    assert floor.read_text() > first
    assert [path.name for path in tmp_path.iterdir()] == ["clock-floor"]


@pytest.mark.parametrize("torn", [b"", b"2026-", b"\xff\x00", b"2030-01-01T00:00:00", b"never\n"])
def test_a_torn_floor_file_stops_nothing(tmp_path, torn):
    floor = tmp_path / "clock-floor"
    floor.write_bytes(torn)
    clock = SystemClock(floor)
    seen = clock.now()
    assert seen >= datetime(2026, 1, 1, tzinfo=UTC)
    clock.keep_floor()
    assert SystemClock(floor).now() >= seen


def test_a_full_or_lost_disk_does_not_take_the_time_away(tmp_path):
    clock = SystemClock(tmp_path / "gone" / "clock-floor")
    assert clock.now() < clock.now()
    with pytest.raises(OSError, match="No such file"):
        clock.keep_floor()


def test_durations_do_not_follow_the_date(tmp_path):
    clock = SystemClock(None)
    before = clock.monotonic()
    assert clock.monotonic() >= before
    virtual = VirtualClock()
    virtual.advance(seconds=5)
    assert virtual.monotonic() == 5
    with pytest.raises(AssertionError):
        virtual.advance(seconds=-1)


@pytest.mark.parametrize("name", ["clock-shared", "clock-set"])
@pytest.mark.parametrize(
    "change",
    [
        {"elapsed_s": "x"},
        {"elapsed_s": 1e400},
        {"elapsed_s": -1e300},
        {"elapsed_s": float("nan")},
        {"elapsed_s": 10**320},
        {"time": "9999-12-31T23:59:59-12:00", "elapsed_s": -1e9},
        {"time": "2026-11-30T05:00:00"},
        {"time": []},
        {"boot": []},
    ],
)
def test_a_mark_that_was_altered_is_none(tmp_path, name, change):
    floor = tmp_path / "clock-floor"
    mark = {"elapsed_s": 1.0, "time": "2026-11-30T05:00:00+00:00", "trusted": True, "service": True}
    mark["boot"] = clocks._boot_id()
    clock = SystemClock(floor)
    before = clock.now()
    (tmp_path / name).write_text(json.dumps(mark | change))
    clock.advance(seconds=2)
    assert timedelta(0) < clock.now() - before < timedelta(seconds=10)
    assert timedelta(0) < SystemClock(floor, offset_s=2).now() - before < timedelta(seconds=10)


def test_what_a_person_says_is_on_the_disk_at_once(tmp_path):
    floor = tmp_path / "clock-floor"
    clock = SystemClock(floor)
    said = clock.now() + timedelta(days=3)
    assert clock.hear(TimeSource.PERSON, said).believed
    assert datetime.fromisoformat(floor.read_text()) == said
    assert json.loads((tmp_path / "clock-set").read_text())["time"] == said.isoformat()


def test_what_is_not_believed_is_not_written(tmp_path):
    floor = tmp_path / "clock-floor"
    clock = SystemClock(floor)
    said = clock.now() + timedelta(days=400)
    assert not clock.hear(TimeSource.GNSS, said).believed
    assert not (tmp_path / "clock-set").exists()
    assert datetime.fromisoformat(floor.read_text()) < said - timedelta(days=300)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=1)])
def test_a_clock_that_keeps_nothing_writes_no_file(tmp_path, ahead):
    """A story that moves its clock by hours must not move the machine's."""
    floor = tmp_path / "clock-floor"
    floor.write_text((datetime.now(UTC) + ahead).isoformat())
    before = floor.read_text()
    clock = SystemClock(floor, shared=True, keep=False)
    clock.hear(TimeSource.PERSON, clock.now() + timedelta(days=3))
    clock.keep_floor()
    clock.advance(seconds=3_600)
    clock.now()
    assert floor.read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["clock-floor"]


def test_a_clock_without_a_place_writes_nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(clocks.SystemClock, "_beside", lambda _self, name: tmp_path / name)
    clock = SystemClock(None, shared=True)
    clock.hear(TimeSource.PERSON, clock.now() + timedelta(days=3))
    clock.keep_floor()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("says", "service"), [(True, True), (False, False), (1, False), ("true", False), (None, False)]
)
def test_only_a_service_is_believed_against_the_wall_clock(tmp_path, says, service):
    floor = tmp_path / "clock-floor"
    SystemClock(floor, shared=True).keep_floor()
    mark = json.loads((tmp_path / "clock-shared").read_text())
    (tmp_path / "clock-shared").write_text(json.dumps(mark | {"service": says}))
    found = SystemClock(floor)._read_mark("clock-shared")
    assert found is not None
    assert found.service is service


@pytest.mark.parametrize("seconds", [0, 0.5, 1])
def test_a_virtual_clock_moves_by_any_part_of_a_second(seconds):
    clock = VirtualClock()
    before = clock.now()
    clock.advance(seconds=seconds)
    assert (clock.now() - before).total_seconds() == clock.monotonic() == seconds
