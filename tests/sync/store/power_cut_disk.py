"""A disk in memory that loses its power at a chosen moment, for the real store to lie on.

SQLite reaches it through a VFS of apsw. What was written since a file's last sync is only pending:
at the cut each pending write is torn at sector boundaries and each sector arrives or does not,
whichever the seed says; so do pending truncations and deletions. At that moment the disk is frozen:
whoever still has it open (a process on its way down) can neither read nor change it any more.
`power_on` then gives the disk as it would come up again.

It does what SQLite's own Unix VFS does on a strict file system: sectors of 4,096 bytes, bytes beside
a write are never damaged, and a folder is synced when SQLite says so or when a new log is synced
for the first time; until then a file's name, or its deletion, is pending too. It has no shared memory, so one connection at a time opens it, with
`locking_mode=EXCLUSIVE` set by a connection hook; the log is recovered by the same code.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

SECTOR = 512
ARRIVING = (0.0, 0.1, 0.5, 0.9, 1.0)
"""How likely a pending sector arrives; one of these is drawn for each cut."""
_POWERSAFE_OVERWRITE = 0x1000
_LOGS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL
_NEVER = 1 << 60


class PowerIsCut(Exception):
    """There is no power: nothing was read or written."""


@dataclass(slots=True)
class DiskFile:
    """One file: what is safe, what a reader sees, and the writes and truncations in between."""

    safe: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    named: bool = False
    """Whether its name is safe in the folder."""


@dataclass(slots=True)
class Platter:
    """The files between two power cuts. `frozen` once the power is gone."""

    files: dict[str, DiskFile] = field(default_factory=dict)
    deleted: dict[str, DiskFile] = field(default_factory=dict)
    """Files whose deletion is not safe yet."""
    frozen: bool = False

    def sync_folder(self) -> None:
        """Make every name made and every name deleted so far safe."""
        self.deleted.clear()
        for stored in self.files.values():
            stored.named = True


class PowerCutDisk:
    """One disk. `cut_after` arms it; it is cut in the middle of that operation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The database's name on it (a real folder, for the store's own lock)."""
        self.reset(0)

    def reset(self, seed: int, image: dict[str, bytes] | None = None) -> None:
        """A new disk, empty or with the files of `image` safe on it."""
        self._random = random.Random(seed)
        self._left = _NEVER
        self.refuse_after(_NEVER)
        self.platter = Platter()
        for name, content in (image or {}).items():
            stored = DiskFile(bytearray(content), bytearray(content), named=True)
            self.platter.files[name] = stored

    def image(self) -> dict[str, bytes]:
        """What is safe on it now."""
        return {name: bytes(each.safe) for name, each in self.platter.files.items() if each.named}

    def cut_after(self, operations: int) -> None:
        """Let that many more writes, truncations, syncs and deletions pass, then cut."""
        self._left = operations

    def refuse_after(self, writes: int, code: int = apsw.SQLITE_FULL) -> None:
        """Let that many more writes pass, then refuse each with `code`: no room, no right to."""
        self._writes, self._refusal = writes, code

    def accept(self) -> None:
        """There is room again."""
        self._writes = _NEVER

    def write_one(self) -> None:
        """Count one write; raises the refusal when it is one too many."""
        self._writes -= 1
        if self._writes < 0:
            raise apsw.exception_for(self._refusal)

    @property
    def dark(self) -> bool:
        """Whether the power is gone."""
        return self.platter.frozen

    def spend(self) -> bool:
        """Count one operation; True when the power goes in the middle of it."""
        self._left -= 1
        return self._left < 0

    def cut(self) -> None:
        """Cut the power: freeze the disk, and settle what of the pending writes arrived."""
        self.platter.frozen = True
        self._left = _NEVER

    def power_on(self) -> None:
        """Give the disk power again, as the cut left it."""
        assert self.platter.frozen, "it has power"
        arriving, old = self._random.choice(ARRIVING), self.platter
        self.platter = Platter()
        for name, stored in old.deleted.items():
            if name not in old.files and self._random.random() < arriving:
                continue  # the deletion arrived
            old.files.setdefault(name, stored)
        for name, stored in old.files.items():
            if not stored.named and self._random.random() >= arriving:
                continue  # its name did not arrive
            self._settle(stored, arriving)
            settled = DiskFile(stored.safe, bytearray(stored.safe), named=True)
            self.platter.files[name] = settled

    def _settle(self, stored: DiskFile, arriving: float) -> None:
        chance, safe = self._random.random, stored.safe
        for offset, written in stored.pending:
            if written is None:
                if chance() < arriving:
                    del safe[offset:]
                continue
            end, at = offset + len(written), offset
            while at < end:
                stop = min(end, (at // SECTOR + 1) * SECTOR)
                if chance() < arriving:
                    if len(safe) < stop:
                        safe.extend(bytes(stop - len(safe)))
                    safe[at:stop] = written[at - offset : stop - offset]
                at = stop


class OpenFile:
    """A file as SQLite has it open; dead once the power of its disk was cut."""

    def __init__(self, disk: PowerCutDisk, stored: DiskFile, *, new_log: bool) -> None:
        self._disk = disk
        self._platter = disk.platter
        self._stored = stored
        self._new_log = new_log

    def _alive(self) -> None:
        if self._platter.frozen:
            raise PowerIsCut

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw's names
        self._alive()
        return bytes(self._stored.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._alive()
        self._disk.write_one()
        written, seen = bytes(data), self._stored.seen
        self._stored.pending.append((offset, written))
        if self._disk.spend():
            self._disk.cut()
            raise PowerIsCut
        if len(seen) < offset:
            seen.extend(bytes(offset - len(seen)))
        seen[offset : offset + len(written)] = written

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._alive()
        self._stored.pending.append((size, None))
        if self._disk.spend():
            self._disk.cut()
            raise PowerIsCut
        del self._stored.seen[size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        del flags
        if self._platter.frozen:
            return  # a dying connection asks when nobody can hear an error; nothing becomes safe
        if self._disk.spend():
            self._disk.cut()
            raise PowerIsCut
        safe = self._stored.safe
        for offset, written in self._stored.pending:
            if written is None:
                del safe[offset:]
                continue
            if len(safe) < offset:
                safe.extend(bytes(offset - len(safe)))
            safe[offset : offset + len(written)] = written
        self._stored.pending.clear()
        if self._new_log:
            self._platter.sync_folder()
            self._new_log = False

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._stored.seen)

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return _POWERSAFE_OVERWRITE

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xFileControl(self, operation: int, pointer: int) -> bool:  # noqa: N802
        del operation, pointer
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        """One connection at a time: nobody to lock out."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """See `xLock`."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xClose(self) -> None:  # noqa: N802
        """Closing writes nothing."""


class PowerCutVfs(apsw.VFS):
    """SQLite's way to the disk."""

    def __init__(self, disk: PowerCutDisk, name: str = "power-cut") -> None:
        self.disk = disk
        self.name = name
        super().__init__(name, "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> OpenFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        if self.disk.platter.frozen:
            raise PowerIsCut
        flags[1] = flags[0]
        files = self.disk.platter.files
        new_log = path not in files and bool(flags[0] & _LOGS)
        return OpenFile(self.disk, files.setdefault(path, DiskFile()), new_log=new_log)

    def xDelete(self, name: str, synced: bool) -> None:  # noqa: N802, FBT001
        platter = self.disk.platter
        if platter.frozen:
            return  # SQLite asks for it while a dying connection closes; nobody hears an error
        gone, cut = platter.files.pop(name, None), self.disk.spend()
        if gone is not None and gone.named:
            platter.deleted[name] = gone
        if cut:
            self.disk.cut()
        elif synced:
            platter.sync_folder()

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        del flags
        return name in self.disk.platter.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


@contextmanager
def power_cut_disk(folder: Path) -> Iterator[PowerCutDisk]:
    """A disk that every connection opened meanwhile lies on."""
    disk, before = PowerCutDisk(folder / "huduma.db"), apsw.vfs_names()[0]
    vfs = PowerCutVfs(disk)

    def exclusive(connection: apsw.Connection) -> None:
        connection.pragma("locking_mode", "exclusive")

    apsw.set_default_vfs(vfs.name)
    apsw.connection_hooks.append(exclusive)
    try:
        yield disk
    finally:
        apsw.connection_hooks.remove(exclusive)
        apsw.set_default_vfs(before)
        vfs.unregister()
