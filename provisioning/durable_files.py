"""Files that survive a power cut: written, flushed to the disk (fsync), then named.

A name is durable only after its folder was flushed too. `replace_file` leaves either the old
content or the new one, never a part of either. Every function raises `OSError` when the disk is
full, read-only or gone; nothing is caught here.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def create_file(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """A new file, never over an existing one; raises `FileExistsError`. See `sync_folder`."""
    _write(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), content)


def write_file(path: Path, content: bytes, *, mode: int = PUBLIC) -> None:
    """A file inside a folder that is being built; a power cut may leave a part of it."""
    _write(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), content)


def replace_file(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """The whole new content or the whole old one, whatever happens in between.

    Two processes may replace the same file at once: each writes under a name of its own first.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    write_file(fresh, content, mode=mode)
    fresh.replace(path)
    sync_folder(path.parent)


def write_verified(path: Path, content: bytes) -> None:
    """As `replace_file`, on a stick: then read back from the device itself as far as the kernel
    allows (its cache is given up first), and compared. Raises `OSError` when it is not the same.
    """
    replace_file(path, content, mode=PUBLIC)
    if read_back(path) != content:
        raise OSError(errno.EIO, "what was written reads back as something else", str(path))


def read_back(path: Path) -> bytes:
    """The content of `path`, not from the kernel's cache."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
