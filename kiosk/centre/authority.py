"""Authority: who gets which number. One per centre, or van.

Every action is one write transaction on the centre's database; nothing is kept in memory, so the
centre's service, a second one by mistake and a command in a shell cannot disagree. Idempotent: a
grant by its visit, a press by its key. `counters` are the acts of counters, `day` those of the
centre as a whole. Time and ids are passed in; sockets are in `service/` and `api/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from kiosk.centre.cases import CentreCases
from kiosk.centre.centre_day import CentreDay, Quote
from kiosk.centre.counter_actions import CounterActions
from kiosk.centre.entry import (
    HOUR_MS,
    KIOSK_TICKETS_MAX,
    CentreParts,
    arrival_ms,
    cutoff,
    entry_of_press,
    milliseconds,
    named,
    numbered,
    pressed,
    standing,
)
from kiosk.centre.line_queries import (
    LineTicket,
    StoredAppointment,
    appointments,
    block_after,
    is_given,
    last_leased,
    last_number,
    left_over,
    reserve_in_use,
    same_label,
    ticket_of,
    tickets_of_kiosk,
    to_print,
    told,
    untold_ticket,
    untold_visits,
)
from kiosk.centre.promotion import CentreTerm, fence, refuse_fenced, term_of
from kiosk.centre.reports import KioskReports
from kiosk.centre.restoring import missing
from kiosk.centre.set_aside import set_aside
from kiosk.centre.ticket_actions import TicketActions
from kiosk.queue.appointments import BookedAppointment
from kiosk.queue.faults import NoSuchTicket, NotNow, QueueFault
from kiosk.queue.lifecycle import TicketAction, allowed
from kiosk.queue.numbering import next_block, next_granted, service_day
from kiosk.queue.priority import PriorityPolicy, Waiting
from kiosk.queue.protocol import (
    FenceNotice,
    Granted,
    GrantRequest,
    HeldBlock,
    Leased,
    LeaseRequest,
    Reported,
    ReportedTicket,
    StaffCall,
    TicketReport,
    WantedSlip,
)
from kiosk.queue.rules import NORMAL, CentreRules
from kiosk.queue.skills import CentreCounters
from provisioning.faults import Fault
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

LAPSE_MS, LAPSE_MAX = 36 * HOUR_MS, 200
CALLS_AT_ONCE, CALL_EVERY_S = 10.0, 30.0
"""Calls for staff of one kiosk: so many at once, then one in so many seconds."""


class Authority:
    """The centre's queue. Methods raise the faults of `kiosk/queue/faults.py`."""

    def __init__(
        self,
        database: NodeDatabase,
        *,
        site: str,
        policy: PriorityPolicy,
        counters: CentreCounters,
        rules: CentreRules | None = None,
        public: Ed25519PublicKey | None = None,
    ) -> None:
        """`public`: the centre's own signing key, by which it knows that another was promoted."""
        parts = CentreParts(database, site, policy, counters, rules or CentreRules())
        self.cases = CentreCases(database)
        self.counters = CounterActions(parts)
        self.day = CentreDay(parts)
        self.tickets = TicketActions(parts)
        self.rules = parts.rules
        self.policy = policy
        self.counter_table = counters
        self.site = site
        self._public = public
        self._database = database
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._site = site
        self._reports = KioskReports(database, site)
        self._calls: dict[str, tuple[float, float]] = {}

    def grant(self, kiosk: str, request: GrantRequest) -> Granted:
        """The next number of the series asked for; the same one again for the same visit."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            ticket = ticket_of(tx, request.visit)
            if ticket is None:
                self.day.refuse_without_number(
                    tx, request.service, service_day(now).isoformat(), by_hours=False
                )
                return self._give(tx, kiosk, request, now)
            quote = self.day.quote(tx, ticket.waiting, ticket.day, now)
        return _grant(ticket, quote)

    def issue(
        self,
        kiosk: str,
        service: str,
        priority_class: str = NORMAL,
        *,
        key: str = "",
        who: str = "",
        language: str = "",
        code: str = "",
    ) -> tuple[LineTicket, Granted]:
        """A number that is told at once to whoever asks; the same one again for the same `key`.

        `language`: the slip is to be printed in it, by `kiosk`, which fetches the wish. `code`: of
        today's appointment, whose service and class count in place of those named.
        """
        now, asked = self._clock.now(), {"kiosk": kiosk, "who": who, "code": code}
        asked |= {} if code else {"service": service, "class": priority_class}
        with self._store.transaction() as tx:
            if (press := pressed(tx, key, "ticket.granted", said=asked)) is not None:
                ticket = ticket_of(tx, entry_of_press(tx, press)[0])
                assert ticket is not None
                quote = self.day.quote(tx, ticket.waiting, ticket.day, now)
                return ticket, _grant(ticket, quote)
            booked = self._appointment(tx, now, code) if code else None
            if booked is not None:
                service, priority_class = booked.service, booked.priority_class
            request = GrantRequest(
                visit=self._ids.uuid7(),
                service=service,
                series=self.rules.service(service).series,
                priority_class=priority_class,
                rank=self.rules.rank(priority_class),
            )
            self.day.refuse_without_number(tx, service, service_day(now).isoformat(), by_hours=True)
            more = named(key=key, who=who, language=language, code=code)
            granted = self._give(tx, kiosk, request, now, booked and booked.at, **more)
            if not language:
                told(tx, request.visit)
            ticket = ticket_of(tx, request.visit)
            assert ticket is not None
        return ticket, granted

    def book(self, day: date, booked: Sequence[BookedAppointment], *, who: str = "") -> int:
        """Note the appointments of `day`; how many were new or changed. The same again is none."""
        changed = 0
        with self._store.transaction() as tx:
            for each in booked:
                at = milliseconds(each.at)
                said = StoredAppointment(
                    each.code, each.service, at, each.priority_class, each.companions, None
                )
                known = appointments(tx, day.isoformat(), each.code)
                if known and known[0]._replace(visit=None) == said:
                    continue
                self.rules.service(each.service)
                self.rules.rank(each.priority_class)
                body = {
                    "site": self._site,
                    "day": day.isoformat(),
                    "code": each.code,
                    "service": each.service,
                    "at": at,
                    "class": each.priority_class,
                    "companions": each.companions,
                }
                self._append(tx, "appointment.booked", self._ids.uuid7(), body | named(who=who))
                changed += 1
        return changed

    def _appointment(self, tx: Transaction, now: datetime, code: str) -> StoredAppointment:
        found = appointments(tx, service_day(now).isoformat(), code)
        if not found:
            raise NoSuchTicket(f"There is no appointment {code} today.")
        if found[0].visit is not None:
            raise NotNow(f"Whoever has the appointment {code} has a number already.")
        return found[0]

    def _give(
        self,
        tx: Transaction,
        kiosk: str,
        request: GrantRequest,
        now: datetime,
        appointment: int | None = None,
        **more: object,
    ) -> Granted:
        given = self._number(tx, kiosk, request, now)
        if appointment is not None:
            since = self.policy.since_of_appointment(appointment, given.since, given.rank)
            if since is not None:
                given = replace(given, since=since)
                more["appointment"] = appointment
        waiting = Waiting(given.visit.bytes, given.service, given.rank, given.since)
        quote = self.day.quote(tx, waiting, given.day, now)
        body = standing(self._site, kiosk, given) | {"ahead": quote.ahead} | more
        if quote.wait is not None:
            body["wait"] = list(quote.wait)
        self._append(tx, "ticket.granted", request.visit, body)
        return Granted(
            day=given.day,
            series=given.series,
            number=given.number,
            ahead=quote.ahead,
            wait=quote.wait,
        )

    def _number(
        self, tx: Transaction, kiosk: str, request: GrantRequest, now: datetime
    ) -> ReportedTicket:
        day, series = service_day(now).isoformat(), request.series
        refuse_fenced(tx)
        _refuse_while_restored(tx, day)
        if tickets_of_kiosk(tx, kiosk, day) >= KIOSK_TICKETS_MAX:
            raise QueueFault(f"{kiosk} has {KIOSK_TICKETS_MAX} tickets on {day} already.")

        def in_use(number: int) -> bool:
            held = same_label(tx, series, number, cutoff(now))
            return bool(held) or is_given(tx, self._site, day, series, number)

        return ReportedTicket(
            visit=request.visit,
            day=day,
            series=series,
            number=next_granted(last_number(tx, day, series), in_use),
            service=request.service,
            priority_class=request.priority_class,
            rank=request.rank,
            since=arrival_ms(tx, now),
        )

    def lease(self, kiosk: str, request: LeaseRequest) -> Leased:
        """The block of `kiosk` after the one it holds; made when there is none yet."""
        now = self._clock.now()
        today = service_day(now)
        day = today.isoformat()
        held = request.held if request.day == day else 0
        with self._store.transaction() as tx:
            block = block_after(tx, day, kiosk, held)
            if block is None:
                refuse_fenced(tx)
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

    @property
    def term(self) -> CentreTerm:
        """The term of a promoted machine, and whether another one ended it."""
        return term_of(self._store)

    def fence(self, notice: FenceNotice) -> bool:
        """A kiosk says that another machine was promoted; whether that is so."""
        return self._public is not None and fence(
            self._database, self._site, self._public, notice.term, notice.proof
        )

    def time_ms(self) -> int:
        """The centre's time for its kiosks; 0 when the centre does not trust its own clock."""
        now = self._clock.now()
        return milliseconds(now) if self._clock.trusted else 0

    def unreported(self, kiosk: str) -> tuple[UUID, ...]:
        """Visits of `kiosk` that wait with a number nobody has confirmed was told."""
        with self._store.transaction() as tx:
            return untold_visits(tx, kiosk)

    def wanted_slips(self, kiosk: str) -> tuple[WantedSlip, ...]:
        """The oldest numbers given here whose slip `kiosk` is to print and has not taken over."""
        return tuple(to_print(self._store, kiosk))

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

    def _cancel(self, tx: Transaction, ticket: LineTicket, why: str) -> None:
        self._append(
            tx, "ticket.cancelled", ticket.visit, numbered(self._site, ticket) | {"why": why}
        )

    def _append(self, tx: Transaction, kind: str, subject: UUID, body: dict[str, object]) -> None:
        self._journal.append(tx, kind, subject, body)


def _refuse_while_restored(tx: Transaction, day: str) -> None:
    if names := missing(tx, day):
        raise QueueFault(
            f"This centre was restored; {', '.join(names)} must first tell what they know."
        )


def _grant(ticket: LineTicket, quote: Quote) -> Granted:
    return Granted(
        day=ticket.day,
        series=ticket.series,
        number=ticket.number,
        ahead=quote.ahead,
        wait=quote.wait,
    )
