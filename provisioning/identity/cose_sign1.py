"""Signed structures: COSE_Sign1 (RFC 9052 section 4.2) with Ed25519.

Used for certificates, registries and everything else a key signs. The content type is in the
protected header, so a signature over one kind of structure does not verify as another. Encodings
are deterministic CBOR (RFC 8949 section 4.2).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provisioning.cbor import NotCanonical, decode_tagged, encode, encode_tagged

TAG_SIGN1 = 18
_ALGORITHM, _CONTENT_TYPE, _EDDSA = 1, 3, -8


class BadSignature(Exception):
    """The structure is malformed, of another type, or not signed by this key."""


def sign1(key: Ed25519PrivateKey, payload: bytes, content_type: str) -> bytes:
    """A tagged COSE_Sign1 over `payload` of the media type `content_type`."""
    signature = key.sign(signed_bytes(payload, content_type=content_type))
    return encode_tagged(TAG_SIGN1, [protected_header(content_type), {}, payload, signature])


def verify1(key: Ed25519PublicKey, encoded: bytes, content_type: str) -> bytes:
    """The payload of `encoded` if `key` signed it as `content_type`; raises `BadSignature`."""
    try:
        fields = decode_tagged(TAG_SIGN1, encoded)
        match fields:
            case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)]:
                pass
            case _:
                raise BadSignature(content_type)
        if protected != protected_header(content_type) or unprotected:
            raise BadSignature(content_type)
        key.verify(signature, signed_bytes(payload, content_type=content_type))
    except (NotCanonical, InvalidSignature) as error:
        raise BadSignature(content_type) from error
    return payload


def signed_bytes(payload: bytes, *, external: bytes = b"", content_type: str = "") -> bytes:
    """What Ed25519 signs: the Sig_structure of a COSE_Sign1 (RFC 9052 section 4.4).

    `external` is data that both ends know and nobody sends beside the signature.
    """
    return encode(["Signature1", protected_header(content_type), external, payload])


def protected_header(content_type: str) -> bytes:
    """The protected header of a structure of this media type, encoded."""
    return encode({_ALGORITHM: _EDDSA, **({_CONTENT_TYPE: content_type} if content_type else {})})
