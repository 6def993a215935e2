"""The limits of a centre's line: what stands on each side of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.centre.cases import CENTRE_CASE_TABLES, CentreCases
from kiosk.centre.line_queries import service_times
from kiosk.centre.set_aside import kept_aside
from kiosk.centre.waiting_line import LINE_TABLES
from kiosk.queue.faults import NobodyWaiting
from kiosk.queue.protocol import (
    CaseKnown,
    CaseReceipt,
    Granted,
    GrantRequest,
    HeldBlock,
    Reported,
    StaffCall,
    encode,
    raw,
    read_answer,
)
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store
from tests.kiosk.centre.test_hard_days import HOUR_MS, Bench

DAY_MS = 24 * HOUR_MS


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tmp_path / "centre.db")
    yield opened
    opened.store.close()


def arrivals(bench: Bench) -> list[int]:
    """How many milliseconds before now each of those in line came, oldest first."""
    now = int(bench.clock.now().timestamp() * 1000)
    rows = bench.store.all("SELECT since FROM line_ticket WHERE turn = 'waiting' ORDER BY since")
    return [now - row[0] for row in rows]


@pytest.mark.parametrize(
    ("back_s", "after_the_others"),
    [(0, True), (1, True), (90, True), (90.001, False), (600, False)],
)
def test_a_clock_back_at_its_floor_puts_nobody_before_the_others(
    bench: Bench, back_s: float, *, after_the_others: bool
) -> None:
    """The floor is written once a minute; a clock that is further back was set back."""
    first = bench.grant().number
    bench.clock.jump(seconds=-back_s)
    second = bench.grant().number
    order = [first, second] if after_the_others else [second, first]
    assert bench.calls() == [f"A{number}" for number in order]


@pytest.mark.parametrize(
    ("waited_ms", "stands_ms"),
    [
        (0, 0),
        (60_000, 60_000),
        (399 * DAY_MS, 399 * DAY_MS),
        (400 * DAY_MS, 400 * DAY_MS),
        (401 * DAY_MS, 400 * DAY_MS),
        (-60_000, 0),
    ],
)
def test_who_waited_longest_by_the_kiosks_clock(
    bench: Bench, waited_ms: int, stands_ms: int
) -> None:
    now = int(bench.clock.now().timestamp() * 1000)
    bench.report(bench.told("A501", since=now - waited_ms), now=now)
    assert arrivals(bench) == [stands_ms]


@pytest.mark.parametrize(
    ("hours", "believed"), [(0, True), (12, True), (12.01, False), (-12.01, False)]
)
def test_an_arrival_without_the_kiosks_time_is_believed_within_half_a_day(
    bench: Bench, hours: float, *, believed: bool
) -> None:
    now = int(bench.clock.now().timestamp() * 1000)
    waited = round(hours * HOUR_MS)
    bench.report(bench.told("A501", since=now - waited), now=0)
    assert arrivals(bench) == [waited if believed else 0]


def test_the_left_over_are_taken_out_two_hundred_at_a_time(bench: Bench) -> None:
    for start in range(501, 711, 70):
        bench.report(*(bench.told(f"A{number}") for number in range(start, start + 70)))
    bench.clock.advance(seconds=4 * 86_400)
    with pytest.raises(NobodyWaiting, match="210 of an earlier day"):
        bench.authority.counters.call(1)
    assert [bench.authority.lapse() for _ in range(3)] == [200, 10, 0]
    why = [each.body["why"] for each in bench.journal.entries() if each.kind == "ticket.cancelled"]
    assert why == ["never called"] * 210


def test_a_time_at_the_counter_is_in_seconds_and_only_of_today(bench: Bench) -> None:
    for minutes in (5, 7):
        bench.grant()
        bench.authority.counters.call(1)
        bench.clock.advance(seconds=60 * minutes)
        bench.authority.counters.complete(1)
    with bench.store.transaction() as tx:
        assert service_times(tx, "2026-11-23").by_service == {"NRB-02": (720.0, 2)}
        assert service_times(tx, "2026-11-24").by_service == {}


def test_an_estimate_looks_at_the_newest_two_hundred_times(bench: Bench) -> None:
    with bench.store.transaction() as tx:
        for number in range(205):
            tx.execute(
                "INSERT INTO line_call (seq, visit, day, counter, called_at, ended_at, ending)"
                " VALUES (?1, zeroblob(16), '2026-11-23', 1, ?1, ?1 + ?2 * 1000, 'served')",
                (number + 1, number),
            )
        found = service_times(tx, "2026-11-23").by_service
    assert found == {"": (float(sum(range(5, 205))), 200)}


@pytest.mark.parametrize(("tickets", "blocks", "aside"), [(100, 50, 0), (101, 0, 1), (0, 51, 1)])
def test_a_report_longer_than_a_kiosk_makes_is_cut_and_told(
    bench: Bench, tickets: int, blocks: int, aside: int
) -> None:
    told = [bench.told(f"A{number}") for number in range(501, 501 + tickets)]
    held = [HeldBlock("2026-11-23", number, number) for number in range(501, 501 + blocks)]
    found = bench.report(*told, blocks=raw(held))
    assert isinstance(found, Reported)
    assert (found.count, found.set_aside) == (min(tickets, 100), aside)
    assert [each.why[:9] for each in kept_aside(bench.store)] == ["A report "] * aside


class Line:
    """A centre's link that brings each kiosk's frames once."""

    def __init__(self, *asked: tuple[str, bytes]) -> None:
        self.asked = list(asked)
        self.answers: list[tuple[str, bytes]] = []
        self.waits: list[bool] = []

    def poll(self, timeout_s: float) -> list[object]:
        self.waits.append(timeout_s > 0)
        taken, self.asked = self.asked, []
        return [type("Request", (), {"peer": peer, "payload": raw}) for peer, raw in taken]

    def reply(self, request: object, payload: bytes) -> None:
        self.answers.append((request.peer, payload))  # type: ignore[attr-defined]


def test_the_service_answers_each_kiosk_until_it_is_stopped(bench: Bench) -> None:
    ask = encode(GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9))
    called: list[str] = []
    bench.service._on_call = called.append
    help_wanted = encode(StaffCall(bench.ids.uuid7(), "start"))
    link = Line(("kiosk-1", ask), ("kiosk-2", b"?"), ("kiosk-3", help_wanted))
    rounds = iter([False, False, True])
    bench.service.serve(link, lambda: next(rounds))  # type: ignore[arg-type]
    assert [peer for peer, _ in link.answers] == ["kiosk-1", "kiosk-2", "kiosk-3"]
    found = [read_answer(payload) for _, payload in link.answers]
    assert isinstance(found[0], Granted)
    assert [getattr(each, "code", None) for each in found] == [None, 50, None]
    assert called == ["kiosk-3"]
    busy = Line(("kiosk-1", ask), ("kiosk-1", ask), ("kiosk-1", ask))
    rounds = iter([False] * 4 + [True])
    bench.service.serve(busy, lambda: next(rounds))  # type: ignore[arg-type]
    assert len(busy.answers) == 3
    assert busy.waits == [True, False, False, True], "it sleeps only when nobody waits"
    untouched = Line(("kiosk-1", ask))
    bench.service.serve(untouched, lambda: True)  # type: ignore[arg-type]
    assert untouched.answers == []


def test_between_messages_the_left_over_lapse_every_ten_minutes(bench: Bench) -> None:
    bench.service.tend()
    bench.report(bench.told("A501"))
    bench.clock.jump(seconds=4 * 86_400)  # the date alone: ten minutes have not passed
    bench.service.tend()
    assert len(bench.line()) == 1
    bench.clock.advance(seconds=599)
    bench.service.tend()
    assert len(bench.line()) == 1
    bench.clock.advance(seconds=1)
    bench.service.tend()
    assert bench.line() == []


# -- what a centre knows of references


@pytest.fixture
def cases() -> Iterator[tuple[CentreCases, VirtualClock, Store]]:
    store = Store.open(":memory:", [JOURNAL_TABLES, LINE_TABLES, CENTRE_CASE_TABLES])
    clock = VirtualClock()
    journal = Journal(store, "centre", clock)
    yield CentreCases(NodeDatabase(store, journal, clock, SeededIds(1))), clock, store
    store.close()


def ms(clock: VirtualClock, **before: float) -> int:
    return int((clock.now() - timedelta(**before)).timestamp() * 1000)


def test_a_reference_is_known_for_sixty_days(
    cases: tuple[CentreCases, VirtualClock, Store],
) -> None:
    found, clock, _ = cases
    given = [
        CaseReceipt("NRB-NEW", "NRB", ms(clock)),
        CaseReceipt("CRS-OLD", "CRS", ms(clock, days=60)),
        CaseReceipt("CRS-GONE", "CRS", ms(clock, days=60) - 1),
    ]
    assert found.report("kiosk-1", raw(given)) == Reported(3, 0)
    assert found.find("NRB-NEW") == CaseKnown("NRB", ms(clock))
    assert found.find("CRS-OLD") == CaseKnown("CRS", ms(clock, days=60))
    assert found.find("CRS-GONE") == CaseKnown()
    clock.advance(seconds=60 * 86_400 + 1)
    clock.trusted = False
    found.report("kiosk-1", ())
    assert found.find("NRB-NEW").agency == "NRB", "not on the word of a clock that is not trusted"
    clock.trusted = True
    found.report("kiosk-1", ())
    assert found.find("NRB-NEW") == CaseKnown()


def test_nobody_speaks_for_another_kiosks_reference(
    cases: tuple[CentreCases, VirtualClock, Store],
) -> None:
    found, clock, store = cases
    given = raw([CaseReceipt("NRB-1", "NRB", ms(clock))])
    other = raw([CaseReceipt("NRB-1", "CRS", ms(clock)), CaseReceipt("CRS-2", "CRS", 5)])
    assert found.report("kiosk-1", given) == Reported(1, 0)
    assert found.report("kiosk-1", given) == Reported(1, 0), "told twice is one"
    assert found.report("kiosk-2", other) == Reported(1, 1)
    assert found.find("NRB-1").agency == "NRB"
    (aside,) = kept_aside(store)
    assert "kiosk-1's" in aside.why
