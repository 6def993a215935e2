"""Manifest: the signed document of a pack: its name, version, validity and the hashes of its files.

Format `pack.json`, version 1: UTF-8 JSON, keys sorted, no spaces, so equal manifests are equal
bytes. `files` maps a path inside the pack to the SHA-256 (hex) and size in bytes of its blob. A
blob lies in `blobs/` under its hash, with the path's own suffix (programs that open images and
fonts choose by suffix).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from content.faults import PackRefused

FORMAT = 1
FILES_MAX = 5_000
FILE_BYTES_MAX = 64 * 1024 * 1024
MANIFEST_BYTES_MAX = 2 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of one file: SHA-256 in hex and size in bytes."""

    sha256: str
    size: int
    suffix: str

    @property
    def name(self) -> str:
        """The blob's file name in `blobs/`."""
        return self.sha256 + self.suffix


@dataclass(frozen=True, slots=True)
class Manifest:
    """Id, version, validity and files of a pack."""

    id: str
    version: int
    languages: tuple[str, ...]
    valid_from: datetime
    files: Mapping[str, Blob]

    def encode(self) -> bytes:
        """The bytes that are signed; equal manifests give equal bytes."""
        document = {
            "files": {p: {"sha256": b.sha256, "size": b.size} for p, b in self.files.items()},
            "format": FORMAT,
            "id": self.id,
            "languages": list(self.languages),
            "valid_from": self.valid_from.isoformat(),
            "version": self.version,
        }
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()

    @classmethod
    def decode(cls, manifest: bytes) -> Manifest:
        """Parse signed bytes; anything odd is `PackRefused`, never another exception."""
        try:
            return _decode(manifest)
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            ArithmeticError,
            RecursionError,
        ) as error:
            raise PackRefused(f"pack.json cannot be read ({error}); get the pack again.") from error


def blob_for(path: str, sha256: str, size: int) -> Blob:
    """The blob of the file at `path` inside a pack."""
    return Blob(sha256, size, PurePosixPath(path).suffix)


def _decode(manifest: bytes) -> Manifest:
    if len(manifest) > MANIFEST_BYTES_MAX:
        raise ValueError("it is too long")
    document = json.loads(manifest)
    if document["format"] != FORMAT:
        raise ValueError(f"it is of format {document['format']}, this device reads {FORMAT}")
    if len(document["files"]) > FILES_MAX:
        raise ValueError("it has too many files")
    valid_from = datetime.fromisoformat(document["valid_from"])
    if valid_from.tzinfo is None:
        raise ValueError("valid_from has no time zone")
    files = {path: _blob(path, entry) for path, entry in document["files"].items()}
    return Manifest(
        id=str(document["id"]),
        version=int(document["version"]),
        languages=tuple(str(code) for code in document["languages"]),
        valid_from=valid_from,
        files=files,
    )


def _blob(path: str, entry: Mapping[str, object]) -> Blob:
    if not all(_PART.fullmatch(part) for part in path.split("/")):
        raise ValueError(f"{path!r} is not a path of a pack")
    sha256, size = entry["sha256"], entry["size"]
    if not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
        raise ValueError(f"{path} has no SHA-256")
    if not isinstance(size, int) or not 0 <= size <= FILE_BYTES_MAX:
        raise ValueError(f"{path} has an impossible size")
    return blob_for(path, sha256, size)
