"""Case reference: what a citizen keeps to ask about a submitted form, such as `NRB-7K3MQ2-29`.
Pure.

Agency code, six characters of Crockford's base 32 (no I, L, O, U), two check digits that find
every single wrong character and every two neighbours in the wrong order.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 6
RANDOM_BYTES = 4


def make_reference(agency: str, randomness: bytes) -> str:
    """A reference of `agency` from `RANDOM_BYTES` unpredictable bytes."""
    number = int.from_bytes(randomness[:RANDOM_BYTES], "big")
    middle = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(CHARACTERS))
    return f"{agency}-{middle}-{_check(agency + middle):02d}"


def is_reference(text: str) -> bool:
    """Whether `text` can be a reference: shape and check digits."""
    agency, _, rest = text.strip().upper().partition("-")
    middle, _, check = rest.partition("-")
    if not agency.isalnum() or len(middle) != CHARACTERS or not set(middle) <= set(ALPHABET):
        return False
    return check == f"{_check(agency + middle):02d}"


def _check(text: str) -> int:
    """The text as a number in base 37, modulo the prime 97: one wrong character changes it by
    less than 97 times a power of 37, so never by a multiple of 97.
    """
    total = 0
    for character in text:
        total = (total * 37 + int(character, 36)) % 97
    return total
