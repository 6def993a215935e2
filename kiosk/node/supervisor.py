"""ProcessSupervisor: keeps the processes of a node (or of a whole demo site) running.

Each service is a process of its own group, started again with a growing pause when it ends; a
service that was cut or stopped on purpose stays down until it is started again. Processes end with
their supervisor (PR_SET_PDEATHSIG), so a killed supervisor leaves none behind. In the field
systemd does this job; here it is for vans, demos, stories and developers.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from provisioning.backoff import Backoff
from provisioning.clock import Clock

RESTART_FIRST_S = 0.2
RESTART_MAX_S = 5.0
SETTLED_S = 10.0
"""A service that ran this long starts its pauses anew."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """A process to keep running: its name, its command, what it adds to the environment."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _RunningService:
    service: ServiceProcess
    backoff: Backoff
    wanted: bool = True
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    restarts: int = 0


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _log(path: Path) -> IO[bytes] | None:
    """Where a service writes; None where the card takes no write: it runs all the same."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    return None


class ProcessSupervisor:
    """Starts, watches, cuts and stops services. `tick` is called by whoever owns the loop."""

    def __init__(
        self,
        clock: Clock,
        on_message: Callable[[str], None] = lambda _: None,
        *,
        pause_max_s: float = RESTART_MAX_S,
    ) -> None:
        self._clock = clock
        self._on_message = on_message
        self._pause_max_s = pause_max_s
        self._kept: dict[str, _RunningService] = {}

    def add(self, service: ServiceProcess) -> None:
        """Start a service and keep it running."""
        assert service.name not in self._kept
        backoff = Backoff(RESTART_FIRST_S, self._pause_max_s)
        kept = self._kept[service.name] = _RunningService(service, backoff)
        self._spawn(kept)

    def names(self) -> Sequence[str]:
        return tuple(self._kept)

    def pid(self, name: str) -> int | None:
        """The running process of a service, or None while it is down."""
        process = self._kept[name].process
        return process.pid if process is not None and process.poll() is None else None

    def restarts(self, name: str) -> int:
        return self._kept[name].restarts

    def ended_well(self, name: str) -> bool:
        """Whether a service ended by itself without a fault, such as a window that was closed."""
        process = self._kept[name].process
        return process is not None and process.poll() == 0

    def tick(self) -> None:
        """Reap what ended and start again what is due."""
        now = self._clock.monotonic()
        for kept in self._kept.values():
            self._reap(kept, now)
            if kept.wanted and kept.process is None and now >= kept.due_at:
                kept.restarts += 1
                self._spawn(kept)

    def cut(self, *names: str) -> None:
        """SIGKILL at once, as a power cut does; `resume` brings them back."""
        for name in names:
            self._kept[name].wanted = False
            self._signal(self._kept[name], signal.SIGKILL)
        for name in names:
            self._wait(self._kept[name], 5.0)

    def halt(self, name: str, deadline_s: float = 3.0) -> None:
        """SIGTERM one service, so that it ends in order; `resume` brings it back."""
        kept = self._kept[name]
        kept.wanted = False
        self._signal(kept, signal.SIGTERM)
        if not self._wait(kept, deadline_s):
            self.cut(name)

    def kill(self, name: str) -> None:
        """SIGKILL one service and let it come back by itself."""
        self._signal(self._kept[name], signal.SIGKILL)

    def resume(self, *names: str) -> None:
        """Start what was cut or stopped."""
        for name in names:
            kept = self._kept[name]
            kept.wanted = True
            if self.pid(name) is None:
                self._wait(kept, 1.0)
                self._spawn(kept)

    def stop(self, deadline_s: float = 3.0) -> list[str]:
        """SIGTERM everything; the names of what had not ended in time and was killed."""
        for kept in self._kept.values():
            kept.wanted = False
            self._signal(kept, signal.SIGTERM)
        end = self._clock.monotonic() + deadline_s
        late = []
        for name, kept in self._kept.items():
            if not self._wait(kept, max(0.0, end - self._clock.monotonic())):
                late.append(name)
                self._signal(kept, signal.SIGKILL)
                self._wait(kept, 5.0)
        return late

    def _spawn(self, kept: _RunningService) -> None:
        service = kept.service
        kept.log = _log(service.log)
        kept.process = subprocess.Popen(
            service.argv,
            stdin=subprocess.DEVNULL,
            stdout=kept.log or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            env={**os.environ, **service.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has no threads
        )
        kept.started_at = self._clock.monotonic()

    def _reap(self, kept: _RunningService, now: float) -> None:
        if kept.process is None or kept.process.poll() is None:
            return
        status = kept.process.returncode
        if now - kept.started_at >= SETTLED_S:
            kept.backoff.succeeded()
        kept.due_at = now + kept.backoff.failed()
        self._forget(kept)
        if kept.wanted:
            self._on_message(f"{kept.service.name} ended ({status}); see {kept.service.log}")

    @staticmethod
    def _signal(kept: _RunningService, number: signal.Signals) -> None:
        if kept.process is not None and kept.process.poll() is None:
            os.killpg(kept.process.pid, number)

    def _wait(self, kept: _RunningService, timeout_s: float) -> bool:
        if kept.process is None:
            return True
        try:
            kept.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._forget(kept)
        return True

    @staticmethod
    def _forget(kept: _RunningService) -> None:
        kept.process = None
        if kept.log is not None:
            kept.log.close()
            kept.log = None
