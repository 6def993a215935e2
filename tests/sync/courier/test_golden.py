"""The golden examples of PROTOCOL.md section 11, read from the page with a CBOR decoder and plain
primitives. `python -m tests.sync.courier.test_golden` writes them again.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.batches.batch import Stream
from sync.batches.chain import StreamProgress
from sync.courier.signed_lists import (
    Carried,
    StickManifest,
    StickReceipt,
    sign_manifest,
    sign_receipt,
)

GOLDEN = Path(__file__).parents[2] / "golden"
NODE, EPOCH = "kiosk-1", bytes.fromhex("0123456789abcdef")
KIOSK, NATIONAL = (Ed25519PrivateKey.from_private_bytes(seed * 32) for seed in (b"s", b"n"))
MADE = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def marks() -> tuple[bytes, ...]:
    paths = [GOLDEN / "sync" / f"segment-{no}.cbor" for no in (1, 2)]
    return tuple(hashlib.sha256(path.read_bytes()).digest()[:8] for path in paths)


def make() -> dict[str, bytes]:
    """Both files, by name."""
    stream, (one, two) = Stream(NODE, EPOCH), marks()
    manifest = StickManifest(NODE, [Carried(stream, 1, (one, two), 0)])
    receipt = StickReceipt("national", [StreamProgress(stream, 2, two, 2)])
    return {
        "kiosk-1.manifest": sign_manifest(KIOSK, manifest, MADE),
        "national.receipt": sign_receipt(NATIONAL, receipt, MADE),
    }


def opened(name: str, key: Ed25519PrivateKey, media: str) -> dict:
    raw = (GOLDEN / "courier" / name).read_bytes()
    protected, unprotected, payload, signature = cbor2.loads(raw).value
    assert (cbor2.loads(protected), unprotected) == ({1: -8, 3: media}, {})
    signed = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    key.public_key().verify(signature, signed)
    return cbor2.loads(payload)


def test_a_manifest_and_a_receipt_are_read_from_the_page_alone():
    one, two = marks()
    found = opened("kiosk-1.manifest", KIOSK, "application/vnd.huduma.manifest+cbor")
    made = int(MADE.timestamp())
    rows = [[NODE, EPOCH, 1, one + two, 0]]
    assert found == {"v": 1, "by": NODE, "made": made, "streams": rows}
    found = opened("national.receipt", NATIONAL, "application/vnd.huduma.receipt+cbor")
    rows = [[NODE, EPOCH, 2, two, 2]]
    assert found == {"v": 1, "by": "national", "made": made, "streams": rows}


def test_they_are_made_the_same_today():
    assert make() == {name: (GOLDEN / "courier" / name).read_bytes() for name in make()}


if __name__ == "__main__":
    (GOLDEN / "courier").mkdir(parents=True, exist_ok=True)
    for file, content in make().items():
        (GOLDEN / "courier" / file).write_bytes(content)
