"""Stick: the folder of a courier on a USB stick, as PROTOCOL.md section 11 lays it out.

    DIR/huduma/up/NODE-EPOCH-NO.seg      segments, byte for byte as on the wire
    DIR/huduma/up/NODE.manifest          what a node put here
    DIR/huduma/down/NODE.receipt         how far a node has the streams it was brought
    DIR/huduma/down/registry.cbor        the newest registry
    DIR/huduma/down/AGENCY.answers       what an agency says of cases, on its way down

Written whole or not at all, and read back from the device. Whatever else lies there (links, pipes,
folders, huge or foreign files) is named and never followed, waited for or read to its end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from provisioning.durable_files import read_back, write_verified
from provisioning.faults import Fault
from provisioning.foreign_files import read_foreign
from sync.batches.batch import SEGMENT_MAX, Stream

UP, DOWN = "up", "down"
SEGMENT, MANIFEST, RECEIPT, ANSWERS = ".seg", ".manifest", ".receipt", ".answers"
REGISTRY_FILE = "registry.cbor"
LIST_MAX = 8 << 20
"""Bytes of a manifest, receipt or registry."""
FILES_MAX = 200_000
"""Names looked at in one folder of a stick."""


class StickFault(Fault):
    """There is no courier's folder here, or the stick takes no more."""

    code = 79


@dataclass(frozen=True, slots=True)
class StickFile:
    """A file of a stick: its name as it may be printed, and its bytes or why it has none."""

    path: Path
    raw: bytes
    problem: str = ""

    @property
    def name(self) -> str:
        """The name, with everything that is no letter on a terminal written out."""
        name = self.path.name
        return name if name.isprintable() else ascii(name)[1:-1]


class Stick:
    """The courier's folder in `folder`, which is where the stick is mounted."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            msg = f"{folder} is not there; put the stick in and name the folder it is mounted at."
            raise StickFault(msg)
        self._root = folder / "huduma"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever carried with it."""
        return not self._root.is_dir()

    def put_segment(self, stream: Stream, no: int, raw: bytes) -> bool:
        """Write a segment, unless the very same is there; whether it was written."""
        path = self._folder(UP) / segment_name(stream, no)
        with suppress(OSError):
            if read_back(path) == raw:
                return False
        write_verified(path, raw)
        return True

    def put(self, where: str, name: str, raw: bytes) -> None:
        """Write another file, whole or not at all, unless the very same is there."""
        path = self._folder(where) / name
        with suppress(OSError):
            if read_back(path) == raw:
                return
        write_verified(path, raw)

    def drop_segments(self, stream: Stream, upto: int) -> int:
        """Remove the segments of `stream` up to number `upto` by their names; how many."""
        gone = 0
        for path in self._names(UP):
            number = path.name.removeprefix(_head(stream)).removesuffix(SEGMENT)
            ours = path.name.startswith(_head(stream)) and path.name.endswith(SEGMENT)
            if ours and number.isascii() and number.isdigit() and int(number) <= upto:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def segments(self) -> Iterator[StickFile]:
        """Every file that may be a segment: what it holds counts, not what it is called."""
        for path in self._names(UP):
            if path.suffix not in {MANIFEST, ".new"}:
                yield _read(path, SEGMENT_MAX)

    def lists(self, where: str, ending: str) -> Iterator[StickFile]:
        """Every manifest or receipt."""
        for path in self._names(where):
            if path.suffix == ending:
                yield _read(path, LIST_MAX)

    def registry(self) -> StickFile | None:
        """The registry, if there is one."""
        path = self._root / DOWN / REGISTRY_FILE
        return _read(path, LIST_MAX * 8) if os.path.lexists(path) else None

    def _folder(self, where: str) -> Path:
        path = self._root / where
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _names(self, where: str) -> list[Path]:
        """The files of a folder, in the order of their names; hidden ones are none of ours."""
        found: list[Path] = []
        with suppress(OSError), os.scandir(self._root / where) as entries:
            for entry in entries:
                if len(found) >= FILES_MAX:
                    msg = f"There are more than {FILES_MAX} files in {where}; clear the stick."
                    raise StickFault(msg)
                if not entry.name.startswith("."):
                    found.append(self._root / where / entry.name)
        return sorted(found, key=lambda path: os.fsencode(path.name))


def segment_name(stream: Stream, no: int) -> str:
    """What the file of a segment is called."""
    return f"{_head(stream)}{no:08d}{SEGMENT}"


def _head(stream: Stream) -> str:
    return f"{stream.node}-{stream.db_epoch.hex()}-"


def _read(path: Path, most: int) -> StickFile:
    try:
        raw = read_foreign(path, most)
    except OSError as error:
        return StickFile(path, b"", f"cannot be read ({error.strerror})")
    if len(raw) > most:
        return StickFile(path, b"", f"has more than {most} bytes")
    return StickFile(path, raw)
