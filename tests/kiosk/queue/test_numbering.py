"""Numbers and their labels: bands that never meet, and the day they count for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.queue.numbering import (
    LETTERS,
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
