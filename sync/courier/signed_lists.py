"""Signed lists: what a courier carries beside segments, each a COSE_Sign1 over a CBOR map.

A manifest says what a node put on a stick, so that what is lost on the way is missed, and how far
it knows its streams to be at the national node. A receipt says how far the node that read a stick
has each stream durably, and how far it knows the national node to have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provisioning.cbor import NotCanonical, decode_tagged, encode
from provisioning.identity import cose_sign1
from sync.batches.batch import Stream
from sync.batches.chain import MARK_BYTES, StreamProgress
from sync.faults import BadBatch, NotSigned, arrived, decode_arrived

MANIFEST_TYPE = "application/vnd.huduma.manifest+cbor"
RECEIPT_TYPE = "application/vnd.huduma.receipt+cbor"
VERSION = 1
_EPOCH_BYTES, _NUMBER_MAX = 8, 1 << 53

SigningKey = Callable[[str], Ed25519PublicKey]
"""The key of a node; raises `NotSigned`."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One stream on a stick: segments from `first` on, each by its mark; the national node was
    known to have it up to `national`.
    """

    stream: Stream
    first: int
    marks: tuple[bytes, ...]
    national: int

    @property
    def last(self) -> int:
        return self.first + len(self.marks) - 1


@dataclass(frozen=True, slots=True)
class StickManifest:
    """What the node `by` put on a stick."""

    by: str
    carried: Sequence[Carried]


@dataclass(frozen=True, slots=True)
class StickReceipt:
    """How far the node `by` has streams."""

    by: str
    positions: Sequence[StreamProgress]


def sign_manifest(key: Ed25519PrivateKey, manifest: StickManifest, at: datetime) -> bytes:
    """`manifest` as bytes, signed by its node."""
    rows = [
        [each.stream.node, each.stream.db_epoch, each.first, b"".join(each.marks), each.national]
        for each in manifest.carried
    ]
    return _sign(key, manifest.by, rows, at, MANIFEST_TYPE)


def sign_receipt(key: Ed25519PrivateKey, receipt: StickReceipt, at: datetime) -> bytes:
    """`receipt` as bytes, signed by its node."""
    rows = [
        [each.stream.node, each.stream.db_epoch, each.no, each.mark, each.national]
        for each in receipt.positions
    ]
    return _sign(key, receipt.by, rows, at, RECEIPT_TYPE)


@arrived("manifest")
def read_manifest(raw: bytes, key_of: SigningKey) -> StickManifest:
    """The manifest in `raw`; raises `BadBatch`, `NotSigned`."""
    by, rows = _read(raw, key_of, MANIFEST_TYPE)
    return StickManifest(by, [_carried(row) for row in rows])


@arrived("receipt")
def read_receipt(raw: bytes, key_of: SigningKey) -> StickReceipt:
    """The receipt in `raw`; raises `BadBatch`, `NotSigned`."""
    by, rows = _read(raw, key_of, RECEIPT_TYPE)
    return StickReceipt(by, [_position(row) for row in rows])


def _sign(key: Ed25519PrivateKey, by: str, rows: list[Any], at: datetime, media: str) -> bytes:
    fields = {"v": VERSION, "by": by, "made": int(at.timestamp()), "streams": rows}
    return cose_sign1.sign1(key, encode(fields), media)


def _read(raw: bytes, key_of: SigningKey, media: str) -> tuple[str, list[Any]]:
    try:
        payload = decode_tagged(cose_sign1.TAG_SIGN1, raw)[2]
    except NotCanonical as error:
        raise BadBatch("The list is damaged; bring it again with another stick.") from error
    match decode_arrived(payload, "list"):
        case {"v": 1, "by": str(by), "streams": list(rows)}:
            pass
        case _:
            raise BadBatch("The list is of a version not known here; update this node.")
    try:
        cose_sign1.verify1(key_of(by), raw, media)
    except cose_sign1.BadSignature as error:
        raise NotSigned(f"The list is not signed by {by}; it was altered or forged.") from error
    return by, rows


def _carried(row: Any) -> Carried:
    stream, first, marks, national = _row(row)
    if not isinstance(marks, bytes) or len(marks) % MARK_BYTES or first < 1:
        raise BadBatch("A line of the manifest makes no sense.")
    pieces = [marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)]
    return Carried(stream, first, tuple(pieces), national)


def _position(row: Any) -> StreamProgress:
    stream, no, mark, national = _row(row)
    if not isinstance(mark, bytes) or len(mark) != MARK_BYTES or national > no:
        raise BadBatch("A line of the receipt makes no sense.")
    return StreamProgress(stream, no, mark, national)


def _row(row: Any) -> tuple[Stream, int, Any, int]:
    match row:
        case [str(node), bytes(epoch), int(number), what, int(national)]:
            pass
        case _:
            raise BadBatch("A line of the list makes no sense.")
    numbers = 0 <= number < _NUMBER_MAX and 0 <= national < _NUMBER_MAX
    if len(epoch) != _EPOCH_BYTES or not 0 < len(node) <= 64 or not numbers:
        raise BadBatch("A line of the list makes no sense.")
    return Stream(node, epoch), number, what, national
