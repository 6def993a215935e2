"""The whole queue as it is now: what staff see (`queue_now`), what the hall sees (`display_now`).

Both carry `seq`, the newest journal entry they know: an event stream goes on after it, so nothing
is missed and nothing is told twice. The order of those who wait is `call_order`, the same rule by
which counters call; at a counter that serves only some services it is that order without the
others.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from kiosk.centre.authority import Authority
from kiosk.centre.entry import cutoff, milliseconds
from kiosk.centre.line_queries import (
    LineTicket,
    PeopleWaiting,
    day_state,
    in_centre,
    shifts,
    suspended_services,
)
from kiosk.queue.lifecycle import TicketState
from kiosk.queue.numbering import label, service_day
from kiosk.queue.priority import call_order
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

AMBER_SHARE = 0.75
"""From this share of its charter target on, a wait is shown in amber; from the whole of it, red."""
CALLS_SHOWN = 12
NEXT_SHOWN = 10
PRINTS_SHOWN = 50


class WaitingTicket(msgspec.Struct, frozen=True):
    """Somebody in line; `place` 1 is called first. `late`: no, amber or red."""

    place: int
    number: str
    visit: str
    service: str
    priority_class: str = msgspec.field(name="class")
    kiosk: str
    since_at: int
    waited_s: int
    target_s: int
    late: str
    suspended: bool
    appointment_at: int | None


class TicketAtCounter(msgspec.Struct, frozen=True):
    """A ticket at a counter or parked by it."""

    number: str
    visit: str
    service: str
    priority_class: str = msgspec.field(name="class")
    state: str
    state_at: int
    services: tuple[str, ...]


class CounterNow(msgspec.Struct, frozen=True):
    """A counter. `state`: open, break, closed, or unset when nobody said."""

    counter: int
    state: str
    until_at: int | None
    who: str
    serves: str
    ticket: TicketAtCounter | None
    parked: tuple[TicketAtCounter, ...]


class ServiceNow(msgspec.Struct, frozen=True):
    """A service for which somebody waits, or that is suspended."""

    service: str
    agency: str
    names: dict[str, str]
    waiting: int
    longest_s: int
    suspended: bool
    reason: str


class UnprintedSlip(msgspec.Struct, frozen=True):
    """A number whose kiosk has not confirmed it: the slip is not known to be printed."""

    number: str
    visit: str
    kiosk: str
    since_at: int


class QueueNow(msgspec.Struct, frozen=True):
    """The queue at `at`."""

    at: int
    seq: int
    day: str
    day_open: bool
    waiting: tuple[WaitingTicket, ...]
    absent: tuple[TicketAtCounter, ...]
    counters: tuple[CounterNow, ...]
    services: tuple[ServiceNow, ...]
    unprinted: tuple[UnprintedSlip, ...]


class DisplayCall(msgspec.Struct, frozen=True):
    """A call as the hall sees it; `recalls` counts how often it was repeated."""

    number: str
    counter: int
    service: str
    agency: str
    called_at: int
    last_at: int
    recalls: int


class DisplayNow(msgspec.Struct, frozen=True):
    """What the hall display shows: no names, no visits."""

    at: int
    seq: int
    day: str
    day_open: bool
    calls: tuple[DisplayCall, ...]
    next: tuple[str, ...]
    waiting: int
    longest_s: int
    suspended: tuple[ServiceNow, ...]


def queue_now(authority: Authority, database: NodeDatabase) -> QueueNow:
    """What staff see."""
    store, now = database.store, database.clock.now()
    now_ms, day = milliseconds(now), service_day(now).isoformat()
    with store.snapshot():
        here = in_centre(store)
        suspended = suspended_services(store)
        ordered = _in_order(authority, store, here, now)
        return QueueNow(
            at=now_ms,
            seq=database.journal.last_seq(),
            day=day,
            day_open=day_state(store, day)[1] is None,
            waiting=tuple(
                _waiting(authority, each, place, now_ms, suspended)
                for place, each in enumerate(ordered, 1)
            ),
            absent=_absent(store, day),
            counters=_counters(authority, store, here),
            services=_services(authority, ordered, suspended, now_ms),
            unprinted=_unprinted(store, now_ms),
        )


def display_now(authority: Authority, database: NodeDatabase) -> DisplayNow:
    """What everybody in the hall may see."""
    store, now = database.store, database.clock.now()
    now_ms, day = milliseconds(now), service_day(now).isoformat()
    with store.snapshot():
        suspended = suspended_services(store)
        ordered = _in_order(authority, store, in_centre(store), now)
        called_for = [each for each in ordered if each.service not in suspended]
        services = _services(authority, [], suspended, now_ms)
        return DisplayNow(
            at=now_ms,
            seq=database.journal.last_seq(),
            day=day,
            day_open=day_state(store, day)[1] is None,
            calls=_calls(authority, store, day),
            next=tuple(each.label for each in called_for[:NEXT_SHOWN]),
            waiting=len(ordered),
            longest_s=max((_waited_s(each, now_ms) for each in ordered), default=0),
            suspended=services,
        )


def _in_order(
    authority: Authority, store: Store, here: list[LineTicket], now: datetime
) -> list[LineTicket]:
    by_visit = {each.visit.bytes: each for each in here}
    order = call_order(PeopleWaiting(store, cutoff(now)).everybody(), authority.policy)
    return [by_visit[each.visit] for each in order]


def _waited_s(ticket: LineTicket, now_ms: int) -> int:
    return max(0, now_ms - ticket.leg_since) // 1000


def _waiting(
    authority: Authority, ticket: LineTicket, place: int, now_ms: int, suspended: dict[str, str]
) -> WaitingTicket:
    rule = authority.rules.services.get(ticket.service)
    target_s = (rule.target_min if rule else 45) * 60
    waited_s = _waited_s(ticket, now_ms)
    late = "red" if waited_s >= target_s else "amber" if waited_s >= AMBER_SHARE * target_s else ""
    return WaitingTicket(
        place=place,
        number=ticket.label,
        visit=str(ticket.visit),
        service=ticket.service,
        priority_class=ticket.priority_class,
        kiosk=ticket.kiosk,
        since_at=ticket.leg_since,
        waited_s=waited_s,
        target_s=target_s,
        late=late or "no",
        suspended=ticket.service in suspended,
        appointment_at=ticket.appointment,
    )


def _at_counter(ticket: LineTicket) -> TicketAtCounter:
    return TicketAtCounter(
        number=ticket.label,
        visit=str(ticket.visit),
        service=ticket.service,
        priority_class=ticket.priority_class,
        state=ticket.state.value,
        state_at=ticket.state_at,
        services=ticket.pending,
    )


def _absent(store: Store, day: str) -> tuple[TicketAtCounter, ...]:
    """Who missed a call today: the way back is within 15 minutes, once."""
    rows = store.all(
        "SELECT t.series, t.number, t.visit, t.service, t.class, t.state_at, t.pending"
        " FROM line_ticket t WHERE t.day = ? AND t.turn = 'absent' AND t.returns = 0"
        " ORDER BY t.state_at DESC LIMIT ?",
        (day, PRINTS_SHOWN),
    )
    return tuple(
        TicketAtCounter(
            number=label(row[0], row[1]),
            visit=_uuid(row[2]),
            service=row[3],
            priority_class=row[4],
            state=TicketState.ABSENT.value,
            state_at=row[5],
            services=tuple(row[6].split()),
        )
        for row in rows
    )


def _counters(authority: Authority, store: Store, here: list[LineTicket]) -> tuple[CounterNow, ...]:
    said = shifts(store)
    rows = store.all("SELECT counter, visit FROM line_call WHERE ended_at IS NULL")
    by_visit = {each.visit.bytes: each for each in here}
    at = {int(row[0]): by_visit.get(bytes(row[1])) for row in rows}
    numbers = sorted({*range(1, authority.counter_table.count + 1), *at})
    found = []
    for number in numbers:
        shift, ticket = said.get(number), at.get(number)
        found.append(
            CounterNow(
                counter=number,
                state=shift.state if shift else "unset",
                until_at=shift.until if shift else None,
                who=shift.who if shift else "",
                serves=authority.counter_table.serves(number),
                ticket=None if ticket is None else _at_counter(ticket),
                parked=tuple(_at_counter(each) for each in here if each.parked_at == number),
            )
        )
    return tuple(found)


def _services(
    authority: Authority, waiting: list[LineTicket], suspended: dict[str, str], now_ms: int
) -> tuple[ServiceNow, ...]:
    counts = Counter(each.service for each in waiting)
    longest: dict[str, int] = {}
    for each in waiting:
        longest[each.service] = max(longest.get(each.service, 0), _waited_s(each, now_ms))
    found = []
    for code in sorted({*counts, *suspended}):
        rule = authority.rules.services.get(code)
        found.append(
            ServiceNow(
                service=code,
                agency=rule.agency if rule else "",
                names=dict(rule.names) if rule else {},
                waiting=counts[code],
                longest_s=longest.get(code, 0),
                suspended=code in suspended,
                reason=suspended.get(code, ""),
            )
        )
    return tuple(found)


def _unprinted(store: Store, now_ms: int) -> tuple[UnprintedSlip, ...]:
    rows = store.all(
        "SELECT series, number, visit, kiosk, since FROM line_ticket WHERE language IS NOT NULL"
        " AND turn IN ('waiting', 'called') AND since >= ?"
        " AND visit NOT IN (SELECT visit FROM line_told) ORDER BY since LIMIT ?",
        (now_ms - 12 * 3_600_000, PRINTS_SHOWN),
    )
    return tuple(
        UnprintedSlip(
            number=label(row[0], row[1]), visit=_uuid(row[2]), kiosk=row[3], since_at=row[4]
        )
        for row in rows
    )


def _calls(authority: Authority, store: Store, day: str) -> tuple[DisplayCall, ...]:
    rows = store.all(
        "SELECT t.series, t.number, c.counter, c.service, c.called_at, c.recalled_at, c.recalls"
        " FROM line_call c JOIN line_ticket t USING (visit) WHERE c.day = ?"
        " ORDER BY coalesce(c.recalled_at, c.called_at) DESC LIMIT ?",
        (day, CALLS_SHOWN),
    )
    services = authority.rules.services
    return tuple(
        DisplayCall(
            number=label(row[0], row[1]),
            counter=row[2],
            service=row[3],
            agency=services[row[3]].agency if row[3] in services else "",
            called_at=row[4],
            last_at=row[5] or row[4],
            recalls=row[6],
        )
        for row in rows
    )


def _uuid(visit: bytes) -> str:
    text = bytes(visit).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
