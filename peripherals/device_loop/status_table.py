"""Device status table: the state of every device that is not a printer, one row each.

The device service writes a row when something changed and every `REFRESH_S`; any process with the
node's store may read it: `huduma devices list`, the staff screen, the doctor. A row older than
`STALE_S` is read as UNKNOWN. Rows hold states and causes and never what a person scanned; a
position is stored rounded (`detail`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peripherals.devices.gnss import GnssPosition
from peripherals.status import STALE_S, Cause, DeviceState, StatusRow
from sync.store.database import MigrationSet, Store, Transaction

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


@dataclass(frozen=True, kw_only=True)
class DeviceRow(StatusRow):
    """A device that is no printer. `detail` is a few plain facts, such as `87 %`."""

    driver: str
    restarts: int = 0
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row of `huduma devices list --json`."""
        more = {"driver": self.driver, "restarts": self.restarts, "detail": self.detail}
        return StatusRow.as_json(self) | {"kind": self.name} | more


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
                row.cause.value,
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
            cause=Cause(r[3]),
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
    return rows if now is None else [row.as_of(now) for row in rows]


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
