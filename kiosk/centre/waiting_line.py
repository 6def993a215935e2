"""The centre's waiting line: tables that are a fold of the centre's journal.

Database constraints refuse what must never happen: two tickets with one number, two counters
calling one person, one counter calling two people, one press counted twice. Folding only: reading
is `line_queries.py`, deciding `authority.py` and its kin. Arrival times are the centre's: when its
clock is corrected they move with it, so the order of those who wait does not depend on a wrong
clock. Some tables are no part of the fold: `line_told` remembers which grants their kiosk has
confirmed, and may be lost; `line_kiosk` what kiosks said of themselves; `line_missing` and
`line_set_aside` are explained in `restoring.py` and `set_aside.py`.

`since` decides the order and `leg_since` the wait: they differ for an appointment and from the
second service of a visit on. `line_undo` keeps, for the last act of each counter, what the ticket
and its call were before it; undoing puts exactly that back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kiosk.queue.lifecycle import IN_CENTRE, TicketState
from sync.journal.clock_log import moved_ms
from sync.journal.entry import Entry
from sync.store.database import MigrationSet, Row, Transaction

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
        """ALTER TABLE line_ticket ADD COLUMN leg_since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN pending TEXT NOT NULL DEFAULT '';
        ALTER TABLE line_ticket ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN parked_at INTEGER;
        ALTER TABLE line_ticket ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN state_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_ticket ADD COLUMN ahead INTEGER;
        ALTER TABLE line_ticket ADD COLUMN wait_from INTEGER;
        ALTER TABLE line_ticket ADD COLUMN wait_to INTEGER;
        ALTER TABLE line_ticket ADD COLUMN language TEXT;
        ALTER TABLE line_ticket ADD COLUMN appointment INTEGER;
        UPDATE line_ticket SET leg_since = since;
        DROP INDEX line_waiting;
        CREATE INDEX line_waiting ON line_ticket (rank, since, visit, service, carried)
            WHERE turn = 'waiting';
        DROP INDEX line_label;
        CREATE INDEX line_label ON line_ticket (series, number, turn, since, visit)
            WHERE turn IN ('waiting', 'called', 'arrived', 'serving', 'parked');
        CREATE INDEX line_parked ON line_ticket (parked_at) WHERE turn = 'parked';
        CREATE INDEX line_of_service ON line_ticket (day, service);
        CREATE INDEX line_to_print ON line_ticket (kiosk, since) WHERE language IS NOT NULL;
        ALTER TABLE line_call ADD COLUMN service TEXT NOT NULL DEFAULT '';
        ALTER TABLE line_call ADD COLUMN rank INTEGER NOT NULL DEFAULT 9;
        ALTER TABLE line_call ADD COLUMN leg_from INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_call ADD COLUMN came_at INTEGER;
        ALTER TABLE line_call ADD COLUMN started_at INTEGER;
        ALTER TABLE line_call ADD COLUMN recalls INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE line_call ADD COLUMN recalled_at INTEGER;
        ALTER TABLE line_call ADD COLUMN ending TEXT NOT NULL DEFAULT '';
        ALTER TABLE line_call ADD COLUMN who TEXT NOT NULL DEFAULT '';
        UPDATE line_call SET (service, rank, leg_from) =
            (SELECT service, rank, since FROM line_ticket t WHERE t.visit = line_call.visit);
        CREATE INDEX line_call_visit ON line_call (visit);
        DROP TABLE line_press;
        CREATE TABLE line_press (
            key TEXT PRIMARY KEY,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            counter INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE line_undo (
            counter INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL,
            visit BLOB NOT NULL,
            kind TEXT NOT NULL,
            ticket TEXT NOT NULL,
            call_seq INTEGER NOT NULL,
            call TEXT
        );
        CREATE TABLE line_shift (
            seq INTEGER PRIMARY KEY,
            counter INTEGER NOT NULL,
            state TEXT NOT NULL,
            until INTEGER,
            who TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ended_at INTEGER
        );
        CREATE UNIQUE INDEX line_shift_now ON line_shift (counter) WHERE ended_at IS NULL;
        CREATE TABLE line_suspension (
            seq INTEGER PRIMARY KEY,
            service TEXT NOT NULL,
            why TEXT NOT NULL,
            who TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ended_at INTEGER
        );
        CREATE UNIQUE INDEX line_suspension_now ON line_suspension (service)
            WHERE ended_at IS NULL;
        CREATE TABLE line_reclass (
            seq INTEGER PRIMARY KEY,
            day TEXT NOT NULL,
            who TEXT NOT NULL,
            given INTEGER NOT NULL
        );
        CREATE TABLE line_day (day TEXT PRIMARY KEY, opened_at INTEGER, closed_at INTEGER)
            WITHOUT ROWID""",
        """CREATE TABLE line_appointment (
            day TEXT NOT NULL,
            code TEXT NOT NULL,
            service TEXT NOT NULL,
            at INTEGER NOT NULL,
            class TEXT NOT NULL,
            companions INTEGER NOT NULL,
            visit BLOB,
            PRIMARY KEY (day, code)
        ) WITHOUT ROWID""",
        """CREATE TABLE line_term (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            term INTEGER NOT NULL,
            proof BLOB NOT NULL,
            fenced INTEGER NOT NULL
        )""",
    ),
)

_MUTABLE: Final = (
    "turn",
    "service",
    "class",
    "rank",
    "since",
    "leg_since",
    "pending",
    "returns",
    "parked_at",
    "last_seq",
    "state_at",
)
_CALL: Final = (
    "seq",
    "visit",
    "day",
    "counter",
    "called_at",
    "ended_at",
    "service",
    "rank",
    "leg_from",
    "came_at",
    "started_at",
    "recalls",
    "recalled_at",
    "ending",
    "who",
)
_ENDS: Final = MappingProxyType(
    {
        "ticket.served": TicketState.SERVED,
        "ticket.no-show": TicketState.ABSENT,
        "ticket.parked": TicketState.PARKED,
        "ticket.transferred": TicketState.WAITING,
        "ticket.withdrawn": TicketState.WITHDRAWN,
        "ticket.unserved": TicketState.UNSERVED,
    }
)


class WaitingLine:
    """The projection: folds the centre's entries into its tables."""

    tables = (
        "line_ticket",
        "line_series",
        "line_block",
        "line_call",
        "line_press",
        "line_undo",
        "line_shift",
        "line_suspension",
        "line_reclass",
        "line_day",
        "line_appointment",
        "line_term",
    )

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Fold one entry; kinds of other parts of the node are ignored."""
        fold = _FOLDS.get(entry.kind)
        if fold is None:
            return
        fold(tx, entry)
        if entry.body.get("key"):
            tx.execute(
                "INSERT INTO line_press VALUES (?, ?, ?, ?)",
                (entry.body["key"], entry.seq, entry.kind, entry.body.get("counter")),
            )


def _at(entry: Entry) -> int:
    """When it happened, Unix milliseconds."""
    return entry.hlc >> 16


def _granted(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    _join(tx, entry, TicketState.WAITING)
    _count(tx, body)
    if "code" in body:
        tx.execute(
            "UPDATE line_appointment SET visit = ? WHERE day = ? AND code = ?",
            (entry.subject.bytes, body["day"], body["code"]),
        )


def _booked(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    tx.execute(
        "INSERT INTO line_appointment VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (day, code)"
        " DO UPDATE SET service = excluded.service, at = excluded.at, class = excluded.class,"
        " companions = excluded.companions",
        tuple(body[each] for each in ("day", "code", "service", "at", "class", "companions")),
    )


def _arrived(tx: Transaction, entry: Entry) -> None:
    visit = entry.subject.bytes
    row = tx.one("SELECT turn FROM line_ticket WHERE visit = ?", (visit,))
    kept = TicketState(row[0]) if row is not None else TicketState.WAITING
    tx.execute("DELETE FROM line_ticket WHERE visit = ?", (visit,))
    _join(tx, entry, kept if kept in IN_CENTRE else TicketState.WAITING)
    if entry.body.get("granted"):
        _count(tx, entry.body)


def _join(tx: Transaction, entry: Entry, turn: TicketState) -> None:
    body, at = entry.body, _at(entry)
    wait = body.get("wait") or (None, None)
    tx.execute(
        "INSERT INTO line_ticket (visit, site, day, series, number, service, class, rank, kiosk,"
        " since, turn, twin, told_day, leg_since, last_seq, state_at, ahead, wait_from, wait_to,"
        " language, appointment)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.subject.bytes,
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
            at if body.get("appointment") else body["since"],
            entry.seq,
            at,
            body.get("ahead"),
            wait[0],
            wait[1],
            body.get("language"),
            body.get("appointment"),
        ),
    )


def _count(tx: Transaction, body: Mapping[str, Any]) -> None:
    """The number is given: the next one of its series comes after it."""
    tx.execute(
        "INSERT INTO line_series VALUES (?, ?, ?) ON CONFLICT (day, series)"
        " DO UPDATE SET last = max(last, excluded.last)",
        (body["day"], body["series"], body["number"]),
    )


def _promoted(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    tx.execute(
        "INSERT OR REPLACE INTO line_term VALUES (1, ?, ?, 0)", (body["term"], body["proof"])
    )


def _fenced(tx: Transaction, entry: Entry) -> None:
    tx.execute(
        "INSERT INTO line_term VALUES (1, 0, x'', ?1) ON CONFLICT (only) DO UPDATE SET fenced = ?1",
        (entry.body["term"],),
    )


def _block(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    tx.execute(
        "INSERT INTO line_block VALUES (?, ?, ?, ?)",
        (body["day"], body["first"], body["last"], body["to"]),
    )


def _change(tx: Transaction, entry: Entry, turn: TicketState | None = None, /, **more: Any) -> None:
    """Set columns of the ticket that `entry` is about; `turn` None: its state stays."""
    changes = more | {"last_seq": entry.seq}
    if turn is not None:
        changes |= {"turn": turn.value, "state_at": _at(entry)}
    names = ", ".join(f"{name} = ?" for name in changes)
    changed = tx.execute(
        f"UPDATE line_ticket SET {names} WHERE visit = ?",  # noqa: S608 - constants
        (*changes.values(), entry.subject.bytes),
    )
    assert changed == 1, "an entry about a ticket the line does not have"


def _remember(tx: Transaction, entry: Entry, call_seq: int, call: Row | None) -> None:
    """Before the last act of a counter changes anything: what undoing it puts back."""
    ticket = tx.one(
        f"SELECT {', '.join(_MUTABLE)} FROM line_ticket WHERE visit = ?",  # noqa: S608 - constants
        (entry.subject.bytes,),
    )
    if call is not None:
        call = (call[0], bytes(call[1]).hex(), *call[2:])
    tx.execute(
        "INSERT OR REPLACE INTO line_undo VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.body["counter"],
            entry.seq,
            _at(entry),
            entry.subject.bytes,
            entry.kind,
            json.dumps(ticket),
            call_seq,
            None if call is None else json.dumps(call),
        ),
    )


def _called(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    _remember(tx, entry, entry.seq, None)
    tx.execute(
        "INSERT INTO line_call (seq, visit, day, counter, called_at, service, rank, leg_from, who)"
        " SELECT ?, visit, ?, ?, ?, service, rank, leg_since, ? FROM line_ticket WHERE visit = ?",
        (
            entry.seq,
            body["day"],
            body["counter"],
            _at(entry),
            body.get("who", ""),
            entry.subject.bytes,
        ),
    )
    _change(tx, entry, TicketState.CALLED, parked_at=None)
    _shift(tx, entry, "open", only_after=("break", "closed"))


def _at_counter(tx: Transaction, entry: Entry) -> None:
    """An act on the call that is open: recalled, came, started."""
    call = _open_call(tx, entry)
    at = _at(entry)
    if call is not None:
        _remember(tx, entry, call[0], call)
    match entry.kind:
        case "ticket.recalled":
            changes = "recalls = recalls + 1, recalled_at = ?1"
            _change(tx, entry)
        case "ticket.came":
            changes = "came_at = ?1"
            _change(tx, entry, TicketState.ARRIVED)
        case _:
            changes = "started_at = ?1, came_at = coalesce(came_at, ?1)"
            _change(tx, entry, TicketState.SERVING)
    tx.execute(
        f"UPDATE line_call SET {changes} WHERE visit = ?2 AND ended_at IS NULL",  # noqa: S608 - constants
        (at, entry.subject.bytes),
    )


def _extended(tx: Transaction, entry: Entry) -> None:
    call = _open_call(tx, entry)
    if call is not None:
        _remember(tx, entry, call[0], call)
    row = tx.one("SELECT pending FROM line_ticket WHERE visit = ?", (entry.subject.bytes,))
    assert row is not None, "an entry about a ticket the line does not have"
    _change(tx, entry, pending=" ".join([*row[0].split(), entry.body["service"]]))


def _ended(tx: Transaction, entry: Entry) -> None:
    """The ticket leaves its counter, or the line."""
    body, at, call = entry.body, _at(entry), _open_call(tx, entry)
    if call is not None:
        if "counter" in body:
            _remember(tx, entry, call[0], call)
        ending = "next" if entry.kind == "ticket.served" and "service" in body else entry.kind
        tx.execute(
            "UPDATE line_call SET ended_at = ?, ending = ? WHERE seq = ?",
            (at, ending.removeprefix("ticket."), call[0]),
        )
    turn = _ENDS[entry.kind]
    more: dict[str, Any] = {}
    if entry.kind == "ticket.parked":
        more["parked_at"] = body["counter"]
        more["leg_since"] = at
    elif "service" in body:
        turn = TicketState.WAITING
        more |= {"service": body["service"], "leg_since": at}
        if entry.kind == "ticket.served":
            row = tx.one("SELECT pending FROM line_ticket WHERE visit = ?", (entry.subject.bytes,))
            more["pending"] = " ".join(str(row[0]).split()[1:]) if row else ""
    _change(tx, entry, turn, **more)


def _open_call(tx: Transaction, entry: Entry) -> Row | None:
    return tx.one(
        f"SELECT {', '.join(_CALL)} FROM line_call WHERE visit = ? AND ended_at IS NULL",  # noqa: S608 - constants
        (entry.subject.bytes,),
    )


def _undone(tx: Transaction, entry: Entry) -> None:
    row = tx.one(
        "SELECT ticket, call_seq, call FROM line_undo WHERE counter = ?", (entry.body["counter"],)
    )
    assert row is not None, "there is nothing to undo"
    tx.execute("DELETE FROM line_call WHERE seq = ?", (row[1],))
    if row[2] is not None:
        call = json.loads(row[2])
        call[1] = bytes.fromhex(call[1])
        places = ", ".join("?" for _ in _CALL)
        tx.execute(
            f"INSERT INTO line_call ({', '.join(_CALL)}) VALUES ({places})",  # noqa: S608 - constants
            call,
        )
    before = dict(zip(_MUTABLE, json.loads(row[0]), strict=True))
    _change(tx, entry, **{name: value for name, value in before.items() if name != "last_seq"})
    tx.execute("DELETE FROM line_undo WHERE counter = ?", (entry.body["counter"],))


def _returned(tx: Transaction, entry: Entry) -> None:
    _change(tx, entry, TicketState.WAITING, returns=1, leg_since=_at(entry))


def _reclassed(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    row = tx.one("SELECT rank FROM line_ticket WHERE visit = ?", (entry.subject.bytes,))
    assert row is not None, "an entry about a ticket the line does not have"
    tx.execute(
        "INSERT INTO line_reclass VALUES (?, ?, ?, ?)",
        (entry.seq, body["day"], body.get("who", ""), body["rank"] < row[0]),
    )
    _change(tx, entry, **{"class": body["class"], "rank": body["rank"]})


def _shift(tx: Transaction, entry: Entry, state: str, *, only_after: tuple[str, ...] = ()) -> None:
    """The counter's state from now on. `only_after`: nothing changes unless it was one of these."""
    body, at = entry.body, _at(entry)
    row = tx.one(
        "SELECT state FROM line_shift WHERE counter = ? AND ended_at IS NULL", (body["counter"],)
    )
    if only_after and (row is None or row[0] not in only_after):
        return
    tx.execute(
        "UPDATE line_shift SET ended_at = ? WHERE counter = ? AND ended_at IS NULL",
        (at, body["counter"]),
    )
    tx.execute(
        "INSERT INTO line_shift VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (entry.seq, body["counter"], state, body.get("until"), body.get("who", ""), at),
    )


def _suspended(tx: Transaction, entry: Entry) -> None:
    body = entry.body
    tx.execute(
        "INSERT INTO line_suspension VALUES (?, ?, ?, ?, ?, NULL)",
        (entry.seq, body["service"], body.get("why", ""), body.get("who", ""), _at(entry)),
    )


def _resumed(tx: Transaction, entry: Entry) -> None:
    tx.execute(
        "UPDATE line_suspension SET ended_at = ? WHERE service = ? AND ended_at IS NULL",
        (_at(entry), entry.body["service"]),
    )


def _day_opened(tx: Transaction, entry: Entry) -> None:
    tx.execute(
        "INSERT INTO line_day VALUES (?1, ?2, NULL) ON CONFLICT (day)"
        " DO UPDATE SET opened_at = coalesce(opened_at, ?2), closed_at = NULL",
        (entry.body["day"], _at(entry)),
    )


def _day_closed(tx: Transaction, entry: Entry) -> None:
    tx.execute(
        "INSERT INTO line_day VALUES (?1, NULL, ?2) ON CONFLICT (day) DO UPDATE SET closed_at = ?2",
        (entry.body["day"], _at(entry)),
    )
    tx.execute("UPDATE line_shift SET ended_at = ? WHERE ended_at IS NULL", (_at(entry),))
    tx.execute("DELETE FROM line_undo")


def _clock_moved(tx: Transaction, entry: Entry) -> None:
    if entry.body.get("believed"):
        tx.execute(
            "UPDATE line_ticket SET since = since + ?1, leg_since = leg_since + ?1"
            " WHERE turn IN ('waiting', 'parked')",
            (moved_ms(entry.body),),
        )
        tx.execute("DELETE FROM line_undo")


_FOLDS: Final[Mapping[str, Callable[[Transaction, Entry], None]]] = MappingProxyType(
    {
        "ticket.granted": _granted,
        "ticket.arrived": _arrived,
        "appointment.booked": _booked,
        "centre.promoted": _promoted,
        "centre.fenced": _fenced,
        "block.granted": _block,
        "ticket.cancelled": lambda tx, entry: _change(tx, entry, TicketState.VOID),
        "ticket.called": _called,
        "ticket.unparked": _called,
        "ticket.recalled": _at_counter,
        "ticket.came": _at_counter,
        "ticket.started": _at_counter,
        "ticket.extended": _extended,
        **dict.fromkeys(_ENDS, _ended),
        "ticket.undone": _undone,
        "ticket.returned": _returned,
        "ticket.reclassed": _reclassed,
        "ticket.carried": lambda tx, entry: _change(tx, entry, carried=1),
        "service.suspended": _suspended,
        "service.resumed": _resumed,
        "counter.set": lambda tx, entry: _shift(tx, entry, entry.body["state"]),
        "day.opened": _day_opened,
        "day.closed": _day_closed,
        "clock.moved": _clock_moved,
    }
)
"""What each kind of entry does to the line."""
