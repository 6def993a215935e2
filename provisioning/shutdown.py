"""Stopping a service: SIGTERM and SIGINT become a flag that the service's loop reads.

Every long-running service uses this one flag, so that all of them end the same way: the current
turn finishes, what is open is closed, and the exit status is 0.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any, Self


class StopFlag:
    """Callable: whether it is time to stop. Main thread only, as Python's signals are.

    The signals are taken when the flag is made. In a `with` they are handed back at its end.
    """

    def __init__(self) -> None:
        self._stopping = False
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
        return self._stopping

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
