"""Why a ticket was called when it was: its entries in words, and who was called before it and why.

Read from the journal and its fold; nothing here knows more than a supervisor may read to a
citizen.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from kiosk.centre.line_queries import ticket_of
from kiosk.queue.faults import NoSuchTicket
from kiosk.queue.numbering import label
from kiosk.queue.skills import CentreCounters
from provisioning.clock import EAT
from sync.journal.entry import Entry
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store


class TicketStep(msgspec.Struct, frozen=True):
    """One entry about the ticket; `at` Unix ms, `text` in words."""

    at: int
    kind: str
    text: str
    counter: int | None
    who: str


class CalledBefore(msgspec.Struct, frozen=True):
    """Who was called while this one waited, at counters that could have served it: `earlier` came
    before it; the others came later and were of a class called earlier, had an appointment, or came
    back from another service (`other`). `passed` came before it and were called after it.
    """

    earlier: int
    by_class: int
    by_appointment: int
    other: int
    passed: int


class Explanation(msgspec.Struct, frozen=True):
    """One ticket explained; `reason` is one sentence."""

    number: str
    visit: str
    service: str
    priority_class: str = msgspec.field(name="class")
    state: str
    ahead_told: int | None
    wait_told: tuple[int, int] | None
    waited_s: int | None
    reason: str
    called_before: CalledBefore | None
    steps: tuple[TicketStep, ...]


def explain(database: NodeDatabase, visit: UUID, counters: CentreCounters) -> Explanation:
    """The explanation of the ticket of `visit`; raises `NoSuchTicket`."""
    store = database.store
    with store.snapshot():
        ticket = ticket_of(store, visit)
        if ticket is None:
            raise NoSuchTicket("The centre knows no ticket of that visit.")
        entries = database.journal.about(visit)
        told = store.one(
            "SELECT ahead, wait_from, wait_to FROM line_ticket WHERE visit = ?", (visit.bytes,)
        )
        assert told is not None
        call = store.one(
            "SELECT leg_from, called_at, service, rank FROM line_call WHERE visit = ?"
            " ORDER BY seq LIMIT 1",
            (visit.bytes,),
        )
        before = None if call is None else _called_before(store, visit, call, counters)
    waited = None if call is None else max(0, call[1] - call[0]) // 1000
    why = next((each.body.get("why", "") for each in entries if each.kind == "ticket.called"), "")
    return Explanation(
        number=ticket.label,
        visit=str(visit),
        service=ticket.service,
        priority_class=ticket.priority_class,
        state=ticket.state.value,
        ahead_told=told[0],
        wait_told=None if told[1] is None else (told[1], told[2]),
        waited_s=waited,
        reason=_sentence(why, waited, before),
        called_before=before,
        steps=tuple(_step(each) for each in entries),
    )


def visit_named(store: Store, ticket: str, day: str) -> UUID:
    """The visit that `ticket` means: its UUID, or a number of `day`; raises `NoSuchTicket`."""
    with suppress(ValueError):
        return UUID(ticket)
    rows = store.all(
        "SELECT visit, series, number FROM line_ticket WHERE day = ? ORDER BY twin", (day,)
    )
    wanted = ticket.replace(" ", "").upper()
    for row in rows:
        if label(row[1], row[2]) == wanted:
            return UUID(bytes=bytes(row[0]))
    raise NoSuchTicket(f"The centre knows no ticket {ticket} of {day}.")


def _called_before(
    store: Store, visit: UUID, call: tuple[int, int, str, int], counters: CentreCounters
) -> CalledBefore:
    leg_from, called_at, service, rank = call
    rows = store.all(
        "SELECT c.leg_from, c.called_at, c.rank, t.appointment, c.counter"
        " FROM line_call c JOIN line_ticket t USING (visit)"
        " WHERE c.called_at >= ? AND c.leg_from <= ? AND c.visit <> ?",
        (leg_from, called_at, visit.bytes),
    )
    earlier = by_class = by_appointment = other = passed = 0
    for since, at, its_rank, appointment, counter in rows:
        if not counters.can_serve(counter, service):
            continue
        if at > called_at:
            passed += since < leg_from
        elif since <= leg_from:
            earlier += 1
        elif appointment is not None:
            by_appointment += 1
        elif its_rank < rank:
            by_class += 1
        else:
            other += 1
    return CalledBefore(earlier, by_class, by_appointment, other, passed)


def _sentence(why: str, waited_s: int | None, before: CalledBefore | None) -> str:
    if waited_s is None or before is None:
        return "It was not called yet."
    parts = [f"{before.earlier} who came earlier"]
    if before.by_class:
        parts.append(f"{before.by_class} of a class that is called earlier")
    if before.by_appointment:
        parts.append(f"{before.by_appointment} with an appointment")
    if before.other:
        parts.append(f"{before.other} whose wait began earlier elsewhere")
    people = ", ".join(parts)
    return f"Called after {waited_s // 60} minutes ({why}); before it: {people}."


_WORDS = {
    "ticket.granted": "the centre gave the number at {kiosk}",
    "ticket.arrived": "{kiosk} gave the number while the centre did not answer",
    "ticket.called": "called to counter {counter}: {why}",
    "ticket.recalled": "called again to counter {counter}",
    "ticket.came": "at counter {counter}",
    "ticket.started": "the service began at counter {counter}",
    "ticket.parked": "set aside by counter {counter}",
    "ticket.unparked": "called again to counter {counter} after having been set aside",
    "ticket.transferred": "sent on to {service} by counter {counter}",
    "ticket.extended": "{service} was added by counter {counter}",
    "ticket.served": "completed at counter {counter}",
    "ticket.no-show": "nobody came to counter {counter}",
    "ticket.undone": "the last act of counter {counter} was taken back",
    "ticket.returned": "came back after a missed call",
    "ticket.reclassed": "class changed from {was} to {class} ({why}); people ahead {before} to"
    " {after}",
    "ticket.withdrawn": "taken out of the line ({why})",
    "ticket.unserved": "unserved when the day was closed",
    "ticket.carried": "carried over into the next day",
    "ticket.cancelled": "cancelled ({why})",
}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def _step(entry: Entry) -> TicketStep:
    words = _WORDS.get(entry.kind, entry.kind).format_map(_Blank(entry.body))
    counter = entry.body.get("counter")
    return TicketStep(
        at=entry.hlc >> 16,
        kind=entry.kind,
        text=words,
        counter=counter if isinstance(counter, int) else None,
        who=str(entry.body.get("who", "")),
    )


def told_in_words(found: Explanation) -> str:
    """The explanation for a person at a terminal."""
    lines = [
        f"{found.number} ({found.service}, {found.priority_class}) is {found.state}.",
        found.reason,
    ]
    for step in found.steps:
        moment = datetime.fromtimestamp(step.at / 1000, UTC).astimezone(EAT)
        by = f" [{step.who}]" if step.who else ""
        lines.append(f"  {moment:%d/%m/%Y %H:%M:%S}  {step.text}{by}")
    return "\n".join(lines)
