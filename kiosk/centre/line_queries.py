"""What the centre reads of its waiting line. Reading only; the tables are `waiting_line.py`'s."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from kiosk.queue.lifecycle import TicketState
from kiosk.queue.numbering import RESERVE_FIRST, RESERVE_LAST, NumberBlock, label
from kiosk.queue.priority import Arrival, Waiting
from kiosk.queue.protocol import HeldBlock, ReportedTicket, WantedSlip
from sync.store.database import Row, Store, Transaction

SERVICE_TIMES = 200
"""How many of the newest service times an estimate looks at."""

AT_WORK_MS = 30 * 60_000
"""A counter that called somebody this recently is at work."""

BREAK_MS = 20 * 60_000
"""How long a break is taken to last that nobody said the end of."""

UNTOLD_MAX = 50
PRINTS_MAX = 20
_IN_CENTRE = "('waiting', 'called', 'arrived', 'serving', 'parked')"


@dataclass(frozen=True, slots=True)
class LineTicket:
    """A ticket as the centre knows it, its moments in Unix milliseconds. `since` is the arrival as
    far as the order of calls goes, `leg_since` when the wait for this service began; `twin` is not
    0 when another visit of that day was told the same number before; `pending` are the services
    to come; `parked_at` is the counter that parked it, `last_seq` the entry that changed it last.
    """

    visit: UUID
    day: str
    series: str
    number: int
    service: str
    priority_class: str
    rank: int
    since: int
    state: TicketState
    kiosk: str
    twin: int
    leg_since: int
    pending: tuple[str, ...]
    returns: int
    parked_at: int | None
    last_seq: int
    state_at: int
    appointment: int | None

    @property
    def label(self) -> str:
        return label(self.series, self.number)

    @property
    def waiting(self) -> Waiting:
        """What the order of calls depends on."""
        return Waiting(self.visit.bytes, self.service, self.rank, self.since)


_TICKET = (
    "SELECT t.visit, t.day, t.series, t.number, t.service, t.class, t.rank, t.since, t.turn,"
    " t.kiosk, t.twin, t.leg_since, t.pending, t.returns, t.parked_at, t.last_seq, t.state_at,"
    " t.appointment"
    " FROM line_ticket t"
)


def ticket_of(tx: Store | Transaction, visit: UUID) -> LineTicket | None:
    """The ticket of `visit`, whatever its state."""
    return _ticket(tx.one(f"{_TICKET} WHERE t.visit = ?", (visit.bytes,)))


def untold_ticket(tx: Transaction, visit: UUID, kiosk: str) -> LineTicket | None:
    """The ticket of `visit` when `kiosk` has not confirmed that it told its citizen."""
    return _ticket(
        tx.one(
            f"{_TICKET} LEFT JOIN line_told USING (visit) WHERE t.visit = ? AND t.kiosk = ?"
            " AND line_told.visit IS NULL",
            (visit.bytes, kiosk),
        )
    )


def ticket_at(tx: Transaction, counter: int) -> LineTicket | None:
    """The ticket called to `counter`."""
    return _ticket(
        tx.one(
            f"{_TICKET} JOIN line_call c USING (visit) WHERE c.counter = ? AND c.ended_at IS NULL",
            (counter,),
        )
    )


class KeyUse(NamedTuple):
    """A press that was counted: the entry it made, and its counter where it had one."""

    seq: int
    kind: str
    counter: int | None


def press_of(tx: Transaction, key: str) -> KeyUse | None:
    """The press with this idempotency key, when it was counted."""
    row = tx.one("SELECT seq, kind, counter FROM line_press WHERE key = ?", (key,))
    return None if row is None else KeyUse(*row)


class LastAction(NamedTuple):
    """The last act of a counter: the entry, its kind and moment, and the visit it was about."""

    seq: int
    at: int
    visit: UUID
    kind: str


def last_act(tx: Transaction, counter: int) -> LastAction | None:
    """What undoing at `counter` would take back."""
    row = tx.one("SELECT seq, at, visit, kind FROM line_undo WHERE counter = ?", (counter,))
    return None if row is None else LastAction(row[0], row[1], UUID(bytes=bytes(row[2])), row[3])


def parked(tx: Transaction, counter: int) -> list[LineTicket]:
    """Who was parked by `counter`, the longest first."""
    rows = tx.all(
        f"{_TICKET} WHERE t.turn = 'parked' AND t.parked_at = ? ORDER BY t.state_at, t.visit",
        (counter,),
    )
    return [found for row in rows if (found := _ticket(row)) is not None]


def untold_visits(tx: Transaction, kiosk: str) -> tuple[UUID, ...]:
    """The newest visits that wait and that `kiosk` has not confirmed to have told."""
    rows = tx.all(
        "SELECT visit FROM line_ticket WHERE turn = 'waiting' AND kiosk = ?"
        " AND language IS NULL AND visit NOT IN (SELECT visit FROM line_told)"
        " ORDER BY since DESC LIMIT ?",
        (kiosk, UNTOLD_MAX),
    )
    return tuple(UUID(bytes=bytes(row[0])) for row in rows)


def to_print(reader: Store | Transaction, kiosk: str) -> list[WantedSlip]:
    """The oldest numbers whose slip `kiosk` is to print and has not taken over."""
    rows = reader.all(
        "SELECT visit, day, series, number, service, class, rank, ahead, wait_from, wait_to,"
        " language FROM line_ticket WHERE language IS NOT NULL AND kiosk = ?"
        " AND turn IN ('waiting', 'called') AND visit NOT IN (SELECT visit FROM line_told)"
        " ORDER BY since LIMIT ?",
        (kiosk, PRINTS_MAX),
    )
    return [
        WantedSlip(
            visit=UUID(bytes=bytes(row[0])),
            day=row[1],
            series=row[2],
            number=row[3],
            service=row[4],
            priority_class=row[5],
            rank=row[6],
            ahead=row[7],
            wait=None if row[8] is None else (row[8], row[9]),
            language=row[10],
        )
        for row in rows
    ]


def _ticket(row: Row | None) -> LineTicket | None:
    if row is None:
        return None
    return LineTicket(
        visit=UUID(bytes=bytes(row[0])),
        day=row[1],
        series=row[2],
        number=row[3],
        service=row[4],
        priority_class=row[5],
        rank=row[6],
        since=row[7],
        state=TicketState(row[8]),
        kiosk=row[9],
        twin=row[10],
        leg_since=row[11],
        pending=tuple(row[12].split()),
        returns=row[13],
        parked_at=row[14],
        last_seq=row[15],
        state_at=row[16],
        appointment=row[17],
    )


class StoredAppointment(NamedTuple):
    """An appointment as the centre knows it, `at` in Unix ms; `visit` None: not here yet."""

    code: str
    service: str
    at: int
    priority_class: str
    companions: int
    visit: UUID | None


def appointments(reader: Store | Transaction, day: str, code: str = "") -> list[StoredAppointment]:
    """The appointments of `day` by their time, or the one of `code`."""
    rows = reader.all(
        "SELECT code, service, at, class, companions, visit FROM line_appointment"
        " WHERE day = ?1 AND (?2 = '' OR code = ?2) ORDER BY at, code",
        (day, code),
    )
    return [
        StoredAppointment(
            code=row[0],
            service=row[1],
            at=row[2],
            priority_class=row[3],
            companions=row[4],
            visit=None if row[5] is None else UUID(bytes=bytes(row[5])),
        )
        for row in rows
    ]


def last_number(tx: Transaction, day: str, series: str) -> int | None:
    """The newest number granted in `series` on `day`."""
    row = tx.one("SELECT last FROM line_series WHERE day = ? AND series = ?", (day, series))
    return int(row[0]) if row else None


def next_twin(tx: Transaction, site: str, reported: ReportedTicket) -> int:
    """0 when nobody else of its day has the number, else one more than the last who has."""
    row = tx.one(
        "SELECT max(twin) FROM line_ticket"
        " WHERE site = ? AND day = ? AND series = ? AND number = ? AND visit <> ?",
        (site, reported.day, reported.series, reported.number, reported.visit.bytes),
    )
    return 0 if row is None or row[0] is None else int(row[0]) + 1


def told(tx: Transaction, visit: UUID) -> None:
    """The kiosk has confirmed that it told the number of `visit`."""
    tx.execute("INSERT OR IGNORE INTO line_told VALUES (?)", (visit.bytes,))


def seen(tx: Transaction, kiosk: str, unit: int, now_ms: int) -> None:
    """`kiosk` has reported, as the unit it says it is."""
    tx.execute("INSERT OR REPLACE INTO line_kiosk VALUES (?, ?, ?)", (kiosk, unit, now_ms))


def is_given(tx: Transaction, site: str, day: str, series: str, number: int) -> bool:
    """Whether a ticket of `day` has that number, whatever became of it."""
    return (
        tx.one(
            "SELECT 1 FROM line_ticket WHERE site = ? AND day = ? AND series = ? AND number = ?",
            (site, day, series, number),
        )
        is not None
    )


def same_label(tx: Transaction, series: str, number: int, since: int) -> list[LineTicket]:
    """Who waits or was called with that number, of those who arrived from `since` on."""
    rows = tx.all(
        f"{_TICKET} WHERE t.series = ? AND t.number = ? AND t.turn IN {_IN_CENTRE}"
        " AND (t.turn <> 'waiting' OR t.since >= ? OR t.carried)",
        (series, number, since),
    )
    return [found for row in rows if (found := _ticket(row)) is not None]


def reserve_in_use(tx: Transaction, day: str, since: int) -> list[int]:
    """Numbers of the reserve band of other days whose holders still wait or were called."""
    rows = tx.all(
        f"SELECT DISTINCT number FROM line_ticket WHERE turn IN {_IN_CENTRE}"  # noqa: S608
        " AND number BETWEEN ? AND ? AND day <> ? AND (turn <> 'waiting' OR since >= ? OR carried)",
        (RESERVE_FIRST, RESERVE_LAST, day, since),
    )
    return [int(row[0]) for row in rows]


def told_day(tx: Transaction, visit: UUID) -> str:
    """The day that stands on the slip of `visit`, when it is not the one it counts for."""
    row = tx.one("SELECT told_day FROM line_ticket WHERE visit = ?", (visit.bytes,))
    return "" if row is None or row[0] is None else str(row[0])


def tickets_of_kiosk(tx: Transaction, kiosk: str, day: str) -> int:
    """How many tickets of `kiosk` stand on `day`."""
    row = tx.one("SELECT count(*) FROM line_ticket WHERE kiosk = ? AND day = ?", (kiosk, day))
    return 0 if row is None else int(row[0])


def in_centre(tx: Store | Transaction) -> list[LineTicket]:
    """Everybody who is still expected somewhere, in the order of arrival."""
    rows = tx.all(f"{_TICKET} WHERE t.turn IN {_IN_CENTRE} ORDER BY t.since, t.visit")
    return [found for row in rows if (found := _ticket(row)) is not None]


def left_over(tx: Transaction, before: int, limit: int = 1) -> list[LineTicket]:
    """Who waits since an earlier day than `before` allows, oldest first."""
    rows = tx.all(
        f"{_TICKET} WHERE t.turn = 'waiting' AND t.since < ? AND NOT t.carried"
        " ORDER BY t.since LIMIT ?",
        (before, limit),
    )
    return [found for row in rows if (found := _ticket(row)) is not None]


def block_overlapping(tx: Transaction, block: HeldBlock) -> str | None:
    """The kiosk that holds a number of `block`."""
    row = tx.one(
        "SELECT kiosk FROM line_block WHERE day = ? AND first <= ? AND last >= ?",
        (block.day, block.last, block.first),
    )
    return None if row is None else str(row[0])


def block_after(tx: Transaction, day: str, kiosk: str, held: int) -> NumberBlock | None:
    """The block leased to `kiosk` after the one that ends with `held`."""
    row = tx.one(
        "SELECT first, last FROM line_block WHERE day = ? AND kiosk = ? AND first > ?"
        " ORDER BY first LIMIT 1",
        (day, kiosk, held),
    )
    return NumberBlock(date.fromisoformat(day), row[0], row[1]) if row else None


def last_leased(tx: Transaction, day: str) -> int | None:
    """The last number of the newest block of `day`."""
    row = tx.one("SELECT max(last) FROM line_block WHERE day = ?", (day,))
    return None if row is None or row[0] is None else int(row[0])


_WHOM = """turn = 'waiting' AND (since >= ?1 OR carried)
        AND (?2 IS NULL OR service IN (SELECT value FROM json_each(?2)))
        AND (?3 IS NULL OR service NOT IN (SELECT value FROM json_each(?3)))"""
_RANK_AFTER = f"""SELECT rank FROM line_ticket
    WHERE {_WHOM} AND rank > ?4 ORDER BY rank LIMIT 1"""  # noqa: S608 - constants
_ARRIVED_BEFORE = f"""SELECT count(*) FROM line_ticket
    WHERE {_WHOM} AND rank = ?4 AND (since, visit) < (?5, ?6)"""  # noqa: S608 - constants
_SERVICES_BEFORE = f"""SELECT service, count(*) FROM line_ticket
    WHERE {_WHOM} AND rank = ?4 AND (since, visit) < (?5, ?6) GROUP BY service"""  # noqa: S608
_OLDEST = f"""SELECT visit, service, rank, since FROM line_ticket
    WHERE {_WHOM} AND rank = ?4 ORDER BY since, visit LIMIT 1"""  # noqa: S608 - constants
_EVERYBODY = f"""SELECT visit, service, rank, since FROM line_ticket WHERE {_WHOM}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class PeopleWaiting:
    """Those who wait for one of `services` (None: for any) but for none of `suspended`, and
    arrived from `since` on or were carried over, whatever their day, class by class.

    `kiosk.queue.priority.WaitingByClass` in SQL. Every question is answered by the index
    `line_waiting` alone.
    """

    tx: Store | Transaction
    since: int
    services: frozenset[str] | None = None
    suspended: frozenset[str] = frozenset()

    def ranks(self) -> Iterator[int]:
        rank = -1
        while (row := self.tx.one(_RANK_AFTER, (*self._whom(), rank))) is not None:
            rank = int(row[0])
            yield rank

    def arrived_before(self, rank: int, arrival: Arrival) -> int:
        row = self.tx.one(_ARRIVED_BEFORE, (*self._whom(), rank, *arrival))
        assert row is not None
        return int(row[0])

    def services_before(self, rank: int, arrival: Arrival) -> dict[str, int]:
        return dict(self.tx.all(_SERVICES_BEFORE, (*self._whom(), rank, *arrival)))

    def oldest_of_each_class(self) -> list[Waiting]:
        """One of them is the next call."""
        found = [self.tx.one(_OLDEST, (*self._whom(), rank)) for rank in self.ranks()]
        return [Waiting(bytes(row[0]), *row[1:]) for row in found if row is not None]

    def everybody(self) -> list[Waiting]:
        """All of them, in no order."""
        rows = self.tx.all(_EVERYBODY, self._whom())
        return [Waiting(bytes(row[0]), *row[1:]) for row in rows]

    def _whom(self) -> tuple[int, str | None, str | None]:
        return self.since, _json(self.services), _json(self.suspended or None)


def _json(codes: frozenset[str] | None) -> str | None:
    return None if codes is None else json.dumps(sorted(codes))


def suspended_services(reader: Store | Transaction) -> dict[str, str]:
    """The services that are suspended now, each with the reason."""
    rows = reader.all("SELECT service, why FROM line_suspension WHERE ended_at IS NULL")
    return {str(row[0]): str(row[1]) for row in rows}


def day_state(reader: Store | Transaction, day: str) -> tuple[int | None, int | None]:
    """When `day` was opened and closed, Unix ms; None: not done."""
    row = reader.one("SELECT opened_at, closed_at FROM line_day WHERE day = ?", (day,))
    return (None, None) if row is None else (row[0], row[1])


def tickets_of_service(reader: Store | Transaction, day: str, service: str) -> int:
    """Numbers of `day` given for `service`, without those nobody was told or staff took out."""
    row = reader.one(
        "SELECT count(*) FROM line_ticket WHERE day = ? AND service = ?"
        " AND turn NOT IN ('void', 'withdrawn')",
        (day, service),
    )
    return 0 if row is None else int(row[0])


class ServiceTimes(NamedTuple):
    """The newest times at a counter: by service the sum of seconds and how many. `calls` of them
    were for so many `visits` (some come to a second counter), `earlier` of a class called earlier.
    """

    by_service: dict[str, tuple[float, int]]
    calls: int
    visits: int
    earlier: int


_SERVICE_TIMES = """WITH newest AS (
        SELECT service, ended_at - called_at AS ms, rank, visit FROM line_call
        WHERE day = ?1 AND ended_at IS NOT NULL AND ending <> 'unserved'
        ORDER BY called_at DESC LIMIT ?2)
    SELECT service, sum(ms) / 1000.0, count(*), sum(rank < ?3),
        (SELECT count(DISTINCT visit) FROM newest)
    FROM newest GROUP BY service"""


def service_times(reader: Store | Transaction, day: str, rank: int = 0) -> ServiceTimes:
    """The newest times of `day`, with the calls to which nobody came: they occupy a counter too.
    `rank`: whose class is asked about.
    """
    rows = reader.all(_SERVICE_TIMES, (day, SERVICE_TIMES, rank))
    return ServiceTimes(
        by_service={row[0]: (row[1], row[2]) for row in rows},
        calls=sum(row[2] for row in rows),
        visits=rows[0][4] if rows else 0,
        earlier=sum(row[3] for row in rows),
    )


@dataclass(frozen=True, slots=True)
class CounterShift:
    """What a counter is now: open, break (`until`, Unix ms) or closed."""

    counter: int
    state: str
    until: int | None
    who: str
    began_at: int


def shifts(reader: Store | Transaction) -> dict[int, CounterShift]:
    """The counters whose state somebody set, by number."""
    rows = reader.all(
        "SELECT counter, state, until, who, began_at FROM line_shift WHERE ended_at IS NULL"
    )
    return {int(row[0]): CounterShift(*row) for row in rows}


class CounterAtWork(NamedTuple):
    """A counter that works. `until`: it is on a break until then (Unix ms); `free`: nobody is at
    it.
    """

    counter: int
    until: int | None
    free: bool


def counters_at_work(reader: Store | Transaction, day: str, now_ms: int) -> list[CounterAtWork]:
    """The counters that are open, or called somebody a short while ago and were not closed, and
    those on a break.
    """
    rows = reader.all(
        "SELECT counter, max(ended_at IS NULL) FROM line_call WHERE day = ? AND called_at >= ?"
        " GROUP BY counter",
        (day, now_ms - AT_WORK_MS),
    )
    said = shifts(reader)
    busy = {int(row[0]): bool(row[1]) for row in rows}
    found = [CounterAtWork(each, None, not busy[each]) for each in busy if each not in said]
    for shift in said.values():
        if shift.state == "open":
            found.append(CounterAtWork(shift.counter, None, not busy.get(shift.counter)))
        elif shift.state == "break":
            until = shift.until or shift.began_at + BREAK_MS
            found.append(CounterAtWork(shift.counter, max(until, now_ms + 60_000), False))
    return sorted(found)
