"""What staff do with a ticket wherever it is: give or take a priority class, take it out, let
somebody come back who missed the call.

Every action is one write transaction with its reason and who did it; a key counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kiosk.centre.entry import (
    CentreParts,
    cutoff,
    milliseconds,
    named,
    numbered,
    pressed,
)
from kiosk.centre.line_queries import LineTicket, PeopleWaiting, suspended_services, ticket_of
from kiosk.queue.faults import NoSuchTicket, NotNow, QueueFault
from kiosk.queue.lifecycle import RETURN_WITHIN_MS, TicketAction, TicketState, allowed
from kiosk.queue.priority import people_ahead
from sync.store.database import Transaction


@dataclass(frozen=True, slots=True)
class TicketResult:
    """A ticket after what staff did with it. `ahead` is None for one that does not wait."""

    ticket: LineTicket
    ahead: int | None


class TicketActions:
    """The acts on tickets. Methods raise the faults of `kiosk/queue/faults.py`."""

    def __init__(self, parts: CentreParts) -> None:
        self._store = parts.database.store
        self._journal = parts.database.journal
        self._clock = parts.database.clock
        self._parts = parts

    def prioritise(
        self, visit: UUID, priority_class: str, reason: str, key: str = "", *, who: str = ""
    ) -> TicketResult:
        """Give `priority_class` to a ticket, or `normal` to take it away; the reason is kept."""
        rank = self._parts.rules.rank(priority_class)
        with self._store.transaction() as tx:
            again = self._again(tx, key, "ticket.reclassed", visit, who, priority_class)
            if again is not None:
                return again
            ticket = _known(tx, visit, TicketAction.PRIORITY)
            if not reason.strip():
                raise QueueFault("A priority is given or taken with a reason; write one.")
            before = self._ahead(tx, ticket)
            after = self._ahead(tx, ticket, rank)
            body = numbered(self._parts.site, ticket) | {
                "class": priority_class,
                "rank": rank,
                "was": ticket.priority_class,
                "why": reason,
                "before": before,
                "after": after,
            }
            self._append(tx, "ticket.reclassed", ticket, body, key, who)
            return self._result(tx, visit)

    def withdraw(self, visit: UUID, reason: str, key: str = "", *, who: str = "") -> TicketResult:
        """Take a ticket out of the line, with a reason."""
        with self._store.transaction() as tx:
            if (again := self._again(tx, key, "ticket.withdrawn", visit, who)) is not None:
                return again
            ticket = _known(tx, visit, TicketAction.WITHDRAW)
            body = numbered(self._parts.site, ticket) | named(why=reason)
            self._append(tx, "ticket.withdrawn", ticket, body, key, who)
            return self._result(tx, visit)

    def come_back(self, visit: UUID, key: str = "", *, who: str = "") -> TicketResult:
        """Who missed the call stands in line again as by the arrival: within 15 minutes, once."""
        now_ms = milliseconds(self._clock.now())
        with self._store.transaction() as tx:
            if (again := self._again(tx, key, "ticket.returned", visit, who)) is not None:
                return again
            ticket = _known(tx, visit, TicketAction.RETURN)
            if ticket.returns:
                raise NotNow(f"{ticket.label} has come back once already; give a new number.")
            if now_ms - ticket.state_at > RETURN_WITHIN_MS:
                raise NotNow(
                    f"{ticket.label} was called more than {RETURN_WITHIN_MS // 60_000} minutes ago;"
                    " give a new number."
                )
            self._append(
                tx, "ticket.returned", ticket, numbered(self._parts.site, ticket), key, who
            )
            return self._result(tx, visit)

    def find(self, visit: UUID) -> TicketResult:
        """The ticket of `visit`; raises `NoSuchTicket`."""
        with self._store.transaction() as tx:
            return self._result(tx, visit)

    def _append(
        self,
        tx: Transaction,
        kind: str,
        ticket: LineTicket,
        body: dict[str, object],
        key: str,
        who: str,
    ) -> None:
        self._journal.append(tx, kind, ticket.visit, body | named(key=key, who=who))

    def _again(
        self, tx: Transaction, key: str, kind: str, visit: UUID, who: str, given: str = ""
    ) -> TicketResult | None:
        said = {"who": who} | ({"class": given} if given else {})
        press = pressed(tx, key, kind, visit=visit, said=said)
        return None if press is None else self._result(tx, visit)

    def _result(self, tx: Transaction, visit: UUID) -> TicketResult:
        ticket = ticket_of(tx, visit)
        if ticket is None:
            raise NoSuchTicket("The centre knows no ticket of that visit.")
        waits = ticket.state is TicketState.WAITING
        return TicketResult(ticket, self._ahead(tx, ticket) if waits else None)

    def _ahead(self, tx: Transaction, ticket: LineTicket, rank: int | None = None) -> int:
        suspended = frozenset(suspended_services(tx)) - {ticket.service}
        shared = self._parts.counters.shared_with(ticket.service)
        line = PeopleWaiting(tx, cutoff(self._clock.now()), shared, suspended)
        waiting = ticket.waiting if rank is None else ticket.waiting._replace(rank=rank)
        ahead = people_ahead(waiting, line, self._parts.policy)
        if rank is None or ticket.state is not TicketState.WAITING:
            return ahead
        # With a worse class the ticket itself, as it stands now, would count among those before.
        return ahead - (rank > ticket.rank)


def _known(tx: Transaction, visit: UUID, action: TicketAction) -> LineTicket:
    ticket = ticket_of(tx, visit)
    if ticket is None:
        raise NoSuchTicket("The centre knows no ticket of that visit.")
    if allowed(ticket.state, action) is None:
        raise NotNow(f"{ticket.label} is {ticket.state}: {action} is not possible now.")
    return ticket
