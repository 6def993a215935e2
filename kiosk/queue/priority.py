"""PriorityPolicy: who is called next, and why, as data. Pure.

Each class has a target wait. The ticket that has used the largest share of its target is called
next ("share of target used"), so priority people go earlier but nobody starves: a ticket that has
waited past the floor goes before everybody else, oldest first. In the simulation behind
`reference/queue.md` this kept 74 to 86 % of priority people within 15 minutes while strict
priority let ordinary people wait 114 minutes on a day with 45 % priority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kiosk.queue.lifecycle import Waiting

_MINUTE_MS = 60_000


class CallReason(StrEnum):
    """The reason a supervisor or a citizen may read."""

    FLOOR = "waited longest, past the floor"
    SHARE = "used the largest share of its target wait"


@dataclass(frozen=True, slots=True)
class PriorityPolicy:
    """Target waits in minutes by the class's rank, and the floor nobody waits past."""

    target_min_by_rank: Mapping[int, int] = field(
        default_factory=lambda: MappingProxyType({1: 15, 2: 20, 3: 30, 9: 45})
    )
    target_min: int = 45
    floor_min: int = 90

    def target(self, rank: int) -> int:
        """Minutes a ticket of `rank` should wait at most."""
        return self.target_min_by_rank.get(rank, self.target_min)


@dataclass(frozen=True, slots=True)
class NextCall:
    """Who is next. `share` is waited time over target time, 1.0 when the target is used up."""

    ticket: Waiting
    why: CallReason
    share: float

    def say(self) -> str:
        """The reason in one line, for the journal and for people."""
        return f"{self.why} ({self.share:.0%})"


def share_used(ticket: Waiting, now_ms: int, policy: PriorityPolicy) -> float:
    """How much of its target wait `ticket` has used. A clock that went back counts as zero."""
    return max(0, now_ms - ticket.since) / (policy.target(ticket.rank) * _MINUTE_MS)


def choose(waiting: Iterable[Waiting], now_ms: int, policy: PriorityPolicy) -> NextCall | None:
    """The ticket to call next, or None when nobody waits."""
    line = list(waiting)
    if not line:
        return None
    floor = policy.floor_min * _MINUTE_MS
    starved = [each for each in line if now_ms - each.since >= floor]
    if starved:
        oldest = min(starved, key=lambda each: (each.since, each.visit))
        return NextCall(oldest, CallReason.FLOOR, share_used(oldest, now_ms, policy))
    # Equal shares (all arrived this instant): the better rank, then the older ticket.
    best = max(
        line,
        key=lambda each: (share_used(each, now_ms, policy), -each.rank, -each.since),
    )
    return NextCall(best, CallReason.SHARE, share_used(best, now_ms, policy))
