"""Clock: what is believed, kept and shared, whatever the machine, the battery or a file say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

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
