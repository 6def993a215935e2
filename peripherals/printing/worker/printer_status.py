"""Printer status: the state of every printer, one row each, and how old that knowledge is.

The device service writes a row when something changed and every `REFRESH_S`; anyone with the
node's store reads. A row older than `STALE_S` is read as UNKNOWN: a service that died must not
leave "ready" behind. No device is opened here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peripherals.faults import DeviceLost
from peripherals.printing.protocol_port import PrinterFacts, Proof
from peripherals.status import Cause, DeviceState, PrinterStatus, StatusRow
from sync.store.database import Store, Transaction

_LOW = ("Working; the paper ends soon.", "Inafanya kazi; karatasi inakaribia kuisha.")

_COLUMNS = "name, state, cause, since, observed_at, near_end, proof, model, dirty, roll_mm, slip_mm"


@dataclass(frozen=True, kw_only=True)
class PrinterHealth(StatusRow):
    """One printer as staff see it. `proof` is process-id, fence, counter or none."""

    letter = "P"

    near_end: bool = False
    proof: str = ""
    model: str = ""
    dirty: bool = False
    roll_mm: int = 0
    slip_mm: int = 0

    def words(self, language: str) -> str:
        """What is wrong and what to do, in plain words ("en" or "sw")."""
        if self.state is DeviceState.LOW:
            return _LOW[language == "sw"]
        return StatusRow.words(self, language)

    @property
    def tickets_left(self) -> int | None:
        """About how many tickets the roll still gives; None when no roll length is known."""
        if self.roll_mm <= 0 or self.slip_mm <= 0:
            return None
        return self.roll_mm // self.slip_mm

    @property
    def paper(self) -> str:
        """What is known of the roll: out, low, ok, or unknown where the printer does not say."""
        if self.cause is Cause.PAPER:
            return "out"
        if not (self.state.serves or self.state is DeviceState.BLOCKED):
            return "unknown"
        return "low" if self.near_end else "ok"

    def as_json(self) -> dict[str, Any]:
        """The row of `huduma devices list --json`."""
        return StatusRow.as_json(self) | {
            "kind": "printer",
            "paper": self.paper,
            "proof": self.proof,
            "model": self.model,
            "dirty": self.dirty,
            "tickets_left": self.tickets_left,
        }


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """Every printer of the node, first choice first."""

    printers: tuple[PrinterHealth, ...]

    @property
    def printer(self) -> DeviceState:
        """The best any printer offers now; ABSENT when the node has none."""
        rank = [DeviceState.READY, DeviceState.LOW, DeviceState.BLOCKED, *DeviceState]
        states = [printer.state for printer in self.printers]
        return min(states, key=rank.index, default=DeviceState.ABSENT)

    @property
    def cause(self) -> Cause:
        """Why the best printer is not ready."""
        for printer in self.printers:
            if printer.state is self.printer:
                return printer.cause
        return Cause.NONE


def read(store: Store, now: datetime | None = None) -> DeviceHealth:
    """What is known; with `now`, knowledge older than `STALE_S` seconds becomes UNKNOWN."""
    rows = store.all(f"SELECT {_COLUMNS} FROM printer_state ORDER BY rank, name")  # noqa: S608 - our own column names
    found = []
    for row in rows:
        health = PrinterHealth(
            name=row[0],
            state=DeviceState(row[1]),
            cause=Cause(row[2]),
            since=datetime.fromisoformat(row[3]),
            observed_at=datetime.fromisoformat(row[4]),
            near_end=bool(row[5]),
            proof=row[6],
            model=row[7],
            dirty=bool(row[8]),
            roll_mm=row[9],
            slip_mm=row[10],
        )
        found.append(health if now is None else health.as_of(now))
    return DeviceHealth(tuple(found))


def enlist(tx: Transaction, name: str, rank: int, now: datetime, profile: PrinterFacts) -> None:
    """Make the row of a printer (or change its rank); its state begins as UNKNOWN."""
    at = now.isoformat(timespec="milliseconds")
    tx.execute(
        "INSERT INTO printer_state (name, rank, state, cause, since, observed_at, model, roll_mm)"
        " VALUES (?, ?, 'unknown', 'no-answer', ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " rank = excluded.rank, state = 'unknown', cause = 'no-answer'",
        (name, rank, at, at, profile.title, profile.roll_mm),
    )


def retire(tx: Transaction, keep: list[str]) -> None:
    """Forget printers that are no longer in the settings."""
    for (name,) in tx.all("SELECT name FROM printer_state"):
        if name not in keep:
            tx.execute("DELETE FROM printer_state WHERE name = ?", (name,))


def new_roll(tx: Transaction, name: str, roll_mm: int) -> None:
    """Staff put a full roll of `roll_mm` into printer `name`; raises `DeviceLost`."""
    changed = tx.execute("UPDATE printer_state SET roll_mm = ? WHERE name = ?", (roll_mm, name))
    if not changed:
        raise DeviceLost(f"{name} is not in service; start the device service first.")


def observe(tx: Transaction, name: str, status: PrinterStatus) -> bool:
    """Keep what printer `name` said; True when its state or cause changed."""
    at = status.observed_at.isoformat(timespec="milliseconds")
    row = tx.one("SELECT state, cause FROM printer_state WHERE name = ?", (name,))
    changed = row is None or (row[0], row[1]) != (status.state.value, status.cause.value)
    tx.execute(
        "UPDATE printer_state SET state = ?, cause = ?, near_end = ?, observed_at = ?,"
        " since = CASE WHEN ? THEN ? ELSE since END WHERE name = ?",
        (status.state.value, status.cause.value, int(status.near_end), at, changed, at, name),
    )
    return changed


class PrinterRow:
    """The row of one printer, for the worker that serves it."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def dirty(self) -> bool:
        """Whether bytes of an unfinished slip may be inside the printer."""
        return bool(self._value("dirty"))

    def roll_mm(self) -> int:
        """What is left of the roll, by reckoning."""
        return int(self._value("roll_mm") or 0)

    def known_proof(self) -> Proof | None:
        """What this printer could prove last time."""
        value = self._value("proof")
        return Proof(value) if value else None

    def keep(self, **columns: Any) -> None:
        """Set columns of the row (proof, model, dirty)."""
        with self._store.transaction() as tx:
            for column, value in columns.items():
                tx.execute(
                    f"UPDATE printer_state SET {column} = ? WHERE name = ?",  # noqa: S608 - our own names
                    (value, self._name),
                )

    def observed(self, status: PrinterStatus) -> bool:
        """Keep what the printer said; True when it changed."""
        with self._store.transaction() as tx:
            return observe(tx, self._name, status)

    def _value(self, column: str) -> Any:
        row = self._store.one(
            f"SELECT {column} FROM printer_state WHERE name = ?",  # noqa: S608 - our own names
            (self._name,),
        )
        return row[0] if row else None
