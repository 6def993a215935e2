"""Device status table: the state of every device that is not a printer, one row each.

The device service writes a row when something changed and every `REFRESH_S`; any process with the
node's store may read it: `huduma devices list`, the staff screen, the doctor. A row older than
`STALE_S` is read as UNKNOWN. Rows hold states and causes and never what a person scanned; a
position is stored rounded (`detail`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peripherals.causes import CAUSES, DeviceState
from peripherals.devices.gnss import GnssPosition
from sync.store.database import MigrationSet, Store, Transaction

REFRESH_S = 15.0
STALE_S = 3 * REFRESH_S

EQUIPMENT_TABLES = MigrationSet(
    "equipment",
    (
        """CREATE TABLE equipment_state (
            name TEXT PRIMARY KEY,
            driver TEXT NOT NULL,
            state TEXT NOT NULL,
            cause TEXT NOT NULL,
            since TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            restarts INTEGER NOT NULL,
            detail TEXT NOT NULL
        )""",
        """CREATE TABLE equipment_position (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            latitude REAL NOT NULL,
            longitude REAL NOT NULL,
            accuracy_m REAL,
            at TEXT NOT NULL
        )""",
    ),
)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device as staff see it. `detail` is a few plain facts, such as `87 %`."""

    name: str
    driver: str
    state: DeviceState
    cause: str
    since: datetime
    observed_at: datetime
    restarts: int = 0
    detail: str = ""

    @property
    def code(self) -> str:
        """The number staff read out; empty when nothing is wrong."""
        return CAUSES[self.cause].code if self.cause else ""

    def words(self, language: str) -> str:
        """How it stands and what to do, in plain words ("en" or "sw")."""
        if not self.cause:
            return _PLAIN[self.state][language == "sw"]
        found = CAUSES[self.cause]
        return found.sw if language == "sw" else found.en


_PLAIN: dict[DeviceState, tuple[str, str]] = {
    DeviceState.ABSENT: ("Not there.", "Haipo."),
    DeviceState.OPENING: ("Being opened.", "Inafunguliwa."),
    DeviceState.PROBING: ("Being asked.", "Inaulizwa."),
    DeviceState.READY: ("Working.", "Inafanya kazi."),
    DeviceState.LOW: ("Working, with little left.", "Inafanya kazi, ila imebaki kidogo."),
    DeviceState.BLOCKED: ("Waiting.", "Inasubiri."),
    DeviceState.FAULT: ("Out of order.", "Imeharibika."),
    DeviceState.LOST: ("Broke off.", "Imekatika."),
    DeviceState.DISABLED: ("Switched off.", "Imezimwa."),
    DeviceState.UNKNOWN: ("It is not known how it is.", "Hali yake haijulikani."),
}


def write(tx: Transaction, rows: Iterable[DeviceRow]) -> None:
    """Replace the table: devices no longer configured leave it."""
    tx.execute("DELETE FROM equipment_state")
    tx.executemany(
        "INSERT INTO equipment_state VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row.name,
                row.driver,
                row.state.value,
                row.cause,
                row.since.isoformat(timespec="milliseconds"),
                row.observed_at.isoformat(timespec="milliseconds"),
                row.restarts,
                row.detail,
            )
            for row in rows
        ],
    )


def read(store: Store, now: datetime | None = None) -> list[DeviceRow]:
    """Every device by name; with `now`, knowledge older than `STALE_S` becomes UNKNOWN."""
    rows = [
        DeviceRow(
            name=r[0],
            driver=r[1],
            state=DeviceState(r[2]),
            cause=r[3],
            since=datetime.fromisoformat(r[4]),
            observed_at=datetime.fromisoformat(r[5]),
            restarts=int(r[6]),
            detail=r[7],
        )
        for r in store.all(
            "SELECT name, driver, state, cause, since, observed_at, restarts, detail"
            " FROM equipment_state ORDER BY name"
        )
    ]
    if now is None:
        return rows
    return [
        replace(row, state=DeviceState.UNKNOWN, cause="no-answer")
        if (now - row.observed_at).total_seconds() > STALE_S
        else row
        for row in rows
    ]


def write_position(tx: Transaction, position: GnssPosition | None, now: datetime) -> None:
    """Keep where the kiosk itself is, while that can be relied on; else forget it."""
    tx.execute("DELETE FROM equipment_position")
    fix = position.usable if position else None
    if fix is not None:
        tx.execute(
            "INSERT INTO equipment_position VALUES (1, ?, ?, ?, ?)",
            (fix.latitude, fix.longitude, fix.accuracy_m, now.isoformat(timespec="milliseconds")),
        )


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """Where the kiosk is: degrees, metres (None: unknown), and when that was known."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    at: datetime


def read_position(store: Store, now: datetime) -> KnownPosition | None:
    """Where the kiosk is, or None: no receiver, no fix, or the last one is older than 45 s."""
    row = store.one("SELECT latitude, longitude, accuracy_m, at FROM equipment_position")
    if row is None:
        return None
    place = KnownPosition(row[0], row[1], row[2], datetime.fromisoformat(row[3]))
    return place if 0 <= (now - place.at).total_seconds() <= STALE_S else None


def to_json(row: DeviceRow) -> dict[str, Any]:
    """The row of `huduma devices list --json`, with the keys a printer's row has."""
    return {
        "name": row.name,
        "kind": row.name,
        "driver": row.driver,
        "state": row.state.value,
        "cause": row.cause,
        "code": row.code,
        "words": {"en": row.words("en"), "sw": row.words("sw")},
        "since": row.since.isoformat(),
        "observed_at": row.observed_at.isoformat(),
        "restarts": row.restarts,
        "detail": row.detail,
    }
