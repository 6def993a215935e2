"""What an officer does at a counter: call, recall, arrive, start, park, transfer, complete, undo.

Every action is one write transaction. One winner per call: the partial unique indexes of
`line_call` allow one counter a ticket and one ticket a counter. A press may carry a key; the same
key again, at the same counter and for the same act, changes nothing and is answered as the first
time. Which act a state allows is the table of `kiosk/queue/lifecycle.py`. `who` is the staff
member, as the token or the roster names him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from kiosk.centre.entry import (
    CentreParts,
    cutoff,
    entry_of_press,
    milliseconds,
    named,
    numbered,
    pressed,
)
from kiosk.centre.line_queries import (
    LineTicket,
    PeopleWaiting,
    day_state,
    last_act,
    left_over,
    parked,
    same_label,
    suspended_services,
    ticket_at,
    ticket_of,
    told_day,
)
from kiosk.centre.promotion import refuse_fenced
from kiosk.queue.faults import (
    CounterBusy,
    NobodyWaiting,
    NoSuchTicket,
    NothingCalled,
    NotNow,
    OtherCounters,
)
from kiosk.queue.lifecycle import UNDO_WITHIN_MS, TicketAction, TicketState, allowed
from kiosk.queue.numbering import service_day
from kiosk.queue.priority import CallReason, NextCall, next_call
from sync.store.database import Conflict, Transaction

LEFT_TOLD_MAX = 1_000
LONG_AGO_MS = -(1 << 62)

KINDS: Final = MappingProxyType(
    {
        TicketAction.CALL: "ticket.called",
        TicketAction.RECALL: "ticket.recalled",
        TicketAction.ARRIVE: "ticket.came",
        TicketAction.START: "ticket.started",
        TicketAction.PARK: "ticket.parked",
        TicketAction.UNPARK: "ticket.unparked",
        TicketAction.TRANSFER: "ticket.transferred",
        TicketAction.ADD_SERVICE: "ticket.extended",
        TicketAction.COMPLETE: "ticket.served",
        TicketAction.NO_SHOW: "ticket.no-show",
    }
)
"""The journal entry of each act at a counter."""
UNDONE = "ticket.undone"


@dataclass(frozen=True, slots=True)
class CounterResult:
    """What a counter's press did: the ticket and its `state` now, for a call why this one, and in
    `note` what staff should know: that others hold the same number, or that the slip shows
    another day. `waited_s` is the wait of this leg, `services` what is still to come.
    """

    visit: UUID
    label: str
    service: str
    priority_class: str
    counter: int
    state: TicketState = TicketState.CALLED
    why: str = ""
    note: str = ""
    waited_s: int = 0
    services: tuple[str, ...] = ()


class CounterActions:
    """The acts of counters. Methods raise the faults of `kiosk/queue/faults.py`."""

    def __init__(self, parts: CentreParts) -> None:
        self._store = parts.database.store
        self._journal = parts.database.journal
        self._clock = parts.database.clock
        self._site = parts.site
        self._policy = parts.policy
        self._counters = parts.counters
        self._rules = parts.rules

    def call(
        self, counter: int, key: str = "", *, of_earlier_days: bool = False, who: str = ""
    ) -> CounterResult:
        """Call the next ticket that `counter` may serve: one winner, whoever else presses.

        `of_earlier_days`: also those who were left over and are called no more by themselves.
        """
        services = self._counters.services(counter)
        now = self._clock.now()
        with self._store.transaction() as tx:
            if (again := self._again(tx, key, counter, TicketAction.CALL, who)) is not None:
                return again
            self._refuse_busy(tx, counter)
            if day_state(tx, service_day(now).isoformat())[1] is not None:
                raise NotNow("The day is closed; open it again before anybody is called.")
            since = LONG_AGO_MS if of_earlier_days else cutoff(now)
            suspended = frozenset(suspended_services(tx))
            oldest = PeopleWaiting(tx, since, services, suspended).oldest_of_each_class()
            chosen = next_call(oldest, milliseconds(now), self._policy)
            if chosen is None:
                raise self._nobody(tx, cutoff(now), counter)
            ticket = ticket_of(tx, UUID(bytes=chosen.ticket.visit))
            assert ticket is not None
            note = _note(tx, ticket, cutoff(now))
            why = _why(ticket, chosen)
            passed = min(oldest, key=lambda each: (each.since, each.visit)).visit
            over = None if passed == ticket.visit.bytes else _label(tx, passed)
            more = named(
                why=why, rank=ticket.rank, share=round(min(chosen.share, 99) * 100), over=over
            )
            self._write(tx, TicketAction.CALL, ticket, counter, key=key, who=who, **more)
        waited_s = max(0, milliseconds(now) - ticket.leg_since) // 1000
        return _result(ticket, counter, TicketState.CALLED, why=why, note=note, waited_s=waited_s)

    def recall(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """Call the counter's ticket once more."""
        return self._press(TicketAction.RECALL, counter, key, who)

    def arrive(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """The citizen stands at the counter."""
        return self._press(TicketAction.ARRIVE, counter, key, who)

    def start(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """The service begins."""
        return self._press(TicketAction.START, counter, key, who)

    def park(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """Let the counter's ticket wait apart, so that the counter can call others meanwhile."""
        return self._press(TicketAction.PARK, counter, key, who)

    def transfer(
        self, counter: int, service: str, key: str = "", *, who: str = ""
    ) -> CounterResult:
        """Send the counter's ticket on to `service`; it keeps its arrival."""
        self._rules.service(service)
        return self._press(TicketAction.TRANSFER, counter, key, who, service=service)

    def add_service(
        self, counter: int, service: str, key: str = "", *, who: str = ""
    ) -> CounterResult:
        """The same visit also needs `service`: it is called for it after this one."""
        self._rules.service(service)
        return self._press(TicketAction.ADD_SERVICE, counter, key, who, service=service)

    def complete(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """The counter's ticket is served; or waits for the next service of its visit."""
        return self._press(TicketAction.COMPLETE, counter, key, who)

    def no_show(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """Nobody came for the counter's ticket."""
        return self._press(TicketAction.NO_SHOW, counter, key, who)

    def unpark(
        self, counter: int, visit: UUID | None = None, key: str = "", *, who: str = ""
    ) -> CounterResult:
        """Call a parked ticket again: `visit`, else the one this counter parked first."""
        self._counters.services(counter)
        with self._store.transaction() as tx:
            again = self._again(tx, key, counter, TicketAction.UNPARK, who, visit=visit)
            if again is not None:
                return again
            self._refuse_busy(tx, counter)
            mine = parked(tx, counter)
            ticket = (mine[0] if mine else None) if visit is None else ticket_of(tx, visit)
            if ticket is None and visit is not None:
                raise NoSuchTicket("The centre knows no ticket of that visit.")
            if ticket is None:
                raise NothingCalled(f"Counter {counter} has parked nobody.")
            _must_allow(ticket, TicketAction.UNPARK)
            if not self._counters.can_serve(counter, ticket.service):
                raise OtherCounters(
                    f"Counter {counter} serves {self._counters.serves(counter)};"
                    f" {ticket.label} came for {ticket.service}."
                )
            self._write(tx, TicketAction.UNPARK, ticket, counter, key=key, who=who)
        return _result(ticket, counter, TicketState.CALLED)

    def undo(self, counter: int, key: str = "", *, who: str = "") -> CounterResult:
        """Take back the last act of the counter, when nothing has happened to its ticket since."""
        now_ms = milliseconds(self._clock.now())
        with self._store.transaction() as tx:
            if (press := pressed(tx, key, UNDONE, counter=counter, said={"who": who})) is not None:
                return _as_first(tx, entry_of_press(tx, press), counter)
            last = last_act(tx, counter)
            if last is None or now_ms - last.at > UNDO_WITHIN_MS:
                raise NotNow(f"Counter {counter} has nothing to undo.")
            ticket, here = ticket_of(tx, last.visit), ticket_at(tx, counter)
            assert ticket is not None
            if ticket.last_seq != last.seq:
                raise NotNow(f"{ticket.label} has gone on since: it is {ticket.state}.")
            if here is not None and here.visit != ticket.visit:
                raise CounterBusy(f"Counter {counter} has {here.label} now; end that first.")
            body = numbered(self._site, ticket) | {"counter": counter, "kind": last.kind}
            self._journal.append(tx, UNDONE, ticket.visit, body | named(key=key, who=who))
            back = ticket_of(tx, ticket.visit)
            assert back is not None
        return _result(back, counter, back.state, note=f"{last.kind} was undone")

    def _press(
        self, action: TicketAction, counter: int, key: str, who: str, *, service: str = ""
    ) -> CounterResult:
        with self._store.transaction() as tx:
            again = self._again(tx, key, counter, action, who, service=service)
            if again is not None:
                return again
            ticket = ticket_at(tx, counter)
            if ticket is None:
                # A counter above `queue.counters` may still end what it called before.
                self._counters.services(counter)
                raise NothingCalled(f"Counter {counter} has called nobody: call first.")
            _must_allow(ticket, action)
            following = service
            if action is TicketAction.COMPLETE and ticket.pending:
                following = ticket.pending[0]
            self._write(tx, action, ticket, counter, key=key, who=who, service=following)
            after = ticket_of(tx, ticket.visit)
            assert after is not None
        return _result(after, counter, after.state)

    def _refuse_busy(self, tx: Transaction, counter: int) -> None:
        refuse_fenced(tx)
        if (busy := ticket_at(tx, counter)) is not None:
            raise CounterBusy(
                f"Counter {counter} still has {busy.label}:"
                " complete it or mark it as no-show first."
            )

    def _nobody(self, tx: Transaction, since: int, counter: int) -> NobodyWaiting | OtherCounters:
        if not any(PeopleWaiting(tx, since).ranks()):
            left = len(left_over(tx, since, LEFT_TOLD_MAX))
            if not left:
                return NobodyWaiting("Nobody is waiting.")
            return NobodyWaiting(
                f"Nobody is waiting today; {left} of an earlier day were never called:"
                " huduma queue call --earlier-days."
            )
        if any(PeopleWaiting(tx, since, self._counters.services(counter)).ranks()):
            return NobodyWaiting("Those who wait came for services that are suspended.")
        serves = self._counters.serves(counter)
        return OtherCounters(
            f"Counter {counter} serves {serves}: those who wait came for other services;"
            f" {self._who_can_call(tx, since)}"
        )

    def _who_can_call(self, tx: Transaction, since: int) -> str:
        able = [
            each
            for each in range(1, self._counters.count + 1)
            if any(PeopleWaiting(tx, since, self._counters.services(each)).ranks())
        ]
        if not able:
            return "no counter serves these: correct the table of counters (queue.counter_table)."
        plural = "s" if len(able) > 1 else ""
        return f"counter{plural} {', '.join(map(str, able))} can call them."

    def _again(
        self,
        tx: Transaction,
        key: str,
        counter: int,
        action: TicketAction,
        who: str,
        *,
        visit: UUID | None = None,
        service: str = "",
    ) -> CounterResult | None:
        """What the press with this key did, when it was counted before; raises `KeyUsed`."""
        said = {"who": who} | ({"service": service} if service else {})
        press = pressed(tx, key, KINDS[action], counter=counter, visit=visit, said=said)
        if press is None:
            return None
        return _as_first(tx, entry_of_press(tx, press), counter)

    def _write(
        self,
        tx: Transaction,
        action: TicketAction,
        ticket: LineTicket,
        counter: int,
        *,
        key: str,
        who: str,
        **more: object,
    ) -> None:
        body = numbered(self._site, ticket) | {"counter": counter}
        body |= named(key=key, who=who, **more)
        try:
            self._journal.append(tx, KINDS[action], ticket.visit, body)
        except Conflict as error:
            raise NotNow(f"{ticket.label} was called elsewhere in this moment.") from error


def _as_first(
    tx: Transaction, entry: tuple[UUID, Mapping[str, Any]], counter: int
) -> CounterResult:
    """What a press did that is sent again."""
    visit, body = entry
    ticket = ticket_of(tx, visit)
    assert ticket is not None
    return _result(ticket, counter, ticket.state, why=body.get("why", ""))


def _must_allow(ticket: LineTicket, action: TicketAction) -> None:
    if allowed(ticket.state, action) is None:
        raise NotNow(f"{ticket.label} is {ticket.state}: {action} is not possible now.")


def _why(ticket: LineTicket, chosen: NextCall) -> str:
    if ticket.appointment is None:
        return chosen.say()
    return str(CallReason.APPOINTMENT)


def _label(tx: Transaction, visit: bytes) -> str | None:
    found = ticket_of(tx, UUID(bytes=visit))
    return None if found is None else found.label


def _result(
    ticket: LineTicket,
    counter: int,
    state: TicketState,
    *,
    why: str = "",
    note: str = "",
    waited_s: int = 0,
) -> CounterResult:
    return CounterResult(
        visit=ticket.visit,
        label=ticket.label,
        service=ticket.service,
        priority_class=ticket.priority_class,
        counter=counter,
        state=state,
        why=why,
        note=note,
        waited_s=waited_s,
        services=ticket.pending,
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
