"""Authority: who gets which number and who is called next. One per centre, or van.

Every action is one write transaction on the centre's database; nothing is kept in memory, so the
centre's service, a second one by mistake and a command in a shell cannot disagree. Idempotent: a
grant by its visit, a counter's press by its key, which counts for one counter and one action. Time
and ids are passed in; sockets are in `server.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kiosk.centre.cases import CentreCases
from kiosk.centre.waiting_line import (
    DayLine,
    LineTicket,
    act_of,
    block_after,
    counters_at_work,
    last_leased,
    last_number,
    service_times,
    ticket_at,
    ticket_of,
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
from kiosk.queue.lifecycle import TicketAction, TicketState, allowed
from kiosk.queue.numbering import next_block, next_granted, service_day
from kiosk.queue.priority import PriorityPolicy, next_call, people_ahead
from kiosk.queue.protocol import (
    Granted,
    GrantRequest,
    Leased,
    LeaseRequest,
    ReportedTicket,
    StaffCall,
)
from kiosk.queue.skills import CentreCounters
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

KINDS: Final = MappingProxyType(
    {
        TicketAction.CALL: "ticket.called",
        TicketAction.RECALL: "ticket.recalled",
        TicketAction.COMPLETE: "ticket.served",
        TicketAction.NO_SHOW: "ticket.no-show",
    }
)
"""The journal entry of each act at a counter."""


@dataclass(frozen=True, slots=True)
class CounterResult:
    """What a counter's press did: the ticket, and for a call why this one."""

    visit: UUID
    label: str
    service: str
    priority_class: str
    counter: int
    why: str = ""


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

    def grant(self, kiosk: str, request: GrantRequest) -> Granted:
        """The next number of the series asked for; the same one again for the same visit."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            ticket = ticket_of(tx, request.visit) or self._granted(tx, kiosk, request, now)
            line = DayLine(tx, ticket.day, self._counters.shared_with(ticket.service))
            ahead = people_ahead(ticket.waiting, line, self._policy)
            at_work = counters_at_work(tx, ticket.day, _ms(now))
            able = sum(self._counters.can_serve(counter, ticket.service) for counter in at_work)
            minutes = wait_range(ahead, service_times(tx, ticket.day), able)
        return Granted(
            day=ticket.day, series=ticket.series, number=ticket.number, ahead=ahead, wait=minutes
        )

    def _granted(
        self, tx: Transaction, kiosk: str, request: GrantRequest, now: datetime
    ) -> LineTicket:
        day = service_day(now).isoformat()
        given = ReportedTicket(
            visit=request.visit,
            day=day,
            series=request.series,
            number=next_granted(last_number(tx, day, request.series)),
            service=request.service,
            priority_class=request.priority_class,
            rank=request.rank,
            since=_ms(now),
        )
        self._append(tx, "ticket.granted", request.visit, self._standing(kiosk, given))
        ticket = ticket_of(tx, request.visit)
        assert ticket is not None
        return ticket

    def lease(self, kiosk: str, request: LeaseRequest) -> Leased:
        """The block of `kiosk` after the one it holds; made when there is none yet."""
        with self._store.transaction() as tx:
            block = block_after(tx, request.day, kiosk, request.held)
            if block is None:
                day = date.fromisoformat(request.day)
                block = next_block(day, last_leased(tx, request.day), request.size)
                if block is None:
                    return Leased(request.day, 0, 0)
                body = {"day": request.day, "first": block.first, "last": block.last}
                body |= {"site": self._site, "series": "*", "to": kiosk}
                self._append(tx, "block.granted", self._ids.uuid7(), body)
        return Leased(request.day, block.first, block.last)

    def staff_called(self, kiosk: str, call: StaffCall) -> int:
        """A citizen at `kiosk` asks for a person: it is in the centre's journal at once; 1."""
        body: dict[str, object] = {"site": self._site, "state": call.state, "kiosk": kiosk}
        with self._store.transaction() as tx:
            self._append(tx, "staff.called", call.visit, body)
        return 1

    def report(self, kiosk: str, tickets: Sequence[ReportedTicket]) -> int:
        """Make the line agree with what `kiosk` told citizens; how many tickets changed.

        A grant whose answer came too late for the kiosk is known here and told to nobody: its
        number is cancelled and the visit stands in line with the number the citizen holds.
        """
        changed = 0
        with self._store.transaction() as tx:
            for reported in tickets:
                stored = ticket_of(tx, reported.visit)
                same = stored is not None and (stored.series, stored.number) == (
                    reported.series,
                    reported.number,
                )
                if stored is None or not same or stored.state is TicketState.VOID:
                    changed += 1
                    if stored and not same and allowed(stored.state, TicketAction.CANCEL):
                        self._cancel(tx, stored, "answered too late")
                    body = self._standing(kiosk, reported)
                    self._append(tx, "ticket.arrived", reported.visit, body)
                tx.execute("INSERT OR IGNORE INTO line_told VALUES (?)", (reported.visit.bytes,))
        return changed

    def unreported(self, kiosk: str, day: str) -> tuple[UUID, ...]:
        """Visits of `kiosk` that wait with a number nobody has confirmed was told."""
        with self._store.transaction() as tx:
            return untold_visits(tx, day, kiosk)

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

    def call(self, counter: int, key: str = "") -> CounterResult:
        """Call the next ticket that `counter` may serve: one winner, whoever else presses."""
        services = self._counters.services(counter)
        now = self._clock.now()
        day = service_day(now).isoformat()
        with self._store.transaction() as tx:
            if key and (again := _pressed_before(tx, key, counter, TicketAction.CALL)) is not None:
                return again
            if (busy := ticket_at(tx, counter)) is not None:
                raise CounterBusy(
                    f"Counter {counter} still has {busy.label}:"
                    " complete it or mark it as no-show first."
                )
            oldest = DayLine(tx, day, services).oldest_of_each_class()
            chosen = next_call(oldest, _ms(now), self._policy)
            if chosen is None:
                raise self._nobody(DayLine(tx, day), counter)
            ticket = ticket_of(tx, UUID(bytes=chosen.ticket.visit))
            assert ticket is not None
            self._act(tx, TicketAction.CALL, ticket, counter, key=key, why=chosen.say())
        return _result(ticket, counter, chosen.say())

    def _nobody(self, line: DayLine, counter: int) -> NobodyWaiting | OtherCounters:
        if not any(line.ranks()):
            return NobodyWaiting("Nobody is waiting.")
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
        body = self._numbered(ticket) | {"counter": counter, "key": key}
        self._append(tx, KINDS[action], ticket.visit, body | ({"why": why} if why else {}))

    def _cancel(self, tx: Transaction, ticket: LineTicket, why: str) -> None:
        self._append(tx, "ticket.cancelled", ticket.visit, self._numbered(ticket) | {"why": why})

    def _standing(self, kiosk: str, reported: ReportedTicket) -> dict[str, object]:
        """What the line keeps of a ticket."""
        return self._numbered(reported) | {
            "service": reported.service,
            "class": reported.priority_class,
            "rank": reported.rank,
            "kiosk": kiosk,
            "since": reported.since,
        }

    def _numbered(self, ticket: LineTicket | ReportedTicket) -> dict[str, object]:
        return {
            "site": self._site,
            "day": ticket.day,
            "series": ticket.series,
            "number": ticket.number,
        }

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


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
