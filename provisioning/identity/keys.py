"""Keys: made on the device, kept by a `KeyStore`, never printed.

A node has an Ed25519 signing key, a hybrid HPKE key and a CURVE key for its links; an agency has a
hybrid HPKE key. Hybrid means ML-KEM-768 with X25519 (HPKE KEM 0x647a, also called X-Wing):
`cryptography` gives such keys no serialisation, so what is kept is the 32-byte seed of the
specification, expanded by SHAKE256 into the two component keys. The public form is the ML-KEM key
(1184 bytes) followed by the X25519 key (32 bytes).

Today's store is files (0600 in a 0700 folder), which protects nothing against somebody who holds
the card: what cannot be protected is not kept (design D4). A store in an OTP, a TPM or a secure
element implements the same port.
"""

from __future__ import annotations

import base64
import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from provisioning.durable_files import create_file, sync_folder
from provisioning.faults import Fault
from provisioning.ids import Ids

KEY_BYTES = 32
HPKE_PUBLIC_BYTES = 1184 + 32
_MAGIC = "huduma-key-1"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
NODE_KEYS = ("signing", "hpke", "curve")


class KeyFault(Fault):
    """A key is missing, damaged or readable by others."""

    code = 16


class NotForThisKey(Exception):
    """A sealed message that this key, or this `info`, does not open."""


class KeyStore(Protocol):
    """Where 32-byte secrets live. Files today; hardware tiers implement the same three verbs."""

    def read(self, name: str) -> bytes:
        """The secret called `name`; raises `KeyFault`."""
        ...

    def write(self, name: str, secret: bytes) -> None:
        """Keep a new secret; raises `KeyFault` when there is one of that name already."""
        ...

    def problems(self) -> list[str]:
        """What is wrong with how the secrets are kept, in sentences; empty when nothing is."""
        ...


class FileKeyStore:
    """Secrets as small text files: magic, name, base64 and a checksum, so that a damaged,
    truncated or swapped file is found before it signs anything.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes:
        path = self.path(name)
        try:
            line = path.read_bytes()
        except OSError as error:
            msg = f"The key {path} cannot be read ({error.strerror}); provision the node again."
            raise KeyFault(msg) from error
        words = line.split()
        try:
            secret = base64.b64decode(words[2], validate=True)
        except (ValueError, IndexError) as error:
            raise KeyFault(self._damaged(path)) from error
        # Compared whole: base64 has spare bits, and a damaged file should not be nearly right.
        if len(secret) != KEY_BYTES or line != self._line(name, secret):
            raise KeyFault(self._damaged(path))
        return secret

    def write(self, name: str, secret: bytes) -> None:
        assert len(secret) == KEY_BYTES
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path(name), self._line(name, secret))
        sync_folder(self.folder)  # no certificate without its key after a power cut

    def problems(self) -> list[str]:
        found = []
        for path in [self.folder, *sorted(self.folder.glob("*.key"))]:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                wanted = "700" if path.is_dir() else "600"
                found.append(f"{path} is open to others ({mode:o}): chmod {wanted} {path}")
        return found

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    @staticmethod
    def _line(name: str, secret: bytes) -> bytes:
        encoded = base64.b64encode(secret).decode()
        return f"{_MAGIC} {name} {encoded} {_check(name, secret)}\n".encode()

    @staticmethod
    def _damaged(path: Path) -> str:
        return f"The key {path} is damaged; restore it from backup or provision the node again."


def write_private(path: Path, content: bytes) -> None:
    """Create `path` (0600, fsynced, never over an existing file); raises `KeyFault`."""
    try:
        create_file(path, content)
    except FileExistsError as error:
        raise KeyFault(f"{path} exists; a key is never overwritten: move it away first.") from error


@dataclass(frozen=True, slots=True)
class HpkeKey:
    """A hybrid HPKE private key, kept as its 32-byte seed (never shown by repr)."""

    seed: bytes

    def __repr__(self) -> str:
        return f"HpkeKey(kid={self.kid.hex()})"

    @property
    def private(self) -> MLKEM768X25519PrivateKey:
        mlkem, x25519 = self._parts()
        return MLKEM768X25519PrivateKey(mlkem, x25519)

    @property
    def public(self) -> bytes:
        """1216 bytes: ML-KEM-768 encapsulation key, then X25519 public key."""
        mlkem, x25519 = self._parts()
        return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    @property
    def kid(self) -> bytes:
        return key_id(self.public)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plaintext sealed to this key under `info`; raises `NotForThisKey`."""
        return open_sealed(self.private, sealed, info)

    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        # draft-connolly-cfrg-xwing-kem, expandDecapsulationKey: SHAKE256(seed, 96).
        expanded = hashlib.shake_256(self.seed).digest(96)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            X25519PrivateKey.from_private_bytes(expanded[64:]),
        )


AgencyKey = HpkeKey
"""An agency's key: the same hybrid key, held by the agency alone."""


AGENCY_KEYS = ("agency", "answers")
"""What an agency keeps: the key that opens its records, and the one that signs its answers."""


def agency_public(store: KeyStore) -> bytes:
    """What a registry says of an agency: its HPKE key, then its signing key; raises `KeyFault`."""
    opens, signs = (store.read(name) for name in AGENCY_KEYS)
    signer = Ed25519PrivateKey.from_private_bytes(signs).public_key()
    return AgencyKey(opens).public + signer.public_bytes_raw()


def key_id(public: bytes) -> bytes:
    """Eight bytes naming a public key: the head of its SHA-256."""
    return hashlib.sha256(public).digest()[:8]


def hpke_public(encoded: bytes) -> MLKEM768X25519PublicKey:
    """The public key from its 1216 bytes; raises `ValueError`."""
    if len(encoded) != HPKE_PUBLIC_BYTES:
        raise ValueError(f"a hybrid public key has {HPKE_PUBLIC_BYTES} bytes, not {len(encoded)}")
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(encoded[:1184]),
        X25519PublicKey.from_public_bytes(encoded[1184:]),
    )


def seal(public: bytes | MLKEM768X25519PublicKey, plaintext: bytes, info: bytes) -> bytes:
    """Seal to `public` (HPKE base mode, RFC 9180): enc (1120 bytes), ciphertext, 16-byte tag.

    There is no separate associated data: whatever must be bound belongs in `info`.
    """
    key = hpke_public(public) if isinstance(public, bytes) else public
    sealed: bytes = _SUITE.encrypt(plaintext, key, info)
    return sealed


def open_sealed(private: MLKEM768X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Open what `seal` made; raises `NotForThisKey`."""
    try:
        plaintext: bytes = _SUITE.decrypt(sealed, private, info)
    except (InvalidTag, ValueError) as error:
        raise NotForThisKey("this key does not open the message") from error
    return plaintext


@dataclass(frozen=True, slots=True, repr=False)
class NodeKeys:
    """One node's private keys."""

    signing: Ed25519PrivateKey
    hpke: HpkeKey
    curve_secret: bytes

    @classmethod
    def create(cls, store: KeyStore, ids: Ids) -> NodeKeys:
        """Make fresh keys in `store`; raises `KeyFault` when it holds some already."""
        for name in NODE_KEYS:
            store.write(name, ids.token(KEY_BYTES))
        return cls.load(store)

    @classmethod
    def load(cls, store: KeyStore) -> NodeKeys:
        """Read the keys from `store`; raises `KeyFault`."""
        signing, hpke, curve = (store.read(name) for name in NODE_KEYS)
        return cls(Ed25519PrivateKey.from_private_bytes(signing), HpkeKey(hpke), curve)

    @property
    def signing_public(self) -> bytes:
        return self.signing.public_key().public_bytes_raw()

    @property
    def curve_public(self) -> bytes:
        """The X25519 public key of CURVE (32 bytes; ZeroMQ takes it as Z85 text, RFC 32)."""
        secret = X25519PrivateKey.from_private_bytes(self.curve_secret)
        return secret.public_key().public_bytes_raw()


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """An Ed25519 key from its 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(secret)


def signing_public(encoded: bytes) -> Ed25519PublicKey:
    """An Ed25519 public key from its 32 bytes; raises `ValueError`."""
    return Ed25519PublicKey.from_public_bytes(encoded)


def fingerprint(public: bytes) -> str:
    """Eight letters to read aloud: 40 bits of the key's SHA-256 without 0, 1, I and O."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    bits = int.from_bytes(hashlib.sha256(public).digest()[:5], "big")
    letters = [alphabet[(bits >> shift) & 31] for shift in range(35, -1, -5)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def _check(name: str, secret: bytes) -> str:
    # One way and short: it finds damage and tells a reader of the file nothing he has not got.
    return hashlib.sha256(b"huduma-key-check" + name.encode() + secret).hexdigest()[:8]
