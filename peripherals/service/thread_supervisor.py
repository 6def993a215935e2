"""ThreadSupervisor: one thread per device, restarted within bounds. The only place with threads.

A device's worker has `turn()` (do one thing, say how long nothing is due) and `close()`. It is
made inside its own thread and never touched from another one, so its store connection and its
transport need no locks. Expected failures are the worker's own business; an exception out of
`turn` is a bug: it is reported, the worker is made again after a growing pause, and after
`tries_max` in a row only once a minute, while all others go on.

A library that can block inside C gets a child process instead (see `cards.py`): a thread that
hangs in C cannot be ended.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from provisioning.backoff import Backoff
from provisioning.clock import Clock


class SupervisedWorker(Protocol):
    """A worker."""

    def turn(self) -> float: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often a crashing worker is made again."""

    first_s: float = 0.2
    last_s: float = 5.0
    tries_max: int = 8
    rest_s: float = 60.0
    good_s: float = 30.0
    idle_s_max: float = 5.0


@dataclass(slots=True)
class _Unit:
    name: str
    make: Callable[[], SupervisedWorker]
    wake: threading.Event = field(default_factory=threading.Event)
    beat: float = 0.0
    restarts: int = 0
    thread: threading.Thread | None = None


class ThreadSupervisor:
    """Starts, wakes and stops the workers. `report` is told of crashes: (name, what)."""

    def __init__(
        self,
        clock: Clock,
        report: Callable[[str, str], None],
        bounds: Bounds | None = None,
    ) -> None:
        self._clock = clock
        self._report = report
        self._bounds = bounds or Bounds()
        self._units: dict[str, _Unit] = {}
        self._stop = threading.Event()

    @property
    def stopping(self) -> bool:
        """Whether workers should let go; they ask this inside long waits."""
        return self._stop.is_set()

    def start(self, name: str, make: Callable[[], SupervisedWorker]) -> None:
        """Run a device's worker in its thread; `make` runs there too."""
        unit = _Unit(name, make, beat=self._clock.monotonic())
        unit.thread = threading.Thread(
            target=self._live, args=(unit,), name=f"device-{name}", daemon=True
        )
        self._units[name] = unit
        unit.thread.start()

    def wake(self) -> None:
        """Something changed: every worker takes a turn now."""
        for unit in self._units.values():
            unit.wake.set()

    def late(self, after_s: float) -> list[str]:
        """Devices whose worker has not finished a turn for so long."""
        now = self._clock.monotonic()
        return [unit.name for unit in self._units.values() if now - unit.beat > after_s]

    def restarts(self, name: str) -> int:
        """How often a worker crashed."""
        return self._units[name].restarts

    def stop(self, deadline_s: float) -> bool:
        """Ask all workers to stop; True when they did within the deadline."""
        self._stop.set()
        self.wake()
        end = self._clock.monotonic() + deadline_s
        for unit in self._units.values():
            if unit.thread is not None:
                unit.thread.join(max(0.0, end - self._clock.monotonic()))
        return not any(unit.thread and unit.thread.is_alive() for unit in self._units.values())

    def _live(self, unit: _Unit) -> None:
        backoff = Backoff(self._bounds.first_s, self._bounds.last_s)
        while not self._stop.is_set():
            born = self._clock.monotonic()
            try:
                self._work(unit)
            except Exception:  # noqa: BLE001 - the top of this thread: report, then start again
                unit.restarts += 1
                self._report(unit.name, traceback.format_exc(limit=6))
            lived = self._clock.monotonic() - born
            if lived > self._bounds.good_s:
                backoff.succeeded()
            pause = backoff.failed()
            rests = backoff.failures > self._bounds.tries_max
            self._stop.wait(self._bounds.rest_s if rests else pause)

    def _work(self, unit: _Unit) -> None:
        with closing(unit.make()) as worker:
            while not self._stop.is_set():
                unit.wake.clear()
                delay = worker.turn()
                unit.beat = self._clock.monotonic()
                if delay > 0:
                    unit.wake.wait(min(delay, self._bounds.idle_s_max))
