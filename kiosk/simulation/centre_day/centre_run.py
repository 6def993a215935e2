"""One day of a centre in virtual time, through the real authority and the kiosks' real issuers.

Everything that the product decides (numbers, order, who may be called, quotes, the close of the
day) is decided by it; the simulation only plays people: citizens who come, walk and leave, officers
who serve, take their lunch and press. The journal's last hash is the hash of the day: the same seed
gives the same one.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from content.authoring.build import draft
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import CounterSkill, Service
from content.default_sources import DEFAULT_SOURCES
from kiosk.centre.authority import Authority
from kiosk.centre.cases import CENTRE_CASE_TABLES
from kiosk.centre.figures.day_figures import DayFigures, day_figures
from kiosk.centre.figures.replay import replay
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.estimate import RosterStep
from kiosk.queue.faults import NobodyWaiting, NoNumber, QueueFault
from kiosk.queue.numbering import series_of
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.rules import CentreRules, ServiceRule
from kiosk.queue.skills import CentreCounters
from kiosk.simulation.centre_day.kiosks import SITE, CentreLine, SimulatedKiosk
from kiosk.simulation.centre_day.visitors import (
    CLOSES_S,
    LUNCH_COVER,
    LUNCH_ENDS_S,
    LUNCH_S,
    OPENS_S,
    DayShape,
    SimulatedVisitor,
    visitors,
)
from provisioning.clock import VirtualClock
from provisioning.faults import UsageFault
from provisioning.ids import SeededIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 08:00 in Nairobi, a Monday
DAY = "2026-11-23"
SETTLE_S = 20.0
RECALL_S, NO_SHOW_S = 30.0, 15.0
PARKED_S = 600.0
LAST_S = CLOSES_S + 4 * 3600
FAULT_KINDS = ("hub", "service", "counter")


@dataclass(frozen=True, slots=True)
class DayFault:
    """Something that goes wrong for a while: the hub, a `service`, or a `counter`."""

    what: str
    at_s: float
    lasts_s: float
    service: str = ""
    counter: int = 0


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """What the day was like, and what must always hold."""

    figures: DayFigures
    told: int
    refused: int
    sources: Mapping[str, int]
    duplicate_numbers: int
    lost: int
    double_calls: int
    replay_differences: int
    hash: str

    @property
    def holds(self) -> bool:
        """Whether nothing happened that must never happen."""
        wrong = self.duplicate_numbers + self.lost + self.double_calls + self.replay_differences
        law = self.figures.law
        return wrong == 0 and (law is None or law.agrees)


def told_of_day(day: SimulatedDay) -> str:
    """The day in a few lines."""
    every, estimates, tickets = day.figures.all, day.figures.estimates, day.figures.tickets

    def minutes(seconds: float | None) -> str:
        return "-" if seconds is None else f"{seconds / 60:.0f}"

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.0%}"

    waits = "/".join(minutes(each) for each in (every.wait_p50_s, every.wait_p80_s))
    waits += f"/{minutes(every.wait_p90_s)} min"
    sources = day.sources.get("offline", 0)
    wrong = (day.duplicate_numbers, day.lost, day.double_calls, day.replay_differences)
    lines = [
        f"numbers told {day.told}, refused {day.refused}, of a kiosk's own series {sources}",
        "told twice {}, lost {}, called twice {}, another order replayed {}".format(*wrong),
        f"served {tickets.served}, absent {tickets.absent}, unserved {tickets.unserved}",
        f"wait p50/p80/p90 {waits}, within target {share(every.within_target)}",
        f"quotes {estimates.quotes}, mean error {estimates.mean_error_min} min",
        f"  within the range {share(estimates.within)}, later {share(estimates.above)}",
        f"hash {day.hash}",
    ]
    return "\n".join(lines)


def read_faults(path: Path) -> tuple[DayFault, ...]:
    """The faults of a JSON file: `[{"what": "hub", "at": "10:00", "minutes": 30}, ...]`."""
    try:
        found = tuple(_fault(each) for each in json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageFault(f"{path} is no list of faults: {error}.") from error
    return found


def _fault(row: Mapping[str, object]) -> DayFault:
    hour, minute = str(row["at"]).split(":")
    what = str(row["what"])
    if what not in FAULT_KINDS:
        raise ValueError(f"{what!r} is none of {', '.join(FAULT_KINDS)}")
    return DayFault(
        what=what,
        at_s=int(hour) * 3600 + int(minute) * 60,
        lasts_s=60 * float(str(row["minutes"])),
        service=str(row.get("service", "")),
        counter=int(str(row.get("counter", 0))),
    )


def services_of(catalogue: Catalogue, most: int = 12) -> list[Service]:
    """Some services that are given at a desk, of the agencies with the most of them."""
    desk = [each for each in catalogue.services() if "desk" in each.channels and not each.county]
    busiest = [agency for agency, _ in Counter(each.agency for each in desk).most_common(6)]
    found = []
    for agency in busiest:
        found += [each for each in desk if each.agency == agency][: most // 6]
    return found


def skills_of(
    counters: int, agencies: Sequence[str], all_of: Mapping[str, frozenset[str]]
) -> dict[int, CounterSkill]:
    """Each counter's skill: every second serves everybody, the others one agency each in turn."""
    return {
        counter: CounterSkill(all_of[agency], agency)
        for counter in range(2, counters + 1, 2)
        for agency in [agencies[counter // 2 % len(agencies)]]
    }


class CentreRun:
    """One day. Make one, then `play()`."""

    def __init__(self, shape: DayShape, faults: Sequence[DayFault] = ()) -> None:
        self._shape = shape
        self._away = round(shape.counters * (1 - LUNCH_COVER))
        self._clock = VirtualClock(START)
        self._catalogue = draft(DEFAULT_SOURCES)
        services = services_of(self._catalogue)
        self._services = {each.code: each for each in services}
        store = Store.open(":memory:", [JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES])
        journal = Journal(store, "centre", self._clock, [WaitingLine()])
        self.database = NodeDatabase(store, journal, self._clock, SeededIds(shape.seed))
        self.authority = Authority(
            self.database,
            site=SITE,
            policy=PriorityPolicy(),
            counters=self._counters(services),
            rules=self._rules(services),
        )
        self._line = CentreLine(self.authority)
        self._kiosks = [
            SimulatedKiosk(unit, self._line, self._catalogue, self._clock, shape.seed)
            for unit in range(1, shape.kiosks + 1)
        ]
        weights = [(each.code, 1.0 / (1 + place / 4)) for place, each in enumerate(services)]
        self._visitors = visitors(shape, weights)
        self._people: dict[UUID, SimulatedVisitor] = {}
        self._labels: dict[UUID, tuple[str, str]] = {}
        self._sources: Counter[str] = Counter()
        self._refused = 0
        self._again: Counter[int] = Counter()
        self._idle: set[int] = set()
        self._resting: set[int] = set()
        self._parked: dict[int, list[float]] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._second = float(OPENS_S)
        self._plan(faults)

    def _counters(self, services: Sequence[Service]) -> CentreCounters:
        agencies = list(dict.fromkeys(each.agency for each in services))
        every = {
            agency: frozenset(each.code for each in services if each.agency == agency)
            for agency in agencies
        }
        return CentreCounters(
            self._shape.counters, skills_of(self._shape.counters, agencies, every)
        )

    def _rules(self, services: Sequence[Service]) -> CentreRules:
        order = [each.key for each in self._catalogue.categories()]
        return CentreRules(
            services={
                each.code: ServiceRule(
                    code=each.code,
                    agency=each.agency,
                    series=series_of(each.category, order),
                    names=each.names.texts,
                    mean_min=self._shape.mean_s / 60,
                )
                for each in services
            },
            classes={each.key: each for each in self._catalogue.priority_classes()},
            roster=(
                RosterStep(OPENS_S, self._shape.counters),
                RosterStep(LUNCH_S, self._shape.counters - self._away),
                RosterStep(LUNCH_ENDS_S, self._shape.counters),
            ),
        )

    def play(self) -> SimulatedDay:
        """Play the day to its close."""
        while self._events:
            moment, _, what = heapq.heappop(self._events)
            if moment > self._second:
                self._clock.advance(seconds=moment - self._second)
                self._second = moment
            what()
        self.authority.day.close_day("close")
        return self._result()

    def _at(self, moment: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (moment, self._count, what))

    def _plan(self, faults: Sequence[DayFault]) -> None:
        self.authority.day.open_day("open")
        for counter in range(1, self._shape.counters + 1):
            self.authority.day.set_counter(counter, "open")
            self._idle.add(counter)
        for visitor in self._visitors:
            self._at(visitor.arrives_s, lambda v=visitor: self._come(v))  # type: ignore[misc]
        for number, kiosk in enumerate(self._kiosks):
            self._at(OPENS_S + number, lambda k=kiosk: self._settle(k))  # type: ignore[misc]
        away = self._away
        middle = (LUNCH_S + LUNCH_ENDS_S) / 2
        for place in range(2 * away if 2 * away <= self._shape.counters else away):
            counter, late = place + 1, place >= away
            begins = middle if late else LUNCH_S
            self._at(begins, lambda c=counter: self._rest(c))  # type: ignore[misc]
            ends = LUNCH_ENDS_S if late else middle
            self._at(ends, lambda c=counter: self._work(c))  # type: ignore[misc]
        for fault in faults:
            self._at(fault.at_s, lambda f=fault: self._begin(f))  # type: ignore[misc]
            self._at(fault.at_s + fault.lasts_s, lambda f=fault: self._end(f))  # type: ignore[misc]

    def _come(self, visitor: SimulatedVisitor) -> None:
        kiosk = self._kiosks[visitor.kiosk]
        try:
            visit, issued = kiosk.issue(self._services[visitor.service], visitor.priority_class)
        except NoNumber:
            self._refused += 1
            return
        self._people[visit] = visitor
        self._labels[visit] = (kiosk.name, issued.label)
        self._sources["offline" if "-" in issued.label else "number"] += 1
        self._call_idle()

    def _settle(self, kiosk: SimulatedKiosk) -> None:
        kiosk.issuer.settle()
        if self._second < LAST_S and (self._second < CLOSES_S or kiosk.issuer.busy()):
            self._at(self._second + SETTLE_S, lambda: self._settle(kiosk))
        self._call_idle()

    def _call_idle(self) -> None:
        """Every idle counter presses next, until nobody is left for it."""
        for counter in sorted(self._idle):
            if not self._line.up:
                return
            try:
                self._call(counter)
            except NobodyWaiting:
                return
            except QueueFault:
                continue

    def _call(self, counter: int) -> None:
        due = self._parked.get(counter, [])
        if due and due[0] <= self._second:
            due.pop(0)
            called = self.authority.counters.unpark(counter)
        else:
            called = self.authority.counters.call(counter)
        self._idle.discard(counter)
        visitor = self._people[called.visit]
        if not visitor.stays:
            self._press(RECALL_S, lambda: self._recall(counter))
        else:
            self._press(visitor.walk_s, lambda: self._start(counter, visitor))

    def _press(self, after_s: float, what: Callable[[], None]) -> None:
        """What an officer presses later; while the hub is away he waits until it is back."""

        def when_up() -> None:
            if self._line.up:
                what()
            else:
                self._at(self._second + 5, when_up)

        self._at(self._second + after_s, when_up)

    def _recall(self, counter: int) -> None:
        self.authority.counters.recall(counter)
        self._press(NO_SHOW_S, lambda: self._free(counter, self.authority.counters.no_show))

    def _start(self, counter: int, visitor: SimulatedVisitor) -> None:
        counters = self.authority.counters
        counters.arrive(counter)
        counters.start(counter)
        visit_legs = self._again[visitor.number]
        self._again[visitor.number] += 1
        service_s = visitor.service_s * (0.4 if visit_legs else 1.0)
        if visitor.parks and visit_legs == 0:
            self._parked.setdefault(counter, []).append(self._second + service_s / 2 + PARKED_S)
            self._at(self._second + service_s / 2 + PARKED_S, self._call_idle)
            self._press(service_s / 2, lambda: self._free(counter, counters.park))
            return
        if visitor.another and visit_legs == 0:
            counters.add_service(counter, visitor.another)
        if visitor.transfer and visit_legs == 0:
            to = visitor.transfer
            self._press(
                service_s / 2, lambda: self._free(counter, lambda c: counters.transfer(c, to))
            )
            return
        self._press(service_s, lambda: self._free(counter, counters.complete))

    def _free(self, counter: int, last: Callable[[int], object]) -> None:
        last(counter)
        if counter in self._resting:
            self.authority.day.set_counter(counter, "break")
        else:
            self._idle.add(counter)
        self._call_idle()

    def _rest(self, counter: int) -> None:
        self._resting.add(counter)
        if counter in self._idle:
            self._idle.discard(counter)
            self.authority.day.set_counter(counter, "break")

    def _work(self, counter: int) -> None:
        self._resting.discard(counter)
        self.authority.day.set_counter(counter, "open")
        row = self.database.store.one(
            "SELECT 1 FROM line_call WHERE counter = ? AND ended_at IS NULL", (counter,)
        )
        if row is None:
            self._idle.add(counter)
            self._call_idle()

    def _begin(self, fault: DayFault) -> None:
        match fault.what:
            case "hub":
                self._line.up = False
            case "service":
                self.authority.day.suspend(fault.service, "simulated")
            case _:
                self._rest(fault.counter)

    def _end(self, fault: DayFault) -> None:
        match fault.what:
            case "hub":
                self._line.up = True
            case "service":
                self.authority.day.resume(fault.service)
            case _:
                self._work(fault.counter)
        self._call_idle()

    def _result(self) -> SimulatedDay:
        store, journal = self.database.store, self.database.journal
        rows = store.all("SELECT visit, series, number, turn FROM line_ticket")
        known = {UUID(bytes=bytes(row[0])) for row in rows if row[3] != "void"}
        told = Counter(label for _, label in self._labels.values())
        head = store.one("SELECT hash FROM journal_head")
        assert head is not None
        found = replay(journal.entries(), self.authority.counter_table, self.authority.policy)
        return SimulatedDay(
            figures=day_figures(store, DAY, self.authority.rules),
            told=len(self._labels),
            refused=self._refused,
            sources=dict(self._sources),
            duplicate_numbers=sum(count - 1 for count in told.values() if count > 1),
            lost=sum(visit not in known for visit in self._labels),
            double_calls=_double_calls(store),
            replay_differences=len(found.differences),
            hash=bytes(head[0]).hex(),
        )


def _double_calls(store: Store) -> int:
    """Calls of one ticket, or of one counter, that overlap in time."""
    row = store.one(
        "SELECT count(*) FROM line_call a JOIN line_call b ON a.seq < b.seq"
        " AND (a.visit = b.visit OR a.counter = b.counter) AND b.called_at < a.ended_at"
    )
    return 0 if row is None else int(row[0])
