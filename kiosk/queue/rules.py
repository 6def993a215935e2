"""Rules: what a centre knows of its services and classes, and whether a number is given. Pure.

The rules come from the content pack and from the centre's own table (`queue.service_table`). A
centre whose pack cannot be read has no rules: then it takes every service its kiosks name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum

from content.catalogue.model import Agency, Centre, PriorityClass
from content.catalogue.opening_hours import OpeningHours
from content.csv_rows import Row, rows
from content.faults import SourcesRefused
from kiosk.queue.estimate import RosterStep
from kiosk.queue.faults import NoNumber, UnknownClass, UnknownService

NORMAL = "normal"
"""The priority class of everybody who asks for none."""


class AtClose(StrEnum):
    """What the close of the day does to those who wait."""

    UNSERVED = "unserved"
    CARRY = "carry"


class WhyNoNumber(StrEnum):
    """Why no number is given."""

    CLOSED = "closed"
    SUSPENDED = "suspended"
    QUOTA = "quota"
    NO_COUNTER = "no-counter"


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """One service at this centre. `quota`: numbers a day, None without a limit; `target_min`: the
    wait its charter promises at most; `mean_min`: how long it takes until the centre has learned.
    """

    code: str
    agency: str
    series: str
    names: Mapping[str, str] = field(default_factory=dict)
    quota: int | None = None
    at_close: AtClose = AtClose.UNSERVED
    target_min: int = 45
    mean_min: float = 6.5


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """What a citizen may be told of a service before taking a number. `unattended`: counters work,
    but none for this service just now.
    """

    service: str
    why_not: WhyNoNumber | None
    left: int | None
    counters_open: int
    unattended: bool = False
    ahead: int | None = None
    wait: tuple[int, int] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class CentreRules:
    """The rules of one centre. `centre` with `hours`: when it is open; None: at any hour."""

    services: Mapping[str, ServiceRule] = field(default_factory=dict)
    classes: Mapping[str, PriorityClass] = field(default_factory=dict)
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    roster: tuple[RosterStep, ...] = ()
    hours: OpeningHours | None = None
    centre: Centre | None = None

    def service(self, code: str) -> ServiceRule:
        """The rule of `code`; raises `UnknownService` when the centre knows its services."""
        found = self.services.get(code)
        if found is None and self.services:
            raise UnknownService(f"The centre has no service {code!r}.")
        return found or ServiceRule(code, "", "A")

    def rank(self, priority_class: str) -> int:
        """The rank of a class; raises `UnknownClass`."""
        found = self.classes.get(priority_class)
        if found is None:
            known = ", ".join(sorted(self.classes)) or "none"
            raise UnknownClass(f"There is no priority class {priority_class!r}; there are {known}.")
        return found.rank

    def open_at(self, moment: datetime) -> bool:
        """Whether the centre serves at `moment`, by its hours and the holidays."""
        if self.hours is None or self.centre is None:
            return True
        return self.hours.open_at(self.centre, moment)

    def closing_on(self, moment: datetime) -> datetime | None:
        """When the centre closes on the day of `moment`; None when it has no hours."""
        if self.hours is None or self.centre is None:
            return None
        day = self.hours.day(self.centre, moment.date())
        if day.closes is None:
            return None
        return datetime.combine(day.day, day.closes, tzinfo=moment.tzinfo)


def with_table(
    services: Mapping[str, ServiceRule], source: bytes, name: str
) -> dict[str, ServiceRule]:
    """`services` with what a centre's own table says of some of them.

    Columns: `service`, `daily_quota` (numbers a day), `at_close` (unserved or carry), `target_min`
    and `mean_min`; an empty cell changes nothing. Raises `SourcesRefused` naming the line.
    """
    found = dict(services)
    for line, row in rows(name, source):
        code = row.get("service", "")
        if code not in found:
            raise SourcesRefused(f"{name} line {line}: there is no service {code!r}.")
        try:
            found[code] = _with_row(found[code], row)
        except ValueError as error:
            raise SourcesRefused(f"{name} line {line}: {error}.") from error
    return found


def read_roster(source: bytes, name: str) -> tuple[RosterStep, ...]:
    """How many counters work from when on: columns `from` (HH:MM) and `counters`, in order. Raises
    `SourcesRefused` naming the line.
    """
    found: list[RosterStep] = []
    for line, row in rows(name, source):
        try:
            begins = time.fromisoformat(row.get("from", ""))
            step = RosterStep(begins.hour * 3600 + begins.minute * 60, int(row.get("counters", "")))
        except ValueError as error:
            raise SourcesRefused(f"{name} line {line}: {error}.") from error
        if step.counters < 0 or (found and step.from_s <= found[-1].from_s):
            raise SourcesRefused(f"{name} line {line}: the hours must go up.")
        found.append(step)
    return tuple(found)


def _with_row(rule: ServiceRule, row: Row) -> ServiceRule:
    if quota := row.get("daily_quota", ""):
        rule = replace(rule, quota=int(quota))
    if at_close := row.get("at_close", ""):
        rule = replace(rule, at_close=AtClose(at_close))
    if target := row.get("target_min", ""):
        rule = replace(rule, target_min=int(target))
    if mean := row.get("mean_min", ""):
        rule = replace(rule, mean_min=float(mean))
    return rule


def why_no_number(
    rule: ServiceRule,
    *,
    day_closed: bool,
    suspended: Collection[str],
    given: int,
    able: int,
) -> WhyNoNumber | None:
    """Why no number is given for the service of `rule`; None when one is.

    `given`: its numbers of today; `able`: the counters that may serve it and were not closed.
    """
    if day_closed:
        return WhyNoNumber.CLOSED
    if rule.code in suspended:
        return WhyNoNumber.SUSPENDED
    if rule.quota is not None and given >= rule.quota:
        return WhyNoNumber.QUOTA
    return WhyNoNumber.NO_COUNTER if able == 0 else None


def refusal(rule: ServiceRule, why: WhyNoNumber, detail: str = "") -> NoNumber:
    """The fault that says so."""
    name = rule.names.get("en") or rule.code
    texts = {
        WhyNoNumber.CLOSED: "The centre's day is closed: no number is given.",
        WhyNoNumber.SUSPENDED: f"{name} is suspended{f' ({detail})' if detail else ''}.",
        WhyNoNumber.QUOTA: f"Today's {rule.quota} places for {name} are taken.",
        WhyNoNumber.NO_COUNTER: f"No counter of this centre serves {name} now.",
    }
    return NoNumber(texts[why], why.value)
