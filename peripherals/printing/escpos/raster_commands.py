"""Dots for ESC/POS, without live commands in them.

A printer listens for real-time commands (DLE EOT, DLE ENQ, DLE DC4) inside pictures too, so a
picture that happens to hold one would answer, clear or kick something. `defuse` moves one dot per
hit; the eye does not see it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PIL import Image

from peripherals.printing.raster import text_picture

LIVE = re.compile(
    rb"\x10(?=[\x04][\x01-\x08\x11\x14]|[\x05][\x00-\x02]|[\x14][\x01-\x08])", re.DOTALL
)
"""A real-time command of ESC/POS: DLE EOT n (17 and 20 on kiosk printers), DLE ENQ n, DLE DC4."""


@lru_cache(maxsize=512)
def glyph_columns(cluster: str, *, bold: bool) -> bytes:
    """One character as `ESC *` takes it: 12 columns of 24 dots, three bytes each, top first.

    Kept, because a language has few such letters; whole names never are.
    """
    standing = text_picture(cluster, bold=bold).transpose(Image.Transpose.TRANSPOSE)
    return bytes(octet ^ 0xFF for octet in standing.tobytes())


def defuse(dots: bytes) -> tuple[bytes, int]:
    """`dots` without live real-time commands, and how many dots were moved (one per hit)."""
    changed = bytearray(dots)
    hits = 0
    while (found := LIVE.search(changed)) is not None:
        changed[found.start()] = 0x11  # DLE with its neighbour dot set: one dot of difference
        hits += 1
    return bytes(changed), hits
