"""A set of numbers in few bytes: sorted, and only the gaps between them are written. Pure.

Golomb-Rice coding: a gap less one is `quotient` one-bits, a zero, and `width` low bits. The width
follows from how many numbers there are in which range, so nobody has to send it; one set has one
encoding. For 1,000 numbers of 29 bits it is 20.6 bits each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.faults import BadBatch


def pack_numbers(numbers: Iterable[int], bits: int) -> bytes:
    """The different `numbers`, each below 2 ** `bits`, in order."""
    ordered = sorted(set(numbers))
    width = _width(len(ordered), bits)
    mask, before = (1 << width) - 1, -1
    pieces: list[str] = []
    for number in ordered:
        gap, before = number - before - 1, number
        pieces.append("1" * (gap >> width) + "0")
        pieces.append(format(gap & mask, f"0{width}b") if width else "")
    text = "".join(pieces)
    size = -(-len(text) // 8)
    return int(text.ljust(size * 8, "0") or "0", 2).to_bytes(size, "big")


def unpack_numbers(packed: bytes, count: int, bits: int) -> Sequence[int]:
    """The `count` numbers in `packed`; raises `BadBatch` for anything but their one encoding."""
    width = _width(count, bits)
    text = format(int.from_bytes(packed, "big"), f"0{len(packed) * 8}b") if packed else ""
    numbers, at, before = [], 0, -1
    for _ in range(count):
        end = text.find("0", at)
        tail = text[end + 1 : end + 1 + width]
        if end < 0 or len(tail) < width:
            raise BadBatch("A list of answers ends in the middle of a number.")
        gap = (end - at) << width | (int(tail, 2) if width else 0)
        before += gap + 1
        numbers.append(before)
        at = end + 1 + width
    if len(text) - at >= 8 or "1" in text[at:] or (numbers and numbers[-1] >> bits):
        raise BadBatch("A list of answers holds more than it says.")
    return numbers


def _width(count: int, bits: int) -> int:
    """How many low bits of a gap are written as they are."""
    return max(0, ((1 << bits) * 7 // (max(1, count) * 10)).bit_length() - 1)
