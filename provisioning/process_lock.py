"""Process lock: one process of a kind on one file, until it ends, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path

from provisioning.faults import Fault


class ProcessLock:
    """Holds `path` for this process alone; raises `taken` when another one holds it."""

    def __init__(self, path: Path, taken: Fault) -> None:
        self._file = path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise taken from error

    def release(self) -> None:
        """Let the next process in."""
        self._file.close()
