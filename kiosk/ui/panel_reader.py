"""The size of a panel's pixels as the panel itself says it (EDID). No Kivy.

An EDID's first detailed timing names the picture's pixels and its size in mm; the older field in
whole centimetres is used where that one is empty. What is no EDID, or says nothing, gives 0.
"""

from __future__ import annotations

from pathlib import Path

CARDS = Path("/sys/class/drm")
_HEADER = bytes.fromhex("00ffffffffffff00")
_BLOCK, _TIMING, _CM = 128, 54, 21
_PLAUSIBLE_MM = (0.05, 1.0)


def mm_per_px(edid: bytes) -> float:
    """Mm a pixel across; 0 where this says nothing that can be true."""
    if len(edid) < _BLOCK or edid[:8] != _HEADER or sum(edid[:_BLOCK]) % 256:
        return 0.0
    timing = edid[_TIMING : _TIMING + 18]
    pixels = timing[2] | (timing[4] & 0xF0) << 4
    wide = timing[12] | (timing[14] & 0xF0) << 4 or edid[_CM] * 10
    found = wide / pixels if pixels and any(timing[:2]) else 0.0
    low, high = _PLAUSIBLE_MM
    return found if low < found < high else 0.0


def read_mm_per_px(cards: Path = CARDS) -> float:
    """What the connected panel says; 0 where there is none, or more than one of unlike sizes."""
    found = set()
    for path in sorted(cards.glob("*/edid")):
        try:
            found.add(mm_per_px(path.read_bytes()))
        except OSError:
            continue
    found.discard(0.0)
    return found.pop() if len(found) == 1 else 0.0
