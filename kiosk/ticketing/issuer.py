"""Issuer: gives a visit its number, whatever the network does, and keeps the centre informed.

Order of a number's sources: the centre (asked for at most the deadline), the kiosk's reserve
block, the kiosk's own offline sub-series. Then one transaction: journal, ticket, print job. The
visit's UUID is the idempotency key everywhere: asking twice is getting the same ticket.

Every answer of the centre carries its time and the epoch of its database. The time is a source
for this kiosk's clock, and the centre's day is the day of a ticket, also while the centre is away.
Another epoch means that the centre's database was restored: then everything this kiosk knows of
the last day and a half is told again.

`settle` is called between citizens: it reports issued tickets, returns grants that no citizen saw
(a kiosk that lost power in the middle of an issue), keeps the reserve full, and prints what was
given at the centre for people at this kiosk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from content.faults import NotInPack
from kiosk.language import LANGUAGES
from kiosk.queue.faults import NoNumber, UnknownClass
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.numbering import RESERVE_LAST, series_of, service_day
from kiosk.queue.protocol import (
    BLOCKS_MAX,
    REPORT_MAX,
    Answer,
    Ask,
    Disown,
    Granted,
    GrantRequest,
    Grants,
    GrantsRequest,
    HeldBlock,
    Leased,
    LeaseRequest,
    NumberRefused,
    Offered,
    OfferRequest,
    PrintsRequest,
    Reported,
    RequestRefused,
    TicketReport,
    WantedSlip,
    WantedSlips,
    raw,
)
from kiosk.queue.rules import ServiceOffer, WhyNoNumber
from kiosk.queue.signed_code import ticket_address, ticket_payload
from kiosk.ticketing.centre_client import CentreClient
from kiosk.ticketing.ticket_table import (
    NumberSource,
    Ticket,
    blocks,
    blocks_since,
    bookmark,
    centre_epoch,
    next_offline,
    next_reserve,
    reserve_left,
    restored_on,
    taken,
    tell_again,
    ticket_of,
    unreported,
)
from peripherals.printing.document import Document
from peripherals.printing.spool import Job, Spool
from provisioning.time_judge import TimeSource
from sync.journal.clock_log import journal_corrections
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

PRINT_WITHIN = timedelta(minutes=15)
"""A ticket slip that could not be printed by then is of no use to anybody."""

KNOWN_AGAIN = timedelta(hours=36)
"""What a restored centre is told again: a copy is not older than the day before."""

PRINTS_EVERY_S = 2.0

STILL_IN_LINE = timedelta(hours=12)
"""So long somebody may wait with a number of the day before."""

SlipOf = Callable[[IssuedTicket, Service, str], Document]


@dataclass(frozen=True, slots=True)
class KioskIdentity:
    """What never changes for the tickets of one kiosk. `hall_url`: where the centre shows citizens
    their place in line; empty: nowhere.
    """

    site: str
    unit: int
    block: int
    key: Ed25519PrivateKey
    hall_url: str = ""
    centre_name: str = ""


class ChosenNumber(NamedTuple):
    """The label a visit gets, and where it came from."""

    day: str
    series: str
    number: int
    source: NumberSource


class CentreHeard(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuer keeps in memory of this boot and of the centre. `began_seq` is the journal's
    entry at the service's start, `centre_ms` the centre's time now, 0 when it never said it.
    """

    began_seq: int
    centre_ms: int = 0


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
        self._database = database
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
        self._said_all = False
        self._began_seq = database.journal.last_seq()
        self._prints_at = 0.0
        self._centre_time: tuple[datetime, float] | None = None

    def issue(
        self, visit: UUID, service: Service, priority_class: str, language: str
    ) -> IssuedTicket:
        """A durable ticket with its slip in the spool; raises `UnknownClass`, and `NoNumber` when
        the centre says that none is given.
        """
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
        self._journal_clock()
        answer = self._ask(request)
        if isinstance(answer, NumberRefused):
            raise NoNumber(answer.text, answer.reason)
        granted = answer if isinstance(answer, Granted) else None
        with self._store.transaction() as tx:
            ticket = ticket_of(tx, visit) or self._write(tx, request, service, granted)
            issued = self.issued(ticket)
            self._print(tx, ticket, issued, service, language)
        return issued

    def heard_so_far(self) -> CentreHeard:
        """What the next process of this boot goes on with."""
        said = 0 if self._centre_time is None else int(self._time().timestamp() * 1000)
        return CentreHeard(began_seq=self._began_seq, centre_ms=said)

    def go_on(self, heard: CentreHeard) -> None:
        """Go on for the process before: the machine was not off between them."""
        self._began_seq = heard.began_seq
        if heard.centre_ms:
            said = datetime.fromtimestamp(heard.centre_ms / 1000, UTC)
            self._centre_time = said, self._clock.monotonic()

    def offer(self, service: Service) -> ServiceOffer | None:
        """What the centre says of `service` before a number is taken; None when it is silent."""
        answer = self._ask(OfferRequest(service.code))
        if not isinstance(answer, Offered):
            return None
        known = set(WhyNoNumber)
        why = answer.why_not if answer.why_not in known else None
        return ServiceOffer(
            service=service.code,
            why_not=None if why is None else WhyNoNumber(why),
            left=answer.left,
            counters_open=0,
            unattended=answer.unattended,
        )

    def _print(
        self,
        tx: Transaction,
        ticket: Ticket,
        issued: IssuedTicket,
        service: Service,
        language: str,
    ) -> None:
        job = Job(
            kind="ticket",
            subject=ticket.visit,
            document=self._slip(issued, service, language),
            language=language,
            by=ticket.issued_at + PRINT_WITHIN,
            key=f"ticket:{ticket.visit}",
        )
        self._spool.enqueue(tx, job)

    def settle(self) -> bool:
        """One round of paperwork with the centre; whether it answered."""
        self._journal_clock()
        day = service_day(self._time()).isoformat()
        # The first answer also says what time it is: it comes before the report of who waits.
        if not self._grants_confirmed and not self._confirm_grants(day):
            return False
        if not self._report():
            return False
        if reserve_left(self._store, day) * 2 <= self._identity.block and not self._lease(day):
            return False
        return self._print_wanted()

    def _print_wanted(self) -> bool:
        """Take over numbers that were given at the centre for people at this kiosk: each gets its
        entry and its slip here, once.
        """
        if self._clock.monotonic() < self._prints_at:
            return True
        self._prints_at = self._clock.monotonic() + PRINTS_EVERY_S
        answer = self._ask(PrintsRequest())
        if not isinstance(answer, WantedSlips):
            return isinstance(answer, RequestRefused)  # an older centre knows no such request
        for slip in answer.slips:
            self._take_over(slip)
        return True

    def _take_over(self, slip: WantedSlip) -> None:
        try:
            service = self._catalogue.service(slip.service)
        except NotInPack:
            return  # staff see it among the numbers that are not confirmed
        request = GrantRequest(
            visit=slip.visit,
            service=slip.service,
            series=slip.series,
            priority_class=slip.priority_class,
            rank=slip.rank,
        )
        granted = Granted(
            day=slip.day,
            series=slip.series,
            number=slip.number,
            ahead=slip.ahead or 0,
            wait=slip.wait,
        )
        with self._store.transaction() as tx:
            if ticket_of(tx, slip.visit) is None and not taken(
                tx, self._identity.site, slip.day, slip.series, slip.number
            ):
                ticket = self._write(tx, request, service, granted)
                self._print(tx, ticket, self.issued(ticket), service, slip.language)

    def busy(self) -> bool:
        """Whether the centre does not yet know everything."""
        return bool(unreported(self._store, limit=1)[0])

    def _report(self) -> bool:
        """Report what the centre does not know yet; False when it did not take the report."""
        tickets, mark = unreported(self._store, process_began=self._began_seq)
        last = len(tickets) < REPORT_MAX
        if not tickets and self._said_all:
            return True
        epoch = centre_epoch(self._store)
        now = self._clock.now()
        held = [
            HeldBlock(each.day.isoformat(), each.first, each.last)
            for each in blocks_since(self._store, service_day(now - KNOWN_AGAIN).isoformat())
        ]
        report = TicketReport(
            raw(tickets),
            now=int(now.timestamp() * 1000),
            unit=self._identity.unit,
            blocks=() if self._said_all else raw(held[-BLOCKS_MAX:]),
            epoch=epoch,
            last=last,
        )
        if not isinstance(self._ask(report), Reported):
            return False
        if centre_epoch(self._store) == epoch:
            bookmark(self._store, mark)
            self._said_all = self._said_all or last
        return True

    def _ask(self, message: Ask) -> Answer | None:
        """The centre's answer; what it says of itself is heard before it is used."""
        answer = self._centre.ask(message)
        if answer is None:
            return None
        if answer.centre_ms:
            said = datetime.fromtimestamp(answer.centre_ms / 1000, UTC)
            self._centre_time = said, self._clock.monotonic()
            with suppress(OSError):  # a full disk: the correction is not believed
                self._clock.hear(TimeSource.CENTRE, said)
            self._journal_clock()
        if answer.epoch and answer.epoch != centre_epoch(self._store):
            tell_again(self._store, answer.epoch, self._clock.now() - KNOWN_AGAIN)
            self._said_all = self._grants_confirmed = False
        return answer

    def _journal_clock(self) -> None:
        """Before a ticket is given or told of: its arrival is corrected by what comes after it."""
        journal_corrections(self._database)

    def _time(self) -> datetime:
        """The time that decides the day of a ticket: the centre's, when it said it."""
        if self._centre_time is None:
            return self._clock.now()
        said, then = self._centre_time
        return said + timedelta(seconds=self._clock.monotonic() - then)

    def _write(
        self, tx: Transaction, request: GrantRequest, service: Service, granted: Granted | None
    ) -> Ticket:
        now = self._clock.now()
        chosen = self._number(tx, request.series, granted)
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

    def _number(self, tx: Transaction, series: str, granted: Granted | None) -> ChosenNumber:
        site = self._identity.site
        # A centre restored from an old copy may grant a number again: then it does not count.
        if granted and not taken(tx, site, granted.day, granted.series, granted.number):
            return ChosenNumber(granted.day, granted.series, granted.number, NumberSource.CENTRE)
        day = service_day(self._time()).isoformat()
        reserve = next_reserve(tx, site, day, series)
        if reserve is not None:
            return ChosenNumber(day, series, reserve, NumberSource.RESERVE)
        recent = self._clock.now() - STILL_IN_LINE
        unit = self._identity.unit
        own, number = next_offline(tx, site, day, series, unit=unit, recent=recent)
        return ChosenNumber(day, own, number, NumberSource.OFFLINE)

    def issued(self, ticket: Ticket) -> IssuedTicket:
        """What the citizen of a stored ticket was told."""
        return IssuedTicket(
            visit=ticket.visit,
            label=ticket.label,
            service=ticket.service,
            priority_class=ticket.priority_class,
            ahead=ticket.ahead,
            wait=ticket.wait,
            qr=self._code(ticket),
            issued_at=ticket.issued_at,
        )

    def _code(self, ticket: Ticket) -> str:
        """The QR code: signed, and where the centre has a page for it, that page's address with
        what the citizen must know in words.
        """
        identity = self._identity
        payload = ticket_payload(
            identity.key, identity.site, ticket.day, ticket.label, ticket.visit
        )
        words = (
            ticket.label,
            identity.centre_name,
            f"{ticket.day:%d-%m-%Y}",
            *(self._catalogue.text("ticket.qr_next", each) for each in LANGUAGES),
        )
        return ticket_address(identity.hall_url, words, payload)

    def _rank(self, priority_class: str) -> int:
        for known in self._catalogue.priority_classes():
            if known.key == priority_class:
                return known.rank
        keys = ", ".join(each.key for each in self._catalogue.priority_classes())
        raise UnknownClass(f"There is no priority class {priority_class!r}; there are {keys}.")

    def _confirm_grants(self, day: str) -> bool:
        answer = self._ask(GrantsRequest(day))
        if not isinstance(answer, Grants):
            return False
        lost = tuple(v for v in answer.visits if ticket_of(self._store, v) is None)
        if restored_on(self._store, day):
            lost = ()  # they may have been told after the copy was made: nobody leaves the line
        if lost and not isinstance(self._ask(Disown(lost)), Reported):
            return False
        self._grants_confirmed = True
        return True

    def _lease(self, day: str) -> bool:
        held = blocks(self._store, day)
        # What a restored database held before is not known here, and never used again.
        before = RESERVE_LAST if restored_on(self._store, day) else 0
        last = held[-1].last if held else before
        answer = self._ask(LeaseRequest(day, self._identity.block, last))
        if not isinstance(answer, Leased):
            return False
        if answer.last:
            with self._store.transaction() as tx:
                if all(block.first != answer.first for block in blocks(tx, answer.day)):
                    body = {
                        "site": self._identity.site,
                        "day": answer.day,
                        "first": answer.first,
                        "last": answer.last,
                    }
                    self._journal.append(tx, "block.held", self._ids.uuid7(), body)
        return True
