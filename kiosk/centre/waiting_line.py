"""Hall: questions about the line, asked inside a transaction of the centre's database."""

from __future__ import annotations

from uuid import UUID

from kiosk.queue.estimate import wait_range
from kiosk.queue.lifecycle import Waiting
from sync.store.database import Row, Transaction

SERVICE_TIMES = 200
"""How many of the newest service times an estimate looks at."""

AT_WORK_MS = 30 * 60_000
"""A counter that called somebody this recently is at work."""


def waiting(tx: Transaction, day: str) -> list[Waiting]:
    """Everybody who waits on `day`, oldest first."""
    rows = tx.all(
        "SELECT visit, series, number, service, class, rank, since FROM line_ticket"
        " WHERE turn = 'waiting' AND day = ? ORDER BY since, visit",
        (day,),
    )
    return [
        Waiting(UUID(bytes=bytes(row[0])), row[1], row[2], row[3], row[4], row[5], row[6])
        for row in rows
    ]


def ahead(tx: Transaction, day: str, rank: int, since: int) -> int:
    """People who came before `since` and whose class is no worse than `rank`."""
    row = tx.one(
        "SELECT count(*) FROM line_ticket WHERE turn = 'waiting' AND day = ? AND since < ?"
        " AND rank <= ?",
        (day, since, rank),
    )
    return int(row[0]) if row else 0


def wait(tx: Transaction, day: str, people: int, now_ms: int) -> tuple[int, int] | None:
    """The estimate for somebody with `people` ahead, in minutes; None for "not known"."""
    times = tx.all(
        "SELECT ended_at - called_at FROM line_call WHERE day = ? AND ended_at IS NOT NULL"
        " ORDER BY seq DESC LIMIT ?",
        (day, SERVICE_TIMES),
    )
    row = tx.one(
        "SELECT count(DISTINCT counter) FROM line_call WHERE day = ? AND called_at >= ?",
        (day, now_ms - AT_WORK_MS),
    )
    return wait_range(people, [each[0] / 1000 for each in times], int(row[0]) if row else 0)


def at_counter(tx: Transaction, counter: int) -> Row | None:
    """(visit, series, number, service, class, day) of the ticket called to `counter`."""
    return tx.one(
        "SELECT t.visit, t.series, t.number, t.service, t.class, t.day FROM line_call c"
        " JOIN line_ticket t USING (visit) WHERE c.counter = ? AND c.ended_at IS NULL",
        (counter,),
    )
