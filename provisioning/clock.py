"""Clock: the only place where this project asks the machine for the time (ADR 0010).

Between two readings time advances by the machine's monotonic seconds, which no person and no
network can set; the wall clock, NTP, GNSS, the centre and a person are named sources that may
correct it (`time_judge.py` has the rules). The newest trusted time is kept in a file, the floor,
so that a machine whose clock battery is empty starts from there and not from 1970. The services of
one boot share the result through a second small file, so that a service restarted while the wall
clock is wrong does not trust it.
"""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from provisioning.durable_files import replace_file
from provisioning.faults import INPUT_ERRORS
from provisioning.time_judge import EPOCH, Correction, Judgement, Mark, TimeJudge, TimeSource

EAT = ZoneInfo("Africa/Nairobi")
"""East Africa Time, UTC+3, no daylight saving: the zone of every service day."""

_FLOOR_STEP_S = 60
_SHARED_FILE = "clock-shared"
_SET_FILE = "clock-set"
"""The last correction: running services look for a new one once a second."""
_SET_LOOK_S = 1.0
_LOOK_S = 0.02
"""The wall clock is asked at most so often: one touch asks for the time a dozen times."""
_CORRECTIONS_MAX = 16
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NTP_FLAG = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it whenever it has set the clock from a server."""


class Clock(Protocol):
    """What time it is. Tests hand in a `VirtualClock`; nothing in this project sleeps on it."""

    def now(self) -> datetime:
        """The time in UTC, aware, never earlier than this clock gave before, unless corrected.

        Only a correction by a person, or by two sources that agree, takes it back.
        """
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; for durations and deadlines only."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether something may be destroyed, expired or closed because of what `now` says."""
        ...

    def hear(self, source: TimeSource, said: datetime) -> Correction | None:
        """What `source` says now; the correction it led to."""
        ...

    def take_corrections(self) -> list[Correction]:
        """Corrections and jumps held back since the last call: the owner journals them."""
        ...


class SystemClock:
    """The machine's clock, judged. `floor_path` None: no file is read or written.

    `shared`: this is a long-running service, which tells the others of its boot what it judges.
    `keep`: whether the files may be written; a story that moves its clock by hours must not.
    """

    def __init__(
        self,
        floor_path: Path | None = None,
        *,
        offset_s: float = 0.0,
        shared: bool = False,
        keep: bool = True,
    ) -> None:
        self._floor_path = floor_path
        self._offset_s = offset_s
        self._shared = shared
        self._keep = keep
        floor = _read_time(floor_path)
        self._judge = TimeJudge(
            floor=floor,
            mark=self._read_mark(_SHARED_FILE),
            wall=self._wall(),
            elapsed_s=self._elapsed_s(),
        )
        if self._judge.behind:  # the next command of this boot must not begin at the floor again
            self._share()
        self._written = floor or EPOCH
        self._set_seen = self._set_stamp()
        self._set_looked_s = 0.0
        self._looked_s = -_LOOK_S  # not yet
        self._corrections: deque[Correction] = deque(maxlen=_CORRECTIONS_MAX)

    def now(self) -> datetime:
        elapsed_s = self._elapsed_s()
        if 0 <= elapsed_s - self._looked_s < _LOOK_S:
            return self._judge.glance(elapsed_s)
        return self._look(elapsed_s)

    def _look(self, elapsed_s: float) -> datetime:
        self._looked_s = elapsed_s
        self._take_over_what_was_set(elapsed_s)
        moment, correction = self._judge.look(self._wall(), elapsed_s, by_network=_NTP_FLAG.exists)
        if correction is not None:
            self._corrections.append(correction)
        if (self._judge.floor - self._written).total_seconds() >= _FLOOR_STEP_S:
            # A full or lost disk must not take the time away; the doctor tells of the disk.
            with suppress(OSError):
                self.keep_floor()
        return moment

    def monotonic(self) -> float:
        return time.monotonic() + self._offset_s

    @property
    def trusted(self) -> bool:
        return self._judge.trusted

    def judgement(self) -> Judgement:
        """What is believed, what is held back, and why."""
        self._look(self._elapsed_s())
        return self._judge.judgement(self._wall())

    def hear(self, source: TimeSource, said: datetime) -> Correction | None:
        """What `source` says now; the correction it led to, for every process of the node.

        Raises `OSError` when a correction cannot be written; then nothing is changed.
        """
        elapsed_s = self._elapsed_s()
        found = self._judge.hear(source, said, self._wall(), elapsed_s)
        if found is None:
            return None
        self._corrections.append(found)
        if found.believed and self._floor_path is not None and self._keep:
            self._write_mark(_SET_FILE, said, elapsed_s)
            self._set_seen = self._set_stamp()
            self.keep_floor()
        return found

    def take_corrections(self) -> list[Correction]:
        """Corrections and jumps held back since the last call: the owner journals them."""
        found = list(self._corrections)
        self._corrections.clear()
        return found

    @property
    def offset_s(self) -> float:
        """How far a story has moved this clock."""
        return self._offset_s

    def advance(self, *, seconds: float) -> None:
        """Move this clock forward; for stories on simulated sites, never in the field."""
        self._offset_s += seconds

    def keep_floor(self) -> None:
        """Write the floor, whole or not at all. Raises `OSError` when the disk is full or gone."""
        self._written = self._judge.floor
        if self._floor_path is None or not self._keep:
            return
        replace_file(self._floor_path, self._written.isoformat().encode())
        if self._shared:
            self._share()

    def _wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._offset_s)

    def _elapsed_s(self) -> float:
        # Boot time goes on while the machine is suspended; the monotonic clock does not.
        return time.clock_gettime(time.CLOCK_BOOTTIME) + self._offset_s

    def _take_over_what_was_set(self, elapsed_s: float) -> None:
        """A correction that another process of this node wrote since the last look."""
        if self._floor_path is None or elapsed_s - self._set_looked_s < _SET_LOOK_S:
            return
        self._set_looked_s = elapsed_s
        stamp = self._set_stamp()
        if stamp != self._set_seen:
            self._set_seen = stamp
            if (found := self._read_mark(_SET_FILE)) is not None:
                self._judge.set_to(found.time_at(elapsed_s), elapsed_s)

    def _share(self) -> None:
        if self._floor_path is not None and self._keep:
            elapsed_s = self._elapsed_s()
            with suppress(OSError):
                self._write_mark(_SHARED_FILE, self._judge.at(elapsed_s), elapsed_s)

    def _set_stamp(self) -> int:
        try:
            return self._beside(_SET_FILE).stat().st_mtime_ns
        except OSError:
            return 0

    def _beside(self, name: str) -> Path:
        return (self._floor_path or Path("/nowhere/floor")).with_name(name)

    def _write_mark(self, name: str, moment: datetime, elapsed_s: float) -> None:
        mark = {
            "boot": _boot_id(),
            "elapsed_s": elapsed_s,
            "time": moment.isoformat(),
            "trusted": self._judge.trusted,
            "service": self._shared,
        }
        replace_file(self._beside(name), json.dumps(mark).encode())

    def _read_mark(self, name: str) -> Mark | None:
        """What a process of this boot wrote; None for nothing, another boot or a torn file."""
        try:
            kept = json.loads(self._beside(name).read_text())
            found = Mark(
                datetime.fromisoformat(kept["time"]),
                float(kept["elapsed_s"]),
                trusted=kept["trusted"] is True,
                service=kept["service"] is True,
            )
            found.time_at(self._elapsed_s())  # raises for what is no moment
            return found if kept["boot"] == _boot_id() and found.time.tzinfo else None
        except (OSError, *INPUT_ERRORS):
            return None


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _read_time(path: Path | None) -> datetime | None:
    """The floor as kept; None where there is none, or a torn one."""
    if path is None:
        return None
    try:
        kept = datetime.fromisoformat(path.read_text().strip())
    except (OSError, ValueError):
        return None
    return kept if kept.tzinfo is not None else None


class VirtualClock:
    """A clock that moves only when told to: the clock of every test and simulation."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 0.0
        self.trusted = True

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def hear(self, source: TimeSource, said: datetime) -> Correction | None:
        """Nothing: this clock is right."""
        del source, said
        return None

    def take_corrections(self) -> list[Correction]:
        return []

    def advance(self, *, seconds: float) -> None:
        """Move forward by `seconds` (not negative)."""
        assert seconds >= 0
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, *, seconds: float) -> None:
        """Set the date forward or back, as a wrong source does; durations do not follow."""
        self._now += timedelta(seconds=seconds)
