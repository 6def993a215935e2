"""Ticket table: the tickets this kiosk has issued, and the reserve of numbers it may still give.

Tables that are a fold of the kiosk's journal. UNIQUE (site, day, series, number) excludes
duplicates; a number is chosen inside the transaction that stores it. `ticket_report` only notes
what was already reported to the centre, and in which epoch of its database; it may be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kiosk.queue.numbering import NumberBlock, label, offline_series
from kiosk.queue.protocol import REPORT_MAX, ReportedTicket
from sync.journal.clock_log import moves_after
from sync.journal.journal import Entry
from sync.store.database import MigrationSet, Row, Store, Transaction

_OFF_MAX_MS = 12 * 3_600_000

TICKET_TABLES = MigrationSet(
    "kiosk-tickets",
    (
        """CREATE TABLE ticket (
            visit BLOB PRIMARY KEY,
            seq INTEGER NOT NULL,
            site TEXT NOT NULL,
            day TEXT NOT NULL,
            series TEXT NOT NULL,
            number INTEGER NOT NULL,
            service TEXT NOT NULL,
            class TEXT NOT NULL,
            rank INTEGER NOT NULL,
            source TEXT NOT NULL,
            issued_at INTEGER NOT NULL,
            ahead INTEGER,
            wait_from INTEGER,
            wait_to INTEGER
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX ticket_number ON ticket (site, day, series, number);
        CREATE UNIQUE INDEX ticket_seq ON ticket (seq);
        CREATE TABLE ticket_block (
            day TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (day, first)
        ) WITHOUT ROWID;
        CREATE TABLE ticket_report (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER)""",
        "ALTER TABLE ticket_report ADD COLUMN centre_epoch TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE ticket_floor (
            seq INTEGER PRIMARY KEY, day TEXT NOT NULL, at INTEGER NOT NULL, number INTEGER NOT NULL
        )""",
    ),
)


class NumberSource(StrEnum):
    """Where a number came from."""

    CENTRE = "centre"
    RESERVE = "reserve"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as stored. `wait` is minutes or None for "not known"."""

    visit: UUID
    site: str
    day: date
    series: str
    number: int
    service: str
    priority_class: str
    source: NumberSource
    issued_at: datetime
    ahead: int | None
    wait: tuple[int, int] | None

    @property
    def label(self) -> str:
        return label(self.series, self.number)


class TicketTable:
    """The projection: every ticket and block of this kiosk."""

    tables = ("ticket", "ticket_block", "ticket_floor")

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; other kinds are ignored."""
        body = entry.body
        match entry.kind:
            case "ticket.issued":
                tx.execute(
                    "INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (entry.subject.bytes, entry.seq, *_columns(body)),
                )
            case "block.held":
                tx.execute(
                    "INSERT INTO ticket_block VALUES (?, ?, ?)",
                    (body["day"], body["first"], body["last"]),
                )
            case "node.restored":
                # Numbers of a block may have been given after the copy was made.
                tx.execute("DELETE FROM ticket_block WHERE day <= ?", (body["day"],))
                tx.execute(
                    "INSERT INTO ticket_floor VALUES (?, ?, ?, ?)",
                    (entry.seq, body["day"], entry.hlc >> 16, body["number"]),
                )
            case _:
                pass


def _columns(body: Mapping[str, Any]) -> tuple[Any, ...]:
    wait = body.get("wait") or (None, None)
    names = ("site", "day", "series", "number", "service", "class", "rank", "source")
    return (*(body[name] for name in names), body["issued_at"], body.get("ahead"), *wait)


_READ = (
    "SELECT visit, site, day, series, number, service, class, source, issued_at, ahead, wait_from,"
    " wait_to FROM ticket"
)


def ticket_of(reader: Store | Transaction, visit: UUID) -> Ticket | None:
    """The ticket of `visit`, when it was told one."""
    row = reader.one(f"{_READ} WHERE visit = ?", (visit.bytes,))
    return _ticket(row) if row else None


def _ticket(row: Row) -> Ticket:
    return Ticket(
        visit=UUID(bytes=bytes(row[0])),
        site=row[1],
        day=date.fromisoformat(row[2]),
        series=row[3],
        number=row[4],
        service=row[5],
        priority_class=row[6],
        source=NumberSource(row[7]),
        issued_at=datetime.fromtimestamp(row[8] / 1000, UTC),
        ahead=row[9],
        wait=None if row[10] is None else (row[10], row[11]),
    )


def taken(tx: Transaction, site: str, day: str, series: str, number: int) -> bool:
    """Whether this kiosk has told that number to somebody."""
    return (
        tx.one(
            "SELECT 1 FROM ticket WHERE site = ? AND day = ? AND series = ? AND number = ?",
            (site, day, series, number),
        )
        is not None
    )


def blocks(reader: Store | Transaction, day: str) -> list[NumberBlock]:
    """The reserve blocks this kiosk holds for `day`, in order."""
    rows = reader.all("SELECT first, last FROM ticket_block WHERE day = ? ORDER BY first", (day,))
    return [NumberBlock(date.fromisoformat(day), row[0], row[1]) for row in rows]


def blocks_since(reader: Store | Transaction, day: str) -> list[NumberBlock]:
    """The blocks held for `day` and later days, in order."""
    rows = reader.all(
        "SELECT day, first, last FROM ticket_block WHERE day >= ? ORDER BY day, first", (day,)
    )
    return [NumberBlock(date.fromisoformat(row[0]), row[1], row[2]) for row in rows]


def next_reserve(tx: Transaction, site: str, day: str, series: str) -> int | None:
    """The next unused number of the reserve for `series`; None when it is used up."""
    for block in blocks(tx, day):
        row = tx.one(
            "SELECT max(number) FROM ticket WHERE site = ? AND day = ? AND series = ?"
            " AND number BETWEEN ? AND ?",
            (site, day, series, block.first, block.last),
        )
        number = block.first if row is None or row[0] is None else int(row[0]) + 1
        if number <= block.last:
            return number
    return None


def next_offline(
    tx: Transaction, site: str, day: str, series: str, *, unit: int, recent: datetime
) -> tuple[str, int]:
    """Series and number in the sub-series that only this kiosk may use. It begins anew on a day,
    but goes on while people who came since `recent` may still wait with its numbers.
    """
    own = offline_series(series, unit)
    row = tx.one(
        "SELECT max(number) FROM ticket WHERE site = ?1 AND series = ?3"
        " AND (day = ?2 OR issued_at >= ?4)",
        (site, day, own, int(recent.timestamp() * 1000)),
    )
    floor = tx.one(
        "SELECT max(number) FROM ticket_floor WHERE day = ? OR at >= ?",
        (day, int(recent.timestamp() * 1000)),
    )
    known = [int(each[0]) for each in (row, floor) if each is not None and each[0] is not None]
    return own, max(known, default=0) + 1


def restored_on(reader: Store | Transaction, day: str) -> bool:
    """Whether this database was put back from a copy on `day`: others may know more of that day."""
    return reader.one("SELECT 1 FROM ticket_floor WHERE day = ?", (day,)) is not None


def last_offline(reader: Store | Transaction, since: datetime) -> int:
    """The highest number given since then in a sub-series of this kiosk's own."""
    row = reader.one(
        "SELECT max(number) FROM ticket WHERE source = ? AND issued_at >= ?",
        (NumberSource.OFFLINE.value, int(since.timestamp() * 1000)),
    )
    return 0 if row is None or row[0] is None else int(row[0])


def reserve_left(reader: Store | Transaction, day: str) -> int:
    """Numbers left in the reserve for the series that has used it most."""
    held = blocks(reader, day)
    used = 0
    for block in held:
        row = reader.one(
            "SELECT max(number) FROM ticket WHERE day = ? AND number BETWEEN ? AND ?"
            " AND source = 'reserve'",
            (day, block.first, block.last),
        )
        if row is not None and row[0] is not None:
            used += int(row[0]) - block.first + 1
    return sum(block.size for block in held) - used


def unreported(
    store: Store, *, limit: int = REPORT_MAX, process_began: int = 0
) -> tuple[list[ReportedTicket], int]:
    """Tickets the centre has not confirmed, oldest first, and the bookmark after them.

    A correction of this kiosk's time since a ticket was given is added to its arrival: the
    ticket was given by the wrong clock. `process_began` is the journal's entry at that moment: a
    short correction after a new start is the time the machine was off, in which time stood.
    """
    mark = store.one("SELECT seq FROM ticket_report WHERE only = 1")
    after = int(mark[0]) if mark else 0
    rows = store.all(
        "SELECT seq, visit, day, series, number, service, class, rank, issued_at FROM ticket"
        " WHERE seq > ? ORDER BY seq LIMIT ?",
        (after, limit),
    )
    moves = moves_after(store, int(rows[0][0])) if rows else []
    told = [
        ReportedTicket(
            UUID(bytes=bytes(row[1])),
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            row[7],
            since=max(0, row[-1] + _corrected(int(row[0]), moves, process_began)),
        )
        for row in rows
    ]
    return told, int(rows[-1][0]) if rows else after


def _corrected(seq: int, moves: Sequence[tuple[int, int]], process_began: int) -> int:
    """Milliseconds by which the clock that gave ticket `seq` was found wrong since."""
    return sum(
        ms for at, ms in moves if at > seq and (seq > process_began or abs(ms) >= _OFF_MAX_MS)
    )


def bookmark(store: Store, seq: int) -> None:
    """The centre has everything up to journal entry `seq`."""
    with store.transaction() as tx:
        tx.execute(
            "INSERT INTO ticket_report (only, seq) VALUES (1, ?)"
            " ON CONFLICT (only) DO UPDATE SET seq = excluded.seq",
            (seq,),
        )


def centre_epoch(store: Store) -> str:
    """The centre's database that the bookmark belongs to; empty when none was heard of yet."""
    row = store.one("SELECT centre_epoch FROM ticket_report WHERE only = 1")
    return "" if row is None else str(row[0])


def tell_again(store: Store, epoch: str, since: datetime) -> None:
    """The centre's database is another one, `epoch`: it may know nothing of the tickets given
    from `since` on, so the bookmark goes back before them.
    """
    with store.transaction() as tx:
        row = tx.one(
            "SELECT min(seq) - 1 FROM ticket WHERE issued_at >= ?",
            (int(since.timestamp() * 1000),),
        )
        known = tx.one("SELECT seq FROM ticket_report WHERE only = 1")
        before = int(known[0] or 0) if known else 0
        first = before if row is None or row[0] is None else min(before, int(row[0]))
        tx.execute(
            "INSERT OR REPLACE INTO ticket_report (only, seq, centre_epoch) VALUES (1, ?, ?)",
            (first, epoch),
        )
