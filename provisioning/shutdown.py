"""Process: what every long-running service of a node does at its edges: stop when told to.

`StopFlag` turns SIGTERM and SIGINT into a flag that the service's loop reads. Dying with a parent
is the supervisor's business.
"""

from __future__ import annotations

import signal
from types import FrameType


class StopFlag:
    """Callable: whether it is time to stop."""

    def __init__(self) -> None:
        self._told = False
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)

    def __call__(self) -> bool:
        return self._told

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True
