"""Pack: the files of a content pack on disk, used only after every byte was verified.

A folder with `pack.json` (see `content/pack/manifest.py`), `pack.sig` (64 raw bytes) and `blobs/`.
`Pack.open` verifies the signature and then the hash of every blob, so one flipped bit anywhere is
refused with the name of the file. Written once, never edited: a new version is a new folder
(`content/pack/install.py`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from content.faults import NotInPack, PackIncomplete, PackRefused
from content.pack import signature as trust
from content.pack.manifest import MANIFEST_BYTES_MAX, Blob, Manifest
from provisioning.foreign_files import open_foreign, read_foreign

MANIFEST_NAME = "pack.json"
SIGNATURE_NAME = "pack.sig"
BLOBS_NAME = "blobs"
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Pack:
    """A verified pack; make one with `Pack.open`."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, root_public: bytes) -> Pack:
        """Verify everything; raises `PackRefused` (30) or `PackIncomplete` (31) naming a file."""
        manifest, signature = read_signed(folder)
        believed = trust.verdict(manifest, signature, root_public)
        for path, blob in believed.files.items():
            check_blob(folder, path, blob)
        return cls(folder, believed)

    def path(self, path: str) -> Path:
        """Where the bytes of `path` lie on disk; raises `NotInPack`."""
        blob = self.manifest.files.get(path)
        if blob is None:
            raise NotInPack(f"The content pack has no file {path}; install a complete pack.")
        return self.folder / BLOBS_NAME / blob.name

    def read(self, path: str) -> bytes:
        """The bytes of `path`; raises `NotInPack`."""
        return self.path(path).read_bytes()

    def under(self, prefix: str) -> Mapping[str, Path]:
        """Every file below the folder `prefix`, by its path relative to it."""
        head = prefix.rstrip("/") + "/"
        return {
            path.removeprefix(head): self.path(path)
            for path in self.manifest.files
            if path.startswith(head)
        }


def read_signed(folder: Path) -> tuple[bytes, bytes]:
    """The manifest's bytes and signature, unbelieved; raises `PackIncomplete`."""
    manifest_path, signature_path = folder / MANIFEST_NAME, folder / SIGNATURE_NAME
    try:
        manifest = read_foreign(manifest_path, MANIFEST_BYTES_MAX)
        if len(manifest) > MANIFEST_BYTES_MAX:
            raise PackRefused(f"{MANIFEST_NAME} is too long to be one; get the pack again.")
        return manifest, read_foreign(signature_path, SIGNATURE_BYTES)
    except OSError as error:
        raise PackIncomplete(
            f"{folder} is not a whole content pack ({error.strerror}: {error.filename}); "
            "copy it again."
        ) from error


def check_blob(folder: Path, path: str, blob: Blob) -> None:
    """Check one blob's size and hash; raises `PackRefused` or `PackIncomplete` naming `path`."""
    place = folder / BLOBS_NAME / blob.name
    try:
        with open_foreign(place) as file:
            size = os.fstat(file.fileno()).st_size
            if size == blob.size:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackIncomplete(f"{path} is missing from the pack; copy the pack again.") from error
    if size < blob.size:
        raise PackIncomplete(f"{path} is cut short in the pack; copy the pack again.")
    if size != blob.size or digest != blob.sha256:
        raise PackRefused(f"{path} was altered after the pack was signed; get the pack again.")
