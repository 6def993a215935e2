"""Signature: whether a pack may be used. Bytes and times in, the decision out.

No files, no clock, no network: the caller reads the bytes and gives the time. Today one Ed25519
root key signs the manifest itself; delegated roles with thresholds and expiry take the place of
`verdict` without its callers changing.

What is signed is the exact bytes of `pack.json` behind a context line, so a signature made for
something else does not verify as a pack's.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from content.faults import PackRefused
from content.pack.manifest import Manifest

CONTEXT = b"huduma content pack v1\n"


def sign(manifest: bytes, signer: Ed25519PrivateKey) -> bytes:
    """The 64-byte signature of the manifest's bytes."""
    return signer.sign(CONTEXT + manifest)


def verdict(
    manifest: bytes,
    signature: bytes,
    root_public: bytes,
    *,
    now: datetime | None = None,
    version_floor: int = 0,
) -> Manifest:
    """The manifest if it may be believed, else `PackRefused`.

    `root_public` is the 32 raw bytes of the root key. A pack from the future (its `valid_from`
    after `now`) or older than `version_floor` is refused where these are given: when a pack is
    installed. A pack already installed is served whatever the clock says.
    """
    try:
        Ed25519PublicKey.from_public_bytes(root_public).verify(signature, CONTEXT + manifest)
    except (InvalidSignature, ValueError) as error:
        raise PackRefused(
            "pack.json is not signed by this site's root key; copy the pack again from its maker."
        ) from error
    believed = Manifest.decode(manifest)
    if believed.version < version_floor:
        raise PackRefused(
            f"pack.json is version {believed.version}, older than {version_floor} seen before; "
            "get the newest pack."
        )
    if now is not None and believed.valid_from > now:
        raise PackRefused(
            f"pack.json is valid only from {believed.valid_from:%d/%m/%Y %H:%M} UTC; "
            "check the device's clock."
        )
    return believed
