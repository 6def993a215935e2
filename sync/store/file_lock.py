"""The database file on disk: created private, and opened by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def one_opens(path: Path) -> Iterator[None]:
    """Let one process at a time create `path` (0600) and turn its WAL on.

    Turning WAL on does not wait for the busy timeout, so services that start together would fail.
    The lock is on the folder: opening and closing the file itself would drop SQLite's own locks.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with suppress(FileExistsError):
            # Made private before SQLite sees it; its WAL inherits the mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        yield
    finally:
        os.close(folder)
