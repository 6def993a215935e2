"""WaitingLine: the centre's queue as tables, a fold of its journal.

The database itself refuses what must never be: two tickets with one number, two counters calling
one person, one counter calling two people, one press counted twice. Reading and folding only;
deciding is `authority.py`. `line_told` is no part of the fold: it only remembers which grants
their kiosk has confirmed, and may be lost.
"""

from __future__ import annotations

from typing import Any

from kiosk.queue.lifecycle import TicketState
from sync.journal.journal import Entry
from sync.store.database import MigrationSet, Transaction

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
    ),
)

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
                tx.execute(
                    "INSERT INTO line_series VALUES (?, ?, ?) ON CONFLICT (day, series)"
                    " DO UPDATE SET last = max(last, excluded.last)",
                    (body["day"], body["series"], body["number"]),
                )
            case "ticket.arrived":
                turn = tx.one("SELECT turn FROM line_ticket WHERE visit = ?", (visit,))
                called = turn is not None and turn[0] == TicketState.CALLED
                tx.execute("DELETE FROM line_ticket WHERE visit = ?", (visit,))
                _join(tx, visit, body, TicketState.CALLED if called else TicketState.WAITING)
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
            case _:
                pass


def _join(tx: Transaction, visit: bytes, body: Any, turn: TicketState) -> None:
    tx.execute(
        "INSERT INTO line_ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        ),
    )


def _turn(tx: Transaction, visit: bytes, turn: TicketState) -> None:
    changed = tx.execute("UPDATE line_ticket SET turn = ? WHERE visit = ?", (turn, visit))
    assert changed == 1, "an entry about a ticket the line does not have"


def _press(tx: Transaction, visit: bytes, verb: str, body: Any) -> None:
    if body.get("key"):
        tx.execute("INSERT INTO line_press VALUES (?, ?, ?)", (body["key"], visit, verb))
