"""Wrong clocks, all day: four kiosks and their centre, each with a clock of its own that is set to
1970, yesterday, next year, 2036 or anywhere, at any moment, also while a service starts again.

The same day is played twice, with and without the jumps, in virtual time, through the real issuers
and the real centre. Nobody may be lost, doubled or called twice, and the order of calls is that of
the day without jumps, up to people whose turns lie two seconds apart.
"""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from content.authoring.build import build_default
from content.catalogue.catalogue import Catalogue
from kiosk.centre.reports import KioskReports
from kiosk.centre.service.server import CentreService
from kiosk.node.centre_composition import authority
from kiosk.node.composition import TicketingParts, counter_of
from kiosk.node.database import open_node_database
from kiosk.queue.faults import NobodyWaiting, NoNumber
from kiosk.queue.priority import PriorityPolicy
from kiosk.simulation.site.demo_site import agency_codes
from kiosk.ticketing.centre_client import FirstReachable, RemoteCentre
from provisioning.enrolment.site_layout import demo_plan, free_ports, lay_out
from provisioning.ids import SeededIds
from provisioning.node.site import Node, Site
from provisioning.time_judge import Correction, Mark, TimeJudge, TimeSource
from sync.journal.clock_log import journal_corrections

KIOSKS, COUNTERS = 4, 3
MORNING = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ARRIVAL_S = 80
"""One person comes in this time, on average: a little faster than the counters serve."""
STEP_S = 20
CLASSES = (("normal", 9), ("normal", 9), ("normal", 9), ("elderly", 1))
SET_TO = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2036, 11, 27, tzinfo=UTC),
    timedelta(days=-1),
    timedelta(days=365),
)


class Machine:
    """A node's judged clock over a wall clock that the campaign sets."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.off = timedelta(0)
        self._corrections: list[Correction] = []
        self._judge = self._start(floor=MORNING, mark=None)

    def _start(self, floor: datetime, mark: Mark | None) -> TimeJudge:
        return TimeJudge(floor=floor, mark=mark, wall=self.wall(), elapsed_s=self.elapsed_s)

    def wall(self) -> datetime:
        return MORNING + timedelta(seconds=self.elapsed_s) + self.off

    def service_starts_again(self) -> None:
        """What a process of the same boot finds: the floor, and what the others judge."""
        now = self.now()
        mark = Mark(now, self.elapsed_s, trusted=self.trusted, service=True)
        self._judge = self._start(floor=self._judge.floor, mark=mark)

    def set_wall(self, chance: random.Random) -> None:
        to = chance.choice([*SET_TO, timedelta(seconds=chance.uniform(-1e6, 1e6)), timedelta(0)])
        self.off = to if isinstance(to, timedelta) else to - self.wall() + self.off

    def now(self) -> datetime:
        moment, found = self._judge.look(self.wall(), self.elapsed_s)
        self._corrections += [found] if found else []
        return moment

    def monotonic(self) -> float:
        return self.elapsed_s

    @property
    def trusted(self) -> bool:
        return self._judge.trusted

    def hear(self, source: TimeSource, said: datetime) -> Correction | None:
        found = self._judge.hear(source, said, self.wall(), self.elapsed_s)
        self._corrections += [found] if found else []
        return found

    def take_corrections(self) -> list[Correction]:
        found, self._corrections = self._corrections, []
        return found


@dataclass
class Person:
    visit: UUID
    at_s: int
    kiosk: int
    priority_class: str
    rank: int
    label: str = ""
    calls: list[str] = field(default_factory=list)

    @property
    def turn_s(self) -> float:
        """When this person's turn is, by true time."""
        return self.at_s + PriorityPolicy().call_after_ms(self.rank) / 1000


class InMemoryLink:
    """A kiosk's line to the centre, which is cut now and then."""

    def __init__(self, day: CampaignDay, kiosk: str) -> None:
        self._day = day
        self._kiosk = kiosk
        self.up = True

    def request(self, payload: bytes, deadline_s: float) -> bytes | None:
        del deadline_s
        return self._day.service.reply(self._kiosk, payload) if self.up else None


class CampaignDay:
    """One day at one centre. What people do depends on `seed` alone; `jumps` moves the clocks."""

    def __init__(self, site: Site, catalogue: Catalogue, *, seed: int, people: int, jumps: bool):
        self.site, self.catalogue, self.jumps = site, catalogue, jumps
        self.chance, self.fate = random.Random(seed), random.Random(seed + 1)
        self.machines = [Machine() for _ in range(KIOSKS + 1)]
        self.elapsed_s = 0
        self.sets = self.restarts = 0
        ids = SeededIds(seed)
        self.people = [
            Person(ids.uuid7(), at_s, self.chance.randrange(KIOSKS), *self.chance.choice(CLASSES))
            for at_s in sorted(self.chance.sample(range(60, 60 + people * ARRIVAL_S), people))
        ]
        self.by_visit = {each.visit: each for each in self.people}
        self.order: list[Person] = []
        self.served_at = [0.0] * COUNTERS
        self.open_centre()
        self.links = [InMemoryLink(self, f"kiosk-{n + 1}") for n in range(KIOSKS)]
        self.kiosks = [self.open_kiosk(n) for n in range(KIOSKS)]

    def open_centre(self) -> None:
        node: Node = self.site.node("centre")
        self.database = open_node_database(node, self.machines[KIOSKS])
        self.authority = authority(node, self.database)
        self.service = CentreService(self.authority, self.database)

    def open_kiosk(self, number: int) -> TicketingParts:
        node = self.site.node(f"kiosk-{number + 1}")
        counter = counter_of(self.site, node, self.machines[number], catalogue=self.catalogue)
        counter.issuer._centre._clients[0]._link.close()  # type: ignore[attr-defined]
        counter.issuer._centre = FirstReachable([RemoteCentre(self.links[number], 0.3)])
        return counter

    def play(self) -> None:
        waiting = list(self.people)
        while self.elapsed_s < len(self.people) * ARRIVAL_S + 3_600:
            while waiting and waiting[0].at_s <= self.elapsed_s + STEP_S:
                self.pass_time(waiting[0].at_s)
                self.arrive(waiting.pop(0))
            self.pass_time(self.elapsed_s // STEP_S * STEP_S + STEP_S)
            self.something_happens()
            self.paperwork()
            self.call()
        self.end()

    def pass_time(self, at_s: int) -> None:
        self.elapsed_s = at_s
        for machine in self.machines:
            machine.elapsed_s = float(at_s)

    def arrive(self, person: Person) -> None:
        issuer = self.kiosks[person.kiosk].issuer
        service = self.catalogue.service("NRB-02")
        with suppress(NoNumber):  # sent away: never called, which is counted as lost
            person.label = issuer.issue(person.visit, service, person.priority_class, "en").label

    def something_happens(self) -> None:
        for link in self.links:
            if self.chance.random() < (0.02 if link.up else 0.1):
                link.up = not link.up
        number = self.fate.randrange(KIOSKS + 1)
        if self.jumps and self.fate.random() < 0.3:
            self.machines[number].set_wall(self.fate)
            self.sets += 1
        if self.jumps and self.fate.random() < 0.04:
            self.restart(number)

    def restart(self, number: int) -> None:
        self.restarts += 1
        self.machines[number].service_starts_again()
        if number == KIOSKS:
            self.database.store.close()
            self.open_centre()
            return
        self.close_kiosk(number)
        self.kiosks[number] = self.open_kiosk(number)

    def close_kiosk(self, number: int) -> None:
        self.kiosks[number].bell.close()
        self.kiosks[number].database.store.close()

    def paperwork(self) -> None:
        self.service.tend()
        for number, kiosk in enumerate(self.kiosks):
            journal_corrections(kiosk.database)
            if self.links[number].up:
                kiosk.issuer.settle()

    def call(self) -> None:
        for counter in range(COUNTERS):
            if self.elapsed_s < self.served_at[counter]:
                continue
            try:
                if self.served_at[counter]:
                    self.served_at[counter] = 0.0
                    self.authority.counters.complete(counter + 1)
                called = self.authority.counters.call(counter + 1)
            except NobodyWaiting:
                continue
            person = self.by_visit[called.visit]
            person.calls.append(called.label)
            self.order.append(person)
            self.served_at[counter] = self.elapsed_s + self.chance.uniform(120, 420)

    def end(self) -> None:
        for link in self.links:
            link.up = True
        for _ in range(100_000 // STEP_S):
            if all(person.calls for person in self.people):
                break
            self.pass_time(self.elapsed_s + STEP_S)
            self.paperwork()
            self.call()
        for number in range(KIOSKS):
            self.close_kiosk(number)
        self.database.store.close()


@dataclass(frozen=True)
class Verdicts:
    lost: int
    doubled: int
    called_twice: int
    numbers_given_twice: int
    other_order: int
    sets: int
    restarts: int

    @property
    def harm(self) -> int:
        return (
            self.lost
            + self.doubled
            + self.called_twice
            + self.numbers_given_twice
            + self.other_order
        )


def compare(plain: CampaignDay, jumping: CampaignDay) -> Verdicts:
    people = jumping.people
    labels = [each.label for each in people]
    wrong = sum(
        abs(one.turn_s - other.turn_s) > 2
        for one, other in zip(plain.order, jumping.order, strict=False)
        if one.visit != other.visit
    )
    return Verdicts(
        lost=sum(not each.calls for each in people),
        doubled=len(jumping.order) - len({each.visit for each in jumping.order}),
        called_twice=sum(len(each.calls) > 1 for each in people),
        numbers_given_twice=len(labels) - len(set(labels)),
        other_order=wrong + abs(len(plain.order) - len(jumping.order)),
        sets=jumping.sets,
        restarts=jumping.restarts,
    )


@pytest.fixture(scope="module")
def four_kiosks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre and its four kiosks, laid out once."""
    folder = tmp_path_factory.mktemp("four") / "site"
    ids = SeededIds(3)
    plan = demo_plan(agency_codes(), free_ports(4, ids))
    first = next(node for node in plan.nodes if node.name == "kiosk-1")
    others = [node for node in plan.nodes if node.role != "kiosk"]
    kiosks = [replace(first, name=f"kiosk-{n}", unit=n) for n in range(1, KIOSKS + 1)]
    made = MORNING - timedelta(days=30)
    lay_out(folder, replace(plan, nodes=(*others, *kiosks)), ids, made)
    build_default(folder / "pack", Site.open(folder).root_key(), made)
    return folder


def copy_of(template: Path, folder: Path) -> Site:
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("pack"))
    (folder / "pack").symlink_to(template / "pack")
    return Site.open(folder)


def campaign(folder: Path, template: Path, *, seed: int, people: int) -> Verdicts:
    days = []
    for jumps in (False, True):
        site = copy_of(template, folder / f"{seed}-{jumps}")
        catalogue = Catalogue.open(site.dir / "pack", site.root_public)
        day = CampaignDay(site, catalogue, seed=seed, people=people, jumps=jumps)
        day.play()
        days.append(day)
    return compare(*days)


def test_a_day_with_wrong_clocks(tmp_path: Path, four_kiosks: Path) -> None:
    found = campaign(tmp_path, four_kiosks, seed=1, people=30)
    assert found.harm == 0, found
    assert found.sets > 30


def test_the_campaign_sees_a_day_that_is_taken_from_the_kiosks_clock(
    tmp_path: Path,
    four_kiosks: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KioskReports, "_by_our_clock", lambda _, __, ticket, ___: ticket)
    monkeypatch.setattr(Machine, "now", lambda machine: machine.wall())
    assert campaign(tmp_path, four_kiosks, seed=1, people=30).harm > 0


@pytest.mark.prove
def test_days_with_wrong_clocks(tmp_path: Path, four_kiosks: Path) -> None:
    found = [campaign(tmp_path, four_kiosks, seed=seed, people=150) for seed in range(10, 16)]
    print(
        f"\n{len(found)} days of {KIOSKS} kiosks, 150 people a day, against the same days without"
    )
    for name in Verdicts.__dataclass_fields__:
        print(f"  {name.replace('_', ' '):<22} {sum(getattr(each, name) for each in found)}")
    assert not [each for each in found if each.harm]
