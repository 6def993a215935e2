"""Memory slips: the words of a slip that must never lie on a disk, until its job has ended.

They lie in the memory of this boot (a tmpfs), in the private folder of the account that owns the
spool, where every process of the node finds them by the job's id; with the end of the job they are
overwritten and removed. After a power cut they are gone; so they are, at the latest, with the
boot, when a transaction that was to promise the slip failed. Where there is no such file system
(never in the field) they stay in this process.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from provisioning.node.boot_root import memory_folder

IN_MEMORY_ONLY = frozenset({"draft-code"})
"""Kinds of slips whose words open something: the code of a saved form."""

_own: dict[str, bytes] = {}


def keep_words(spool: Path, job: str, words: bytes) -> None:
    """Keep the words of a job's slip; raises `OSError` when the memory is full."""
    path = _place(spool, job)
    if path is None:
        _own[job] = words
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(words)
        owner = spool.stat().st_uid
        if owner != os.geteuid():
            os.fchown(file.fileno(), owner, -1)


def words_of(spool: Path, job: str) -> bytes | None:
    """The words of a job's slip, or None when they are gone."""
    path = _place(spool, job)
    if path is None:
        return _own.get(job)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def forget_words(spool: Path, job: str) -> None:
    """The job has ended."""
    path = _place(spool, job)
    if path is None:
        _own.pop(job, None)
        return
    with suppress(OSError):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
        path.unlink()


def _place(spool: Path, job: str) -> Path | None:
    folder = memory_folder(spool.stat().st_uid)
    return None if folder is None else folder / f"slip-{job}"
