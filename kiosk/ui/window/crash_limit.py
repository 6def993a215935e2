"""Crash limit: an exception in a callback is logged; three in a minute end the process.

The supervisor starts it again, and the core still has the visit.
"""

from __future__ import annotations

import logging
import time
from collections import deque

from kivy.base import ExceptionHandler, ExceptionManager

LOG = logging.getLogger("huduma.ui")
MOST, WITHIN_S = 3, 60.0


class CrashCount(ExceptionHandler):
    """Kivy asks what to do with an exception: pass, or let it end the process (non-zero)."""

    def __init__(self) -> None:
        super().__init__()
        self._times_s: deque[float] = deque(maxlen=MOST)

    def handle_exception(self, inst: BaseException) -> int:
        if not isinstance(inst, Exception):
            return int(ExceptionManager.RAISE)
        LOG.error("a callback failed", exc_info=inst)
        self._times_s.append(time.monotonic())
        often = len(self._times_s) == MOST and self._times_s[-1] - self._times_s[0] < WITHIN_S
        return int(ExceptionManager.RAISE if often else ExceptionManager.PASS)
