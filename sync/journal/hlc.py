"""Hybrid logical clock (Kulkarni et al. 2014): an order of facts that survives wrong clocks.

A timestamp is one integer: 48 bits of Unix milliseconds, then 16 bits of counter. It is never
smaller than one given or merged before, follows the clock when that is ahead, and counts on when
the clock stands still or goes back. Pure: the caller keeps the last value and reads the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime

from provisioning.time_judge import GARAGE

COUNTER_BITS = 16
AHEAD_MAX = GARAGE
"""A timestamp further ahead of our clock than this is a broken clock's, and is not followed."""


def from_time(moment: datetime) -> int:
    """The first timestamp of `moment`'s millisecond."""
    return int(moment.timestamp() * 1000) << COUNTER_BITS


def to_time(stamp: int) -> datetime:
    """The time in `stamp`, in UTC, to the millisecond."""
    return datetime.fromtimestamp((stamp >> COUNTER_BITS) / 1000, UTC)


def tick(last: int, now: datetime) -> int:
    """The timestamp of a new fact after `last`."""
    return max(from_time(now), last + 1)


def merge(last: int, remote: int, now: datetime) -> int | None:
    """`last` after hearing of `remote`, or None when `remote` is too far ahead to be true."""
    if remote > from_time(now + AHEAD_MAX):
        return None
    return max(last, remote)
