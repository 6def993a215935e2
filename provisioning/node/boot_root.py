"""Boot root: the root key of what is kept sealed for a while; in memory, for one boot.

All processes of a node must share it, and no disk may hold it. So it lies in a file system that is
memory (tmpfs): `/run` where this account may write there or was given a folder, else `/dev/shm`;
in a private folder of the account that owns the node, under a name made of the node's path and
the kernel's boot id. It is made by whoever asks first. After a power cut there is another one, and
what was sealed before is noise: its owners tell it again from the journal (ADR 0012).

Where no such file system is, the field refuses (`KeyFault`); elsewhere the key is this process's.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from provisioning.identity.keys import KEY_BYTES, KeyFault
from provisioning.ids import Ids
from provisioning.node.private_folder import private_folder

_PLACES = (Path("/run"), Path("/dev/shm"))  # noqa: S108 - the folder in it is made and checked
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MOUNTS = Path("/proc/self/mounts")
_own: dict[Path, bytes] = {}


def boot_root(about: Path, ids: Ids, *, field: bool = False) -> bytes:
    """The root of this boot for the node folder (or spool file) `about`; raises `KeyFault`."""
    about = about.resolve()
    owner = _owner(about)
    try:
        folder = memory_folder(owner)
    except OSError as error:
        msg = f"The memory of this boot cannot be used ({error}); see docs/security.md."
        raise KeyFault(msg) from error
    if folder is not None:
        return _shared(folder, about, owner, ids)
    if field:
        msg = "There is no /run or /dev/shm in memory (tmpfs) for the keys of this boot; mount one."
        raise KeyFault(msg)
    return _own.setdefault(about, ids.token(KEY_BYTES))


def _owner(about: Path) -> int:
    place = about if about.exists() else about.parent
    return place.stat().st_uid


def memory_folder(owner: int) -> Path | None:
    """The private folder in memory; every process of one owner comes to the same. None where no
    such file system is; raises `OSError`.
    """
    in_memory = _memory_mounts()
    for place in _PLACES:
        if str(place) not in in_memory:
            continue
        folder = place / f"huduma-{owner}"
        if folder.exists() or os.access(place, os.W_OK):
            return private_folder(folder, owner=owner)
    return None


def _memory_mounts() -> set[str]:
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return set()
    return {words[1] for line in lines if (words := line.split())[2:3] in (["tmpfs"], ["ramfs"])}


def _shared(folder: Path, about: Path, owner: int, ids: Ids) -> bytes:
    digest = hashlib.sha256(os.fsencode(about) + _boot_id()).hexdigest()[:32]
    path = folder / digest
    with suppress(FileNotFoundError):
        return _read(path)
    _sweep(folder)
    fresh = folder / f"{digest}.{os.getpid()}.{ids.token(4).hex()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(ids.token(KEY_BYTES) + os.fsencode(about))
        if owner != os.geteuid():
            os.fchown(file.fileno(), owner, -1)
    try:
        os.link(fresh, path)  # whole or not at all, and only one of two who come together
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()[:KEY_BYTES]
    if len(key) != KEY_BYTES:
        msg = f"The key of this boot {path} is damaged; remove it and start the services again."
        raise KeyFault(msg)
    return key


def _boot_id() -> bytes:
    try:
        return _BOOT_ID.read_bytes().strip()
    except OSError:
        return b""


def _sweep(folder: Path) -> None:
    """Forget the keys of what is no longer there (sites that were thrown away)."""
    for path in folder.iterdir():
        with suppress(OSError, KeyFault):
            about = Path(os.fsdecode(path.read_bytes()[KEY_BYTES:]))
            if path.suffix == "" and about.is_absolute() and not about.parent.exists():
                path.unlink()
