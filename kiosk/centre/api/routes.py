"""Every route of the HTTP API, as one table: it serves, validates, checks roles and describes.

A row says method, path, the least role, body and answer. `app.py` serves the table, `openapi.py`
describes it; so what is described is what runs. No GET changes anything; every POST takes an
`Idempotency-Key`, and the same key for the same act is answered as the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from kiosk.centre.api import messages as m
from kiosk.centre.api.live import DisplayNow, QueueNow, display_now, queue_now
from kiosk.centre.api.tokens import Bearer, StaffRole
from kiosk.centre.authority import Authority
from kiosk.centre.counter_actions import CounterActions, CounterResult
from kiosk.centre.entry import milliseconds
from kiosk.centre.figures.day_figures import DayFigures, day_figures
from kiosk.centre.figures.explain import Explanation, explain
from kiosk.centre.line_queries import appointments
from kiosk.centre.ticket_actions import TicketResult
from kiosk.queue.faults import InvalidValue
from kiosk.queue.numbering import label, service_day
from kiosk.queue.rules import ServiceOffer
from sync.journal.node_database import NodeDatabase


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request that was let in and validated."""

    authority: Authority
    database: NodeDatabase
    bearer: Bearer | None
    path: dict[str, Any]
    key: str = ""
    body: Any = None
    query: Any = None

    @property
    def who(self) -> str:
        """Who acts, as the journal names him."""
        return "" if self.bearer is None else self.bearer.name


class NoQuery(msgspec.Struct, frozen=True):
    """No parameters."""


class FiguresQuery(msgspec.Struct, frozen=True):
    """Which day; none: today. `format`: json or csv."""

    day: m.Day | None = None
    format: str = "json"


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One row. `role` None: anybody on the centre's network may ask. `apart`: answered from a
    connection of its own, because it reads much.
    """

    method: str
    path: str
    role: StaffRole | None
    summary: str
    act: Callable[[ApiCall], msgspec.Struct]
    answer: type[msgspec.Struct]
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] = NoQuery
    apart: bool = False

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def _issue(call: ApiCall) -> m.TicketIssued:
    body: m.IssueRequest = call.body
    ticket, granted = call.authority.issue(
        body.kiosk,
        body.service,
        body.priority_class,
        key=call.key,
        who=call.who,
        language=body.language if body.print else "",
        code=body.appointment,
    )
    return m.TicketIssued(
        number=label(granted.series, granted.number),
        visit=str(ticket.visit),
        service=ticket.service,
        priority_class=ticket.priority_class,
        day=granted.day,
        ahead=granted.ahead,
        estimate=_estimate(granted.wait),
        print="asked" if body.print else "none",
    )


def _estimate(wait: tuple[int, int] | None) -> m.Estimate | None:
    return None if wait is None else m.Estimate(*wait)


def _at_counter(act: Callable[[CounterActions, ApiCall], CounterResult]) -> Any:
    def run(call: ApiCall) -> m.CounterAnswer:
        found = act(call.authority.counters, call)
        return m.CounterAnswer(
            number=found.label,
            visit=str(found.visit),
            counter=found.counter,
            service=found.service,
            priority_class=found.priority_class,
            state=found.state.value,
            why=found.why,
            note=found.note,
            waited_s=found.waited_s,
            services=found.services,
        )

    return run


def _ticket(found: TicketResult) -> m.TicketAnswer:
    ticket = found.ticket
    return m.TicketAnswer(
        number=ticket.label,
        visit=str(ticket.visit),
        day=ticket.day,
        service=ticket.service,
        priority_class=ticket.priority_class,
        state=ticket.state.value,
        kiosk=ticket.kiosk,
        since_at=ticket.since,
        state_at=ticket.state_at,
        ahead=found.ahead,
        services=ticket.pending,
        appointment_at=ticket.appointment,
    )


def _find(call: ApiCall) -> m.TicketAnswer:
    return _ticket(call.authority.tickets.find(call.path["visit"]))


def _prioritise(call: ApiCall) -> m.TicketAnswer:
    body: m.PriorityAsked = call.body
    return _ticket(
        call.authority.tickets.prioritise(
            call.path["visit"], body.priority_class, body.reason, call.key, who=call.who
        )
    )


def _withdraw(call: ApiCall) -> m.TicketAnswer:
    return _ticket(
        call.authority.tickets.withdraw(
            call.path["visit"], call.body.reason, call.key, who=call.who
        )
    )


def _come_back(call: ApiCall) -> m.TicketAnswer:
    return _ticket(call.authority.tickets.come_back(call.path["visit"], call.key, who=call.who))


def _set_counter(state: str) -> Callable[[ApiCall], m.CounterState]:
    def run(call: ApiCall) -> m.CounterState:
        minutes = call.body.minutes if isinstance(call.body, m.BreakAsked) else 0
        found = call.authority.day.set_counter(
            call.path["counter"], state, call.key, who=call.who, minutes=minutes
        )
        return m.CounterState(found.counter, found.state, found.until, found.who)

    return run


def _suspend(call: ApiCall) -> m.ServiceState:
    service, reason = call.path["service"], call.body.reason
    call.authority.day.suspend(service, reason, call.key, who=call.who)
    return m.ServiceState(service, suspended=True, reason=reason)


def _resume(call: ApiCall) -> m.ServiceState:
    call.authority.day.resume(call.path["service"], call.key, who=call.who)
    return m.ServiceState(call.path["service"], suspended=False, reason="")


def _day(*, opens: bool) -> Callable[[ApiCall], m.DayAnswer]:
    def run(call: ApiCall) -> m.DayAnswer:
        day = call.authority.day
        found = (day.open_day if opens else day.close_day)(call.key, who=call.who)
        return m.DayAnswer(
            found.day, found.is_open, found.unserved, found.carried, found.open_timers
        )

    return run


def _offers(call: ApiCall) -> m.QueueOffers:
    day = service_day(call.database.clock.now()).isoformat()
    return m.QueueOffers(day, tuple(_offer(call, each) for each in call.authority.day.offers()))


def _offer(call: ApiCall, found: ServiceOffer) -> m.QueueOffer:
    rule = call.authority.rules.services[found.service]
    return m.QueueOffer(
        service=found.service,
        names=dict(rule.names),
        agency=rule.agency,
        why_not=None if found.why_not is None else found.why_not.value,
        text=found.text,
        left=found.left,
        counters_open=found.counters_open,
        ahead=found.ahead,
        estimate=_estimate(found.wait),
    )


def _appointments(call: ApiCall) -> m.AppointmentsAnswer:
    day = service_day(call.database.clock.now()).isoformat()
    listed = [
        m.AppointmentAnswer(
            code=each.code,
            service=each.service,
            priority_class=each.priority_class,
            at=each.at,
            companions=each.companions,
            visit=None if each.visit is None else str(each.visit),
        )
        for each in appointments(call.database.store, day)
    ]
    return m.AppointmentsAnswer(day, tuple(listed))


def _figures(call: ApiCall) -> DayFigures:
    query: FiguresQuery = call.query
    day = query.day or service_day(call.database.clock.now()).isoformat()
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise InvalidValue(f"{day} is no day: {error}.") from error
    return day_figures(call.database.store, day, call.authority.rules)


def _explain(call: ApiCall) -> Explanation:
    visit: UUID = call.path["visit"]
    return explain(call.database, visit, call.authority.counter_table)


def _health(call: ApiCall) -> m.Health:
    clock = call.database.clock
    return m.Health(
        site=call.authority.site,
        at=milliseconds(clock.now()),
        trusted=clock.trusted,
        epoch=call.authority.epoch,
        seq=call.database.journal.last_seq(),
        term=call.authority.term.term,
        fenced=bool(call.authority.term.fenced),
    )


AGENT, SUPERVISOR, MANAGER = StaffRole.AGENT, StaffRole.SUPERVISOR, StaffRole.MANAGER


def _get(path: str, role: StaffRole | None, summary: str, act: Any, answer: Any) -> ApiRoute:
    return ApiRoute("GET", path, role, summary, act, answer)


def _post(
    path: str, role: StaffRole, summary: str, act: Any, answer: Any, body: Any = m.Asked
) -> ApiRoute:
    return ApiRoute("POST", path, role, summary, act, answer, body)


def _counter(name: str, summary: str, act: Any, body: Any = m.Asked) -> ApiRoute:
    return _post(
        f"/counters/{{counter}}/{name}", AGENT, summary, _at_counter(act), m.CounterAnswer, body
    )


def _plain(method: Callable[..., CounterResult]) -> Callable[[CounterActions, ApiCall], Any]:
    return lambda counters, call: method(counters, call.path["counter"], call.key, who=call.who)


def _to_service(method: Callable[..., CounterResult]) -> Callable[[CounterActions, ApiCall], Any]:
    return lambda counters, call: method(
        counters, call.path["counter"], call.body.service, call.key, who=call.who
    )


def _unpark(counters: CounterActions, call: ApiCall) -> CounterResult:
    visit = None if call.body.visit is None else UUID(call.body.visit)
    return counters.unpark(call.path["counter"], visit, call.key, who=call.who)


ROUTES: Final = (
    _post("/tickets", AGENT, "Give a number.", _issue, m.TicketIssued, m.IssueRequest),
    _get("/tickets/{visit}", AGENT, "A ticket and who is ahead.", _find, m.TicketAnswer),
    _get(
        "/tickets/{visit}/explain", AGENT, "Why it was called when it was.", _explain, Explanation
    ),
    _post(
        "/tickets/{visit}/priority",
        AGENT,
        "Give or take a priority class, with a reason.",
        _prioritise,
        m.TicketAnswer,
        m.PriorityAsked,
    ),
    _post(
        "/tickets/{visit}/void",
        SUPERVISOR,
        "Take a ticket out of the line.",
        _withdraw,
        m.TicketAnswer,
        m.ReasonGiven,
    ),
    _post(
        "/tickets/{visit}/return",
        AGENT,
        "Who missed the call is back: within 15 minutes, once.",
        _come_back,
        m.TicketAnswer,
    ),
    _counter("call-next", "Call the next ticket.", _plain(CounterActions.call)),
    _counter("recall", "Call the same ticket again.", _plain(CounterActions.recall)),
    _counter("arrive", "The citizen is at the counter.", _plain(CounterActions.arrive)),
    _counter("start", "The service begins.", _plain(CounterActions.start)),
    _counter("park", "Set the ticket aside.", _plain(CounterActions.park)),
    _counter("unpark", "Call a parked ticket again.", _unpark, m.VisitChosen),
    _counter(
        "transfer",
        "Send the ticket to another service; it keeps its arrival.",
        _to_service(CounterActions.transfer),
        m.ServiceChosen,
    ),
    _counter(
        "add-service",
        "The visit needs another service after this one.",
        _to_service(CounterActions.add_service),
        m.ServiceChosen,
    ),
    _counter("no-show", "Nobody came.", _plain(CounterActions.no_show)),
    _counter("complete", "The service is done.", _plain(CounterActions.complete)),
    _counter("undo", "Take back the last act of this counter.", _plain(CounterActions.undo)),
    _post(
        "/counters/{counter}/open",
        AGENT,
        "The counter opens.",
        _set_counter("open"),
        m.CounterState,
    ),
    _post(
        "/counters/{counter}/break",
        AGENT,
        "The counter takes a break.",
        _set_counter("break"),
        m.CounterState,
        m.BreakAsked,
    ),
    _post(
        "/counters/{counter}/close",
        AGENT,
        "The counter closes.",
        _set_counter("closed"),
        m.CounterState,
    ),
    _post(
        "/services/{service}/suspend",
        SUPERVISOR,
        "Nobody is called for this service and no number is given.",
        _suspend,
        m.ServiceState,
        m.SuspendAsked,
    ),
    _post("/services/{service}/resume", SUPERVISOR, "It is served again.", _resume, m.ServiceState),
    _get("/services", None, "What may be told before a number is taken.", _offers, m.QueueOffers),
    _get("/appointments", AGENT, "Who is expected today.", _appointments, m.AppointmentsAnswer),
    _post("/day/open", SUPERVISOR, "The day begins.", _day(opens=True), m.DayAnswer),
    _post("/day/close", SUPERVISOR, "The day ends.", _day(opens=False), m.DayAnswer),
    _get(
        "/queue",
        AGENT,
        "The queue now.",
        lambda call: queue_now(call.authority, call.database),
        QueueNow,
    ),
    _get(
        "/display",
        None,
        "What the hall sees now.",
        lambda call: display_now(call.authority, call.database),
        DisplayNow,
    ),
    ApiRoute(
        "GET",
        "/figures",
        SUPERVISOR,
        "The figures of a day.",
        _figures,
        DayFigures,
        query=FiguresQuery,
        apart=True,
    ),
    _get("/health", None, "The centre answers.", _health, m.Health),
)
"""The event streams `/events` and `/display/events` stand beside this table, in `events.py`."""

PARAMETERS: Final[dict[str, Any]] = {
    "counter": m.CounterNumber,
    "service": m.Code,
    "visit": m.Visit,
}
