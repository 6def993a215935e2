"""A wait is quoted as a range, or not at all; and it follows the counters, their skills and breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.queue.estimate import (
    KNOWN_FROM,
    CounterAhead,
    LineAhead,
    RosterStep,
    expected_wait_s,
    in_words,
    wait_range,
)

NRB, KRA = frozenset({"NRB"}), frozenset({"KRA"})


def line(ahead: int = 10, *, calls: int = 100, counters: int = 2, mean_s: float = 400) -> LineAhead:
    """`ahead` people for NRB before one more, at counters that serve everybody."""
    return LineAhead(
        service="NRB",
        ahead={"NRB": ahead},
        occupied={"NRB": (mean_s * calls, calls)},
        counters=[CounterAhead(None)] * counters,
        prior_s=400,
    )


def seconds(known: LineAhead) -> float:
    found = expected_wait_s(known)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (line(counters=0), None),
        (line(calls=KNOWN_FROM - 1), None),
        (line(10, counters=2), (35, 40)),
        (line(0, counters=1), (0, 5)),
        (line(200, counters=1), None),
    ],
)
def test_a_wait_is_a_range_or_not_known(known: LineAhead, expected: tuple[int, int] | None) -> None:
    assert wait_range(known) == expected


def test_on_a_cold_start_the_one_at_the_head_of_the_line_is_quoted() -> None:
    cold = line(calls=0)
    assert expected_wait_s(cold) is None
    assert expected_wait_s(replace(cold, head_waited_s=660)) == 660
    assert expected_wait_s(replace(cold, head_waited_s=660, counters=[CounterAhead(KRA)])) is None


def test_nobody_waits_when_a_counter_is_free() -> None:
    assert expected_wait_s(replace(line(0), counters=[CounterAhead(NRB, free=True)])) == 0
    assert expected_wait_s(replace(line(0), counters=[CounterAhead(KRA, free=True)])) is None


def test_counters_on_a_break_count_from_when_they_are_back() -> None:
    soon = seconds(replace(line(), counters=[CounterAhead(None), CounterAhead(None, 600)]))
    assert seconds(line()) < soon < seconds(line(counters=1))
    assert soon == pytest.approx(seconds(line()) + 300, abs=5)


def test_people_for_other_counters_are_not_waited_for() -> None:
    mixed = replace(line(0), ahead={"KRA": 50, "NRB": 2}, occupied={"KRA": (40_000, 100)})
    own = replace(mixed, counters=[CounterAhead(NRB), CounterAhead(KRA)])
    shared = replace(mixed, counters=[CounterAhead(None), CounterAhead(KRA)])
    assert seconds(own) < 1_100 < seconds(shared)


def test_who_comes_later_and_is_called_earlier_is_counted_in() -> None:
    pushed = seconds(replace(line(), earlier_share=0.2, earlier_for_s=2_700))
    assert pushed == pytest.approx(seconds(line()) / 0.8, rel=0.01)


def test_what_runs_into_lunch_takes_longer() -> None:
    roster = (RosterStep(28_800, 10), RosterStep(45_000, 5), RosterStep(50_400, 10))
    plain = seconds(line())
    before = replace(line(), roster=roster, second_of_day=45_000 - plain / 2)
    assert seconds(before) == pytest.approx(plain * 1.5, rel=0.01)
    morning = replace(line(), roster=roster, second_of_day=30_000)
    assert seconds(morning) == pytest.approx(plain)


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 20_000))
def test_a_range_has_a_width_and_steps_of_five(expected: float) -> None:
    found = in_words(expected)
    if found is not None:
        low, high = found
        assert 0 <= low < high
        assert low % 5 == high % 5 == 0
        assert low * 60 - 150 <= expected <= high * 60 + 150
