"""Priority: the call order, its reasons, and how many are called before a ticket. Pure.

Every class of people has a target wait. A ticket's call-by time is the moment at which it will
have used `share` (150 %) of the target of its class, and never more than `floor_min` after its
arrival. The ticket whose call-by time comes first is called first; of equal ones the better rank,
then the older arrival, then the older visit.

The order depends on the tickets and the policy alone, not on the moment it is asked for. So what
`people_ahead` says stays true however fast or slowly the counters call, until somebody arrives
whose call-by time is earlier. Nobody is passed by a person who came more than `floor_min` later.
Within one class it is the order of arrival; so the next call is always the oldest ticket of some
class, and the people ahead are those of each class who arrived before one moment (`arrived_by`).
Why this rule and not the largest share at the moment of the call: docs/adr/0010.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol

_MINUTE_MS = 60_000


class Waiting(NamedTuple):
    """What the order of calls depends on. `visit` are the 16 bytes of the visit's UUID, `since`
    is the citizen's arrival in Unix milliseconds.
    """

    visit: bytes
    service: str
    rank: int
    since: int


class Arrival(NamedTuple):
    """A place in the order of arrival within one class."""

    since: int
    visit: bytes


class WaitingByClass(Protocol):
    """The people who wait, as a database can count them."""

    def ranks(self) -> Iterable[int]:
        """The ranks of those who wait, each once."""
        ...

    def arrived_before(self, rank: int, arrival: Arrival) -> int:
        """How many wait with `rank` who arrived before `arrival`."""
        ...


class ServicesByClass(Protocol):
    """The people who wait, as a database can count them service by service."""

    def ranks(self) -> Iterable[int]:
        """The ranks of those who wait, each once."""
        ...

    def services_before(self, rank: int, arrival: Arrival) -> Mapping[str, int]:
        """How many wait with `rank` for each service who arrived before `arrival`."""
        ...


class CallReason(StrEnum):
    """The reason a supervisor or a citizen may read."""

    LONGEST = "waited longest"
    APPOINTMENT = "it has an appointment"
    CLASS = "its class is called earlier"


@dataclass(frozen=True, slots=True)
class PriorityPolicy:
    """Target waits in minutes by the class's rank; the share of it that a call may use up."""

    target_min_by_rank: Mapping[int, int] = field(
        default_factory=lambda: MappingProxyType({1: 15, 2: 20, 3: 30, 9: 45})
    )
    target_min: int = 45
    share: float = 1.5
    floor_min: int = 90
    early_min: int = 30
    grace_min: int = 15

    def since_of_appointment(self, appointment: int, arrived: int, rank: int) -> int | None:
        """The arrival, as far as the order of calls goes, of somebody with an appointment (Unix
        ms): called before everybody whose call-by time is after it. None for who comes more than
        `early_min` before it or `grace_min` after it: he stands in line as he came.
        """
        off = arrived - appointment
        if not -self.early_min * _MINUTE_MS <= off <= self.grace_min * _MINUTE_MS:
            return None
        return min(arrived, appointment - self.call_after_ms(rank))

    def target(self, rank: int) -> int:
        """Minutes a ticket of `rank` should wait at most."""
        return self.target_min_by_rank.get(rank, self.target_min)

    def passes_for_ms(self, rank: int) -> int:
        """So long after a ticket of `rank` somebody of the best class may come and still pass."""
        best = min((*self.target_min_by_rank, rank))
        return max(0, self.call_after_ms(rank) - self.call_after_ms(best))

    def call_after_ms(self, rank: int) -> int:
        """Milliseconds from the arrival of a ticket of `rank` to its call-by time."""
        return int(min(self.share * self.target(rank), self.floor_min) * _MINUTE_MS)


@dataclass(frozen=True, slots=True)
class NextCall:
    """Who is next. `share` is waited time over target time, 1.0 when the target is used up."""

    ticket: Waiting
    why: CallReason
    share: float

    def say(self) -> str:
        """The reason in one line, for the journal and for people."""
        return f"{self.why} (used {self.share:.0%} of its target wait)"


def call_order(waiting: Iterable[Waiting], policy: PriorityPolicy) -> list[Waiting]:
    """The order in which `waiting` will be called when nobody else arrives."""

    def key(ticket: Waiting) -> tuple[int, int, int, bytes]:
        call_by = ticket.since + policy.call_after_ms(ticket.rank)
        return call_by, ticket.rank, ticket.since, ticket.visit

    return sorted(waiting, key=key)


def next_call(waiting: Iterable[Waiting], now_ms: int, policy: PriorityPolicy) -> NextCall | None:
    """The first of `call_order` with the reason for it; None when nobody waits."""
    order = call_order(waiting, policy)
    if not order:
        return None
    first = order[0]
    longest = first.since == min(each.since for each in order)
    return NextCall(
        ticket=first,
        why=CallReason.LONGEST if longest else CallReason.CLASS,
        share=share_used(first, now_ms, policy),
    )


def people_ahead(ticket: Waiting, waiting: WaitingByClass, policy: PriorityPolicy) -> int:
    """How many of `waiting` come before `ticket` in `call_order`. It need not be one of them."""
    return sum(
        waiting.arrived_before(rank, arrived_by(ticket, rank, policy)) for rank in waiting.ranks()
    )


def ahead_by_service(
    ticket: Waiting, waiting: ServicesByClass, policy: PriorityPolicy
) -> Counter[str]:
    """`people_ahead`, told apart by the service they came for."""
    found: Counter[str] = Counter()
    for rank in waiting.ranks():
        found.update(waiting.services_before(rank, arrived_by(ticket, rank, policy)))
    return found


def arrived_by(ticket: Waiting, rank: int, policy: PriorityPolicy) -> Arrival:
    """Who waits with `rank` is called before `ticket` exactly if he arrived before this."""
    if rank == ticket.rank:
        return Arrival(ticket.since, ticket.visit)
    since = ticket.since + policy.call_after_ms(ticket.rank) - policy.call_after_ms(rank)
    # Equal call-by times: the better rank goes first.
    return Arrival(since + 1 if rank < ticket.rank else since, b"")


def share_used(ticket: Waiting, now_ms: int, policy: PriorityPolicy) -> float:
    """How much of its target wait `ticket` has used. A clock that went back counts as zero."""
    return max(0, now_ms - ticket.since) / (policy.target(ticket.rank) * _MINUTE_MS)
