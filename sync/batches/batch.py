"""Batch: one segment, a range of a node's journal as signed, sealed, compressed bytes.

A segment is built once, never changed, and is the same over a network and on a USB stick. Layers,
from outside: `read_envelope` checks the shape and the limits, `SignedEnvelope.verify` the device's
signature over every byte, `read_entries` unpacks the parts and recomputes the hash chain. A relay
stops after the second. Entries for `site` never leave the node: only the hash of the last one of
each run of them does, which is what the chain needs. Formats: PROTOCOL.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provisioning.cbor import encode
from provisioning.identity import cose_sign1
from sync.batches.columns import Allowance, Row, fold, unfold
from sync.compression import compressor
from sync.faults import BadBatch, NotSigned, arrived, decode_arrived
from sync.journal.journal import GENESIS, chain_hash

VERSION = 1
SEGMENT_MAX = 12 << 20
"""Bytes of a segment. One record with its attachments always fits (`sealing.PLAIN_MAX`)."""
SPAN_MAX = 100_000
"""Journal entries that one segment may range over, withheld ones included."""
_PARTS_MAX = 64
_PART_PLAIN_MAX = 4 << 20
_NAME_MAX = 64
_HASH_BYTES, _EPOCH_BYTES, _SIGNATURE_BYTES = 32, 8, 64
SITE = "site"


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """The journal of one database: what segments are numbered and chained within."""

    node: str
    db_epoch: bytes


@dataclass(frozen=True, slots=True)
class Fact:
    """A journal entry as batches see it: `body` is its deterministic CBOR."""

    seq: int
    hlc: int
    kind: str
    subject: UUID
    audience: str
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """The outside of a segment: everything a relay needs, nothing of what is inside."""

    stream: Stream
    no: int
    first: int
    count: int
    prev_segment: bytes
    prev_entry: bytes
    raw: bytes
    hash: bytes
    header: bytes
    parts: bytes
    signature: bytes

    @property
    def last(self) -> int:
        """The sequence number of the last journal entry in its range."""
        return self.first + self.count - 1

    def verify(self, key: Ed25519PublicKey) -> None:
        """Raise `NotSigned` unless `key` signed exactly these bytes."""
        signed = cose_sign1.signed_bytes(self.header, external=hashlib.sha256(self.parts).digest())
        try:
            key.verify(self.signature, signed)
        except InvalidSignature as error:
            msg = (
                f"Batch {self.no} is not signed by {self.stream.node}; it was altered or forged:"
                " keep it out and ask the node again."
            )
            raise NotSigned(msg) from error


@dataclass(frozen=True, slots=True)
class SegmentContents:
    """The inside of a segment: its shared entries and the chain's hash after its last one."""

    facts: Sequence[Fact]
    head: bytes


def build(
    key: Ed25519PrivateKey,
    stream: Stream,
    no: int,
    prev_segment: bytes,
    prev_entry: bytes,
    facts: Sequence[Fact],
) -> bytes:
    """The segment `no` over `facts`: consecutive entries, `site` ones included."""
    first = facts[0].seq
    assert [fact.seq for fact in facts] == list(range(first, first + len(facts)))
    header = encode(
        [VERSION, stream.node, stream.db_epoch, no, first, len(facts), prev_segment, prev_entry]
    )
    parts = encode([b"".join(_withheld(facts)), [_part(*part) for part in _by_audience(facts)]])
    signature = key.sign(cose_sign1.signed_bytes(header, external=hashlib.sha256(parts).digest()))
    return encode([header, parts, signature])


@arrived("batch")
def read_envelope(raw: bytes) -> SignedEnvelope:
    """The outside of a segment, not yet verified; raises `BadBatch`."""
    if len(raw) > SEGMENT_MAX:
        raise _bad(f"has {len(raw)} bytes, the limit is {SEGMENT_MAX}")
    match decode_arrived(raw, "batch"):
        case [bytes(header), bytes(parts), bytes(signature)]:
            pass
        case _:
            raise _bad("is not three byte strings")
    if len(signature) != _SIGNATURE_BYTES:
        raise _bad("has no Ed25519 signature")
    match decode_arrived(header, "header of a batch"):
        case [1, str(node), bytes(epoch), int(no), int(first), int(count), bytes(a), bytes(b)]:
            pass
        case _:
            raise _bad("has a header this version does not know")
    stream = Stream(node, epoch)
    digest = hashlib.sha256(raw).digest()
    envelope = SignedEnvelope(stream, no, first, count, a, b, raw, digest, header, parts, signature)
    lengths = (len(epoch), len(a), len(b))
    if lengths != (_EPOCH_BYTES, _HASH_BYTES, _HASH_BYTES) or not 0 < len(node) <= _NAME_MAX:
        raise _bad("has fields of wrong lengths in its header")
    # An exact type: a boolean is an integer to Python, but not to a journal.
    exact = all(type(number) is int for number in (no, first, count))
    if not (exact and 0 < no < 1 << 53 and 0 < first < 1 << 53 and 0 < count <= SPAN_MAX):
        raise _bad("has numbers out of range in its header")
    if (no == 1) != (a == GENESIS) or (first == 1) != (b == GENESIS):
        raise _bad("does not begin where it says")
    return envelope


@arrived("inside of a batch")
def read_entries(envelope: SignedEnvelope) -> SegmentContents:
    """The inside of a verified segment; raises `BadBatch` when it does not unpack."""
    match decode_arrived(envelope.parts, "parts of a batch"):
        case [bytes(withheld), list(parts)] if len(parts) <= _PARTS_MAX:
            pass
        case _:
            raise _bad("has parts this version does not know")
    rows: dict[int, tuple[str, Row]] = {}
    allowance = Allowance()
    for part in parts:
        for audience, row in _read_part(part, allowance):
            if row.seq in rows or not envelope.first <= row.seq <= envelope.last:
                raise _bad("has an entry twice or outside its range")
            rows[row.seq] = (audience, row)
    return _chain(envelope, rows, withheld)


def _chain(
    envelope: SignedEnvelope, rows: dict[int, tuple[str, Row]], withheld: bytes
) -> SegmentContents:
    """Recompute the hash of every shared entry, taking withheld runs by their last hash."""
    facts: list[Fact] = []
    at, expected, prev = 0, envelope.first, envelope.prev_entry
    for seq in [*sorted(rows), envelope.last + 1]:
        if seq > expected:  # a run of withheld entries lies before this one
            prev = withheld[at : at + _HASH_BYTES]
            at += _HASH_BYTES
        if seq > envelope.last:
            break
        audience, row = rows[seq]
        prev = chain_hash(
            prev, envelope.stream.node, seq, row.hlc, row.kind, row.subject, audience, row.body
        )
        subject = UUID(bytes=row.subject)
        facts.append(Fact(seq, row.hlc, row.kind, subject, audience, row.body, prev))
        expected = seq + 1
    if at != len(withheld):
        raise _bad("has other hashes than its gaps need")
    return SegmentContents(facts, prev)


def _withheld(facts: Sequence[Fact]) -> Iterable[bytes]:
    """The hash of the last entry of every run of `site` entries."""
    for place, fact in enumerate(facts):
        ends = place + 1 == len(facts) or facts[place + 1].audience != SITE
        if fact.audience == SITE and ends:
            yield fact.hash


def _by_audience(facts: Sequence[Fact]) -> list[tuple[str, list[Row]]]:
    parts: dict[str, list[Row]] = {}
    for fact in facts:
        if fact.audience != SITE:
            row = Row(fact.seq, fact.hlc, fact.kind, fact.subject.bytes, fact.body)
            parts.setdefault(fact.audience, []).append(row)
    return sorted(parts.items())


def _part(audience: str, rows: Sequence[Row]) -> list[Any]:
    columns, blob = fold(rows)
    return [audience, compressor().pack(columns), blob]


def _read_part(part: Any, allowance: Allowance) -> Iterable[tuple[str, Row]]:
    match part:
        case [str(audience), bytes(packed), bytes(blob)] if 0 < len(audience) <= _NAME_MAX:
            pass
        case _:
            raise _bad("has a part this version does not know")
    if audience == SITE:
        raise _bad("carries entries that never leave their site")
    columns = compressor().unpack(packed, _PART_PLAIN_MAX)
    return [(audience, row) for row in unfold(columns, blob, allowance)]


def _bad(why: str) -> BadBatch:
    return BadBatch(f"A batch {why}; keep it aside and report its node.")
