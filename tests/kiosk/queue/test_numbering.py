"""Numbers and their labels: bands that never meet, and the day they count for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.queue.numbering import (
    LETTERS,
    in_reserve,
    label,
    next_block,
    next_granted,
    offline_series,
    series_of,
    service_day,
)

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("last", "number"), [(None, 101), (101, 102), (499, 500), (500, 1001), (1001, 1002)]
)
def test_granted_numbers_step_over_the_reserve(last: int | None, number: int) -> None:
    assert next_granted(last) == number


@pytest.mark.parametrize(
    ("last", "size", "block"),
    [(None, 50, (501, 550)), (550, 50, (551, 600)), (980, 50, (981, 1000)), (1000, 50, None)],
)
def test_blocks_fill_the_reserve_and_end_with_it(
    last: int | None, size: int, block: tuple[int, int] | None
) -> None:
    found = next_block(DAY, last, size)
    assert (None if found is None else (found.first, found.last)) == block


@pytest.mark.parametrize(
    ("last", "size", "in_use", "block"),
    [
        (None, 50, [], (501, 550)),
        (None, 50, [500, 551], (501, 550)),
        (None, 50, [520, 510], (501, 509)),
        (None, 50, [501], (502, 551)),
        (None, 50, [501, 502, 504], (503, 503)),
        (None, 50, [550], (501, 549)),
        (None, 1, [501], (502, 502)),
        (990, 50, [1000], (991, 999)),
        (998, 50, [999, 1000], None),
        (999, 50, [], (1000, 1000)),
    ],
)
def test_no_block_contains_a_number_that_somebody_holds(
    last: int | None, size: int, in_use: list[int], block: tuple[int, int] | None
) -> None:
    found = next_block(DAY, last, size, in_use)
    assert (None if found is None else (found.first, found.last)) == block
    assert found is None or found.size == found.last - found.first + 1


@pytest.mark.parametrize(
    ("last", "in_use", "number"),
    [(None, {101}, 102), (499, {500}, 1001), (500, {1001, 1002}, 1003), (104, {101}, 105)],
)
def test_a_number_of_somebody_who_still_waits_is_not_granted(
    last: int | None, in_use: set[int], number: int
) -> None:
    assert next_granted(last, in_use.__contains__) == number


@pytest.mark.parametrize(
    ("number", "inside"), [(500, False), (501, True), (1000, True), (1001, False)]
)
def test_the_reserve_band(number: int, inside: bool) -> None:  # noqa: FBT001 - a row of a table
    assert in_reserve(number) is inside


def test_labels() -> None:
    assert label("A", 101) == "A101"
    assert label(offline_series("A", 2), 7) == "A-K2-07"
    keys = [f"c{n}" for n in range(18)]
    assert [series_of(key, keys) for key in keys] == list(LETTERS[:18])
    assert not {"I", "O"} & set(LETTERS)


def test_a_service_day_begins_at_midnight_in_nairobi() -> None:
    before = datetime(2026, 11, 22, 20, 59, tzinfo=UTC)
    assert service_day(before) == date(2026, 11, 22)
    assert service_day(before + timedelta(minutes=1)) == DAY
