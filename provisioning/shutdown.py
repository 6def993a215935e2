"""A service's loop and who supervises it: when to stop, and the signs of life.

SIGTERM and SIGINT become a flag that the loop reads once in every turn (`StopFlag`), so that all
services end the same way: the current turn finishes, what is open is closed, the exit status is 0.
Because every loop reads it, reading it is also the sign of life that systemd waits for
(`ServiceWatch`): READY=1 the first time, then WATCHDOG=1 at a third of the time it allows, as
datagrams to the socket named by NOTIFY_SOCKET (sd_notify(3)); without one nothing is sent. It never
waits and never fails: a supervisor that is gone stops nobody.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, Self

from provisioning.clock import SystemClock

_SHARE = 3
_MONOTONIC = SystemClock().monotonic
READY, WATCHDOG, STOPPING = b"READY=1", b"WATCHDOG=1", b"STOPPING=1"


class ServiceWatch:
    """One service's word to its supervisor."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = _MONOTONIC,
    ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        # An address that begins with @ is one of the abstract namespace: a zero byte instead.
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        self._monotonic = monotonic
        self._every_s = _interval_s(environment) / _SHARE
        self._next = 0.0
        self._ready = False
        self._socket: socket.socket | None = None

    def beat(self) -> None:
        """A turn of the loop has begun."""
        if not self._address:
            return
        if not self._ready:
            self._ready = True
            self._say(READY)
        now = self._monotonic()
        if self._every_s and now >= self._next:
            self._next = now + self._every_s
            self._say(WATCHDOG)

    def stopping(self) -> None:
        """The loop ends because it was asked to."""
        if self._address and self._ready:
            self._say(STOPPING)

    def _say(self, word: bytes) -> None:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
        with suppress(OSError):
            self._socket.sendto(word, self._address)


def _interval_s(environment: Mapping[str, str]) -> float:
    """The time between two beats that the supervisor allows this process; 0: it does not watch."""
    try:
        # Ourselves, or the process that keeps our place (`node/succession.py`).
        meant = int(environment.get("WATCHDOG_PID", str(os.getpid()))) in {
            os.getpid(),
            os.getppid(),
        }
        return int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000 if meant else 0.0
    except ValueError:
        return 0.0


class StopFlag:
    """Callable: whether it is time to stop. Main thread only, as Python's signals are.

    The signals are taken when the flag is made. In a `with` they are handed back at its end.
    """

    def __init__(self) -> None:
        self._stopping = False
        self._watch = ServiceWatch()
        self._before: list[tuple[signal.Signals, Any]] = [
            (number, signal.signal(number, self._stop))
            for number in (signal.SIGTERM, signal.SIGINT)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before:
            signal.signal(number, before)

    def __call__(self) -> bool:
        if self._stopping:
            self._watch.stopping()
        else:
            self._watch.beat()
        return self._stopping

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
