"""Process lock: one process of a kind on one file, until it ends, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path

from provisioning.faults import Fault


class ProcessLock:
    """Holds `path` for this process alone; raises `taken` when another one holds it."""

    def __init__(self, path: Path, taken: Fault) -> None:
        try:
            self._file = path.open("a")
        except OSError:
            self._file = path.open()  # a card that is read-only now: the file of before locks too
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise taken from error

    @staticmethod
    def held(path: Path) -> bool:
        """Whether a process holds `path` now: its service runs."""
        try:
            with path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def release(self) -> None:
        """Let the next process in."""
        self._file.close()
