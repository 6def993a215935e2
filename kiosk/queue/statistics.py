"""Statistics: percentiles, shares and Little's law, for the figures of a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of `values` do not exceed (nearest rank); None without values."""
    if not values:
        return None
    ordered = sorted(values)
    position = max(1, -int(-(share * len(ordered)) // 1))
    return ordered[position - 1]


def mean(values: Sequence[float]) -> float | None:
    """The average; None without values."""
    return sum(values) / len(values) if values else None


def share_of(count: int, total: int) -> float | None:
    """`count` of `total`; None of nothing."""
    return round(count / total, 4) if total else None


def overlap(first: tuple[int, int], spans: Iterable[tuple[int, int]]) -> int:
    """How much of `first` lies within `spans`, which do not overlap one another."""
    begin, end = first
    return sum(max(0, min(end, last) - max(begin, start)) for start, last in spans)


def length_and_law(waits: Sequence[tuple[int, int]]) -> tuple[float, float] | None:
    """Little's law over waits (from, to): the mean number in line as it was counted at the moments
    somebody came or went, and arrival rate times mean wait. Equal, if the log agrees with itself.
    """
    if len(waits) < 2:
        return None
    begin, end = min(wait[0] for wait in waits), max(wait[1] for wait in waits)
    if end <= begin:
        return None
    moments = sorted([(start, 1) for start, _ in waits] + [(stop, -1) for _, stop in waits])
    area, line, last = 0.0, 0, begin
    for moment, change in moments:
        area += line * (moment - last)
        line, last = line + change, moment
    rate = len(waits) / (end - begin)
    average = sum(stop - start for start, stop in waits) / len(waits)
    return area / (end - begin), rate * average
