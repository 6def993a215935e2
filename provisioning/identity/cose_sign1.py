"""Signed structures: COSE_Sign1 (RFC 9052 section 4.2) with Ed25519, and nothing more.

One shape for certificates, registries and whatever else a key vouches for. The content type
stands in the protected header, so a signature over one kind of structure can never be passed
off as another. Encodings are deterministic CBOR (RFC 8949 section 4.2).
"""

from __future__ import annotations

from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TAG_SIGN1 = 18
_ALGORITHM, _CONTENT_TYPE, _EDDSA = 1, 3, -8


class BadSignature(Exception):
    """The structure is malformed, of another type, or not signed by this key."""


def canonical(value: Any) -> bytes:
    """Deterministic CBOR of `value`."""
    encoded: bytes = cbor2.dumps(value, canonical=True)
    return encoded


def sign1(key: Ed25519PrivateKey, payload: bytes, content_type: str) -> bytes:
    """A tagged COSE_Sign1 over `payload` of the media type `content_type`."""
    protected = _protected(content_type)
    signature = key.sign(_to_be_signed(protected, payload))
    return canonical(cbor2.CBORTag(TAG_SIGN1, [protected, {}, payload, signature]))


def verify1(key: Ed25519PublicKey, encoded: bytes, content_type: str) -> bytes:
    """The payload of `encoded` if `key` signed it as `content_type`; raises `BadSignature`."""
    try:
        tagged = cbor2.loads(encoded)
        if not isinstance(tagged, cbor2.CBORTag):
            raise BadSignature(content_type)
        _, _, payload, signature = tagged.value
        protected = _protected(content_type)
        # One encoding a structure: what is not byte for byte what `sign1` makes is not accepted.
        if canonical(cbor2.CBORTag(TAG_SIGN1, [protected, {}, payload, signature])) != encoded:
            raise BadSignature(content_type)
        key.verify(signature, _to_be_signed(protected, payload))
    except (cbor2.CBORDecodeError, InvalidSignature, TypeError, ValueError) as error:
        raise BadSignature(content_type) from error
    if not isinstance(payload, bytes):
        raise BadSignature(content_type)
    return payload


def _protected(content_type: str) -> bytes:
    return canonical({_ALGORITHM: _EDDSA, _CONTENT_TYPE: content_type})


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return canonical(["Signature1", protected, b"", payload])
