"""Opener: opens the records of one agency, in any order, from the capsules' secrets.

An `Opener` holds the agency's private key and the secrets of the capsules it has opened. For what
it cannot open the only answer is "not for this key".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from provisioning.identity.keys import AgencyKey, NotForThisKey
from sync.compression import compressor
from sync.faults import BadBatch, NotForThisAgency
from sync.sealing import cose_encrypt
from sync.sealing.sealer import (
    INDEX_MAX,
    PLAIN_MAX,
    Origin,
    Ratchet,
    capsule_context,
    first_ratchet,
    record_context,
    unpad,
)

_JUMP_MAX = 4_096
"""Keys made for one record: a step costs 7 microseconds, and a capsule costs a stranger nothing."""


@dataclass(slots=True)
class _Opened:
    """An opened capsule: the keys of every index reached so far."""

    origin: Origin
    agency: str
    ratchet: Ratchet
    keys: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def key(self, index: int) -> tuple[bytes, bytes]:
        if index - self.ratchet.index > _JUMP_MAX:
            raise BadBatch("A sealed record is far beyond those before it; its sender is broken.")
        while self.ratchet.index <= index:
            at = self.ratchet.index
            self.keys[at] = self.ratchet.step()
        return self.keys[index]


class Opener:
    """Opens the records of one agency. Give it capsules first, then records in any order."""

    def __init__(self, agency: str, key: AgencyKey) -> None:
        self._agency = agency
        self._key = key
        self._kid = key.kid
        self._capsules: dict[tuple[str, bytes], _Opened] = {}

    def add_capsule(self, node: str, body: Mapping[str, Any]) -> None:
        """Open a `capsule.opened` entry of `node`; raises `NotForThisAgency`, `BadBatch`."""
        name, agency, epoch, day, encoded = (
            body.get(field) for field in ("capsule", "agency", "epoch", "day", "sealed")
        )
        if not all(isinstance(part, bytes) for part in (name, epoch, encoded)):
            raise BadBatch("A capsule entry has missing parts; its sender is broken.")
        name, epoch, encoded = bytes(name or b""), bytes(epoch or b""), bytes(encoded or b"")
        origin = Origin(node, epoch)
        iv, ciphertext, kid, encapsulated, wrapped = cose_encrypt.read_encrypt(encoded)
        if kid != self._kid or agency != self._agency:
            raise _not_ours()
        context = capsule_context(origin, name, self._agency, str(day))
        try:
            content_key = self._key.open(
                encapsulated + wrapped, cose_encrypt.recipient_structure(context)
            )
        except NotForThisKey as error:
            raise _not_ours() from error
        secret = cose_encrypt.decrypt(ciphertext, content_key, iv, context)
        self._capsules[node, name] = _Opened(origin, self._agency, first_ratchet(secret))

    def open(self, node: str, subject: UUID, body: Mapping[str, Any]) -> bytes:
        """The plaintext of a sealed entry's body; raises `NotForThisAgency`, `BadBatch`."""
        name, index, sealed = (body.get(field) for field in ("capsule", "index", "sealed"))
        capsule = self._capsules.get((node, name)) if isinstance(name, bytes) else None
        if capsule is None:
            raise _not_ours()
        if not isinstance(sealed, bytes):
            raise BadBatch("A sealed record has no bytes; its sender is broken.")
        if type(index) is not int or not 0 <= index < INDEX_MAX:
            raise BadBatch("A sealed record has no index of its capsule; its sender is broken.")
        key, nonce = capsule.key(index)
        context = record_context(capsule.origin, bytes(name or b""), index, self._agency, subject)
        try:
            padded = AESGCMSIV(key).decrypt(nonce, sealed, context)
        except (InvalidTag, ValueError) as error:
            msg = "A sealed record was altered or moved to another place; keep it and report it."
            raise NotForThisAgency(msg) from error
        return compressor().unpack(unpad(padded), PLAIN_MAX)


def _not_ours() -> NotForThisAgency:
    return NotForThisAgency("This key opens nothing here; use the key of the agency named.")
