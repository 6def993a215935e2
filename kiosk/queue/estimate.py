"""Estimate: how long a citizen will wait, as a range or "not known". Pure.

People ahead times the smoothed time per person, shared by the counters at work. The time per
person is pulled toward a prior until enough people were served (noise in a short mean costs more
than staleness). With fewer than `KNOWN_FROM` served, or no counter at work, nothing is promised.
"""

from __future__ import annotations

from collections.abc import Sequence

KNOWN_FROM = 5
"""People served today before a wait is quoted."""

PRIOR_S, PRIOR_WEIGHT = 390.0, 10
LOW, HIGH = 0.8, 1.4
STEP_MIN = 5
SHOWN_UP_TO_MIN = 240


def wait_range(
    ahead: int, service_s: Sequence[float], counters_open: int
) -> tuple[int, int] | None:
    """Minutes (from, to) in steps of five, or None for "not known".

    `service_s` are the newest service times in seconds, `counters_open` the counters at work.
    """
    if len(service_s) < KNOWN_FROM or counters_open < 1:
        return None
    mean = (sum(service_s) + PRIOR_S * PRIOR_WEIGHT) / (len(service_s) + PRIOR_WEIGHT)
    minutes = ahead * mean / counters_open / 60
    low = int(minutes * LOW // STEP_MIN) * STEP_MIN
    high = max(low + STEP_MIN, -int(-(minutes * HIGH) // STEP_MIN) * STEP_MIN)
    return None if high > SHOWN_UP_TO_MIN else (low, high)
