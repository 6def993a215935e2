"""StoreWait: a service whose database is held, full, read-only or damaged waits and works on.

Each loop of a service hands its rounds to `turn`, and its opening to `opened`. What the database or
the disk refuses is told once to the service's log; the next try comes after a pause. What a round
left half done in memory is its own to put right. The core waits in front of its screens instead
(`kiosk/node/standby.py`).
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from typing import TypeVar

from provisioning.faults import DISK_ERRORS
from sync.store.errors import DiskFull, StoreFault

PAUSE_S = 0.4
T = TypeVar("T")


def _pause(seconds: float) -> None:
    select.select([], [], [], seconds)


class StoreWait:
    """For the service called `service`; `pause` waits so many seconds."""

    def __init__(self, service: str, pause: Callable[[float], None] = _pause) -> None:
        self._service = service
        self._pause = pause
        self._said = ""

    def opened(self, attempt: Callable[[], T], stopped: Callable[[], bool]) -> T | None:
        """What `attempt` gives as soon as the database takes it; None when stopped before."""
        found: list[T] = []
        while not found and not stopped():
            self.turn(lambda: found.append(attempt()))
        return found[0] if found else None

    def turn(self, work: Callable[[], object]) -> bool:
        """Do `work`; False when the database or the disk did not take it: then a pause is over."""
        try:
            work()
        except StoreFault as fault:
            self._wait(fault)
            return False
        except OSError as error:
            if error.errno not in DISK_ERRORS:
                raise
            self._wait(DiskFull(f"{error}; free some space or check the card."))
            return False
        if self._said:
            self._said = ""
            print(f"huduma {self._service}: works again", file=sys.stderr, flush=True)
        return True

    def _wait(self, fault: StoreFault) -> None:
        if fault.message != self._said:
            self._said = fault.message
            words = f"huduma {self._service}: {fault.message} Waiting. (code {fault.code})"
            print(words, file=sys.stderr, flush=True)
        self._pause(PAUSE_S)
