"""The centre's authority: order, one winner per call, ghosts, blocks; all of it from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.catalogue.model import CounterSkill
from kiosk.centre.authority import Authority
from kiosk.centre.service.local_client import LocalCentre, answer
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.faults import (
    CounterBusy,
    CounterUnknown,
    NobodyWaiting,
    NothingCalled,
    OtherCounters,
    QueueFault,
)
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.protocol import (
    Disown,
    Granted,
    GrantRequest,
    Grants,
    GrantsRequest,
    Leased,
    LeaseRequest,
    Reported,
    ReportedTicket,
    TicketReport,
    encode,
    raw,
    read_answer,
    read_ask,
)
from kiosk.queue.skills import CentreCounters
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.audit import rebuild
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store

DAY = "2026-11-23"


class Centre:
    def __init__(self, path: Path | str, counters: CentreCounters | None = None) -> None:
        self.clock = VirtualClock()
        self.ids = SeededIds(7)
        self.store = Store.open(path, [JOURNAL_TABLES, LINE_TABLES])
        self.journal = Journal(self.store, "centre", self.clock, [WaitingLine()])
        database = NodeDatabase(self.store, self.journal, self.clock, self.ids)
        self.authority = Authority(
            database,
            site="HC-001",
            policy=PriorityPolicy(),
            counters=counters or CentreCounters(200),
        )

    def wish(
        self,
        series: str = "A",
        rank: int = 9,
        visit: UUID | None = None,
        service: str = "NRB-02",
    ) -> GrantRequest:
        priority_class = "normal" if rank == 9 else "elderly"
        return GrantRequest(visit or self.ids.uuid7(), service, series, priority_class, rank)

    def grant(self, series: str = "A", rank: int = 9) -> tuple[UUID, Granted]:
        self.clock.advance(seconds=1)
        wish = self.wish(series, rank)
        return wish.visit, self.authority.grant("kiosk-1", wish)

    def told(self, visit: UUID, number: int, series: str = "A") -> ReportedTicket:
        since = int(self.clock.now().timestamp() * 1000)
        return ReportedTicket(visit, DAY, series, number, "NRB-02", "normal", 9, since)

    def report(self, *tickets: ReportedTicket, kiosk: str = "kiosk-1") -> int:
        now = int(self.clock.now().timestamp() * 1000)
        return self.authority.report(kiosk, TicketReport(raw(tickets), now=now)).count

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.journal.entries()]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    opened = Centre(tmp_path / "centre.db")
    yield opened
    tables = rebuild(opened.store, "centre", [WaitingLine()])
    assert all(tables.values()), "the tables are not what the journal says"
    opened.store.close()


def test_numbers_come_in_order_per_series(centre: Centre) -> None:
    numbers = [centre.grant(series)[1] for series in "AABA"]
    assert [(n.series, n.number) for n in numbers] == [
        ("A", 101),
        ("A", 102),
        ("B", 101),
        ("A", 103),
    ]
    assert [n.ahead for n in numbers] == [0, 1, 2, 3]


def test_the_same_visit_gets_the_same_number(centre: Centre) -> None:
    wish = centre.wish()
    first = centre.authority.grant("kiosk-1", wish)
    assert centre.authority.grant("kiosk-1", wish).number == first.number
    assert centre.kinds() == ["ticket.granted"]


def test_a_new_day_begins_again_and_yesterday_is_not_called(centre: Centre) -> None:
    centre.grant()
    centre.clock.advance(seconds=86_400)
    assert centre.grant()[1].number == 101
    assert centre.authority.counters.call(1).label == "A101"
    with pytest.raises(NobodyWaiting):
        centre.authority.counters.call(2)


def test_each_counter_gets_another_ticket_and_a_busy_one_none(centre: Centre) -> None:
    visits = [centre.grant()[0] for _ in range(3)]
    called = [centre.authority.counters.call(counter).visit for counter in (1, 2, 3)]
    assert called == visits
    with pytest.raises(CounterBusy, match="A101"):
        centre.authority.counters.call(1)
    with pytest.raises(NobodyWaiting):
        centre.authority.counters.call(4)


def test_a_press_counts_once_however_often_it_arrives(centre: Centre) -> None:
    centre.grant()
    centre.grant()
    assert (
        centre.authority.counters.call(1, "k1").visit
        == centre.authority.counters.call(1, "k1").visit
    )
    first, again = centre.authority.counters.call(2, "k2"), centre.authority.counters.call(2, "k2")
    assert first.visit == again.visit
    assert (
        centre.authority.counters.complete(2, "k3").visit
        == centre.authority.counters.complete(2, "k3").visit
    )
    assert centre.kinds().count("ticket.called") == 2
    assert centre.kinds().count("ticket.served") == 1


def test_recall_complete_and_no_show_need_a_called_ticket(centre: Centre) -> None:
    for act in (
        centre.authority.counters.recall,
        centre.authority.counters.complete,
        centre.authority.counters.no_show,
    ):
        with pytest.raises(NothingCalled):
            act(1)
    centre.grant()
    centre.authority.counters.call(1)
    assert centre.authority.counters.recall(1).label == "A101"
    assert centre.authority.counters.no_show(1).label == "A101"
    with pytest.raises(NothingCalled):
        centre.authority.counters.complete(1)
    with pytest.raises(CounterUnknown):
        centre.authority.counters.call(0)


def test_priority_goes_earlier_and_the_journal_says_why(centre: Centre) -> None:
    centre.grant()
    centre.clock.advance(seconds=300)
    _, priority = centre.grant(rank=1)
    assert priority.ahead == 0
    centre.clock.advance(seconds=600)
    assert centre.authority.counters.call(1).priority_class == "elderly"
    entry = list(centre.journal.entries())[-1]
    assert entry.body["why"].startswith("its class is called earlier")


def test_two_authorities_on_one_database_never_call_one_person_twice(
    centre: Centre, tmp_path: Path
) -> None:
    store = Store.open(tmp_path / "centre.db", [JOURNAL_TABLES, LINE_TABLES])
    journal = Journal(store, "centre", centre.clock, [WaitingLine()])
    database = NodeDatabase(store, journal, centre.clock, centre.ids)
    other = Authority(
        database,
        site="HC-001",
        policy=PriorityPolicy(),
        counters=CentreCounters(200),
    )
    for _ in range(20):
        centre.grant()
    called = []
    for counter in range(1, 11):
        called += [
            centre.authority.counters.call(counter).visit,
            other.counters.call(counter + 100).visit,
        ]
    assert len(set(called)) == 20


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from([1, 2, 3, 9])), max_size=30),
    st.sampled_from([1, 2, 3, 9]),
    st.lists(st.integers(0, 2_000), min_size=31, max_size=31),
)
def test_the_number_ahead_is_the_number_of_calls_before(
    arrivals: list[tuple[int, int]], rank: int, pauses: list[int]
) -> None:
    centre = Centre(":memory:")
    for pause, other in arrivals:
        centre.clock.advance(seconds=pause / 10)
        centre.grant(rank=other)
    visit, granted = centre.grant(rank=rank)
    calls = 0
    for pause in pauses:
        centre.clock.advance(seconds=pause / 10)
        if centre.authority.counters.call(1).visit == visit:
            break
        centre.authority.counters.complete(1)
        calls += 1
    assert calls == granted.ahead
    centre.store.close()


def test_a_key_counts_for_one_counter_and_one_act(centre: Centre) -> None:
    centre.grant()
    centre.grant()
    centre.authority.counters.call(1, "k1")
    for other in (
        lambda: centre.authority.counters.call(2, "k1"),
        lambda: centre.authority.counters.complete(1, "k1"),
    ):
        with pytest.raises(QueueFault, match="another press, at counter 1"):
            other()
    assert centre.kinds().count("ticket.called") == 1
    assert centre.authority.counters.recall(1, "k2") == centre.authority.counters.recall(1, "k2")
    with pytest.raises(QueueFault):
        centre.authority.counters.no_show(1, "k2")
    assert centre.authority.counters.complete(1, "k3").label == "A101"


def test_a_counter_calls_only_whom_it_may_serve() -> None:
    counters = CentreCounters(3, {2: CounterSkill(frozenset({"NTSA-01"}), "NTSA")})
    centre = Centre(":memory:", counters)
    with pytest.raises(NobodyWaiting):
        centre.authority.counters.call(2)
    first, _ = centre.grant()
    with pytest.raises(OtherCounters, match="Counter 2 serves NTSA"):
        centre.authority.counters.call(2)
    licence = centre.authority.grant("kiosk-1", centre.wish("D", service="NTSA-01"))
    assert licence.ahead == 1, "counters 1 and 3 serve both"
    assert centre.authority.counters.call(2).service == "NTSA-01"
    assert centre.authority.counters.call(1).visit == first
    with pytest.raises(CounterUnknown, match="counters 1 to 3"):
        centre.authority.counters.call(4)
    centre.store.close()


def test_people_for_other_counters_are_not_ahead() -> None:
    nrb = CounterSkill(frozenset({"NRB-02"}), "NRB")
    ntsa = CounterSkill(frozenset({"NTSA-01"}), "NTSA")
    centre = Centre(":memory:", CentreCounters(2, {1: nrb, 2: ntsa}))
    centre.grant()
    assert centre.authority.grant("kiosk-1", centre.wish("D", service="NTSA-01")).ahead == 0
    assert centre.grant()[1].ahead == 1
    centre.store.close()


def test_a_counter_that_is_no_more_can_still_end_what_it_called(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "centre.db")
    centre.grant()
    centre.authority.counters.call(7)
    centre.store.close()
    smaller = Centre(tmp_path / "centre.db", CentreCounters(5))
    assert smaller.authority.counters.complete(7).label == "A101"
    with pytest.raises(CounterUnknown):
        smaller.authority.counters.complete(7)
    smaller.store.close()


def test_a_grant_that_came_too_late_is_cancelled_when_the_kiosk_reports(centre: Centre) -> None:
    visit, ghost = centre.grant()
    centre.report(centre.told(visit, 501))
    assert centre.kinds() == ["ticket.granted", "ticket.cancelled", "ticket.arrived"]
    called = centre.authority.counters.call(1)
    assert (called.visit, called.label) == (visit, "A501")
    assert centre.grant()[1].number == ghost.number + 1, "a cancelled number is not given again"


def test_reporting_what_the_centre_knows_changes_nothing(centre: Centre) -> None:
    visit, granted = centre.grant()
    assert centre.report(centre.told(visit, granted.number)) == 0
    assert centre.authority.unreported("kiosk-1") == ()
    assert centre.kinds() == ["ticket.granted"]


def test_a_kiosk_that_was_cut_off_disowns_what_nobody_was_told(centre: Centre) -> None:
    told, granted = centre.grant()
    lost, _ = centre.grant()
    centre.report(centre.told(told, granted.number))
    assert centre.authority.unreported("kiosk-1") == (lost,)
    assert centre.authority.unreported("kiosk-2") == ()
    assert centre.authority.disown("kiosk-2", [lost]) == 0, "only its own kiosk may disown it"
    assert centre.authority.disown("kiosk-1", [lost, told]) == 1
    assert centre.authority.counters.call(1).visit == told
    with pytest.raises(NobodyWaiting):
        centre.authority.counters.call(2)


def test_a_disowned_number_that_was_told_after_all_stands_again(centre: Centre) -> None:
    visit, granted = centre.grant()
    centre.authority.disown("kiosk-1", [visit])
    centre.report(centre.told(visit, granted.number))
    assert centre.authority.counters.call(1).label == "A101"


def test_blocks_are_never_leased_twice(centre: Centre) -> None:
    first = centre.authority.lease("kiosk-1", LeaseRequest(DAY, 50))
    other = centre.authority.lease("kiosk-2", LeaseRequest(DAY, 50))
    again = centre.authority.lease("kiosk-1", LeaseRequest(DAY, 50))
    more = centre.authority.lease("kiosk-1", LeaseRequest(DAY, 50, held=first.last))
    assert (first.first, first.last) == (501, 550)
    assert again == first, "an answer that was lost is given again"
    assert other.first == 551
    assert more.first == 601
    while more.last:
        more = centre.authority.lease("kiosk-1", LeaseRequest(DAY, 50, held=more.last))
    assert (more.first, more.last) == (0, 0), "the band ends; nothing is made up"


def test_the_estimate_is_not_known_until_people_were_served(centre: Centre) -> None:
    for _ in range(12):
        centre.grant()
    assert centre.grant()[1].wait is None
    for _ in range(6):
        centre.authority.counters.call(1)
        centre.clock.advance(seconds=300)
        centre.authority.counters.complete(1)
    granted = centre.grant()[1]
    assert granted.ahead == 7
    assert granted.wait is not None
    low, high = granted.wait
    assert low <= 7 * 6 <= high, "six times of 5 minutes, pulled toward the prior of 6.5"


def test_counters_for_others_do_not_shorten_the_wait() -> None:
    counters = CentreCounters(3, {2: CounterSkill(frozenset({"NTSA-01"}), "NTSA")})
    centre = Centre(":memory:", counters)
    for _ in range(20):
        centre.grant()
        centre.authority.grant("kiosk-1", centre.wish("D", service="NTSA-01"))
    for _ in range(6):
        centre.authority.counters.call(1)
        centre.authority.counters.call(2)
        centre.clock.advance(seconds=300)
        centre.authority.counters.complete(1)
        centre.authority.counters.complete(2)
    identity = centre.grant()[1]
    licence = centre.authority.grant("kiosk-1", centre.wish("D", service="NTSA-01"))
    assert identity.wait is not None
    assert licence.wait is not None
    assert licence.ahead == identity.ahead + 1
    assert licence.wait <= identity.wait, "two counters serve the one, one counter the other"
    centre.store.close()


def test_everything_travels_as_messages(centre: Centre) -> None:
    visit = centre.ids.uuid7()
    own = LocalCentre(centre.authority, "kiosk-1")
    asks = [
        (centre.wish(visit=visit), Granted),
        (LeaseRequest(DAY, 20), Leased),
        (TicketReport(raw([centre.told(visit, 101)])), Reported),
        (GrantsRequest(DAY), Grants),
        (Disown((visit,)), Reported),
    ]
    for ask, kind in asks:
        assert read_ask(encode(ask)) == ask
        found = own.ask(ask)
        assert isinstance(found, kind)
        assert read_answer(encode(answer(centre.authority, "kiosk-1", ask))).__class__ is kind
