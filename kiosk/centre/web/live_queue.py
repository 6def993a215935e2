"""Live queue: the queue as pages show it, worked out once for all pages that ask at a time.

Fifty tablets hear of one call at once; they share one reading of the queue while the journal has
not grown, for at most a second. Also what only the journal tells: where staff was called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kiosk.centre.api.live import DisplayNow, QueueNow, display_now, queue_now
from kiosk.centre.authority import Authority
from kiosk.centre.entry import milliseconds
from sync.journal.node_database import NodeDatabase

AGE_MAX_MS = 1_000
STAFF_CALLS_MS = 15 * 60_000
_LOOKED_BACK = 500
_PAGE = 500


@dataclass(frozen=True, slots=True)
class StaffCalled:
    """A citizen asked for a person at `kiosk`; Unix ms."""

    kiosk: str
    at: int


class LiveQueue:
    """The newest reading of each kind."""

    def __init__(self, authority: Authority, database: NodeDatabase) -> None:
        self._authority = authority
        self._database = database
        self._queue: QueueNow | None = None
        self._display: DisplayNow | None = None
        self._read_to = -1
        self._staff_calls: deque[StaffCalled] = deque(maxlen=20)

    def queue(self) -> QueueNow:
        """What staff see."""
        self._queue = self._current(self._queue, queue_now)
        return self._queue

    def display(self) -> DisplayNow:
        """What the hall sees."""
        self._display = self._current(self._display, display_now)
        return self._display

    def staff_calls(self) -> list[StaffCalled]:
        """Where staff was called in the last quarter of an hour, the newest of each kiosk first."""
        journal = self._database.journal
        if self._read_to < 0:
            self._read_to = max(0, journal.last_seq() - _LOOKED_BACK)
        while entries := list(journal.entries(after=self._read_to, limit=_PAGE)):
            self._read_to = entries[-1].seq
            for entry in entries:
                if entry.kind == "staff.called":
                    found = StaffCalled(str(entry.body.get("kiosk", "")), entry.hlc >> 16)
                    self._staff_calls.append(found)
        since = milliseconds(self._database.clock.now()) - STAFF_CALLS_MS
        newest = {each.kiosk: each for each in self._staff_calls if each.at >= since}
        return sorted(newest.values(), key=lambda each: -each.at)

    def _current(self, kept: Any, read: Callable[[Authority, NodeDatabase], Any]) -> Any:
        now_ms = milliseconds(self._database.clock.now())
        if (
            kept is None
            or kept.seq != self._database.journal.last_seq()
            or not 0 <= now_ms - kept.at <= AGE_MAX_MS
        ):
            return read(self._authority, self._database)
        return kept
