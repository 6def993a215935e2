"""Authority: who gets which number and who is called next. One per centre, or van.

Every action is one write transaction on the centre's database; nothing is kept in memory, so the
centre's service, a second one by mistake and a command in a shell cannot disagree. Idempotent: a
grant by its visit, a counter's press by its key, which counts for one counter and one action. Time
and ids are passed in; sockets are in `server.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kiosk.centre.cases import CentreCases
from kiosk.centre.entry import (
    HOUR_MS,
    KIOSK_TICKETS_MAX,
    arrival_ms,
    cutoff,
    milliseconds,
    numbered,
    standing,
)
from kiosk.centre.reports import KioskReports
from kiosk.centre.restoring import missing
from kiosk.centre.set_aside import set_aside
from kiosk.centre.waiting_line import (
    LineTicket,
    PeopleWaiting,
    act_of,
    block_after,
    counters_at_work,
    is_given,
    last_leased,
    last_number,
    left_over,
    reserve_in_use,
    same_label,
    service_times,
    ticket_at,
    ticket_of,
    tickets_of_kiosk,
    told_day,
    untold_ticket,
    untold_visits,
)
from kiosk.queue.estimate import wait_range
from kiosk.queue.faults import (
    CounterBusy,
    NobodyWaiting,
    NothingCalled,
    OtherCounters,
    QueueFault,
)
from kiosk.queue.lifecycle import TicketAction, allowed
from kiosk.queue.numbering import next_block, next_granted, service_day
from kiosk.queue.priority import PriorityPolicy, next_call, people_ahead
from kiosk.queue.protocol import (
    Granted,
    GrantRequest,
    HeldBlock,
    Leased,
    LeaseRequest,
    Reported,
    ReportedTicket,
    StaffCall,
    TicketReport,
)
from kiosk.queue.skills import CentreCounters
from provisioning.faults import Fault
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

LAPSE_MS, LAPSE_MAX = 36 * HOUR_MS, 200
LEFT_TOLD_MAX = 1_000
LONG_AGO_MS = -(1 << 62)

KINDS: Final = MappingProxyType(
    {
        TicketAction.CALL: "ticket.called",
        TicketAction.RECALL: "ticket.recalled",
        TicketAction.COMPLETE: "ticket.served",
        TicketAction.NO_SHOW: "ticket.no-show",
    }
)
"""The journal entry of each act at a counter."""


CALLS_AT_ONCE, CALL_EVERY_S = 10.0, 30.0
"""Calls for staff of one kiosk: so many at once, then one in so many seconds."""


@dataclass(frozen=True, slots=True)
class CounterResult:
    """What a counter's press did: the ticket, for a call why this one, and in `note` what staff
    should know: that others hold the same number, or that the slip shows another day.
    """

    visit: UUID
    label: str
    service: str
    priority_class: str
    counter: int
    why: str = ""
    note: str = ""


class Authority:
    """The centre's queue. Methods raise the faults of `kiosk/queue/faults.py`."""

    def __init__(
        self,
        database: NodeDatabase,
        *,
        site: str,
        policy: PriorityPolicy,
        counters: CentreCounters,
    ) -> None:
        self.cases = CentreCases(database)
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._site = site
        self._policy = policy
        self._counters = counters
        self._reports = KioskReports(database, site)
        self._calls: dict[str, tuple[float, float]] = {}

    def grant(self, kiosk: str, request: GrantRequest) -> Granted:
        """The next number of the series asked for; the same one again for the same visit."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            ticket = ticket_of(tx, request.visit) or self._granted(tx, kiosk, request, now)
            line = PeopleWaiting(tx, cutoff(now), self._counters.shared_with(ticket.service))
            ahead = people_ahead(ticket.waiting, line, self._policy)
            at_work = counters_at_work(tx, ticket.day, milliseconds(now))
            able = sum(self._counters.can_serve(counter, ticket.service) for counter in at_work)
            minutes = wait_range(ahead, service_times(tx, ticket.day), able)
        return Granted(
            day=ticket.day, series=ticket.series, number=ticket.number, ahead=ahead, wait=minutes
        )

    def _granted(
        self, tx: Transaction, kiosk: str, request: GrantRequest, now: datetime
    ) -> LineTicket:
        day, series = service_day(now).isoformat(), request.series
        _refuse_while_restored(tx, day)
        if tickets_of_kiosk(tx, kiosk, day) >= KIOSK_TICKETS_MAX:
            raise QueueFault(f"{kiosk} has {KIOSK_TICKETS_MAX} tickets on {day} already.")

        def in_use(number: int) -> bool:
            held = same_label(tx, series, number, cutoff(now))
            return bool(held) or is_given(tx, self._site, day, series, number)

        given = ReportedTicket(
            visit=request.visit,
            day=day,
            series=series,
            number=next_granted(last_number(tx, day, series), in_use),
            service=request.service,
            priority_class=request.priority_class,
            rank=request.rank,
            since=arrival_ms(tx, now),
        )
        self._append(tx, "ticket.granted", request.visit, standing(self._site, kiosk, given))
        ticket = ticket_of(tx, request.visit)
        assert ticket is not None
        return ticket

    def lease(self, kiosk: str, request: LeaseRequest) -> Leased:
        """The block of `kiosk` after the one it holds; made when there is none yet."""
        now = self._clock.now()
        today = service_day(now)
        day = today.isoformat()
        held = request.held if request.day == day else 0
        with self._store.transaction() as tx:
            block = block_after(tx, day, kiosk, held)
            if block is None:
                _refuse_while_restored(tx, day)
                in_use = reserve_in_use(tx, day, cutoff(now))
                block = next_block(today, last_leased(tx, day), request.size, in_use)
                if block is None:
                    return Leased(day, 0, 0)
                self._reports.lend(tx, kiosk, HeldBlock(day, block.first, block.last))
        return Leased(day, block.first, block.last)

    def staff_called(self, kiosk: str, call: StaffCall) -> int:
        """A citizen at `kiosk` asks for a person: it is in the centre's journal at once; 1. A
        kiosk that calls without end is refused, so that a call stays a call.
        """
        now = self._clock.monotonic()
        left, at = self._calls.get(kiosk, (CALLS_AT_ONCE, now))
        left = min(CALLS_AT_ONCE, left + (now - at) / CALL_EVERY_S)
        self._calls[kiosk] = (max(0.0, left - 1), now)
        if left < 1:
            raise QueueFault(f"{kiosk} has called staff many times just now.")
        body: dict[str, object] = {"site": self._site, "state": call.state, "kiosk": kiosk}
        with self._store.transaction() as tx:
            self._append(tx, "staff.called", call.visit, body)
        return 1

    def report(self, kiosk: str, report: TicketReport) -> Reported:
        """Make the line agree with what `kiosk` told citizens."""
        return self._reports.take(kiosk, report)

    def refuse(self, kiosk: str, frame: bytes, fault: Fault) -> None:
        """Set aside a whole message of `kiosk` that could not be taken."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            set_aside(tx, kiosk, frame, fault, now)

    @property
    def epoch(self) -> str:
        """The epoch of the database: another one after it was restored."""
        return self._journal.db_epoch.hex()

    def time_ms(self) -> int:
        """The centre's time for its kiosks; 0 when the centre does not trust its own clock."""
        now = self._clock.now()
        return milliseconds(now) if self._clock.trusted else 0

    def unreported(self, kiosk: str) -> tuple[UUID, ...]:
        """Visits of `kiosk` that wait with a number nobody has confirmed was told."""
        with self._store.transaction() as tx:
            return untold_visits(tx, kiosk)

    def lapse(self) -> int:
        """Take those out of the line who were left over for a day and a half; how many."""
        if not self._clock.trusted:
            return 0
        before = cutoff(self._clock.now()) - LAPSE_MS
        with self._store.transaction() as tx:
            old = left_over(tx, before, LAPSE_MAX)
            for ticket in old:
                self._cancel(tx, ticket, "never called")
        return len(old)

    def disown(self, kiosk: str, visits: Sequence[UUID]) -> int:
        """Cancel the numbers of `visits` that `kiosk` never told anybody."""
        cancelled = 0
        with self._store.transaction() as tx:
            for visit in visits:
                stored = untold_ticket(tx, visit, kiosk)
                if stored is not None and allowed(stored.state, TicketAction.CANCEL):
                    self._cancel(tx, stored, "never told")
                    cancelled += 1
        return cancelled

    def call(self, counter: int, key: str = "", *, of_earlier_days: bool = False) -> CounterResult:
        """Call the next ticket that `counter` may serve: one winner, whoever else presses.

        `of_earlier_days`: also those who were left over and are called no more by themselves.
        """
        services = self._counters.services(counter)
        now = self._clock.now()
        with self._store.transaction() as tx:
            if key and (again := _pressed_before(tx, key, counter, TicketAction.CALL)) is not None:
                return again
            if (busy := ticket_at(tx, counter)) is not None:
                raise CounterBusy(
                    f"Counter {counter} still has {busy.label}:"
                    " complete it or mark it as no-show first."
                )
            since = LONG_AGO_MS if of_earlier_days else cutoff(now)
            oldest = PeopleWaiting(tx, since, services).oldest_of_each_class()
            chosen = next_call(oldest, milliseconds(now), self._policy)
            if chosen is None:
                raise self._nobody(tx, cutoff(now), counter)
            ticket = ticket_of(tx, UUID(bytes=chosen.ticket.visit))
            assert ticket is not None
            note = _note(tx, ticket, cutoff(now))
            self._act(tx, TicketAction.CALL, ticket, counter, key=key, why=chosen.say())
        return replace(_result(ticket, counter, chosen.say()), note=note)

    def _nobody(self, tx: Transaction, since: int, counter: int) -> NobodyWaiting | OtherCounters:
        if not any(PeopleWaiting(tx, since).ranks()):
            left = len(left_over(tx, since, LEFT_TOLD_MAX))
            if not left:
                return NobodyWaiting("Nobody is waiting.")
            return NobodyWaiting(
                f"Nobody is waiting today; {left} of an earlier day were never called:"
                " huduma queue call --earlier-days."
            )
        serves = self._counters.serves(counter)
        return OtherCounters(
            f"Counter {counter} serves {serves}: those who wait came for other counters."
        )

    def recall(self, counter: int, key: str = "") -> CounterResult:
        """Call the counter's ticket once more."""
        return self._press(TicketAction.RECALL, counter, key)

    def complete(self, counter: int, key: str = "") -> CounterResult:
        """The counter's ticket is served."""
        return self._press(TicketAction.COMPLETE, counter, key)

    def no_show(self, counter: int, key: str = "") -> CounterResult:
        """Nobody came for the counter's ticket."""
        return self._press(TicketAction.NO_SHOW, counter, key)

    def _press(self, action: TicketAction, counter: int, key: str) -> CounterResult:
        with self._store.transaction() as tx:
            if key and (again := _pressed_before(tx, key, counter, action)) is not None:
                return again
            ticket = ticket_at(tx, counter)
            if ticket is None:
                # A counter above `queue.counters` may still end what it called before.
                self._counters.services(counter)
                raise NothingCalled(f"Counter {counter} has called nobody: call first.")
            self._act(tx, action, ticket, counter, key=key)
        return _result(ticket, counter)

    def _act(
        self,
        tx: Transaction,
        action: TicketAction,
        ticket: LineTicket,
        counter: int,
        *,
        key: str,
        why: str = "",
    ) -> None:
        body = numbered(self._site, ticket) | {"counter": counter, "key": key}
        self._append(tx, KINDS[action], ticket.visit, body | ({"why": why} if why else {}))

    def _cancel(self, tx: Transaction, ticket: LineTicket, why: str) -> None:
        self._append(
            tx, "ticket.cancelled", ticket.visit, numbered(self._site, ticket) | {"why": why}
        )

    def _append(self, tx: Transaction, kind: str, subject: UUID, body: dict[str, object]) -> None:
        self._journal.append(tx, kind, subject, body)


def _pressed_before(
    tx: Transaction, key: str, counter: int, action: TicketAction
) -> CounterResult | None:
    """What the press with this key did, when it was counted before; raises `QueueFault`."""
    act = act_of(tx, key)
    if act is None:
        return None
    if (act.counter, act.kind) != (counter, KINDS[action]):
        raise QueueFault(
            f"The key {key!r} belongs to another press, at counter {act.counter}:"
            " every press has a key of its own."
        )
    return _result(act.ticket, counter)


def _result(ticket: LineTicket, counter: int, why: str = "") -> CounterResult:
    return CounterResult(
        visit=ticket.visit,
        label=ticket.label,
        service=ticket.service,
        priority_class=ticket.priority_class,
        counter=counter,
        why=why,
    )


def _refuse_while_restored(tx: Transaction, day: str) -> None:
    if names := missing(tx, day):
        raise QueueFault(
            f"This centre was restored; {', '.join(names)} must first tell what they know."
        )


def _note(tx: Transaction, ticket: LineTicket, since: int) -> str:
    day = told_day(tx, ticket.visit)
    notes = [f"the slip is of {day}"] if day else []
    notes += [
        f"{each.label} was also told at {each.kiosk} for {each.service}; this one came to"
        f" {ticket.kiosk} for {ticket.service}"
        for each in same_label(tx, ticket.series, ticket.number, since)
        if each.visit != ticket.visit
    ]
    return "; ".join(notes)
