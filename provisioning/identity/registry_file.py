"""The registry on a node's disk: its number never goes back.

Beside the file that is copied to a node lies the newest one the node has ever verified. Whoever
puts an older file back, to let a revoked node in again, changes nothing, also over a restart.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from provisioning.durable_files import replace_file
from provisioning.identity.certificates import IdentityFault, Registry


def load_newest(path: Path, root_public: bytes) -> Registry:
    """The registry at `path`, or the newer one seen before; raises `IdentityFault`."""
    found = Registry.load(path, root_public)
    seen = _seen(path, root_public)
    return seen if seen is not None and seen.number > found.number else found


def remember(path: Path, root_public: bytes) -> Registry:
    """As `load_newest`; what is newer than everything seen before is kept. A disk that takes
    nothing stops no service: then the floor holds for as long as the process runs.
    """
    found, seen = Registry.load(path, root_public), _seen(path, root_public)
    if seen is not None and seen.number > found.number:
        return seen
    if seen is None or seen.number < found.number:
        encoded = path.read_bytes()
        found = Registry.decode(encoded, root_public)  # what is kept is what was verified
        with suppress(OSError):
            replace_file(_seen_path(path), encoded)
    return found


def newest_bytes(path: Path, root_public: bytes, number: int) -> bytes:
    """The bytes of registry `number`, wherever of the two places it lies; empty when it is gone."""
    for place in (path, _seen_path(path)):
        with suppress(OSError, IdentityFault):
            encoded = place.read_bytes()
            if Registry.decode(encoded, root_public).number == number:
                return encoded
    return b""


def _seen_path(path: Path) -> Path:
    return path.with_name(f"newest-{path.name}")


def _seen(path: Path, root_public: bytes) -> Registry | None:
    try:
        return Registry.load(_seen_path(path), root_public)
    except IdentityFault:
        return None
