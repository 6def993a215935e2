"""SMS parts: a text as the PDUs a modem sends (3GPP TS 23.040 section 9.2.2.2, SMS-SUBMIT).

The GSM 7-bit alphabet (TS 23.038) where it holds every character: 160 a message, 153 a part.
Else UCS2, so that ĩ and ũ arrive as written: 70 characters, 67 a part. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PARTS_MAX = 4
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    "\f": 10,
    "^": 20,
    "{": 40,
    "}": 41,
    "\\": 47,
    "[": 60,
    "~": 61,
    "]": 62,
    "|": 64,
    "€": 101,
}
_SEPTETS: dict[str, bytes] = {c: bytes((i,)) for i, c in enumerate(_BASIC) if c != "\x1b"} | {
    c: bytes((27, i)) for c, i in _EXTENDED.items()
}
_DCS_7BIT, _DCS_UCS2 = 0x00, 0x08
_SUBMIT, _RELATIVE_VALIDITY, _HAS_HEADER = 0x01, 0x10, 0x40


@dataclass(frozen=True, slots=True, repr=False)
class PduPart:
    """One PDU. `length` is what AT+CMGS wants: octets without the service centre's."""

    pdu: str
    length: int

    def __repr__(self) -> str:
        return f"PduPart({self.length} octets)"


def kenyan_number(text: str) -> str | None:
    """A number as people write it (0712 345678, 254712…, +254112…) in E.164, or None."""
    digits = re.sub(r"[ ()\-.]", "", text)
    found = re.fullmatch(r"(?:\+?254|0)([17]\d{8})", digits)
    return f"+254{found[1]}" if found else None


def parts_of(number: str, text: str, reference: int, valid_minutes: int = 60) -> list[PduPart]:
    """The PDUs for `text` to the E.164 `number`; at most `PARTS_MAX`, else `ValueError`.

    `reference` (0-255) ties the parts of one message together.
    """
    if not re.fullmatch(r"\+\d{8,15}", number):
        raise ValueError("the number is not in international form")
    septets = [_SEPTETS.get(c) for c in text]
    packed = None not in septets
    units = [s or b"" for s in septets] if packed else _ucs2_units(text)
    single, joined = (160, 153) if packed else (140, 134)
    chunks = _chunks(units, single)
    if len(chunks) > 1:
        chunks = _chunks(units, joined)
    if not 1 <= len(chunks) <= PARTS_MAX:
        raise ValueError(f"a message has 1 to {PARTS_MAX} parts")
    headers = [
        bytes((5, 0, 3, reference & 0xFF, len(chunks), i)) if len(chunks) > 1 else b""
        for i in range(1, len(chunks) + 1)
    ]
    return [
        _submit(number, h, c, packed=packed, validity=_validity(valid_minutes))
        for h, c in zip(headers, chunks, strict=True)
    ]


def _ucs2_units(text: str) -> list[bytes]:
    """UTF-16, a surrogate pair kept together so that no part ends inside a character."""
    return [c.encode("utf-16-be") for c in text]


def _chunks(units: list[bytes], limit: int) -> list[bytes]:
    chunks, current = [], b""
    for unit in units:
        if len(current) + len(unit) > limit:
            chunks.append(current)
            current = b""
        current += unit
    return [*chunks, current] if current else chunks


def _validity(minutes: int) -> int:
    """Relative validity period (TS 23.040 section 9.2.3.12.1), rounded up, at most 24 hours."""
    if minutes <= 720:
        return max(0, -(-minutes // 5) - 1)
    return min(167, 143 + -(-(minutes - 720) // 30))


def _submit(number: str, header: bytes, chunk: bytes, *, packed: bool, validity: int) -> PduPart:
    digits = number.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    address = bytes.fromhex("".join(b + a for a, b in zip(padded[::2], padded[1::2], strict=True)))
    if packed:
        fill = -(len(header) * 8) % 7
        body = _pack(chunk, fill)
        length = (len(header) * 8 + fill) // 7 + len(chunk)
    else:
        body = chunk
        length = len(header) + len(chunk)
    first = _SUBMIT | _RELATIVE_VALIDITY | (_HAS_HEADER if header else 0)
    tpdu = (
        bytes((first, 0, len(digits), 0x91))
        + address
        + bytes((0, _DCS_7BIT if packed else _DCS_UCS2, validity, length))
        + header
        + body
    )
    return PduPart(("00" + tpdu.hex()).upper(), len(tpdu))


def _pack(septets: bytes, fill: int) -> bytes:
    """Seven-bit packing, least significant bit first, after `fill` zero bits."""
    bits = sum(septet << (fill + 7 * i) for i, septet in enumerate(septets))
    return bits.to_bytes((fill + 7 * len(septets) + 7) // 8, "little")
