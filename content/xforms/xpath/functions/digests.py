"""Digests and encodings: `digest`, `base64-decode`."""

from __future__ import annotations

import base64
import binascii
import hashlib

from content.xforms.faults import EvaluationFault
from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import Context

_ALGORITHMS = {
    "md5": "md5",
    "sha-1": "sha1",
    "sha1": "sha1",
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
}


def _digest(_: Context, text: str, algorithm: str, encoding: str = "base64") -> str:
    name = _ALGORITHMS.get(algorithm.lower())
    if name is None:
        raise EvaluationFault(
            f"digest() knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512, not {algorithm!r}."
        )
    digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
    if encoding.lower() == "hex":
        return digest.hex()
    return base64.b64encode(digest).decode()


def _decode(_: Context, text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


TABLE = {
    "digest": Function("text", "sss", _digest, optional=1),
    "base64-decode": Function("text", "s", _decode),
}
