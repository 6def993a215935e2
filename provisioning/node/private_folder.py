"""Private folders: folders of this account that nobody else can read or write in.

A name in a shared place (`/tmp`, `/dev/shm`) may have been taken by somebody else before us. So a
folder there is used only when it is a real folder (no link), belongs to the account and is closed
to everybody else; what was checked once stays so, because nobody else may change it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class ForeignFolder(OSError):
    """The name is taken by a folder, link or file that is not ours alone."""


def private_folder(path: Path, *, owner: int | None = None) -> Path:
    """`path` as a 0700 folder of `owner` (this account unless said); made when it is not there.

    Raises `ForeignFolder`, or `OSError` when it cannot be made.
    """
    owner = os.geteuid() if owner is None else owner
    try:
        path.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(path, owner, -1)
    except FileExistsError:
        pass
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != owner or state.st_mode & 0o077:
        raise ForeignFolder(f"{path} is not a private folder of this account; remove it.")
    return path


def scratch_folder(name: str) -> Path:
    """A private folder under the temporary directory: `huduma-NAME-UID`, or, when that is taken by
    somebody else, a new one with a name nobody could know before.
    """
    wanted = f"huduma-{name}-{os.geteuid()}"
    try:
        return private_folder(Path(tempfile.gettempdir()) / wanted)
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"{wanted}-"))
