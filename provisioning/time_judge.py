"""The rules of time: which time source is trusted, and when. Pure (ADR 0010).

| what the wall clock says | at a start | while running |
|---|---|---|
| up to 2 s off | accepted | accepted (drift) |
| behind | time goes on from the floor | time goes on; reported once |
| ahead, up to 36 h (a night, a long day off) | accepted | held back, unless NTP set it |
| ahead, up to 35 days (a van in its garage) | used, not trusted, floor stays | held back |
| ahead of that | held back | held back |

A held jump is reported once and a person is asked. Two sources that agree within 60 s (the wall
clock with GNSS or with the centre) are believed, forward and back, whatever their distance; GNSS
or the centre alone are believed forward up to 36 h; a person is always believed. While time is not
trusted nothing is destroyed, expired or closed on its word, and the floor does not move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing of this project is older: a clock before it is a clock without a battery."""

DRIFT = timedelta(seconds=2)
AGREE = timedelta(seconds=60)
NIGHT = timedelta(hours=36)
GARAGE = timedelta(days=35)
MARK_FRESH_S = 180.0
"""Seconds for which a service that starts again goes on with what a service judged before it."""


class TimeSource(Enum):
    """Who says what time it is."""

    WALL = "wall"
    NTP = "ntp"
    GNSS = "gnss"
    CENTRE = "centre"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of time, or one jump held back: to be journalled and told."""

    source: TimeSource
    before: datetime
    said: datetime
    believed: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What time it was `elapsed_s` seconds after the machine's boot."""

    time: datetime
    elapsed_s: float
    trusted: bool
    service: bool
    """Written by a long-running service, which looks at the wall clock all the time."""

    def time_at(self, elapsed_s: float) -> datetime:
        """The time at another moment of the same boot."""
        return self.time + timedelta(seconds=elapsed_s - self.elapsed_s)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The time, and how it stands to what the machine says."""

    now: datetime
    wall: datetime
    trusted: bool
    held: bool
    behind: timedelta
    """How far the machine's clock is behind; not positive when it is not."""


class TimeJudge:
    """The time as a line over monotonic seconds, corrected by sources.

    `floor` is the newest trusted time kept on disk; `mark` is what another process of this boot
    judged. `elapsed_s` counts from the machine's boot.
    """

    def __init__(
        self,
        *,
        floor: datetime | None,
        mark: Mark | None,
        wall: datetime,
        elapsed_s: float,
    ) -> None:
        self.trusted = True
        self.behind = False
        self._told: dict[TimeSource, int] = {}
        self.floor = floor or EPOCH
        since = self.floor if mark is None else max(self.floor, mark.time_at(elapsed_s))
        if mark is not None and mark.service and 0 <= elapsed_s - mark.elapsed_s <= MARK_FRESH_S:
            self.trusted = mark.trusted
            self._at(mark.time_at(elapsed_s), elapsed_s)
        elif wall <= since:
            self.behind = since - wall > DRIFT
            # A new device whose clock was never set knows no time at all.
            self.trusted = not (self.behind and floor is None and mark is None)
            self._at(since, elapsed_s)
        elif (floor is None and mark is None) or wall - since <= GARAGE:
            self.trusted = since == EPOCH or wall - since <= NIGHT
            self._at(wall, elapsed_s)
        else:
            self._at(since, elapsed_s)
        self._last = self.at(elapsed_s)
        self._raise_floor(self._last)

    def at(self, elapsed_s: float) -> datetime:
        """The time `elapsed_s` seconds after the boot, as the line goes."""
        time, then_s = self._line
        return time + timedelta(seconds=elapsed_s - then_s)

    def glance(self, elapsed_s: float) -> datetime:
        """The time a moment after the last look: the line goes on and the wall is not asked."""
        self._last = max(self._last, self.at(elapsed_s))
        return self._last

    def look(
        self, wall: datetime, elapsed_s: float, *, by_network: Callable[[], bool] = lambda: False
    ) -> tuple[datetime, Correction | None]:
        """The time now, and what is to be told: at most once for one state of the wall clock."""
        expected = self.at(elapsed_s)
        off = wall - expected
        found: Correction | None = None
        if abs(off) <= DRIFT:
            self._at(max(wall, self._last), elapsed_s)
            self._told.pop(TimeSource.WALL, None)
            self._told.pop(TimeSource.NTP, None)
        elif off > DRIFT and (off <= NIGHT or self._never_knew) and by_network():
            if self._never_knew:
                self.set_to(wall, elapsed_s)
            self._at(wall, elapsed_s)
            found = self._tell(Correction(TimeSource.NTP, expected, wall, believed=True))
        else:
            found = self._tell(Correction(TimeSource.WALL, expected, wall, believed=False))
        self._last = max(self._last, self.at(elapsed_s))
        self._raise_floor(self._last)
        return self._last, found

    def hear(
        self, source: TimeSource, said: datetime, wall: datetime, elapsed_s: float
    ) -> Correction | None:
        """What another source says; the correction it leads to, or None when nothing changes."""
        expected = self.at(elapsed_s)
        off = said - expected
        if source is not TimeSource.PERSON and abs(off) <= AGREE:
            self.trusted = True
            return None
        agreed = abs(said - wall) <= AGREE
        forward = timedelta(0) < off and (off <= NIGHT or self._never_knew)
        if source is not TimeSource.PERSON and not agreed and not forward:
            return self._tell(Correction(source, expected, said, believed=False))
        self.set_to(said, elapsed_s)
        return Correction(source, expected, said, believed=True)

    @property
    def _never_knew(self) -> bool:
        """Nothing was ever trusted here: whoever comes with a later time knows better."""
        return not self.trusted and self.floor == EPOCH

    def set_to(self, time: datetime, elapsed_s: float) -> None:
        """Believe `time`, forward or back; the floor follows."""
        self._at(time, elapsed_s)
        self._last, self.floor, self.trusted, self._told = time, time, True, {}

    def judgement(self, wall: datetime) -> Judgement:
        """How things stand after the last look."""
        off = wall - self._last
        return Judgement(self._last, wall, self.trusted, off > DRIFT, -off)

    def _at(self, time: datetime, elapsed_s: float) -> None:
        self._line = time, elapsed_s  # one assignment: several threads read it

    def _raise_floor(self, time: datetime) -> None:
        if self.trusted:
            self.floor = max(self.floor, time)

    def _tell(self, found: Correction) -> Correction | None:
        """Once for each distance of a source, counted in steps of ten minutes."""
        step = round((found.said - found.before).total_seconds() / 600)
        told = self._told.get(found.source)
        self._told[found.source] = step
        return found if told != step else None
