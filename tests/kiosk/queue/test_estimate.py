"""A wait is quoted as a range, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.queue.estimate import KNOWN_FROM, wait_range


@pytest.mark.parametrize(
    ("people", "served", "counters", "expected"),
    [
        (10, KNOWN_FROM - 1, 3, None),
        (10, 20, 0, None),
        (0, 20, 3, (0, 5)),
        (10, 20, 2, (25, 50)),
        (200, 20, 1, None),
    ],
)
def test_a_wait_is_a_range_or_not_known(
    people: int, served: int, counters: int, expected: tuple[int, int] | None
) -> None:
    assert wait_range(people, [400.0] * served, counters) == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 60), st.integers(1, 20))
def test_a_range_has_a_width_and_steps_of_five(people: int, counters: int) -> None:
    found = wait_range(people, [390.0] * 50, counters)
    if found is not None:
        low, high = found
        assert 0 <= low < high
        assert low % 5 == high % 5 == 0
