"""Clock: never back, whatever the machine, the battery or a torn file say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provisioning.clock import SystemClock, VirtualClock


def test_the_floor_survives_a_restart_with_a_dead_battery(tmp_path):
    floor = tmp_path / "clock-floor"
    ahead = SystemClock(floor, offset_s=40 * 86_400)
    seen = ahead.now()
    ahead.keep_floor()
    after = SystemClock(floor)
    assert after.now() == seen
    assert after.now() == seen
    assert timedelta(days=39) < after.lag() < timedelta(days=41)


def test_a_good_clock_is_followed_and_is_not_behind(tmp_path):
    clock = SystemClock(tmp_path / "clock-floor")
    first, second = clock.now(), clock.now()
    assert first < second
    assert second.tzinfo is UTC
    assert clock.lag() < timedelta(0)
    clock.advance(seconds=3_600)
    assert timedelta(minutes=59) < clock.now() - second < timedelta(minutes=61)


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
