"""Reserve: a little room beside a node's database for its last entries on a full disk.

A service makes the file while there is room. Whoever finds the disk full gives it up, so that the
visit in hand can end and the fault be journalled; when there is room again it is made anew.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

RESERVE_BYTES = 2 << 20
ROOM_BYTES_MIN = 16 << 20
"""With less room than this none is taken for a reserve."""


def free_bytes(path: Path) -> int:
    """Room left on the disk of `path`; plenty where that cannot be asked."""
    try:
        found = os.statvfs(path if path.exists() else path.parent)
    except OSError:
        return 1 << 62
    return found.f_bavail * found.f_frsize


def reserve_file(database: Path) -> Path:
    """The reserve of a database."""
    return database.with_name(f"{database.name}-reserve")


def keep_reserve(database: Path) -> bool:
    """Make the reserve when there is none and there is room; whether there is one now."""
    path = reserve_file(database)
    if path.exists():
        return True
    if free_bytes(database) < ROOM_BYTES_MIN:
        return False
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return False
    try:
        os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
    except OSError:
        give_up_reserve(database)
        return False
    finally:
        os.close(descriptor)
    return True


def give_up_reserve(database: Path) -> bool:
    """Let the last entries have the room; whether there was a reserve."""
    with suppress(OSError):
        reserve_file(database).unlink()
        return True
    return False
