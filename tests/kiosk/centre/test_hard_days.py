"""Two of a kind, days that differ, bad records, a restored centre: nobody is lost, nothing stops."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from kiosk.centre.authority import Authority
from kiosk.centre.restoring import begin_restored, missing
from kiosk.centre.service.server import CentreService
from kiosk.centre.set_aside import KEPT_MAX, forget, kept_aside
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.faults import NobodyWaiting, QueueFault
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.protocol import (
    Granted,
    GrantRequest,
    HeldBlock,
    Leased,
    LeaseRequest,
    Reported,
    ReportedTicket,
    RequestRefused,
    TicketReport,
    encode,
    raw,
    read_answer,
)
from kiosk.queue.skills import CentreCounters
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from provisioning.time_judge import Correction, TimeSource
from sync.journal.audit import rebuild
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store, StoreBusy

HOUR_MS = 3_600_000


class CorrectedClock(VirtualClock):
    """A clock whose corrections a test makes."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.corrections: list[Correction] = []

    def correct(self, **by: float) -> None:
        before = self.now()
        self.jump(seconds=timedelta(**by).total_seconds())
        self.corrections.append(Correction(TimeSource.PERSON, before, self.now(), believed=True))

    def take_corrections(self) -> list[Correction]:
        found, self.corrections = self.corrections, []
        return found


class Bench:
    """A centre's service in this process; kiosks are names."""

    def __init__(self, path: Path, start: datetime = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)):
        self.clock = CorrectedClock(start)
        self.ids = SeededIds(11)
        self.open(path)

    def open(self, path: Path) -> None:
        self.store = Store.open(path, [JOURNAL_TABLES, LINE_TABLES])
        self.journal = Journal(self.store, "centre", self.clock, [WaitingLine()])
        self.database = NodeDatabase(self.store, self.journal, self.clock, self.ids)
        self.authority = Authority(
            self.database, site="HC-1", policy=PriorityPolicy(), counters=CentreCounters(200)
        )
        self.service = CentreService(self.authority, self.database)

    def told(self, label: str, **changes: object) -> ReportedTicket:
        series, number = (label[:-3], label[-3:]) if label[1] != "-" else label.rsplit("-", 1)
        series += "-" if label[1] == "-" else ""
        since = int(self.clock.now().timestamp() * 1000)
        day = self.clock.now().date().isoformat()
        found = ReportedTicket(
            self.ids.uuid7(), day, series, int(number), "NRB-02", "normal", 9, since
        )
        return msgspec.structs.replace(found, **changes)

    def send(self, message: object, kiosk: str = "kiosk-1") -> object:
        frame = message if isinstance(message, bytes) else encode(message)  # type: ignore[arg-type]
        return read_answer(self.service.reply(kiosk, frame))

    def report(self, *tickets: ReportedTicket, kiosk: str = "kiosk-1", **more: object) -> object:
        now = int(self.clock.now().timestamp() * 1000)
        return self.send(TicketReport(raw(tickets), **{"now": now} | more), kiosk)  # type: ignore[arg-type]

    def grant(self, kiosk: str = "kiosk-1", visit: UUID | None = None) -> Granted:
        found = self.send(
            GrantRequest(visit or self.ids.uuid7(), "NRB-02", "A", "normal", 9), kiosk
        )
        assert isinstance(found, Granted), found
        return found

    def line(self) -> list[tuple[str, str, int]]:
        """Everybody in line: label, kiosk, twin."""
        rows = self.store.all(
            "SELECT series || number, kiosk, twin FROM line_ticket WHERE turn = 'waiting'"
            " ORDER BY since, visit"
        )
        return [tuple(row) for row in rows]

    def calls(self) -> list[str]:
        """Call and complete until nobody is left."""
        found = []
        while True:
            try:
                found.append(self.authority.counters.call(1).label)
            except NobodyWaiting:
                return found
            self.authority.counters.complete(1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tmp_path / "centre.db")
    yield opened
    tables = rebuild(opened.store, "centre", [WaitingLine()])
    assert all(tables.values()), "the tables are not what the journal says"
    opened.store.close()


def test_the_same_number_told_at_two_kiosks_leaves_both_in_line(bench: Bench) -> None:
    first, second = bench.told("A-K1-01"), bench.told("A-K1-01")
    other = bench.told("B-K1-01")
    assert bench.report(first) == Reported(
        1, centre_ms=bench.authority.time_ms(), epoch=bench.authority.epoch
    )
    found = bench.report(second, other, kiosk="kiosk-2")
    assert isinstance(found, Reported)
    assert (found.count, found.set_aside) == (2, 0)
    assert [(kiosk, twin) for _, kiosk, twin in bench.line()].count(("kiosk-2", 1)) == 1
    called = bench.authority.counters.call(1)
    assert "also told at kiosk-2" in called.note
    assert bench.authority.counters.call(2).visit != called.visit


def test_a_copied_disk_tells_one_reserve_number_twice(bench: Bench) -> None:
    bench.report(bench.told("A501"))
    bench.report(bench.told("A501"), bench.told("A502"))
    assert [row[0] for row in bench.line()] == ["A501", "A501", "A502"]
    assert len(bench.calls()) == 3


def test_a_kiosk_cannot_move_the_visit_of_another_one(bench: Bench) -> None:
    granted = bench.grant("kiosk-1", visit := bench.ids.uuid7())
    found = bench.report(bench.told("A900", visit=visit), bench.told("A501"), kiosk="kiosk-2")
    assert (found.count, found.set_aside) == (1, 1)  # type: ignore[union-attr]
    assert bench.calls() == [f"A{granted.number}", "A501"]
    assert "kiosk-1's" in kept_aside(bench.store)[0].why


BAD_FIELDS = (
    {"number": 2**64 - 1},
    {"number": -1},
    {"number": "A"},
    {"day": "2026-W48-1"},
    {"day": "tomorrow"},
    {"series": "A" * 10_000},
    {"series": "A\n"},
    {"service": "x" * 5_000},
    {"klass": ""},
    {"rank": 2**63},
    {"since": -(2**62)},
    {"visit": "no-uuid"},
)
BAD_BYTES = (b"\xc0", b"\xa2\xff\xfe", b"\x81\xa5visit\xa2\xff\xfe", b"\x91" * 900 + b"\xc0")


def test_one_bad_record_never_stops_the_others(bench: Bench) -> None:
    records = []
    for number, fields in enumerate(BAD_FIELDS, 501):
        good = msgspec.to_builtins(bench.told(f"A{number}"))
        records += [msgspec.msgpack.encode(good), msgspec.msgpack.encode(good | fields)]
    records += BAD_BYTES
    frame = encode(TicketReport(tuple(msgspec.Raw(each) for each in records)))
    found = bench.send(frame)
    assert isinstance(found, Reported)
    assert (found.count, found.set_aside) == (len(BAD_FIELDS), len(BAD_FIELDS) + len(BAD_BYTES))
    assert len(bench.calls()) == len(BAD_FIELDS)
    kept = kept_aside(bench.store)
    assert {each.code for each in kept} == {50}
    bench.send(frame)
    again = kept_aside(bench.store)
    assert len(again) == len(kept), "the same bytes are counted, not kept twice"
    assert all(each.times == 2 for each in again)
    assert forget(bench.store) == len(kept)


def frames(bench: Bench) -> list[bytes]:
    visit = str(bench.ids.uuid7())
    asks: list[object] = [
        {"type": "lease", "day": day, "size": size, "held": held}
        for day, size, held in (
            ("9999-99-99", 20, 0),
            ("x", 20, 0),
            ("2026-11-23", -5, 0),
            ("2026-11-23", 10**9, 0),
            ("2026-11-23", 20, 2**63),
            ("2026-11-23", 20, -1),
        )
    ]
    asks += [
        {"type": "grant", "visit": visit, "service": "s", "series": s, "klass": "n", "rank": r}
        for s, r in (("", 9), ("AA", 9), ("A", 2**64 - 1), ("A", -1), ("\0", 9), ("A-K1-", 9))
    ]
    asks += [
        {"type": "report", "tickets": 5},
        {"type": "report", "tickets": [], "now": -1},
        {"type": "report", "tickets": [], "unit": 10**6},
        {"type": "disown", "visits": [visit] * 5_000},
        {"type": "grants", "day": "no day"},
        {"type": "staff-call", "visit": visit, "state": "s" * 100_000},
        {"type": "nothing"},
        [],
    ]
    junk = [
        b"",
        b"\xc1",
        b"\x91" * 100_000 + b"\xc0",
        b"\x81\xa4type\xa2\xff\xfe",
        bytes(range(256)),
    ]
    return [*(msgspec.msgpack.encode(each) for each in asks), *junk]


def test_no_message_ends_the_service(bench: Bench) -> None:
    bench.grant()
    for frame in frames(bench):
        assert isinstance(bench.send(frame), RequestRefused), frame[:80]
    assert bench.grant().number == 102
    assert bench.calls() == ["A101", "A102"]


def test_a_random_change_of_a_message_never_ends_the_service(bench: Bench) -> None:
    chance = random.Random(9)
    good = encode(TicketReport(raw([bench.told("A501"), bench.told("B502")]), now=1))
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        bench.send(bytes(bad[: chance.randint(1, len(bad))] if chance.random() < 0.3 else bad))
    assert bench.grant().series == "A"
    assert len(kept_aside(bench.store)) <= KEPT_MAX + 1


def test_eight_thousand_made_up_tickets_are_bounded(bench: Bench) -> None:
    made_up = [bench.told(f"A{100 + n % 800}") for n in range(8_000)]
    found = bench.report(*made_up)
    assert isinstance(found, Reported)
    assert (found.count, found.set_aside) == (100, 1)
    for start in range(0, 8_000, 100):
        bench.report(*made_up[start : start + 100])
    assert len(bench.line()) == 2_000, "no kiosk has more on one day"
    assert len(kept_aside(bench.store)) <= KEPT_MAX + 1
    assert isinstance(bench.send(LeaseRequest("2026-11-23", 20), "kiosk-2"), Leased)
    assert bench.grant("kiosk-2").ahead == 2_000


def test_a_busy_or_full_disk_is_an_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreBusy("held")

    with monkeypatch.context() as patch:
        patch.setattr(bench.authority, "grant", busy)
        found = bench.send(GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9))
    assert isinstance(found, RequestRefused)
    assert found.code == 42
    assert bench.grant().number == 101


@pytest.mark.parametrize("days", [-400, -1, 1, 365])
def test_a_kiosk_of_another_day_brings_its_people_into_todays_line(bench: Bench, days: int) -> None:
    off = timedelta(days=days)
    kiosk_now = bench.clock.now() + off
    since = int((kiosk_now - timedelta(minutes=20)).timestamp() * 1000)
    told = bench.told("A501", day=kiosk_now.date().isoformat(), since=since)
    early = bench.grant()
    bench.report(told, now=int(kiosk_now.timestamp() * 1000))
    called = bench.authority.counters.call(1)
    assert called.label == "A501", "it came twenty minutes before"
    assert called.note == f"the slip is of {told.day}"
    bench.authority.counters.complete(1)
    assert bench.calls() == [f"A{early.number}"]


def test_a_report_without_the_kiosks_time_of_another_day_is_called_too(bench: Bench) -> None:
    tomorrow = bench.clock.now() + timedelta(days=1)
    since = int(tomorrow.timestamp() * 1000)
    bench.report(bench.told("A501", day="2026-11-24", since=since), now=0)
    assert bench.authority.counters.call(1).label == "A501"


def test_midnight_with_people_waiting_loses_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "c.db", datetime(2026, 11, 23, 20, 58, tzinfo=UTC))  # 23:58
    before = [bench.grant().number for _ in range(3)]
    bench.report(bench.told("A501"))
    assert bench.authority.counters.call(1).label == "A101"
    bench.clock.advance(seconds=240)
    new = [bench.grant() for _ in range(2)]
    assert [each.day for each in new] == ["2026-11-24", "2026-11-24"]
    assert [each.number for each in new] == [104, 105], "101 to 103 are still in line"
    assert not set(before) & {each.number for each in new}
    assert [each.ahead for each in new] == [3, 4]
    block = bench.send(LeaseRequest("2026-11-24", 20), "kiosk-2")
    assert (block.first, block.last) == (502, 521)  # type: ignore[union-attr]
    bench.authority.counters.complete(1)
    assert bench.calls() == ["A102", "A103", "A501", "A104", "A105"]
    bench.clock.advance(seconds=9 * 3600)
    assert bench.grant().number == 106, "the day goes on"
    bench.store.close()


def test_next_morning_numbers_begin_anew_and_the_left_over_are_told_of(bench: Bench) -> None:
    for _ in range(3):
        bench.grant()
    bench.clock.advance(seconds=86_400)
    assert bench.grant().number == 101
    assert bench.calls() == ["A101"]
    with pytest.raises(NobodyWaiting, match="3 of an earlier day"):
        bench.authority.counters.call(1)
    assert bench.authority.counters.call(1, of_earlier_days=True).label == "A101"
    bench.authority.counters.complete(1)
    assert bench.authority.lapse() == 0, "they may still come back"
    bench.clock.advance(seconds=3 * 86_400)
    bench.clock.trusted = False
    assert bench.authority.lapse() == 0, "not on the word of a clock that is not trusted"
    bench.clock.trusted = True
    assert bench.authority.lapse() == 2
    with pytest.raises(NobodyWaiting, match=r"Nobody is waiting\."):
        bench.authority.counters.call(1)


@pytest.mark.parametrize("days", [-1, 1, 3_650])
def test_people_in_line_keep_their_order_when_the_centres_clock_is_corrected(
    bench: Bench, days: int
) -> None:
    first = bench.grant().number
    bench.clock.advance(seconds=60)
    bench.clock.correct(days=days)
    second = bench.grant().number
    bench.clock.advance(seconds=60)
    bench.clock.correct(days=-days)
    third = bench.grant().number
    assert bench.calls() == [f"A{n}" for n in (first, second, third)]
    kinds = [each.kind for each in bench.journal.entries()]
    assert kinds.count("clock.moved") == 2


def test_after_a_power_cut_the_clock_begins_at_its_floor_and_the_order_holds(bench: Bench) -> None:
    first = [bench.grant().number for _ in range(3)]
    bench.clock.jump(seconds=-50)
    second = [bench.grant().number for _ in range(3)]
    bench.clock.advance(seconds=60)
    third = bench.grant().number
    assert bench.calls() == [f"A{n}" for n in (*first, *second, third)]


def test_an_answer_carries_the_centres_time_only_when_it_trusts_it(bench: Bench) -> None:
    assert bench.grant().centre_ms == int(bench.clock.now().timestamp() * 1000)
    bench.clock.trusted = False
    assert bench.grant().centre_ms == 0
    bench.clock.trusted = True


def test_a_restored_centre_gives_nothing_twice_and_drops_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "centre.db")
    kept = [bench.grant(visit=bench.ids.uuid7()) for _ in range(2)]
    bench.store.checkpoint()
    (tmp_path / "backup.db").write_bytes((tmp_path / "centre.db").read_bytes())
    late = []
    for kiosk in ("kiosk-1", "kiosk-2"):
        visit = bench.ids.uuid7()
        number = bench.grant(kiosk, visit).number
        late.append(bench.told(f"A{number}", visit=visit))
    block = bench.send(LeaseRequest("2026-11-23", 20), "kiosk-2")
    assert isinstance(block, Leased)
    old = bench.authority.epoch
    bench.store.close()
    bench.open(tmp_path / "backup.db")
    begin_restored(bench.database, ["kiosk-1", "kiosk-2"])
    assert bench.authority.epoch != old
    ask = GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9)
    for kiosk in ("kiosk-1", "kiosk-2"):
        assert isinstance(bench.send(ask, kiosk), RequestRefused), "the number is not sure yet"
        assert isinstance(bench.send(LeaseRequest("2026-11-23", 20), kiosk), RequestRefused)
    bench.report(late[0], epoch=old, last=True)
    assert missing(bench.store, "2026-11-23") == ["kiosk-1", "kiosk-2"], "told to the old one"
    bench.report(late[0], epoch=bench.authority.epoch, last=True)
    bench.report(late[1], kiosk="kiosk-2", epoch=bench.authority.epoch)
    assert missing(bench.store, "2026-11-23") == ["kiosk-2"], "it has more to tell"
    held = raw([HeldBlock("2026-11-23", block.first, block.last)])
    bench.report(kiosk="kiosk-2", epoch=bench.authority.epoch, last=True, blocks=held)
    assert bench.grant().number == 105
    other = bench.send(LeaseRequest("2026-11-23", 20), "kiosk-1")
    assert other.first == block.last + 1  # type: ignore[union-attr]
    assert bench.calls() == ["A101", "A102", "A103", "A104", "A105"]
    assert [each.number for each in kept] == [101, 102]
    bench.store.close()


def test_a_block_of_another_kiosk_is_not_given_to_who_claims_it(bench: Bench) -> None:
    bench.send(LeaseRequest("2026-11-23", 20), "kiosk-1")
    claims = raw([HeldBlock("2026-11-23", 501, 520), HeldBlock("2026-11-23", 1, 99)])
    found = bench.report(kiosk="kiosk-2", blocks=claims)
    assert found.set_aside == 2  # type: ignore[union-attr]
    why = " ".join(each.why for each in kept_aside(bench.store))
    assert "501 to 520 of 2026-11-23 is kiosk-1's" in why
    assert "1 to 99 is no reserve block" in why


@pytest.mark.parametrize(
    ("first", "last", "taken"),
    [(520, 530, False), (481, 501, False), (505, 510, False), (521, 540, True), (500, 500, False)],
)
def test_a_block_that_meets_another_kiosks_is_set_aside(
    bench: Bench, first: int, last: int, *, taken: bool
) -> None:
    bench.send(LeaseRequest("2026-11-23", 20), "kiosk-1")
    begin_restored(bench.database, ["kiosk-3"])
    found = bench.report(kiosk="kiosk-2", blocks=raw([HeldBlock("2026-11-23", first, last)]))
    assert found.set_aside == (not taken)  # type: ignore[union-attr]
    held = bench.store.all("SELECT first FROM line_block WHERE kiosk = 'kiosk-2'")
    assert [row[0] for row in held] == ([first] if taken else [])


def test_a_restore_is_waited_for_until_the_day_is_over(bench: Bench) -> None:
    begin_restored(bench.database, ["kiosk-1", "kiosk-9"])
    with pytest.raises(QueueFault, match="kiosk-1, kiosk-9"):
        bench.authority.grant("kiosk-1", GrantRequest(bench.ids.uuid7(), "s", "A", "n", 9))
    bench.clock.advance(seconds=86_400)
    assert bench.grant().number == 101
