"""Z85 (ZeroMQ RFC 32): the text form of CURVE keys, 4 bytes to 5 printable characters."""

from __future__ import annotations

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(raw: bytes) -> str:
    """Text of `raw`, whose length is a multiple of 4; raises `ValueError`."""
    if len(raw) % 4:
        msg = f"Z85 takes a multiple of 4 bytes, not {len(raw)}"
        raise ValueError(msg)
    letters = []
    for start in range(0, len(raw), 4):
        word = int.from_bytes(raw[start : start + 4], "big")
        letters += [ALPHABET[word // 85**power % 85] for power in range(4, -1, -1)]
    return "".join(letters)


def decode(text: str) -> bytes:
    """Bytes of `text`; raises `ValueError` for anything `encode` cannot have made."""
    if len(text) % 5:
        msg = f"Z85 text is a multiple of 5 characters, not {len(text)}"
        raise ValueError(msg)
    raw = bytearray()
    for start in range(0, len(text), 5):
        word = 0
        for character in text[start : start + 5]:
            if character not in _VALUES:
                msg = f"{character!r} is no Z85 character"
                raise ValueError(msg)
            word = word * 85 + _VALUES[character]
        if word >= 1 << 32:
            msg = "a Z85 group is larger than 32 bits"
            raise ValueError(msg)
        raw += word.to_bytes(4, "big")
    return bytes(raw)
