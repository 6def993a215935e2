"""Sealer: encrypts a citizen's submission so that only its agency can read it.

Rules (design D4; formats in PROTOCOL.md):
- One capsule per (agency, service day, run of this service): a random secret under the agency's
  hybrid HPKE key. The capsule is an entry of the journal, appended before the first record that
  needs it.
- Record i is sealed under key i of a one-way ratchet. The sealer holds only the key of the next
  record, in memory, never on disk: who takes the machine opens nothing sealed before. A secret
  "overwritten" in a database survives in its log and in flash, so none is ever stored.
- An index is used once, even when the transaction around it rolls back.
- The agency walks the ratchet from the capsule's secret and opens records in any order.
When to seal is decided by the visit; the bytes are stored in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from provisioning.cbor import encode
from provisioning.clock import EAT, Clock
from provisioning.identity.certificates import AgencyPublic
from provisioning.identity.keys import seal
from provisioning.ids import Ids
from sync.compression import compressor
from sync.faults import BadBatch
from sync.journal.journal import Entry, Journal
from sync.sealing import cose_encrypt
from sync.store.database import Transaction

CAPSULE_KIND = "capsule.opened"
PLAIN_MAX = 4 << 20
"""Bytes of one record before sealing, attachments included."""
INDEX_MAX = 1 << 16
"""Records under one capsule; the next one opens a new capsule."""
_SECRET_BYTES, _KEY_BYTES, _NONCE_BYTES = 32, 32, 12
_ENCAPSULATED_BYTES = 1120  # ML-KEM-768 ciphertext 1088, X25519 share 32


class Agencies(Protocol):
    """Where an agency's public key is found: `provisioning.identity.certificates.Registry`."""

    def agency(self, code: str) -> AgencyPublic: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose journal a capsule belongs to; part of everything sealed under it."""

    node: str
    db_epoch: bytes


@dataclass(slots=True)
class Ratchet:
    """The chain of record keys. `step` gives key and nonce of `index` and forgets them."""

    chain: bytes
    index: int = 0

    def step(self) -> tuple[bytes, bytes]:
        """(key, nonce) of the current index; then the chain moves on and cannot go back."""
        material = _expand(self.chain, b"huduma record", _KEY_BYTES + _NONCE_BYTES)
        self.chain = _expand(self.chain, b"huduma next", _SECRET_BYTES)
        self.index += 1
        return material[:_KEY_BYTES], material[_KEY_BYTES:]


def first_ratchet(secret: bytes) -> Ratchet:
    """The ratchet of a capsule's secret, before record 0."""
    return Ratchet(_expand(secret, b"huduma chain", _SECRET_BYTES))


def capsule_context(origin: Origin, capsule: bytes, agency: str, day: str) -> bytes:
    """What a capsule is bound to: external data of its encryption and of its HPKE info."""
    return encode(["huduma capsule", 1, origin.node, origin.db_epoch, capsule, agency, day])


def record_context(origin: Origin, capsule: bytes, index: int, agency: str, subject: UUID) -> bytes:
    """Associated data of one record, as an Enc_structure."""
    external = encode(
        ["huduma record", 1, origin.node, origin.db_epoch, capsule, index, agency, subject.bytes]
    )
    return cose_encrypt.enc_structure("Encrypt0", cose_encrypt.PROTECTED_SIV, external)


@dataclass(slots=True)
class _Capsule:
    identity: UUID
    day: date
    body: Mapping[str, Any]
    ratchet: Ratchet
    kept: bool = False
    """Whether the journal is known to hold it: only a commit makes it so."""


class OpenCapsule(msgspec.Struct, frozen=True, kw_only=True):
    """A capsule as the next process of the same boot goes on with it: only the key of the next
    record, never one of an earlier record. For memory only.
    """

    agency: str
    identity: UUID
    day: date
    chain: bytes
    index: int


class Sealer:
    """One process's sealer, from its start to its end. Not shared between threads.

    `append` does everything a submission needs. `prepare` and `seal` are its halves, for a
    caller that keeps capsules elsewhere than in a journal.
    """

    def __init__(
        self, registry: Agencies, ids: Ids, clock: Clock, *, node: str, db_epoch: bytes
    ) -> None:
        self._registry = registry
        self._ids = ids
        self._clock = clock
        self._origin = Origin(node, db_epoch)
        self._capsules: dict[str, _Capsule] = {}

    def open_capsules(self) -> tuple[OpenCapsule, ...]:
        """What the next process of this boot goes on with; this sealer seals no more."""
        found = tuple(
            OpenCapsule(
                agency=agency,
                identity=each.identity,
                day=each.day,
                chain=each.ratchet.chain,
                index=each.ratchet.index,
            )
            for agency, each in self._capsules.items()
            if each.kept
        )
        self._capsules.clear()
        return found

    def go_on(self, capsules: Iterable[OpenCapsule]) -> None:
        """Use the capsules of the process before, so that not every visit costs a new one."""
        for each in capsules:
            ratchet = Ratchet(each.chain, each.index)
            self._capsules[each.agency] = _Capsule(each.identity, each.day, {}, ratchet, kept=True)

    def append(
        self,
        tx: Transaction,
        journal: Journal,
        kind: str,
        subject: UUID,
        agency: str,
        body: Mapping[str, Any],
        plaintext: bytes,
    ) -> Entry:
        """Append `body` with the sealed `plaintext` to the journal, its capsule first if it has
        none yet; all inside `tx`. Raises `IdentityFault` for an agency without a key.
        """
        for capsule_kind, capsule_body in self.prepare(agency):
            identity = UUID(bytes=capsule_body["capsule"])
            journal.append(tx, capsule_kind, identity, capsule_body, audience=f"agency:{agency}")
            tx.after_commit(self._keeper(self._capsules[agency]))
        sealed = self.seal(agency, plaintext, subject)
        return journal.append(
            tx, kind, subject, {**body, "agency": agency, **sealed}, audience=f"agency:{agency}"
        )

    def prepare(self, agency: str) -> list[tuple[str, dict[str, Any]]]:
        """The journal entries (kind, body) to append before the next `seal`; given again until
        `kept` says that they are committed.
        """
        today = self._clock.now().astimezone(EAT).date()
        capsule = self._capsules.get(agency)
        if capsule is None or capsule.day != today or capsule.ratchet.index >= INDEX_MAX:
            capsule = self._capsules[agency] = self._open(agency, today)
        return [] if capsule.kept else [(CAPSULE_KIND, dict(capsule.body))]

    def kept(self, agency: str) -> None:
        """The entries of `prepare` are committed."""
        self._capsules[agency].kept = True

    def seal(self, agency: str, plaintext: bytes, subject: UUID) -> dict[str, Any]:
        """Seal for `agency` under the capsule that `prepare` gave: the body fields `capsule`,
        `index` and `sealed`. Raises `BadBatch` for more than `PLAIN_MAX` bytes.
        """
        if len(plaintext) > PLAIN_MAX:
            msg = f"A record has {len(plaintext)} bytes, the limit is {PLAIN_MAX}; attach less."
            raise BadBatch(msg)
        capsule = self._capsules[agency]
        index = capsule.ratchet.index
        key, nonce = capsule.ratchet.step()
        name = capsule.identity.bytes
        context = record_context(self._origin, name, index, agency, subject)
        sealed = AESGCMSIV(key).encrypt(nonce, pad(compressor().pack(plaintext)), context)
        return {"capsule": name, "index": index, "sealed": sealed}

    def _open(self, agency: str, day: date) -> _Capsule:
        identity = self._ids.uuid7()
        secret, content_key, iv = (self._ids.token(size) for size in (_SECRET_BYTES, 32, 12))
        public = self._registry.agency(agency)
        context = capsule_context(self._origin, identity.bytes, agency, day.isoformat())
        wrapped = seal(public.key, content_key, cose_encrypt.recipient_structure(context))
        encoded = cose_encrypt.encrypt(
            secret,
            content_key=content_key,
            iv=iv,
            external=context,
            kid=public.kid,
            encapsulated=wrapped[:_ENCAPSULATED_BYTES],
            wrapped=wrapped[_ENCAPSULATED_BYTES:],
        )
        body = {
            "capsule": identity.bytes,
            "agency": agency,
            "epoch": self._origin.db_epoch,
            "day": day.isoformat(),
            "kid": public.kid,
            "sealed": encoded,
        }
        return _Capsule(identity, day, body, first_ratchet(secret))

    @staticmethod
    def _keeper(capsule: _Capsule) -> Callable[[], None]:
        def kept() -> None:
            capsule.kept = True

        return kept


def pad(packed: bytes) -> bytes:
    """Pad to a Padmé length (Nikitin et al. 2019): a length then tells O(log log n) bits.

    One byte 0x80, then zeros (ISO/IEC 7816-4), so that the end is found again.
    """
    wanted = padme(len(packed) + 1)
    return packed + b"\x80" + bytes(wanted - len(packed) - 1)


def unpad(padded: bytes) -> bytes:
    """What `pad` was given; raises `BadBatch`."""
    packed = padded.rstrip(b"\0")
    if packed[-1:] != b"\x80":
        raise BadBatch("A sealed record has no end mark; its sender is broken.")
    return packed[:-1]


def padme(length: int) -> int:
    """The smallest Padmé length that holds `length` bytes."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def _expand(secret: bytes, label: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, label).derive(secret)
