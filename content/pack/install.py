"""Install: installs a new pack atomically beside the one in use.

A state folder has `packs/VERSION/` folders and the link `current` (and `previous`). Installing
copies a verified pack file by file (hash checked on the way, fsync), renames the finished folder
into place and then moves the link in one rename: a power cut at any moment leaves the old pack in
use. The pack before is kept; nothing older. A pack already installed is served whatever the clock
says; a new one must be newer than any installed before (`floor`) and valid now.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from content.faults import NoSpace, NotInPack, PackIncomplete
from content.pack import signature as trust
from content.pack.manifest import Manifest
from content.pack.pack import BLOBS_NAME, MANIFEST_NAME, SIGNATURE_NAME, check_blob, read_signed
from provisioning.durable_files import PUBLIC, replace_file, sync_folder, write_file
from provisioning.foreign_files import open_foreign

SPARE_BYTES = 16 * 1024 * 1024
_CURRENT, _PREVIOUS, _FLOOR, _PACKS = "current", "previous", "floor", "packs"
_VERSION = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """The pack now in use."""

    version: int
    folder: Path
    already_current: bool


@dataclass(frozen=True, slots=True)
class InstalledPacks:
    """The packs of one device; packs are verified against `root_public` (32 bytes)."""

    state: Path
    root_public: bytes

    def install(self, source: Path, now: datetime) -> InstalledPack:
        """Install the pack at `source`; raises `PackRefused` (30), `PackIncomplete` (31) or
        `NoSpace` (32), and then nothing has changed.
        """
        manifest_bytes, signature = read_signed(source)
        floor = read_floor(self.state)
        manifest = trust.verdict(
            manifest_bytes, signature, self.root_public, now=now, version_floor=floor
        )
        current, _ = versions(self.state)
        folder = self.state / _PACKS / str(manifest.version)
        if current == manifest.version and (folder / MANIFEST_NAME).exists():
            return InstalledPack(manifest.version, folder, already_current=True)
        self._check_space(manifest)
        staged = self._stage(source, manifest, manifest_bytes, signature)
        if folder.exists():
            shutil.rmtree(folder)
        staged.rename(folder)
        sync_folder(folder.parent)
        self._switch(manifest.version, current)
        return InstalledPack(manifest.version, folder, already_current=False)

    def _check_space(self, manifest: Manifest) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        need = sum(blob.size for blob in manifest.files.values()) + SPARE_BYTES
        free = shutil.disk_usage(self.state).free
        if free < need:
            raise NoSpace(
                f"The pack needs {need // 1_000_000} MB and {free // 1_000_000} MB are free; "
                "remove old files or use a larger card."
            )

    def _stage(
        self, source: Path, manifest: Manifest, manifest_bytes: bytes, signature: bytes
    ) -> Path:
        """Copy and check every file into a folder no reader looks at."""
        staged = self.state / _PACKS / f"{manifest.version}.part"
        if staged.exists():
            shutil.rmtree(staged)
        blobs = staged / BLOBS_NAME
        blobs.mkdir(parents=True)
        for path, blob in sorted(manifest.files.items()):
            target = blobs / blob.name
            if target.exists():
                continue
            try:
                _copy(source / BLOBS_NAME / blob.name, target, blob.size)
            except OSError as error:
                shutil.rmtree(staged)
                if error.errno == 28:
                    raise NoSpace("The disk filled up during the copy; free some space.") from error
                raise PackIncomplete(
                    f"{path} cannot be read from the pack ({error.strerror}); copy it again."
                ) from error
            try:
                check_blob(staged, path, blob)
            except Exception:
                shutil.rmtree(staged)
                raise
        write_file(staged / SIGNATURE_NAME, signature)
        write_file(staged / MANIFEST_NAME, manifest_bytes)
        sync_folder(blobs)
        sync_folder(staged)
        return staged

    def _switch(self, version: int, before: int | None) -> None:
        # The floor first: were power to fail in between, the old pack is served and the new one
        # installs again. The link last: it is what readers follow.
        newest = max(version, read_floor(self.state))
        replace_file(self.state / _FLOOR, str(newest).encode(), mode=PUBLIC)
        if before is not None and before != version:
            _point(self.state, _PREVIOUS, before)
        _point(self.state, _CURRENT, version)
        keep = {str(number) for number in versions(self.state) if number is not None}
        for folder in (self.state / _PACKS).iterdir():
            if folder.name not in keep:
                shutil.rmtree(folder)


def current_pack(state: Path) -> Path:
    """The folder of the pack in use; raises `NotInPack`."""
    version, _ = versions(state)
    if version is None:
        raise NotInPack(f"No content pack is installed in {state}; install one.")
    return state / _PACKS / str(version)


def versions(state: Path) -> tuple[int | None, int | None]:
    """(current, previous) versions; None where there is none."""
    return _pointed(state, _CURRENT), _pointed(state, _PREVIOUS)


def roll_back(state: Path) -> int:
    """Serve the previous pack again; its version. Raises `NotInPack` if there is none."""
    current, previous = versions(state)
    if previous is None:
        raise NotInPack(f"No previous content pack is kept in {state}; nothing to go back to.")
    _point(state, _CURRENT, previous)
    if current is not None:
        _point(state, _PREVIOUS, current)
    return previous


def read_floor(state: Path) -> int:
    """The newest version ever installed; 0 on a new device."""
    try:
        text = (state / _FLOOR).read_text().strip()
    except OSError:
        return 0
    return int(text) if _VERSION.fullmatch(text) else 0


def _pointed(state: Path, name: str) -> int | None:
    try:
        target = Path(os.readlink(state / name)).name  # noqa: PTH115 - the link is relative
    except OSError:
        return None
    found = _VERSION.fullmatch(target) and (state / _PACKS / target).is_dir()
    return int(target) if found else None


def _point(state: Path, name: str, version: int) -> None:
    fresh = state / f"{name}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(_PACKS) / str(version))
    fresh.replace(state / name)
    sync_folder(state)


def _copy(source: Path, target: Path, size: int) -> None:
    """At most `size` + 1 bytes: a file larger than promised must not fill the disk."""
    with open_foreign(source) as reading, target.open("xb") as writing:
        left = size + 1
        while left and (chunk := reading.read(min(left, 1 << 20))):
            writing.write(chunk)
            left -= len(chunk)
        writing.flush()
        os.fsync(writing.fileno())
