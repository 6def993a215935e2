"""Canonical CBOR: the one encoding of everything that is stored, hashed, signed or sent.

Deterministic (RFC 8949 section 4.2): one value has one encoding, so hashes and signatures over a
re-encoding are hashes and signatures over what came. `decode` is for bytes from outside: integers,
floats, text, bytes, booleans, null, arrays and maps with text keys; no tags, no indefinite lengths,
no duplicate keys, nothing after the end, bounded depth and number. `decode_own` is for bytes that
this node encoded and kept, and checks nothing again.
"""

from __future__ import annotations

from typing import Any

import cbor2

_DEPTH_MAX = 16
_ITEMS_MAX = 1 << 19
"""Values in one encoding. An empty list is one byte of it and 64 bytes of memory."""


class NotCanonical(Exception):
    """The bytes are not the canonical encoding of a plain value."""


def encode(value: Any) -> bytes:
    """Deterministic CBOR of `value`."""
    encoded: bytes = cbor2.dumps(value, canonical=True)
    return encoded


def encode_tagged(tag: int, value: Any) -> bytes:
    """Deterministic CBOR of `value` with a tag: a COSE message."""
    return encode(cbor2.CBORTag(tag, value))


def decode(raw: bytes, *, integer_keys: bool = False) -> Any:
    """The value in `raw`; raises `NotCanonical` for anything else than its one encoding.

    `integer_keys` lets maps have them, as COSE headers do.
    """
    if len(raw) > _ITEMS_MAX:  # fewer bytes cannot be more values
        _count(raw)
    try:
        value = cbor2.loads(
            raw,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
            max_depth=_DEPTH_MAX,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            strict_hashable_types=not integer_keys,
        )
        canonical = (not integer_keys or _plain_keys(value)) and encode(value) == raw
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise NotCanonical(str(error)) from error
    if not canonical:
        raise NotCanonical("another encoding of the value, or a key that is no number and no text")
    return value


def decode_tagged(tag: int, raw: bytes) -> Any:
    """The value in `raw` behind its `tag`, its maps with any keys; raises `NotCanonical`."""
    head = encode_tagged(tag, 0)[:-1]
    if not raw.startswith(head):
        raise NotCanonical(f"not tagged {tag}")
    return decode(raw[len(head) :], integer_keys=True)


def decode_own(raw: bytes) -> Any:
    """The value in bytes that this node encoded and kept; not checked again."""
    return cbor2.loads(raw)


def _count(raw: bytes) -> None:
    """Raise `NotCanonical` when more values stand in `raw` than are ever made of it."""
    at = 0
    for _ in range(_ITEMS_MAX):
        if at >= len(raw):
            return
        major, short = raw[at] >> 5, raw[at] & 31
        at += 1
        wide = 1 << (short - 24) if 24 <= short <= 27 else 0
        length = int.from_bytes(raw[at : at + wide], "big") if wide else short
        at += wide + (length if major in {2, 3} else 0)
    if at < len(raw):
        raise NotCanonical("too many values")


def _plain_keys(value: Any) -> bool:
    """A map as a key is encoded anew for each map around it: 33 bytes cost half a second."""
    if isinstance(value, dict):
        return all(type(key) in {int, str} and _plain_keys(each) for key, each in value.items())
    return all(map(_plain_keys, value)) if isinstance(value, list) else True


def _refuse_tag(*_: Any) -> Any:
    raise ValueError("tags are not plain")


_NO_TAGS = dict.fromkeys(range(1 << 10), _refuse_tag) | {55799: _refuse_tag}
