"""What the HTTP API takes and gives, as strict structs: validated here, described in OpenAPI.

Moments are Unix milliseconds by the centre's clock (`*_at`), durations are seconds (`*_s`),
estimates whole minutes.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[A-Za-z0-9-]+\Z")]
NodeName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{1,31}\Z")]
ClassKey = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[a-z_]+\Z")]
Reason = Annotated[str, Meta(min_length=3, max_length=200)]
Visit = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
CounterNumber = Annotated[int, Meta(ge=1, le=200)]
Day = Annotated[str, Meta(pattern=r"\A20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9]|3[01])\Z")]
Moment = Annotated[int, Meta(ge=0, le=1 << 44)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request body without a field."""


class IssueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number for somebody who came for `service`; `print`: a slip at `kiosk`. `appointment`: the
    code of today's appointment, whose service and class count in place of those named.
    """

    service: Code
    kiosk: NodeName
    priority_class: ClassKey = msgspec.field(default="normal", name="class")
    print: bool = False
    language: Annotated[str, Meta(pattern=r"\A(en|sw)\Z")] = "en"
    appointment: Annotated[str, Meta(max_length=40)] = ""


class ServiceChosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The service to transfer to, or to add."""

    service: Code


class VisitChosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parked visit to call again; none: the one this counter parked first."""

    visit: Visit | None = None


class BreakAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A break of so many minutes, when that is known."""

    minutes: Annotated[int, Meta(ge=0, le=240)] = 0


class ReasonGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason


class PriorityAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The class a ticket gets, `normal` to take one away, and why."""

    priority_class: ClassKey = msgspec.field(name="class")
    reason: Reason


class SuspendAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a service is suspended, as citizens may read it."""

    reason: Annotated[str, Meta(max_length=200)] = ""


class ApiProblem(msgspec.Struct, frozen=True):
    """Why not: the code an attendant reads out, a word for programs, a sentence for people."""

    code: int
    reason: str
    text: str


class Estimate(msgspec.Struct, frozen=True):
    """Minutes from and to."""

    low: int = msgspec.field(name="from")
    high: int = msgspec.field(name="to")


class TicketIssued(msgspec.Struct, frozen=True):
    """The number, durable. `estimate` null: not known. `print`: none, or asked of the kiosk."""

    number: str
    visit: str
    service: str
    priority_class: str = msgspec.field(name="class")
    day: str
    ahead: int
    estimate: Estimate | None
    print: str


class CounterAnswer(msgspec.Struct, frozen=True):
    """A counter's ticket after an act; for a call, why this one."""

    number: str
    visit: str
    counter: int
    service: str
    priority_class: str = msgspec.field(name="class")
    state: str
    why: str
    note: str
    waited_s: int
    services: tuple[str, ...]


class TicketAnswer(msgspec.Struct, frozen=True):
    """A ticket. `ahead` is null unless it waits; `services` are still to come."""

    number: str
    visit: str
    day: str
    service: str
    priority_class: str = msgspec.field(name="class")
    state: str
    kiosk: str
    since_at: int
    state_at: int
    ahead: int | None
    services: tuple[str, ...]
    appointment_at: int | None


class CounterState(msgspec.Struct, frozen=True):
    """What a counter is: open, break or closed."""

    counter: int
    state: str
    until_at: int | None
    who: str


class AppointmentAnswer(msgspec.Struct, frozen=True):
    """Somebody who is expected; `visit` null: not here yet."""

    code: str
    service: str
    priority_class: str = msgspec.field(name="class")
    at: int
    companions: int
    visit: str | None


class AppointmentsAnswer(msgspec.Struct, frozen=True):
    """Today's appointments by their time."""

    day: str
    appointments: tuple[AppointmentAnswer, ...]


class ServiceState(msgspec.Struct, frozen=True):
    """Whether a service is suspended."""

    service: str
    suspended: bool
    reason: str


class DayAnswer(msgspec.Struct, frozen=True):
    """The day after it was opened or closed."""

    day: str
    open: bool
    unserved: int
    carried: int
    open_timers: int


class QueueOffer(msgspec.Struct, frozen=True):
    """What a citizen may be told of a service before taking a number. `why_not`: closed,
    suspended, quota or no-counter, with a sentence in `text`; `left`: places left today.
    """

    service: str
    names: dict[str, str]
    agency: str
    why_not: str | None
    text: str
    left: int | None
    counters_open: int
    ahead: int | None
    estimate: Estimate | None


class QueueOffers(msgspec.Struct, frozen=True):
    """Every service of the centre."""

    day: str
    services: tuple[QueueOffer, ...]


class Health(msgspec.Struct, frozen=True):
    """The centre answers; `trusted`: whether it believes its own clock, `fenced`: whether another
    machine was promoted since, so that this one gives no number and calls nobody.
    """

    site: str
    at: int
    trusted: bool
    epoch: str
    seq: int
    term: int
    fenced: bool
