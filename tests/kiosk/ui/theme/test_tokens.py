"""Colours and sizes: WCAG arithmetic on the token tables, no window."""

from __future__ import annotations

import csv
from dataclasses import fields
from typing import NamedTuple

import pytest

from content.default_sources import DEFAULT_SOURCES
from kiosk.node.default_panel import default_panel
from kiosk.ui.theme.tokens import (
    ACCENTS,
    LEGAL_TEXT_DP,
    MM_PER_DP,
    PALETTES,
    SUNLIGHT,
    TARGET_DP,
    Palette,
    legible,
    ratio,
    rgba,
)


class ContrastPair(NamedTuple):
    """Two tokens that meet on a screen and the least contrast between them."""

    front: str
    back: str
    least: float


TEXT_PAIRS = (
    *(ContrastPair("ink", back, 7.0) for back in ("bg", "surface", "sunken", "brand_soft", "key")),
    ContrastPair("ink", "key_alt", 7.0),
    *(ContrastPair("muted", back, 7.0) for back in ("bg", "surface", "brand_soft")),
    ContrastPair("on_brand", "brand", 7.0), ContrastPair("brand", "surface", 7.0),
    ContrastPair("brand", "brand_soft", 6.0), ContrastPair("on_header", "header", 7.0),
    ContrastPair("on_header", "header_soft", 7.0),
    *(ContrastPair(tone, f"{tone}_soft", 6.0) for tone in ("good", "warn", "problem", "calm")),
    ContrastPair("problem", "surface", 7.0), ContrastPair("good", "surface", 7.0),
)  # fmt: skip
SHAPE_PAIRS = (
    ContrastPair("line", "surface", 3.0), ContrastPair("line", "bg", 3.0),
    ContrastPair("focus", "surface", 3.0), ContrastPair("focus", "bg", 3.0),
    ContrastPair("brand", "bg", 3.0),
)  # fmt: skip


def test_the_ratio_is_that_of_wcag():
    assert ratio(rgba("#000000"), rgba("#FFFFFF")) == pytest.approx(21.0)
    assert ratio(rgba("#767676"), rgba("#FFFFFF")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
def test_every_pair_of_every_theme_has_its_contrast(palette):
    poor = [
        (pair, round(found, 2))
        for pair in (*TEXT_PAIRS, *SHAPE_PAIRS)
        if (found := ratio(getattr(palette, pair.front), getattr(palette, pair.back))) < pair.least
    ]
    assert poor == []


def test_sunlight_has_no_grey_and_no_line_under_two_pixels():
    for slot in (each.name for each in fields(Palette) if each.type == "Rgba"):
        red, green, blue, _ = getattr(SUNLIGHT, slot)
        assert not (red == green == blue and 0 < red < 1), slot
    assert SUNLIGHT.line_dp >= 2


def test_white_stands_on_every_accent_and_every_agency():
    with (DEFAULT_SOURCES / "agencies.csv").open(newline="") as lines:
        colours = [row["colour_hex"] for row in csv.DictReader(lines)]
    assert [c for c in (*ACCENTS.values(), *colours) if not legible(rgba(c))] == []


def test_sizes_are_those_of_fingers_and_eyes():
    assert TARGET_DP * MM_PER_DP >= 20
    assert LEGAL_TEXT_DP * 0.727 * MM_PER_DP >= 4.8


PANELS = {
    "10.1 inch": (1280, 800, 0.170),
    "15.6 inch, full HD": (1920, 1080, 0.180),
    "15.6 inch": (1280, 800, 0.2625),
    "21.5 inch": (1920, 1080, 0.248),
    "21.5 inch, upright": (1080, 1920, 0.248),
    "7 inch": (800, 480, 0.190),
}


@pytest.mark.parametrize("panel", PANELS)
def test_a_dp_is_never_smaller_than_it_says(panel):
    width, height, mm_per_px = PANELS[panel]
    look = default_panel(width=width, height=height, mm_per_px=mm_per_px)
    assert look.density * mm_per_px >= MM_PER_DP * 0.999


def test_a_panel_that_says_nothing_is_taken_for_one_of_15_6_inch():
    assert default_panel(width=1280, height=800).mm_per_px == pytest.approx(0.2625, abs=1e-4)
    assert default_panel(width=1920, height=1080).mm_per_px == pytest.approx(0.1799, abs=1e-4)


@pytest.mark.parametrize(
    ("width", "height", "floor_mm", "lower"),
    [(1080, 1920, 0, True), (1920, 1080, 0, False), (1920, 1080, 900, False),
     (1920, 1080, 1000, True)],
)  # fmt: skip
def test_what_is_touched_stands_low_where_the_panel_is_upright_or_hangs_high(
    width, height, floor_mm, lower
):
    look = default_panel(width=width, height=height, mm_per_px=0.248, floor_mm=floor_mm)
    assert look.lower_buttons is lower


def test_a_colour_that_is_none_is_refused():
    with pytest.raises(ValueError, match="RRGGBB"):
        rgba("green")
