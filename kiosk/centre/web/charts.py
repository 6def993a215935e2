"""Charts: the geometry of the manager's bar charts; `parts.html` draws them as inline SVG. Pure.

No script and no style is needed. Each chart has a title for who cannot see it; the figures stand
in the tables beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 16, 26
COLOURS = ("#0a5b3e", "#9cc9b4")
STEPS = 4
_BAR_MAX = 26.0


@dataclass(frozen=True, slots=True)
class Bars:
    """One group of a bar chart: its label and the values of its bars, None for none."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class BarDrawn:
    """One bar."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart as it is drawn: bars, labels under them (x, text), rules across (y, value)."""

    title: str
    bars: tuple[BarDrawn, ...]
    labels: tuple[tuple[float, str], ...]
    rules: tuple[tuple[float, str], ...]


def bar_chart(title: str, groups: Sequence[Bars]) -> BarChart:
    """Bars in groups over a scale that begins at zero."""
    top = scale_top(max((value or 0 for each in groups for value in each.values), default=0))
    wide = (WIDTH - LEFT - RIGHT) / max(len(groups), 1)
    bars: list[BarDrawn] = []
    labels = []
    for index, each in enumerate(groups):
        left = LEFT + index * wide
        bars += _group(each, left, wide, top)
        labels.append((round(left + wide / 2, 1), each.label))
    values = [top * step / STEPS for step in range(STEPS + 1)]
    rules = tuple((_y(value, top), f"{value:g}") for value in values)
    return BarChart(title, tuple(bars), tuple(labels), rules)


def scale_top(highest: float) -> float:
    """The least of 4, 8, 12, 20 and 40 times a power of ten that is not below `highest`."""
    step = 1.0
    while True:
        for each in (4, 8, 12, 20, 40):
            if highest <= each * step:
                return each * step
        step *= 10


def _group(each: Bars, left: float, wide: float, top: float) -> list[BarDrawn]:
    bar = min(_BAR_MAX, wide * 0.8 / max(len(each.values), 1))
    start = left + (wide - bar * len(each.values)) / 2
    base = _y(0, top)
    return [
        BarDrawn(
            x=round(start + index * bar, 1),
            y=_y(value, top),
            width=round(bar - 2, 1),
            height=round(base - _y(value, top), 1),
            colour=COLOURS[index % len(COLOURS)],
        )
        for index, value in enumerate(each.values)
        if value is not None
    ]


def _y(value: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)
