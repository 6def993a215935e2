"""Time is a judgement: the table of `time_judge.py`, row by row, and days of wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.time_judge import DRIFT, EPOCH, Mark, TimeJudge, TimeSource

NOON = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


def started(wall=NOON, *, floor=NOON, mark=None, elapsed_s=100.0):
    return TimeJudge(floor=floor, mark=mark, wall=wall, elapsed_s=elapsed_s)


@pytest.mark.parametrize(
    ("off", "now", "trusted", "floor"),
    [
        (timedelta(0), NOON, True, NOON),
        (timedelta(seconds=1), NOON + timedelta(seconds=1), True, NOON + timedelta(seconds=1)),
        (14 * HOUR, NOON + 14 * HOUR, True, NOON + 14 * HOUR),
        (36 * HOUR, NOON + 36 * HOUR, True, NOON + 36 * HOUR),
        (37 * HOUR, NOON + 37 * HOUR, False, NOON),
        (35 * DAY, NOON + 35 * DAY, False, NOON),
        (36 * DAY, NOON, True, NOON),
        (YEAR, NOON, True, NOON),
        (-40 * timedelta(minutes=1), NOON, True, NOON),
        (-DAY, NOON, True, NOON),
        (datetime(1970, 1, 1, tzinfo=UTC) - NOON, NOON, True, NOON),
    ],
    ids=str,
)
def test_what_is_believed_at_a_start(off, now, trusted, floor):
    judge = started(NOON + off)
    assert (judge.at(100.0), judge.trusted, judge.floor) == (now, trusted, floor)


def test_a_new_node_believes_its_clock_and_never_one_before_the_software():
    assert started(NOON, floor=None).at(100.0) == NOON
    assert started(datetime(1970, 1, 1, tzinfo=UTC), floor=None).at(100.0) == EPOCH


@pytest.mark.parametrize("off", [3 * HOUR, DAY, YEAR, -3 * HOUR, -DAY], ids=str)
def test_a_step_while_running_is_held_back_told_once_and_time_goes_on(off):
    judge = started()
    first, told = judge.look(NOON + off, 101.0)
    assert first == NOON + timedelta(seconds=1)
    assert told is not None
    assert not told.believed
    assert told.said == NOON + off
    second, again = judge.look(NOON + off + timedelta(seconds=9), 110.0)
    assert second == NOON + timedelta(seconds=10)
    assert again is None
    back, _ = judge.look(NOON + timedelta(seconds=20), 120.0)
    assert back == NOON + timedelta(seconds=20)


def test_the_network_may_step_it_forward_by_a_night_and_no_more():
    judge = started()
    now, told = judge.look(NOON + 5 * HOUR, 101.0, by_network=lambda: True)
    assert now == NOON + 5 * HOUR
    assert told is not None
    assert told.source is TimeSource.NTP
    held, told = judge.look(NOON + YEAR, 102.0, by_network=lambda: True)
    assert held == NOON + 5 * HOUR + timedelta(seconds=1)
    assert told is not None
    assert not told.believed


def test_two_that_agree_are_believed_and_take_a_wrong_floor_back():
    judge = started(NOON, floor=NOON + 10 * DAY)
    assert judge.at(100.0) == NOON + 10 * DAY
    assert judge.hear(TimeSource.CENTRE, NOON - 2 * HOUR, NOON, 100.0) is not None
    assert judge.at(100.0) == NOON + 10 * DAY, "the centre alone does not take it back"
    found = judge.hear(TimeSource.CENTRE, NOON + timedelta(seconds=30), NOON, 100.0)
    assert found is not None
    assert found.believed
    assert judge.at(100.0) == judge.floor == NOON + timedelta(seconds=30)


def test_one_other_source_moves_a_machine_without_a_battery_forward_by_a_night():
    judge = started(datetime(1970, 1, 1, tzinfo=UTC))
    found = judge.hear(TimeSource.GNSS, NOON + 12 * HOUR, EPOCH, 100.0)
    assert found is not None
    assert found.believed
    assert judge.at(100.0) == NOON + 12 * HOUR
    assert not judge.hear(TimeSource.GNSS, NOON + YEAR, EPOCH, 101.0).believed


@pytest.mark.parametrize("off", [-YEAR / 2, -DAY, DAY, 3 * YEAR], ids=str)
def test_a_person_is_believed_and_what_was_tentative_is_trusted(off):
    judge = started(NOON + 20 * DAY)
    assert not judge.trusted
    assert judge.hear(TimeSource.PERSON, NOON + off, NOON + 20 * DAY, 100.0).believed
    assert judge.trusted
    assert judge.floor == judge.at(100.0) == NOON + off


def test_a_source_that_agrees_makes_a_long_pause_trusted():
    judge = started(NOON + 20 * DAY)
    assert judge.hear(TimeSource.CENTRE, NOON + 20 * DAY, NOON + 20 * DAY, 100.0) is None
    assert judge.trusted
    judge.look(NOON + 20 * DAY, 100.0)
    assert judge.floor == NOON + 20 * DAY


def test_a_service_started_again_goes_on_with_what_the_others_judge():
    mark = Mark(NOON, 50.0, trusted=True, service=True)
    assert started(NOON + YEAR, mark=mark).at(100.0) == NOON + timedelta(seconds=50)
    assert started(NOON + 3 * HOUR, mark=mark).at(100.0) == NOON + timedelta(seconds=50)
    late = Mark(NOON, -400.0, trusted=True, service=True)
    assert started(NOON + 14 * HOUR, mark=late).at(100.0) == NOON + 14 * HOUR


def test_commands_behind_the_floor_do_not_begin_at_the_floor_each_time():
    floor = NOON + timedelta(minutes=40)
    first = started(NOON, floor=floor, elapsed_s=100.0)
    assert first.behind
    mark = Mark(first.at(100.0), 100.0, trusted=True, service=False)
    second = started(NOON, floor=floor, mark=mark, elapsed_s=103.0)
    assert second.at(103.0) == floor + timedelta(seconds=3)
    morning = started(NOON + DAY, floor=floor, mark=mark, elapsed_s=104.0)
    assert morning.at(104.0) == NOON + DAY


STEPS = st.lists(
    st.tuples(
        st.floats(0.1, 600),
        st.one_of(
            st.just(0.0),
            st.sampled_from([-1.8e9, -86_400.0, 86_400.0 * 365, 3.2e8]),
            st.floats(-2e5, 2e5),
        ),
    ),
    min_size=1,
    max_size=60,
)


@given(STEPS)
def test_whatever_the_wall_clock_does_while_it_runs_time_is_true_and_never_goes_back(steps):
    judge, elapsed, last = started(), 100.0, NOON
    for pause, off in steps:
        elapsed += pause
        true = NOON + timedelta(seconds=elapsed - 100.0)
        now, _ = judge.look(true + timedelta(seconds=off), elapsed)
        assert now >= last
        assert abs(now - true) <= timedelta(seconds=2 * len(steps))
        last = now


def test_two_sources_that_are_both_held_back_are_each_told_once():
    judge = started()
    told = []
    for second in range(101, 160):
        wall = NOON + YEAR + timedelta(seconds=second)
        told += [judge.look(wall, second)[1]]
        told += [judge.hear(TimeSource.CENTRE, wall - 3 * DAY - YEAR, wall, second)]
    assert [each.source for each in told if each] == [TimeSource.WALL, TimeSource.CENTRE]


@pytest.mark.parametrize(
    ("later_s", "now"),
    [(0, NOON), (0.5, NOON + timedelta(seconds=0.5)), (-0.5, NOON + 3 * HOUR)],
)
def test_a_service_goes_on_from_a_mark_of_this_very_moment(later_s, now):
    """A mark from later in this boot is of another one: the wall is judged instead."""
    mark = Mark(NOON, 100.0, trusted=True, service=True)
    judge = started(NOON + 3 * HOUR, floor=None, mark=mark, elapsed_s=100.0 + later_s)
    assert judge.at(100.0 + later_s) == now


def test_a_clock_that_is_off_by_just_what_is_allowed_is_followed():
    judge = started()
    wall = judge.at(110.0) + DRIFT
    assert judge.look(wall, 110.0) == (wall, None)
    _, told = started().look(wall + timedelta(microseconds=1), 110.0)
    assert told is not None


def test_what_the_network_corrected_is_told_again_when_it_happens_again():
    """The same step after a time that agreed is another event."""
    judge = started()
    told = []
    wall = NOON
    for second in (101.0, 201.0):
        wall += 5 * HOUR
        told.append(judge.look(wall, second, by_network=lambda: True)[1])
        wall += timedelta(seconds=100)
        assert judge.look(wall, second + 100) == (wall, None)
    assert [each is not None and each.source is TimeSource.NTP for each in told] == [True, True]


@pytest.mark.parametrize("year", [1970, 1980, 2000, 2025])
@pytest.mark.parametrize("source", [TimeSource.CENTRE, TimeSource.GNSS, TimeSource.NTP])
def test_a_new_device_without_a_clock_believes_the_first_who_knows_the_time(
    year: int, source: TimeSource
) -> None:
    wall, right = datetime(year, 1, 1, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)
    judge = TimeJudge(floor=None, mark=None, wall=wall, elapsed_s=0.0)
    assert not judge.trusted, "nothing is wiped or expired on such a word"
    if source is TimeSource.NTP:
        judge.look(right, 10.0, by_network=lambda: True)
    else:
        found = judge.hear(source, right, wall, 10.0)
        assert found is not None
        assert found.believed
    assert judge.at(10.0) == right
    assert judge.trusted
    again = judge.hear(source, right + timedelta(days=400), wall, 20.0)
    assert again is not None
    assert not again.believed, "once"
