"""Entry: one fact of a journal, how it is encoded, and how it is chained to the one before.

The bytes here are the contract of every node with every other: `encode_body` and `chain_hash`
are golden-tested and never change without a new format version. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from provisioning.cbor import decode_own, encode
from sync.store.database import Row, Transaction

GENESIS = bytes(32)
"""What the first entry is chained to."""

COLUMNS = "seq, hlc, kind, subject, audience, body, prev, hash"
"""The columns of the table `journal`, in the order `entry_of` takes them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `audience` says who may read the body once it leaves the node:
    `site` (never leaves the centre), `national`, or `agency:CODE` (body already sealed).
    """

    node: str
    seq: int
    hlc: int
    kind: str
    subject: UUID
    audience: str
    body: Mapping[str, Any]
    prev: bytes
    hash: bytes


class Projection(Protocol):
    """A table (or several) that is a fold of the journal."""

    @property
    def tables(self) -> Sequence[str]:
        """The tables it owns, parents before children."""
        ...

    def apply(self, tx: Transaction, entry: Entry) -> None:
        """Change the projection's tables for `entry`; ignore kinds that do not concern it.

        It may read `entry` and its own tables only: not the clock, not other tables, no chance.
        """
        ...


def encode_body(body: Mapping[str, Any]) -> bytes:
    """Deterministic CBOR (RFC 8949 section 4.2) of an entry body."""
    return encode(dict(body))


def chain_hash(
    prev: bytes,
    node: str,
    seq: int,
    hlc: int,
    kind: str,
    subject: bytes,
    audience: str,
    body: bytes,
) -> bytes:
    """SHA-256 over the previous hash and the canonical CBOR array of the entry's fields."""
    fields = encode([node, seq, hlc, kind, subject, audience, body])
    return hashlib.sha256(prev + fields).digest()


def entry_of(node: str, row: Row) -> Entry:
    """The entry of `node` in a row of `COLUMNS`."""
    seq, stamp, kind, subject, audience, body, prev, digest = row
    return Entry(
        node,
        seq,
        stamp,
        kind,
        UUID(bytes=bytes(subject)),
        audience,
        decode_own(bytes(body)),
        bytes(prev),
        bytes(digest),
    )
