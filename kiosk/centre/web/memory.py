"""Memory: a service that needs much for a moment does not stay so large."""

from __future__ import annotations

import ctypes

_LIBC = ctypes.CDLL(None)
_MMAP_THRESHOLD = -3
"""`M_MMAP_THRESHOLD` of glibc's `mallopt` (malloc.h)."""
_LARGE = 1 << 20


def give_back_large_blocks() -> None:
    """From now on every block of a megabyte or more goes back to the system when it is freed.

    Otherwise glibc raises that bound to the largest block ever freed, and keeps such blocks: 16 MB
    for the hash of a PIN. Does nothing without glibc.
    """
    mallopt = getattr(_LIBC, "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
