"""Signature: finger strokes as a small PNG attachment. Pure.

Strokes arrive as JSON: a list of strokes, each a list of [x, y] with 0 to 1 across the pad. The
picture is what the agency opens, with any ODK server's tools; it is made once.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

STROKES_MAX, POINTS_MAX = 200, 5_000
WIDE, HIGH = 600, 240
_PEN = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
CROSS = "[[[0.4,0.3],[0.6,0.7]],[[0.6,0.3],[0.4,0.7]]]"
"""The mark of somebody who cannot sign."""


@dataclass(frozen=True, slots=True)
class SignatureStrokes:
    """Strokes of points (x, y), each coordinate 0 to 1."""

    strokes: tuple[tuple[tuple[float, float], ...], ...]

    @classmethod
    def read(cls, text: str) -> SignatureStrokes:
        """Strokes from their JSON; raises one of `INPUT_ERRORS` for anything else."""
        raw = json.loads(text)
        strokes = tuple(
            tuple((min(max(float(x), 0), 1), min(max(float(y), 0), 1)) for x, y in stroke)
            for stroke in raw
        )
        if not strokes or len(strokes) > STROKES_MAX or sum(map(len, strokes)) > POINTS_MAX:
            raise ValueError("too little or too much for a drawing")
        return cls(strokes)

    def text(self) -> str:
        """The strokes as a pad takes them, to be drawn again."""
        return json.dumps(self.strokes, separators=(",", ":"))

    def png(self) -> bytes:
        """The drawing in black on white, 600 by 240 pixels, eight bits of grey."""
        rows = [bytearray(b"\xff" * WIDE) for _ in range(HIGH)]
        for stroke in self.strokes:
            points = [(x * (WIDE - 1), y * (HIGH - 1)) for x, y in stroke]
            for start, end in zip(points, points[1:] or points, strict=False):
                _line(rows, start, end)
        return png(WIDE, rows)


def png(wide: int, rows: Sequence[bytes | bytearray]) -> bytes:
    """A PNG (ISO 15948) of rows of grey pixels, `wide` bytes each."""
    header = struct.pack(">IIBBBBB", wide, len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    parts = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", _sum(name, content))
        for name, content in parts
    )


def _sum(name: bytes, content: bytes) -> int:
    return zlib.crc32(name + content)


def _line(rows: list[bytearray], start: tuple[float, float], end: tuple[float, float]) -> None:
    """A line as a row of round dots, no further apart than a pixel."""
    steps = max(1, round(max(abs(end[0] - start[0]), abs(end[1] - start[1]))))
    for at in range(steps + 1):
        x = start[0] + (end[0] - start[0]) * at / steps
        y = start[1] + (end[1] - start[1]) * at / steps
        for across, down in _PEN:
            column, row = round(x) + across, round(y) + down
            if 0 <= column < WIDE and 0 <= row < HIGH:
                rows[row][column] = 0
