"""Who is next and how many are ahead: one rule, whatever the queue, the policy and the pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.queue.priority import (
    Arrival,
    CallReason,
    PriorityPolicy,
    Waiting,
    call_order,
    next_call,
    people_ahead,
)

NOW = 1_795_000_000_000
MINUTE = 60_000
NORMAL, ELDERLY = 9, 1


def waiting(number: int, minutes: float, rank: int = NORMAL) -> Waiting:
    visit = number.to_bytes(16, "big")
    return Waiting(visit, "NRB-02", rank, NOW - int(minutes * MINUTE))


@dataclass(frozen=True)
class Line:
    """The people of a list, as `people_ahead` asks for them."""

    people: list[Waiting]

    def ranks(self) -> Iterable[int]:
        return {each.rank for each in self.people}

    def arrived_before(self, rank: int, arrival: Arrival) -> int:
        return sum(each.rank == rank and (each.since, each.visit) < arrival for each in self.people)


minutes = st.integers(0, 200) | st.floats(0, 200)
people = st.lists(st.tuples(minutes, st.sampled_from([1, 2, 3, 9])), min_size=1, max_size=25)
policies = st.builds(
    PriorityPolicy,
    target_min_by_rank=st.dictionaries(st.sampled_from([1, 2, 3, 9]), st.integers(1, 120)),
    target_min=st.integers(1, 120),
    share=st.floats(0.1, 5),
    floor_min=st.integers(1, 240),
)


@settings(deadline=None, max_examples=200)
@given(people, policies, st.lists(st.integers(0, 90), min_size=25, max_size=25), st.data())
def test_the_people_ahead_are_the_calls_made_before_at_any_pace(
    arrived: list[tuple[float, int]], policy: PriorityPolicy, pauses: list[int], data: st.DataObject
) -> None:
    line = [waiting(number, since, rank) for number, (since, rank) in enumerate(arrived)]
    me = data.draw(st.sampled_from(line))
    told = people_ahead(me, Line(line), policy)
    assert told == call_order(line, policy).index(me)
    now, calls = NOW, 0
    for pause in pauses:
        now += pause * MINUTE
        chosen = next_call(line, now, policy)
        assert chosen is not None
        if chosen.ticket == me:
            break
        line.remove(chosen.ticket)
        calls += 1
    assert calls == told


@settings(deadline=None, max_examples=100)
@given(people, policies)
def test_nobody_is_passed_by_who_came_later_than_the_floor(
    arrived: list[tuple[float, int]], policy: PriorityPolicy
) -> None:
    line = [waiting(number, since, rank) for number, (since, rank) in enumerate(arrived)]
    order = call_order(line, policy)
    for place, first in enumerate(order):
        passed = [each.since for each in order[place + 1 :]]
        assert all(first.since <= since + policy.floor_min * MINUTE for since in passed)


@settings(deadline=None, max_examples=60)
@given(people)
def test_within_a_class_it_is_the_order_of_arrival(arrived: list[tuple[float, int]]) -> None:
    line = [waiting(number, since, rank) for number, (since, rank) in enumerate(arrived)]
    for rank in (1, 2, 3, 9):
        order = [each for each in call_order(line, PriorityPolicy()) if each.rank == rank]
        assert order == sorted(order, key=lambda each: (each.since, each.visit))


def test_an_elderly_person_behind_ten_who_waited_forty_minutes_is_told_the_truth() -> None:
    line = [waiting(number, 40) for number in range(10)]
    elderly = waiting(99, 0, ELDERLY)
    assert people_ahead(elderly, Line(line), PriorityPolicy()) == 0
    assert call_order([*line, elderly], PriorityPolicy())[0] == elderly
    strict = PriorityPolicy(share=1)
    assert people_ahead(elderly, Line(line), strict) == 10
    assert call_order([*line, elderly], strict)[-1] == elderly


@pytest.mark.parametrize(
    ("normal_min", "elderly_min", "first"),
    [(0, 0, ELDERLY), (44, 0, ELDERLY), (45, 0, ELDERLY), (46, 0, NORMAL), (100, 60, ELDERLY)],
)
def test_a_priority_class_may_pass_those_who_came_up_to_45_minutes_before(
    normal_min: int, elderly_min: int, first: int
) -> None:
    line = [waiting(1, normal_min), waiting(2, elderly_min, ELDERLY)]
    assert call_order(line, PriorityPolicy())[0].rank == first


def test_a_backlog_does_not_turn_into_first_come() -> None:
    line = [waiting(number, 120 + number) for number in range(30)]
    elderly = waiting(99, 100, ELDERLY)
    ahead = [each for each in line if each.since < NOW - 145 * MINUTE]
    assert people_ahead(elderly, Line(line), PriorityPolicy()) == len(ahead) == 4


def test_the_reason_can_be_read() -> None:
    longest = next_call([waiting(1, 60), waiting(2, 10, ELDERLY)], NOW, PriorityPolicy())
    earlier = next_call([waiting(1, 40), waiting(2, 14, ELDERLY)], NOW, PriorityPolicy())
    assert longest is not None
    assert earlier is not None
    assert (longest.why, earlier.why) == (CallReason.LONGEST, CallReason.CLASS)
    assert longest.say() == "waited longest (used 133% of its target wait)"
    assert earlier.say() == "its class is called earlier (used 93% of its target wait)"


def test_an_empty_line_has_no_next_call() -> None:
    assert next_call([], NOW, PriorityPolicy()) is None


def test_a_clock_that_went_back_makes_no_negative_wait() -> None:
    chosen = next_call([waiting(1, -30)], NOW, PriorityPolicy())
    assert chosen is not None
    assert chosen.share == 0
