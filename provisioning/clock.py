"""Clock: the only place where this project asks the machine for the time.

`now()` is UTC and never goes back: a floor (the newest time ever seen) is kept in a file, so a
device whose clock battery died starts from where it was, not from 1970. Durations are measured
on the monotonic clock, which no person and no network can set.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from provisioning.durable_files import replace_file

EAT = ZoneInfo("Africa/Nairobi")
"""East Africa Time, UTC+3, no daylight saving: the zone of every service day."""

_FLOOR_STEP_S = 60


class Clock(Protocol):
    """What time it is. Tests hand in a `VirtualClock`; nothing in this project sleeps on it."""

    def now(self) -> datetime:
        """The time in UTC, aware, never earlier than any time this clock gave before."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; for durations and deadlines only."""
        ...


class SystemClock:
    """The machine's clock with a never-go-back floor kept in `floor_path` (None: in memory)."""

    def __init__(self, floor_path: Path | None = None, *, offset_s: float = 0.0) -> None:
        self._floor_path = floor_path
        self._offset = timedelta(seconds=offset_s)
        self._floor = self._read_floor()
        self._written = self._floor

    def now(self) -> datetime:
        moment = datetime.now(UTC) + self._offset
        if moment <= self._floor:
            return self._floor
        self._floor = moment
        if (moment - self._written).total_seconds() >= _FLOOR_STEP_S:
            # A full or lost disk must not take the time away; the doctor tells of the disk.
            with suppress(OSError):
                self.keep_floor()
        return moment

    def lag(self) -> timedelta:
        """How far the machine's own time is behind the floor; negative when it is after it."""
        return self._floor - (datetime.now(UTC) + self._offset)

    def monotonic(self) -> float:
        return time.monotonic() + self._offset.total_seconds()

    def advance(self, *, seconds: float) -> None:
        """Move this clock forward; for stories on simulated sites, never in the field."""
        self._offset += timedelta(seconds=seconds)

    def keep_floor(self) -> None:
        """Write the floor: temp file, fsync, rename, so a power cut leaves the old one.

        Raises `OSError` when the disk is full or gone.
        """
        self._written = self._floor
        if self._floor_path is None:
            return
        replace_file(self._floor_path, self._floor.isoformat().encode())

    def _read_floor(self) -> datetime:
        epoch = datetime(2026, 1, 1, tzinfo=UTC)
        if self._floor_path is None:
            return epoch
        try:
            kept = datetime.fromisoformat(self._floor_path.read_text().strip())
        except (OSError, ValueError):
            return epoch
        return kept if kept.tzinfo is not None else epoch


class VirtualClock:
    """A clock that moves only when told to: the clock of every test and simulation."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, *, seconds: float) -> None:
        """Move forward by `seconds` (not negative)."""
        assert seconds >= 0
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
