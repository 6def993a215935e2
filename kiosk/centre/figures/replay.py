"""Replay: call a day again from its journal, by the rules, and compare with who was called.

The entries are folded into tables in memory; before each call the rule is asked who is next for
that counter at that moment. An order that differs was made by other rules, another table of skills,
or by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.centre.entry import cutoff
from kiosk.centre.line_queries import PeopleWaiting, suspended_services
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.numbering import label
from kiosk.queue.priority import PriorityPolicy, next_call
from kiosk.queue.skills import CentreCounters
from sync.journal.entry import Entry
from sync.store.database import Store, Transaction

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class CallDifference:
    """Entry `seq` called another ticket than the rule's first."""

    seq: int
    counter: int
    called: str
    first: str


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """How many calls there were, and the first of those that differ."""

    calls: int
    differences: tuple[CallDifference, ...]


def replay(
    entries: Iterable[Entry], counters: CentreCounters, policy: PriorityPolicy
) -> ReplayedDay:
    """Fold `entries` and ask the rule at each call."""
    store, line = Store.open(":memory:", [LINE_TABLES]), WaitingLine()
    calls = 0
    differences: list[CallDifference] = []
    with store.transaction() as tx:
        for entry in entries:
            if entry.kind == "ticket.called":
                calls += 1
                found = _difference(tx, entry, counters, policy)
                if found is not None and len(differences) < SHOWN_MAX:
                    differences.append(found)
            line.apply(tx, entry)
    store.close()
    return ReplayedDay(calls, tuple(differences))


def _difference(
    tx: Transaction, entry: Entry, counters: CentreCounters, policy: PriorityPolicy
) -> CallDifference | None:
    at_ms, counter = entry.hlc >> 16, entry.body["counter"]
    services = counters.services(counter) if counter <= counters.count else None
    since = cutoff(datetime.fromtimestamp(at_ms / 1000, UTC))
    row = tx.one("SELECT since FROM line_ticket WHERE visit = ?", (entry.subject.bytes,))
    if row is not None and row[0] < since:
        since = -(1 << 62)  # somebody of an earlier day was asked for
    people = PeopleWaiting(tx, since, services, frozenset(suspended_services(tx)))
    chosen = next_call(people.oldest_of_each_class(), at_ms, policy)
    if chosen is not None and chosen.ticket.visit == entry.subject.bytes:
        return None
    first = "nobody"
    if chosen is not None:
        named = tx.one(
            "SELECT series, number FROM line_ticket WHERE visit = ?", (chosen.ticket.visit,)
        )
        first = label(*named) if named is not None else first
    called = label(entry.body["series"], entry.body["number"])
    return CallDifference(entry.seq, counter, called, first)
