"""Plain CBOR: how every object that arrives from outside is decoded.

Only deterministic encodings (RFC 8949 section 4.2) of integers, floats, text, bytes, booleans,
null, arrays and maps with text keys: no tags, no indefinite lengths, no duplicate keys, nothing
after the end, bounded depth. One value has one encoding, so hashes and signatures over a
re-encoding are hashes and signatures over what came.
"""

from __future__ import annotations

from typing import Any

import cbor2

from sync.faults import BadBatch

_DEPTH_MAX = 16


def encode(value: Any) -> bytes:
    """Deterministic CBOR of `value`."""
    encoded: bytes = cbor2.dumps(value, canonical=True)
    return encoded


def decode(raw: bytes, what: str, *, integer_keys: bool = False) -> Any:
    """The value in `raw`; raises `BadBatch` naming `what` for anything not plain.

    `integer_keys` lets maps have them, as COSE headers do.
    """
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
        plain = encode(value) == raw
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise _refusal(what) from error
    if not plain:
        raise _refusal(what)
    return value


def _refusal(what: str) -> BadBatch:
    return BadBatch(f"The {what} is not what the protocol describes; its sender must send it anew.")


def _refuse_tag(*_: Any) -> Any:
    msg = "tags are not plain"
    raise ValueError(msg)


_NO_TAGS = dict.fromkeys(range(1 << 10), _refuse_tag) | {55799: _refuse_tag}
