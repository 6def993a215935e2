"""The centre as a whole: its day, suspended services, which counters are open, what is quoted.

Every action is one write transaction with who did it; a key counts once. What a citizen may be
told before taking a number (`offers`) and what is refused (`refuse_without_number`) follow from
one rule, `kiosk/queue/rules.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kiosk.centre.entry import (
    CentreParts,
    cutoff,
    milliseconds,
    named,
    numbered,
    pressed,
)
from kiosk.centre.line_queries import (
    CounterShift,
    PeopleWaiting,
    counters_at_work,
    day_state,
    in_centre,
    service_times,
    shifts,
    suspended_services,
    tickets_of_service,
)
from kiosk.queue.estimate import CounterAhead, LineAhead, wait_range
from kiosk.queue.faults import QueueFault
from kiosk.queue.lifecycle import TicketState
from kiosk.queue.numbering import service_day
from kiosk.queue.priority import Waiting, ahead_by_service
from kiosk.queue.rules import (
    AtClose,
    ServiceOffer,
    ServiceRule,
    WhyNoNumber,
    refusal,
    why_no_number,
)
from provisioning.clock import EAT
from sync.store.database import Store, Transaction

COUNTER_STATES = ("open", "break", "closed")
BREAK_MAX_MS = 4 * 3_600_000


class Quote(NamedTuple):
    """How many are called before, and the wait in minutes (None: not known)."""

    ahead: int
    wait: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class DayResult:
    """The day after it was opened or closed: how many were left unserved, carried over into the
    next day, or still at a counter (their times are not counted).
    """

    day: str
    is_open: bool
    unserved: int = 0
    carried: int = 0
    open_timers: int = 0


class CentreDay:
    """Acts and questions about the whole centre."""

    def __init__(self, parts: CentreParts) -> None:
        self._store = parts.database.store
        self._journal = parts.database.journal
        self._clock = parts.database.clock
        self._ids = parts.database.ids
        self._site = parts.site
        self._parts = parts

    def suspend(self, service: str, why: str = "", key: str = "", *, who: str = "") -> str:
        """`service` is not served for now: nobody is called for it and no number is given."""
        self._parts.rules.service(service)
        self._set(
            "service.suspended",
            key,
            lambda tx: service not in suspended_services(tx),
            service=service,
            why=why,
            who=who,
        )
        return service

    def resume(self, service: str, key: str = "", *, who: str = "") -> str:
        """`service` is served again."""
        self._parts.rules.service(service)
        self._set(
            "service.resumed",
            key,
            lambda tx: service in suspended_services(tx),
            service=service,
            who=who,
        )
        return service

    def set_counter(
        self, counter: int, state: str, key: str = "", *, who: str = "", minutes: int = 0
    ) -> CounterShift:
        """Open a counter, send it on a break (of so many `minutes`, when known), or close it."""
        self._parts.counters.services(counter)
        if state not in COUNTER_STATES:
            raise QueueFault(f"A counter is {', '.join(COUNTER_STATES)}; not {state!r}.")
        ms = min(minutes * 60_000, BREAK_MAX_MS)
        until = milliseconds(self._clock.now()) + ms if minutes and state == "break" else None

        def changes(tx: Transaction) -> bool:
            now = shifts(tx).get(counter)
            return now is None or (now.state, now.until) != (state, until)

        self._set("counter.set", key, changes, counter=counter, state=state, until=until, who=who)
        found = shifts(self._store).get(counter)
        assert found is not None
        return found

    def open_day(self, key: str = "", *, who: str = "") -> DayResult:
        """The centre's day begins, or goes on after it was closed."""
        day = service_day(self._clock.now()).isoformat()

        def changes(tx: Transaction) -> bool:
            opened, closed = day_state(tx, day)
            return opened is None or closed is not None

        self._set("day.opened", key, changes, who=who)
        return DayResult(day, is_open=True)

    def close_day(self, key: str = "", *, who: str = "") -> DayResult:
        """The day ends: who waits is left unserved or carried over, as the rule of the service
        says; a timer still running at a counter is ended and left out of the averages.
        """
        day = service_day(self._clock.now()).isoformat()
        with self._store.transaction() as tx:
            if pressed(tx, key, "day.closed", said={"who": who}) or day_state(tx, day)[1]:
                return DayResult(day, is_open=False)
            counts = self._end_everybody(tx)
            body = {"site": self._site, "day": day, **counts} | named(key=key, who=who)
            self._journal.append(tx, "day.closed", self._ids.uuid7(), body)
        return DayResult(
            day,
            is_open=False,
            unserved=counts["unserved"],
            carried=counts["carried"],
            open_timers=counts["open"],
        )

    def _end_everybody(self, tx: Transaction) -> Counter[str]:
        counts = Counter(unserved=0, carried=0, open=0)
        for ticket in in_centre(tx):
            body = numbered(self._site, ticket)
            rule = self._parts.rules.services.get(ticket.service)
            waits = ticket.state in {TicketState.WAITING, TicketState.PARKED}
            if ticket.state is TicketState.WAITING and rule and rule.at_close is AtClose.CARRY:
                counts["carried"] += 1
                self._journal.append(tx, "ticket.carried", ticket.visit, body)
                continue
            counts["unserved" if waits else "open"] += 1
            body |= {"was": ticket.state.value}
            self._journal.append(tx, "ticket.unserved", ticket.visit, body)
        return counts

    def _set(
        self, kind: str, key: str, changes: Callable[[Transaction], bool], **body: object
    ) -> None:
        """Write `kind` unless its key was counted or it would change nothing."""
        day = service_day(self._clock.now()).isoformat()
        counter = body.get("counter")
        assert counter is None or isinstance(counter, int)
        bound = ("service", "state", "who")
        said: dict[str, str] = {name: str(body[name]) for name in bound if name in body}
        with self._store.transaction() as tx:
            if pressed(tx, key, kind, counter=counter, said=said) is None and changes(tx):
                full = {"site": self._site, "day": day} | named(key=key, **body)
                self._journal.append(tx, kind, self._ids.uuid7(), full)

    def refuse_without_number(
        self, tx: Transaction, service: str, day: str, *, by_hours: bool
    ) -> None:
        """Raise `NoNumber` when no number is given for `service` on `day`. `by_hours`: also when
        the centre is closed by its hours; a kiosk has looked at them with its own clock.
        """
        rule = self._parts.rules.services.get(service) or ServiceRule(service, "", "A")
        suspended = suspended_services(tx)
        why = self._why_not(tx, rule, day, suspended, by_hours=by_hours)
        if why is not None:
            raise refusal(rule, why, suspended.get(service, ""))

    def _why_not(
        self,
        reader: Store | Transaction,
        rule: ServiceRule,
        day: str,
        suspended: dict[str, str],
        *,
        by_hours: bool,
    ) -> WhyNoNumber | None:
        given = 0 if rule.quota is None else tickets_of_service(reader, day, rule.code)
        opened, closed = day_state(reader, day)
        out_of_hours = (
            by_hours
            and opened is None
            and self._clock.trusted
            and not self._parts.rules.open_at(self._clock.now())
        )
        return why_no_number(
            rule,
            day_closed=closed is not None or out_of_hours,
            suspended=suspended,
            given=given,
            able=len(self._able(reader, rule.code)),
        )

    def _able(self, reader: Store | Transaction, service: str) -> list[int]:
        """The counters that may serve `service` and were not closed."""
        counters = self._parts.counters
        closed = {each.counter for each in shifts(reader).values() if each.state == "closed"}
        if counters.unreadable is not None:
            return [each for each in range(1, counters.count + 1) if each not in closed]
        return [
            each
            for each in range(1, counters.count + 1)
            if each not in closed and counters.can_serve(each, service)
        ]

    def quote(
        self, reader: Store | Transaction, waiting: Waiting, day: str, now: datetime
    ) -> Quote:
        """What somebody who stands in line as `waiting` is told."""
        parts, now_ms, service = self._parts, milliseconds(now), waiting.service
        suspended = frozenset(suspended_services(reader))
        line = PeopleWaiting(reader, cutoff(now), None, suspended - {service})
        by_service = ahead_by_service(waiting, line, parts.policy)
        shared = parts.counters.shared_with(service)
        ahead = sum(n for each, n in by_service.items() if shared is None or each in shared)
        if service in suspended:
            return Quote(ahead, None)
        times = service_times(reader, day, waiting.rank)
        rule = parts.rules.services.get(service)
        found = LineAhead(
            service=service,
            ahead=by_service,
            occupied=times.by_service,
            counters=self._counters_ahead(reader, day, now_ms),
            prior_s=60 * (rule.mean_min if rule else 6.5),
            earlier_share=times.earlier / times.calls if times.calls else 0.0,
            legs_each=times.calls / times.visits if times.visits else 1.0,
            earlier_for_s=parts.policy.passes_for_ms(waiting.rank) / 1000,
            head_waited_s=self._head_waited_s(line, now_ms),
            roster=parts.rules.roster,
            second_of_day=_second_of_day(now),
        )
        return Quote(ahead, wait_range(found))

    def _counters_ahead(
        self, reader: Store | Transaction, day: str, now_ms: int
    ) -> list[CounterAhead]:
        skills = self._parts.counters.skills
        return [
            CounterAhead(
                skills[each.counter].services if each.counter in skills else None,
                0.0 if each.until is None else max(0, each.until - now_ms) / 1000,
                each.free,
            )
            for each in counters_at_work(reader, day, now_ms)
            if each.until is None or not self._parts.rules.roster  # the roster knows its breaks
        ]

    def _head_waited_s(self, line: PeopleWaiting, now_ms: int) -> float | None:
        oldest = [each.since for each in line.oldest_of_each_class()]
        return max(0, now_ms - min(oldest)) / 1000 if oldest else None

    def offers(
        self, services: list[str] | None = None, *, by_hours: bool = True
    ) -> list[ServiceOffer]:
        """What a citizen may be told of each service before taking a number."""
        now = self._clock.now()
        day = service_day(now).isoformat()
        rules = self._parts.rules.services
        with self._store.snapshot():
            suspended = suspended_services(self._store)
            return [
                self._offer(rules[code], day, now, suspended, by_hours=by_hours)
                for code in (services or list(rules))
                if code in rules
            ]

    def _offer(
        self,
        rule: ServiceRule,
        day: str,
        now: datetime,
        suspended: dict[str, str],
        *,
        by_hours: bool,
    ) -> ServiceOffer:
        why = self._why_not(self._store, rule, day, suspended, by_hours=by_hours)
        left = None
        if rule.quota is not None:
            left = max(0, rule.quota - tickets_of_service(self._store, day, rule.code))
        counters = counters_at_work(self._store, day, milliseconds(now))
        at_work = [each.counter for each in counters if each.until is None]
        newcomer = Waiting(b"\xff" * 16, rule.code, 9, milliseconds(now))
        quote = self.quote(self._store, newcomer, day, now)
        able = sum(self._parts.counters.can_serve(each, rule.code) for each in at_work)
        return ServiceOffer(
            service=rule.code,
            why_not=why,
            left=left,
            counters_open=able,
            unattended=bool(at_work) and not able,
            ahead=quote.ahead,
            wait=quote.wait,
            text="" if why is None else refusal(rule, why, suspended.get(rule.code, "")).message,
        )


def _second_of_day(moment: datetime) -> int:
    local = moment.astimezone(EAT)
    return local.hour * 3600 + local.minute * 60 + local.second
