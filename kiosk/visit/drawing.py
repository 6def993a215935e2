"""Drawing: finger strokes as a small SVG attachment. Pure.

Strokes arrive as JSON: a list of strokes, each a list of [x, y] with 0 to 1 across the pad. The
SVG is what the agency opens; it is made once and never parsed again here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

STROKES_MAX, POINTS_MAX = 200, 5_000
CROSS = "[[[0.4,0.3],[0.6,0.7]],[[0.6,0.3],[0.4,0.7]]]"
"""The mark of somebody who cannot sign."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes of points (x, y), each coordinate 0 to 1."""

    strokes: tuple[tuple[tuple[float, float], ...], ...]

    @classmethod
    def read(cls, text: str) -> Drawing:
        """Strokes from their JSON; raises `ValueError` or `TypeError` for anything else."""
        raw = json.loads(text)
        strokes = tuple(
            tuple((min(max(float(x), 0), 1), min(max(float(y), 0), 1)) for x, y in stroke)
            for stroke in raw
        )
        if not strokes or len(strokes) > STROKES_MAX or sum(map(len, strokes)) > POINTS_MAX:
            raise ValueError("too little or too much for a drawing")
        return cls(strokes)

    def svg(self) -> bytes:
        """The drawing, 600 by 200 units."""
        lines = "".join(
            "<polyline points='"
            + " ".join(f"{x * 600:.0f},{y * 200:.0f}" for x, y in stroke)
            + "'/>"
            for stroke in self.strokes
        )
        return (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 200'>"
            f"<g fill='none' stroke='#000' stroke-width='3'>{lines}</g></svg>"
        ).encode()
