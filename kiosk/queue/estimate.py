"""Estimate: how long a citizen will wait, as a range or "not known". Pure.

The people ahead, service by service, times the smoothed time such a person occupies a counter, over
the counters that may serve them and are at work, or are back from a break by then. Times include
calls to which nobody came, so the line is thinned for those who left; they are pulled toward a
prior until enough people were served (noise in a short mean costs more than staleness). A counter
that serves other people too first takes those who came before. Who arrives later and is called
earlier is added by the share of such calls. The day's roster stretches what runs into lunch.

Before `KNOWN_FROM` people were served, the wait of the one at the head of the line is quoted; when
nobody waits yet, or no counter is at work for the service, nothing is promised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

KNOWN_FROM = 5
"""People served today before their times are used."""

PRIOR_CALLS = 20
LOW, HIGH = 0.94, 1.13
"""Of the expected wait: about 60 % of the waits of simulated days lie between (docs/queue.md)."""
STEP_MIN = 5
SHOWN_UP_TO_MIN = 240
LONGEST_S = 6 * 3600.0
_HALVINGS = 15


class CounterAhead(NamedTuple):
    """A counter at work, or back in `back_in_s`. `services` None: all; `free`: nobody is at it."""

    services: frozenset[str] | None
    back_in_s: float = 0.0
    free: bool = False

    def serves(self, service: str) -> bool:
        return self.services is None or service in self.services


class RosterStep(NamedTuple):
    """From this second of the day on so many counters work."""

    from_s: int
    counters: int


@dataclass(frozen=True, slots=True)
class LineAhead:
    """What somebody for `service` has before him. `ahead`: people by service; `occupied`: newest
    times at a counter by service (sum of seconds, calls); `legs_each`: the newest calls a person,
    since some are called for a second service or after having been parked; `earlier_share`: the
    share of the newest calls that were of a class called earlier, `earlier_for_s`: so long after
    him such a person may come and still pass; `head_waited_s`: how long the first in line has
    waited.
    """

    service: str
    ahead: Mapping[str, int]
    occupied: Mapping[str, tuple[float, int]]
    counters: Sequence[CounterAhead]
    prior_s: float = 390.0
    legs_each: float = 1.0
    earlier_share: float = 0.0
    earlier_for_s: float = 0.0
    head_waited_s: float | None = None
    roster: Sequence[RosterStep] = field(default=())
    second_of_day: float = 0.0


def wait_range(line: LineAhead) -> tuple[int, int] | None:
    """Minutes (from, to) in steps of five, or None for "not known"."""
    seconds = expected_wait_s(line)
    return None if seconds is None else in_words(seconds)


def in_words(seconds: float) -> tuple[int, int] | None:
    """The range that is quoted for an expected wait; None for one that is too long to promise."""
    minutes = seconds / 60
    low = min(int(minutes * LOW / STEP_MIN + 0.5), int(minutes // STEP_MIN)) * STEP_MIN
    high = max(low + STEP_MIN, int(minutes * HIGH / STEP_MIN + 0.5) * STEP_MIN)
    return None if high > SHOWN_UP_TO_MIN else (low, high)


def expected_wait_s(line: LineAhead) -> float | None:
    """The expected wait; None for "not known"."""
    able = [each for each in line.counters if each.serves(line.service)]
    if not able:
        return None
    if sum(calls for _, calls in line.occupied.values()) < KNOWN_FROM:
        return line.head_waited_s
    if any(each.free for each in able) and not sum(line.ahead.values()):
        return 0.0
    work = _work(line)
    others = _teams(each for each in line.counters if not each.serves(line.service))
    teams = _teams(able)
    low, high = 0.0, LONGEST_S
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _cleared_by(middle, work, others, teams):
            high = middle
        else:
            low = middle
    share = min(line.earlier_share, 0.5)
    pushed = high + share * min(high / (1 - share), line.earlier_for_s)
    return _by_roster(pushed, line)


def _work(line: LineAhead) -> dict[str, float]:
    """Seconds of counter time that stand before him, by service."""
    seconds = sum(total for total, _ in line.occupied.values())
    calls = sum(count for _, count in line.occupied.values())
    overall = (seconds + PRIOR_CALLS * line.prior_s) / (calls + PRIOR_CALLS)

    def mean(service: str) -> float:
        total, count = line.occupied.get(service, (0.0, 0))
        return (total + PRIOR_CALLS * overall) / (count + PRIOR_CALLS)

    work = {
        service: people * mean(service) * line.legs_each for service, people in line.ahead.items()
    }
    if any(each.free and each.serves(line.service) for each in line.counters):
        return work
    # Those at the counters now are half served.
    work[line.service] = work.get(line.service, 0.0) + mean(line.service) / 2
    return work


class _Team(NamedTuple):
    """So many counters of one skill, at work from `back_in_s` on."""

    services: frozenset[str] | None
    back_in_s: float
    counters: int

    def seconds(self, moment: float) -> float:
        """Counter time until `moment`."""
        return self.counters * max(0.0, moment - self.back_in_s)


def _teams(counters: Iterable[CounterAhead]) -> list[_Team]:
    counts = Counter((each.services, each.back_in_s) for each in counters)
    return [_Team(*skill, number) for skill, number in counts.items()]


def _cleared_by(
    moment: float, work: Mapping[str, float], others: Sequence[_Team], able: Sequence[_Team]
) -> bool:
    """Whether a counter takes him by then: everybody before him whom the `able` must serve is
    served, or those of his own services are, by the counters that serve nobody else. The `others`
    serve those of theirs meanwhile.
    """
    left = dict(work)
    for team in others:
        mine = {each: left[each] for each in team.services or () if left.get(each)}
        total = sum(mine.values())
        taken = min(1.0, team.seconds(moment) / total) if total else 0.0
        for each, much in mine.items():
            left[each] = much * (1 - taken)
    skilled = [team.services for team in able if team.services is not None]
    if len(skilled) == len(able):
        shared = frozenset().union(*skilled)
        left = {each: much for each, much in left.items() if each in shared}
    if sum(team.seconds(moment) for team in able) >= sum(left.values()):
        return True
    if not skilled:
        return False
    narrow = min(skilled, key=len)
    own = sum(team.seconds(moment) for team in able if team.services == narrow)
    return own >= sum(much for each, much in left.items() if each in narrow)


def _by_roster(seconds: float, line: LineAhead) -> float:
    """`seconds` at today's number of counters, stretched or shortened by the roster ahead."""
    now = line.second_of_day
    steps = [step for step in line.roster if step.from_s <= now][-1:]
    if not steps or not steps[0].counters:
        return seconds
    base, left, at, rate = steps[0].counters, seconds, now, 1.0
    for step in line.roster:
        if step.from_s <= now:
            continue
        span = (step.from_s - at) * rate
        if span >= left:
            break
        left, at, rate = left - span, step.from_s, max(step.counters / base, 0.05)
    return at - now + left / rate
