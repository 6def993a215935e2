"""Issuer: gives a visit its number, whatever the network does, and keeps the centre informed.

Order of a number's sources: the centre (asked for at most the deadline), the kiosk's reserve
block, the kiosk's own offline sub-series. Then one transaction: journal, ticket, print job. The
visit's UUID is the idempotency key everywhere: asking twice is getting the same ticket.

`settle` is called between citizens: it reports issued tickets, returns grants that no citizen saw
(a kiosk that lost power in the middle of an issue), and keeps the reserve full.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from kiosk.queue.faults import UnknownClass
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.numbering import series_of, service_day
from kiosk.queue.protocol import (
    Disown,
    Granted,
    GrantRequest,
    Grants,
    GrantsRequest,
    Leased,
    LeaseRequest,
    Reported,
    TicketReport,
)
from kiosk.queue.signed_code import ticket_payload
from kiosk.ticketing.centre_client import CentreClient
from kiosk.ticketing.ticket_table import (
    NumberSource,
    Ticket,
    blocks,
    bookmark,
    next_offline,
    next_reserve,
    reserve_left,
    taken,
    ticket_of,
    unreported,
)
from peripherals.printing.document import Document
from peripherals.printing.spool import Job, Spool
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

PRINT_WITHIN = timedelta(minutes=15)
"""A ticket slip that could not be printed by then is of no use to anybody."""

NORMAL = "normal"
"""The priority class of everybody who asks for none."""

SlipOf = Callable[[IssuedTicket, Service, str], Document]


@dataclass(frozen=True, slots=True)
class KioskIdentity:
    """What never changes for the tickets of one kiosk."""

    site: str
    unit: int
    block: int
    key: Ed25519PrivateKey


class ChosenNumber(NamedTuple):
    """The label a visit gets, and where it came from."""

    day: str
    series: str
    number: int
    source: NumberSource


class TicketIssuer:
    """Implements `kiosk.visit.ports.Tickets` over the node's database and a `CentreClient`."""

    def __init__(
        self,
        *,
        database: NodeDatabase,
        spool: Spool,
        centre: CentreClient,
        catalogue: Catalogue,
        identity: KioskIdentity,
        slip: SlipOf,
    ) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._spool = spool
        self._centre = centre
        self._catalogue = catalogue
        self._identity = identity
        self._slip = slip
        self._order = [each.key for each in catalogue.categories()]
        self._grants_confirmed = False

    def issue(
        self, visit: UUID, service: Service, priority_class: str, language: str
    ) -> IssuedTicket:
        """A durable ticket with its slip in the spool; raises `UnknownClass`."""
        known = ticket_of(self._store, visit)
        if known is not None:
            return self.issued(known)
        request = GrantRequest(
            visit=visit,
            service=service.code,
            series=series_of(service.category, self._order),
            priority_class=priority_class,
            rank=self._rank(priority_class),
        )
        answer = self._centre.ask(request)
        granted = answer if isinstance(answer, Granted) else None
        with self._store.transaction() as tx:
            ticket = ticket_of(tx, visit) or self._write(tx, request, service, granted)
            issued = self.issued(ticket)
            job = Job(
                kind="ticket",
                subject=visit,
                document=self._slip(issued, service, language),
                language=language,
                by=ticket.issued_at + PRINT_WITHIN,
                key=f"ticket:{visit}",
            )
            self._spool.enqueue(tx, job)
        return issued

    def settle(self) -> bool:
        """One round of paperwork with the centre; whether it answered."""
        day = service_day(self._clock.now()).isoformat()
        tickets, mark = unreported(self._store)
        if tickets:
            if not isinstance(self._centre.ask(TicketReport(tuple(tickets))), Reported):
                return False
            bookmark(self._store, mark)
        if not self._grants_confirmed and not self._confirm_grants(day):
            return False
        if reserve_left(self._store, day) * 2 <= self._identity.block:
            return self._lease(day)
        return True

    def busy(self) -> bool:
        """Whether the centre does not yet know everything."""
        return bool(unreported(self._store, 1)[0])

    def _write(
        self, tx: Transaction, request: GrantRequest, service: Service, granted: Granted | None
    ) -> Ticket:
        now = self._clock.now()
        chosen = self._number(tx, request.series, granted, now)
        mine = granted if chosen.source is NumberSource.CENTRE else None
        body = {
            "site": self._identity.site,
            "day": chosen.day,
            "series": chosen.series,
            "number": chosen.number,
            "service": service.code,
            "class": request.priority_class,
            "rank": request.rank,
            "agency": service.agency,
            "source": chosen.source.value,
            "issued_at": int(now.timestamp() * 1000),
            "ahead": mine.ahead if mine else None,
            "wait": list(mine.wait) if mine and mine.wait else None,
        }
        self._journal.append(tx, "ticket.issued", request.visit, body)
        ticket = ticket_of(tx, request.visit)
        assert ticket is not None
        return ticket

    def _number(
        self, tx: Transaction, series: str, granted: Granted | None, now: datetime
    ) -> ChosenNumber:
        site = self._identity.site
        # A centre restored from an old copy may grant a number again: then it does not count.
        if granted and not taken(tx, site, granted.day, granted.series, granted.number):
            return ChosenNumber(granted.day, granted.series, granted.number, NumberSource.CENTRE)
        day = service_day(now).isoformat()
        reserve = next_reserve(tx, site, day, series)
        if reserve is not None:
            return ChosenNumber(day, series, reserve, NumberSource.RESERVE)
        own, number = next_offline(tx, site, day, series, self._identity.unit)
        return ChosenNumber(day, own, number, NumberSource.OFFLINE)

    def issued(self, ticket: Ticket) -> IssuedTicket:
        """What the citizen of a stored ticket was told."""
        identity = self._identity
        return IssuedTicket(
            visit=ticket.visit,
            label=ticket.label,
            service=ticket.service,
            priority_class=ticket.priority_class,
            ahead=ticket.ahead,
            wait=ticket.wait,
            qr=ticket_payload(identity.key, identity.site, ticket.day, ticket.label, ticket.visit),
            issued_at=ticket.issued_at,
        )

    def _rank(self, priority_class: str) -> int:
        for known in self._catalogue.priority_classes():
            if known.key == priority_class:
                return known.rank
        keys = ", ".join(each.key for each in self._catalogue.priority_classes())
        raise UnknownClass(f"There is no priority class {priority_class!r}; there are {keys}.")

    def _confirm_grants(self, day: str) -> bool:
        answer = self._centre.ask(GrantsRequest(day))
        if not isinstance(answer, Grants):
            return False
        lost = tuple(v for v in answer.visits if ticket_of(self._store, v) is None)
        if lost and not isinstance(self._centre.ask(Disown(lost)), Reported):
            return False
        self._grants_confirmed = True
        return True

    def _lease(self, day: str) -> bool:
        held = blocks(self._store, day)
        answer = self._centre.ask(
            LeaseRequest(day, self._identity.block, held[-1].last if held else 0)
        )
        if not isinstance(answer, Leased):
            return False
        if answer.last:
            with self._store.transaction() as tx:
                if all(block.first != answer.first for block in blocks(tx, day)):
                    body = {
                        "site": self._identity.site,
                        "day": day,
                        "first": answer.first,
                        "last": answer.last,
                    }
                    self._journal.append(tx, "block.held", self._ids.uuid7(), body)
        return True
