"""COSE structures of sealing (RFC 9052, draft-ietf-cose-hpke): bytes in, bytes out, no keys kept.

A capsule is a tagged COSE_Encrypt with one HPKE key-encryption recipient. A sealed record is a
COSE_Encrypt0 whose constant parts are left out where it is stored; `encrypt0` puts them back.
Signing is `provisioning.identity.cose_sign1`.

Numbers not yet assigned by IANA stand in the private-use range (below -65536).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from provisioning.cbor import NotCanonical, decode_tagged, encode, encode_tagged
from sync.faults import BadBatch, NotForThisAgency

TAG_ENCRYPT0, TAG_ENCRYPT = 16, 96
ALG, KID, IV, ENCAPSULATED = 1, 4, 5, -4
A256GCM = 3
A256GCM_SIV = -65_601
"""AES-256-GCM-SIV (RFC 8452), private-use number."""
HPKE_KE_HYBRID = -65_602
"""HPKE key encryption with MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305; private use."""

PROTECTED_SIV = encode({ALG: A256GCM_SIV})
PROTECTED_GCM = encode({ALG: A256GCM})
PROTECTED_KE = encode({ALG: HPKE_KE_HYBRID})


def enc_structure(context: str, protected: bytes, external: bytes) -> bytes:
    """Enc_structure of RFC 9052 section 5.3: the associated data of an AEAD."""
    return encode([context, protected, external])


def recipient_structure(external: bytes) -> bytes:
    """The HPKE `info` of a key-encryption recipient (draft-ietf-cose-hpke section 3.1.2.1)."""
    return encode(["HPKE Recipient", A256GCM, PROTECTED_KE, external])


def encrypt0(ciphertext: bytes) -> bytes:
    """The tagged COSE_Encrypt0 of a stored record, for other people's COSE tools."""
    return encode_tagged(TAG_ENCRYPT0, [PROTECTED_SIV, {}, ciphertext])


def encrypt(
    plaintext: bytes,
    *,
    content_key: bytes,
    iv: bytes,
    external: bytes,
    kid: bytes,
    encapsulated: bytes,
    wrapped: bytes,
) -> bytes:
    """A tagged COSE_Encrypt: `plaintext` by AES-256-GCM under `content_key`, which the one
    recipient `kid` gets as `wrapped` with the HPKE encapsulation `encapsulated`.
    """
    sealed = AESGCM(content_key).encrypt(
        iv, plaintext, enc_structure("Encrypt", PROTECTED_GCM, external)
    )
    recipient = [PROTECTED_KE, {KID: kid, ENCAPSULATED: encapsulated}, wrapped]
    return encode_tagged(TAG_ENCRYPT, [PROTECTED_GCM, {IV: iv}, sealed, [recipient]])


def read_encrypt(encoded: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """(iv, ciphertext, kid, encapsulated, wrapped) of a capsule; raises `BadBatch`."""
    try:
        fields = decode_tagged(TAG_ENCRYPT, encoded)
    except NotCanonical as error:
        raise _bad() from error
    match fields:
        case [protected, {5: iv}, ciphertext, [[to_protected, {4: kid, -4: enc}, wrapped]]]:
            pass
        case _:
            raise _bad()
    if protected != PROTECTED_GCM or to_protected != PROTECTED_KE:
        raise _bad()
    parts = (iv, ciphertext, kid, enc, wrapped)
    if not all(isinstance(part, bytes) for part in parts) or len(iv) != 12:
        raise _bad()
    return parts


def decrypt(ciphertext: bytes, content_key: bytes, iv: bytes, external: bytes) -> bytes:
    """The plaintext of a COSE_Encrypt; raises `NotForThisAgency`."""
    associated = enc_structure("Encrypt", PROTECTED_GCM, external)
    try:
        return AESGCM(content_key).decrypt(iv, ciphertext, associated)
    except (InvalidTag, ValueError) as error:
        msg = "A capsule was altered on its way; ask the node to send it again."
        raise NotForThisAgency(msg) from error


def _bad() -> BadBatch:
    return BadBatch("A capsule is not what the protocol describes; update this node.")
