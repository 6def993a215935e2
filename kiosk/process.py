"""Process: what every long-running service of a node does at its edges: stop when told to.

`Stop` turns SIGTERM and SIGINT into a flag the service's loop reads. A service started by the
supervisor also dies with it: the kernel sends SIGTERM when the parent is gone, however it went.
"""

from __future__ import annotations

import ctypes
import os
import signal
from types import FrameType

_PR_SET_PDEATHSIG = 1


class Stop:
    """Callable: whether it is time to stop."""

    def __init__(self) -> None:
        self._told = False
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)

    def __call__(self) -> bool:
        return self._told

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when `parent` dies; for use between fork and exec."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
