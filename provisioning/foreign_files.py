"""Files that somebody else made, as on a stick or in a folder that was copied here.

A name there may be a link out of the folder, a pipe on which reading never ends, a device, or a
file of a terabyte without a byte in it. So such a file is opened only when it is a regular one that
the name itself means, and read up to a bound.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path


def open_foreign(path: Path) -> io.BufferedReader:
    """`path` open for reading; raises `OSError` also for a link, a pipe and a device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return os.fdopen(descriptor, "rb")


def read_foreign(path: Path, most: int) -> bytes:
    """The bytes of `path`, at most `most` + 1 of them; raises `OSError` as `open_foreign`."""
    with open_foreign(path) as file:
        return file.read(most + 1)
