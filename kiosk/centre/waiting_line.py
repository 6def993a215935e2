"""The centre's waiting line: tables that are a fold of the centre's journal, and their queries.

Database constraints refuse what must never happen: two tickets with one number, two counters
calling one person, one counter calling two people, one press counted twice. Folding and reading
only; deciding is `authority.py`. Arrival times are the centre's: when its clock is corrected they
move with it, so the order of those who wait does not depend on a wrong clock. Some tables are no
part of the fold: `line_told` remembers which grants their kiosk has confirmed, and may be lost;
`line_kiosk` what kiosks said of themselves; `line_missing` and `line_set_aside` are explained in
`restoring.py` and `set_aside.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kiosk.queue.lifecycle import TicketState
from kiosk.queue.numbering import RESERVE_FIRST, RESERVE_LAST, NumberBlock, label
from kiosk.queue.priority import Arrival, Waiting
from kiosk.queue.protocol import HeldBlock, ReportedTicket
from sync.journal.clock_log import moved_ms
from sync.journal.entry import Entry
from sync.store.database import MigrationSet, Row, Transaction

SERVICE_TIMES = 200
"""How many of the newest service times an estimate looks at."""

AT_WORK_MS = 30 * 60_000
"""A counter that called somebody this recently is at work."""

UNTOLD_MAX = 50

LINE_TABLES = MigrationSet(
    "centre-line",
    (
        """CREATE TABLE line_ticket (
            visit BLOB PRIMARY KEY,
            site TEXT NOT NULL,
            day TEXT NOT NULL,
            series TEXT NOT NULL,
            number INTEGER NOT NULL,
            service TEXT NOT NULL,
            class TEXT NOT NULL,
            rank INTEGER NOT NULL,
            kiosk TEXT NOT NULL,
            since INTEGER NOT NULL,
            turn TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX line_number ON line_ticket (site, day, series, number);
        CREATE INDEX line_waiting ON line_ticket (day, since) WHERE turn = 'waiting';
        CREATE TABLE line_series (
            day TEXT NOT NULL,
            series TEXT NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (day, series)
        ) WITHOUT ROWID;
        CREATE TABLE line_block (
            day TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            kiosk TEXT NOT NULL,
            PRIMARY KEY (day, first)
        ) WITHOUT ROWID;
        CREATE TABLE line_call (
            seq INTEGER PRIMARY KEY,
            visit BLOB NOT NULL,
            day TEXT NOT NULL,
            counter INTEGER NOT NULL,
            called_at INTEGER NOT NULL,
            ended_at INTEGER
        );
        CREATE UNIQUE INDEX line_call_ticket ON line_call (visit) WHERE ended_at IS NULL;
        CREATE UNIQUE INDEX line_call_counter ON line_call (counter) WHERE ended_at IS NULL;
        CREATE INDEX line_call_day ON line_call (day, called_at);
        CREATE TABLE line_press (
            key TEXT PRIMARY KEY,
            visit BLOB NOT NULL,
            verb TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE line_told (visit BLOB PRIMARY KEY) WITHOUT ROWID""",
        """DROP INDEX line_waiting;
        CREATE INDEX line_waiting ON line_ticket (day, rank, since, visit, service)
            WHERE turn = 'waiting'""",
        """ALTER TABLE line_ticket ADD COLUMN twin INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN told_day TEXT;
        DROP INDEX line_number;
        CREATE UNIQUE INDEX line_number ON line_ticket (site, day, series, number, twin);
        DROP INDEX line_waiting;
        CREATE INDEX line_waiting ON line_ticket (rank, since, visit, service)
            WHERE turn = 'waiting';
        CREATE INDEX line_label ON line_ticket (series, number, turn, since, visit)
            WHERE turn IN ('waiting', 'called');
        CREATE INDEX line_of_kiosk ON line_ticket (kiosk, day);
        CREATE TABLE line_kiosk (
            kiosk TEXT PRIMARY KEY,
            unit INTEGER NOT NULL,
            heard_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE line_missing (kiosk TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE line_set_aside (
            digest BLOB PRIMARY KEY,
            kiosk TEXT NOT NULL,
            at INTEGER NOT NULL,
            code INTEGER NOT NULL,
            why TEXT NOT NULL,
            record BLOB NOT NULL,
            times INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)

_KINDS = {"call": "ticket.called", "recall": "ticket.recalled"}
"""The entry of a press whose column `verb` is short; that of the others is the kind itself."""

_ENDS = {"ticket.served": TicketState.SERVED, "ticket.no-show": TicketState.ABSENT}


class WaitingLine:
    """The projection: folds the centre's entries into its tables."""

    tables = ("line_ticket", "line_series", "line_block", "line_call", "line_press")

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; kinds of other parts of the node are ignored."""
        body, visit = entry.body, entry.subject.bytes
        match entry.kind:
            case "ticket.granted":
                _join(tx, visit, body, TicketState.WAITING)
                _count(tx, body)
            case "ticket.arrived":
                turn = tx.one("SELECT turn FROM line_ticket WHERE visit = ?", (visit,))
                called = turn is not None and turn[0] == TicketState.CALLED
                tx.execute("DELETE FROM line_ticket WHERE visit = ?", (visit,))
                _join(tx, visit, body, TicketState.CALLED if called else TicketState.WAITING)
                if body.get("granted"):
                    _count(tx, body)
            case "block.granted":
                tx.execute(
                    "INSERT INTO line_block VALUES (?, ?, ?, ?)",
                    (body["day"], body["first"], body["last"], body["to"]),
                )
            case "ticket.cancelled":
                _turn(tx, visit, TicketState.VOID)
            case "ticket.called":
                _turn(tx, visit, TicketState.CALLED)
                tx.execute(
                    "INSERT INTO line_call VALUES (?, ?, ?, ?, ?, NULL)",
                    (entry.seq, visit, body["day"], body["counter"], entry.hlc >> 16),
                )
                _press(tx, visit, "call", body)
            case "ticket.recalled":
                _press(tx, visit, "recall", body)
            case "ticket.served" | "ticket.no-show":
                _turn(tx, visit, _ENDS[entry.kind])
                tx.execute(
                    "UPDATE line_call SET ended_at = ? WHERE visit = ? AND ended_at IS NULL",
                    (entry.hlc >> 16, visit),
                )
                _press(tx, visit, entry.kind, body)
            case "clock.moved" if body.get("believed"):
                tx.execute(
                    "UPDATE line_ticket SET since = since + ? WHERE turn = 'waiting'",
                    (moved_ms(body),),
                )
            case _:
                pass


def _join(tx: Transaction, visit: bytes, body: Any, turn: TicketState) -> None:
    tx.execute(
        "INSERT INTO line_ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            visit,
            body["site"],
            body["day"],
            body["series"],
            body["number"],
            body["service"],
            body["class"],
            body["rank"],
            body["kiosk"],
            body["since"],
            turn,
            body.get("twin", 0),
            body.get("told_day"),
        ),
    )


def _count(tx: Transaction, body: Any) -> None:
    """The number is given: the next one of its series comes after it."""
    tx.execute(
        "INSERT INTO line_series VALUES (?, ?, ?) ON CONFLICT (day, series)"
        " DO UPDATE SET last = max(last, excluded.last)",
        (body["day"], body["series"], body["number"]),
    )


def _turn(tx: Transaction, visit: bytes, turn: TicketState) -> None:
    changed = tx.execute("UPDATE line_ticket SET turn = ? WHERE visit = ?", (turn, visit))
    assert changed == 1, "an entry about a ticket the line does not have"


def _press(tx: Transaction, visit: bytes, verb: str, body: Any) -> None:
    if body.get("key"):
        tx.execute("INSERT INTO line_press VALUES (?, ?, ?)", (body["key"], visit, verb))


@dataclass(frozen=True, slots=True)
class LineTicket:
    """A ticket as the centre knows it. `since` is the arrival in Unix milliseconds; `twin` is not
    0 when another visit of that day was told the same number before.
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

    @property
    def label(self) -> str:
        return label(self.series, self.number)

    @property
    def waiting(self) -> Waiting:
        """What the order of calls depends on."""
        return Waiting(self.visit.bytes, self.service, self.rank, self.since)


_TICKET = (
    "SELECT t.visit, t.day, t.series, t.number, t.service, t.class, t.rank, t.since, t.turn,"
    " t.kiosk, t.twin"
    " FROM line_ticket t"
)


def ticket_of(tx: Transaction, visit: UUID) -> LineTicket | None:
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


@dataclass(frozen=True, slots=True)
class CounterAction:
    """An act at a counter: the kind of its entry, the counter, and its ticket as it is now."""

    kind: str
    counter: int
    ticket: LineTicket


def act_of(tx: Transaction, key: str) -> CounterAction | None:
    """The act with this idempotency key, when it was counted."""
    row = tx.one(
        "SELECT p.visit, p.verb, max(c.seq), c.counter FROM line_press p"
        " JOIN line_call c USING (visit) WHERE p.key = ? GROUP BY p.key",
        (key,),
    )
    if row is None:
        return None
    ticket = ticket_of(tx, UUID(bytes=bytes(row[0])))
    assert ticket is not None
    return CounterAction(kind=_KINDS.get(row[1]) or row[1], counter=row[3], ticket=ticket)


def untold_visits(tx: Transaction, kiosk: str) -> tuple[UUID, ...]:
    """The newest visits that wait and that `kiosk` has not confirmed to have told."""
    rows = tx.all(
        "SELECT visit FROM line_ticket WHERE turn = 'waiting' AND kiosk = ?"
        " AND visit NOT IN (SELECT visit FROM line_told) ORDER BY since DESC LIMIT ?",
        (kiosk, UNTOLD_MAX),
    )
    return tuple(UUID(bytes=bytes(row[0])) for row in rows)


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
    )


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
        f"{_TICKET} WHERE t.series = ? AND t.number = ? AND t.turn IN ('waiting', 'called')"
        " AND (t.turn = 'called' OR t.since >= ?)",
        (series, number, since),
    )
    return [found for row in rows if (found := _ticket(row)) is not None]


def reserve_in_use(tx: Transaction, day: str, since: int) -> list[int]:
    """Numbers of the reserve band of other days whose holders still wait or were called."""
    rows = tx.all(
        "SELECT DISTINCT number FROM line_ticket WHERE turn IN ('waiting', 'called')"
        " AND number BETWEEN ? AND ? AND day <> ? AND (turn = 'called' OR since >= ?)",
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


def left_over(tx: Transaction, before: int, limit: int = 1) -> list[LineTicket]:
    """Who waits since an earlier day than `before` allows, oldest first."""
    rows = tx.all(
        f"{_TICKET} WHERE t.turn = 'waiting' AND t.since < ? ORDER BY t.since LIMIT ?",
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


_RANK_AFTER = """SELECT rank FROM line_ticket
    WHERE turn = 'waiting' AND since >= ?1 AND rank > ?3
        AND (?2 IS NULL OR service IN (SELECT value FROM json_each(?2)))
    ORDER BY rank LIMIT 1"""
_ARRIVED_BEFORE = """SELECT count(*) FROM line_ticket
    WHERE turn = 'waiting' AND rank = ?3 AND since >= ?1 AND (since, visit) < (?4, ?5)
        AND (?2 IS NULL OR service IN (SELECT value FROM json_each(?2)))"""
_OLDEST = """SELECT visit, service, rank, since FROM line_ticket
    WHERE turn = 'waiting' AND rank = ?3 AND since >= ?1
        AND (?2 IS NULL OR service IN (SELECT value FROM json_each(?2)))
    ORDER BY since, visit LIMIT 1"""


@dataclass(frozen=True, slots=True)
class PeopleWaiting:
    """Those who wait for one of `services` (None: for any) and arrived from `since` on, whatever
    their day, class by class.

    `kiosk.queue.priority.WaitingByClass` in SQL. Every question is answered by the index
    `line_waiting` alone.
    """

    tx: Transaction
    since: int
    services: frozenset[str] | None = None

    def ranks(self) -> Iterator[int]:
        rank = -1
        while (row := self.tx.one(_RANK_AFTER, (*self._whom(), rank))) is not None:
            rank = int(row[0])
            yield rank

    def arrived_before(self, rank: int, arrival: Arrival) -> int:
        row = self.tx.one(_ARRIVED_BEFORE, (*self._whom(), rank, *arrival))
        assert row is not None
        return int(row[0])

    def oldest_of_each_class(self) -> list[Waiting]:
        """One of them is the next call."""
        found = [self.tx.one(_OLDEST, (*self._whom(), rank)) for rank in self.ranks()]
        return [Waiting(bytes(row[0]), *row[1:]) for row in found if row is not None]

    def _whom(self) -> tuple[int, str | None]:
        return self.since, None if self.services is None else json.dumps(sorted(self.services))


def service_times(tx: Transaction, day: str) -> list[float]:
    """The newest times at a counter on `day`, in seconds."""
    rows = tx.all(
        "SELECT ended_at - called_at FROM line_call WHERE day = ? AND ended_at IS NOT NULL"
        " ORDER BY seq DESC LIMIT ?",
        (day, SERVICE_TIMES),
    )
    return [row[0] / 1000 for row in rows]


def counters_at_work(tx: Transaction, day: str, now_ms: int) -> list[int]:
    """The counters that called somebody a short while ago."""
    rows = tx.all(
        "SELECT DISTINCT counter FROM line_call WHERE day = ? AND called_at >= ?",
        (day, now_ms - AT_WORK_MS),
    )
    return [int(row[0]) for row in rows]
