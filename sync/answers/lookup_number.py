"""The number under which a case stands in an agency's list of answers. Pure, and slow on purpose.

scrypt of the reference and, where the agency asks for one, the second factor. Whoever has the list
but no reference would have to try every reference there can be, each as slowly as this.
"""

from __future__ import annotations

import hashlib

NUMBER_BITS = 29
"""A list of 1,000 cases then takes less than 3 bytes each; while 10,000 answers of an agency are
kept, one in 53,000 references of which nothing was said meets the number of another."""
_COST, _BLOCKS, _PARALLEL = 1 << 12, 8, 1
_SALT = b"answers of huduma 1"


def lookup_number(reference: str, factor: str = "") -> int:
    """The number of `reference` (as it stands on the slip), with `factor` when there is one."""
    secret = (f"{reference}|{factor}" if factor else reference).encode()
    made = hashlib.scrypt(secret, salt=_SALT, n=_COST, r=_BLOCKS, p=_PARALLEL, dklen=4)
    return int.from_bytes(made, "big") >> (32 - NUMBER_BITS)
