"""Build: makes a signed pack from its sources. Workbench and demo only; a kiosk never builds packs.

The same sources, signer and time give the same bytes: files are taken in sorted order, nothing
reads the clock, and Ed25519 signatures are deterministic.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.authoring.catalogue_lint import lint_catalogue
from content.authoring.compile_forms import compile_forms
from content.catalogue import catalogue
from content.default_sources import DEFAULT_SOURCES
from content.faults import SourcesRefused
from content.pack import signature
from content.pack.manifest import Blob, Manifest, blob_for
from content.pack.pack import BLOBS_NAME, MANIFEST_NAME, SIGNATURE_NAME

DEFAULT_ID = "huduma-default"
_KEPT = (".csv", ".json")
_LOOK = "look"
_SKIPPED = ("sources.csv",)


def build_default(target: Path, signer: Ed25519PrivateKey, now: datetime) -> Manifest:
    """Build the default pack into the new folder `target`; raises `SourcesRefused` (33)."""
    return build(DEFAULT_SOURCES, target, signer, now, pack_id=DEFAULT_ID)


def build(
    sources: Path,
    target: Path,
    signer: Ed25519PrivateKey,
    now: datetime,
    *,
    pack_id: str,
) -> Manifest:
    """Build the pack of the folder `sources` into `target`, replacing what was there.

    `now` (aware) becomes the pack's version and the start of its validity.
    """
    files = dict(collect(sources))
    catalogue.Catalogue.check(files)
    refuse_problems(files)
    files.update(compile_forms(sources, files))
    if target.exists():
        shutil.rmtree(target)
    blobs = target / BLOBS_NAME
    blobs.mkdir(parents=True)
    listed: dict[str, Blob] = {}
    for path in sorted(files):
        listed[path] = _write(blobs, path, files[path])
    made_at = now.astimezone(UTC).replace(microsecond=0)
    manifest = Manifest(
        id=pack_id,
        version=int(made_at.strftime("%Y%m%d%H%M")),
        languages=("en", "sw"),
        valid_from=made_at,
        files=listed,
    )
    encoded = manifest.encode()
    (target / MANIFEST_NAME).write_bytes(encoded)
    (target / SIGNATURE_NAME).write_bytes(signature.sign(encoded, signer))
    return manifest


def refuse_problems(files: Mapping[str, bytes]) -> None:
    """Raise `SourcesRefused` (33) with the first error the lint finds in these tables."""
    found = lint_catalogue(catalogue.Catalogue(files, None, strict=True))
    errors = [each for each in found if each.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more: huduma content lint)" if errors[1:] else ""
        raise SourcesRefused(f"{errors[0].code}: {errors[0]}{more}")


def draft(sources: Path, *, forms: bool = False) -> catalogue.Catalogue:
    """The catalogue of sources as they lie in their folder, unsigned: what an author looks at."""
    files = dict(collect(sources))
    if forms:
        files.update(compile_forms(sources, files))
    return catalogue.Catalogue(files, None, strict=True)


def collect(sources: Path) -> Iterator[tuple[str, bytes]]:
    """(path in the pack, bytes) of every source file that belongs into a pack as it is."""
    if not sources.is_dir():
        raise SourcesRefused(f"{sources} is not a folder of content sources.")
    for place in sorted(sources.iterdir()):
        if place.is_file() and place.suffix in _KEPT and place.name not in _SKIPPED:
            yield place.name, place.read_bytes()
    for place in sorted((sources / _LOOK).rglob("*")):
        if place.is_file() and not place.name.startswith("."):
            yield place.relative_to(sources).as_posix(), place.read_bytes()


def _write(blobs: Path, path: str, content: bytes) -> Blob:
    blob = blob_for(path, hashlib.sha256(content).hexdigest(), len(content))
    (blobs / blob.name).write_bytes(content)
    return blob
