"""Numbering: the label of a ticket. Pure.

A ticket's identity is its visit (a UUID); the number is a label, unique per site, service day and
series. A series is one letter per category of service ("A" for national IDs), so that waiting
people recognise their group of numbers. Numbers start at 101: three digits from the first ticket
to the 899th are equally long on paper, on the display and in speech, and cannot be taken for a
counter's number. The screen and the slip say how many people are ahead, so that 101 is not
misread.

Three ranges never overlap:
- 101 to 500 and 1001 upwards: granted by the centre, in order;
- 501 to 1000: reserve blocks leased to kiosks, the same range of numbers for every series;
- an offline sub-series of the kiosk's own (`A-K2-07`) once its block is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from provisioning.clock import EAT

FIRST = 101
RESERVE_FIRST, RESERVE_LAST = 501, 1_000
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No I and no O: they read as 1 and 0."""


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers `first` to `last` of every series of `day`, for one kiosk alone."""

    day: date
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def label(series: str, number: int) -> str:
    """What is shown, printed and called."""
    return f"{series}{number:02d}" if series.endswith("-") else f"{series}{number}"


def service_day(moment: datetime) -> date:
    """The day a ticket counts for: East Africa Time."""
    return moment.astimezone(EAT).date()


def series_of(category: str, categories: Sequence[str]) -> str:
    """The letter of `category` among the pack's `categories` in their order."""
    position = categories.index(category) if category in categories else len(categories)
    return LETTERS[position % len(LETTERS)]


def offline_series(series: str, unit: int) -> str:
    """The sub-series that only the kiosk numbered `unit` of its site may use."""
    return f"{series}-K{unit}-"


def in_reserve(number: int) -> bool:
    """Whether `number` lies in the band that is leased to kiosks."""
    return RESERVE_FIRST <= number <= RESERVE_LAST


def next_granted(last: int | None, in_use: Callable[[int], bool] = lambda _: False) -> int:
    """The number the centre grants after `last` (None: none granted yet today).

    `in_use`: somebody holds that number and still waits, such as a person of before midnight.
    """
    number = FIRST if last is None else last + 1
    while in_reserve(number) or in_use(number):
        number = RESERVE_LAST + 1 if in_reserve(number) else number + 1
    return number


def next_block(
    day: date, last: int | None, size: int, in_use: Sequence[int] = ()
) -> NumberBlock | None:
    """The block after the one that ended with `last`; None when the reserve band is used up.

    `in_use` are numbers of the band that people hold who still wait: no block contains one.
    """
    first = RESERVE_FIRST if last is None else last + 1
    while first <= RESERVE_LAST:
        end = min(first + size - 1, RESERVE_LAST)
        met = [number for number in in_use if first <= number <= end]
        if not met:
            return NumberBlock(day, first, end)
        if min(met) > first:
            return NumberBlock(day, first, min(met) - 1)
        first = min(met) + 1
    return None
