"""Letters as dots: what the slip font lacks is seen to be missing, never left out."""

from __future__ import annotations

import pytest

from peripherals.printing.raster import MISSING, legible, text_picture


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("\u0169", "\u0169"),  # Kikuyu
        ("\u014b", "\u014b"),  # Luo
        ("a\u0301", "a\u0301"),
        ("\u1ebf", "\u1ebf"),
        ("\uff21", "A"),  # full width
        ("\u4e2d", MISSING),
        ("\u1200", MISSING),  # Ethiopic
        ("\U0001f600", MISSING),
    ],
)
def test_a_letter_is_drawn_or_its_lack_is(written: str, drawn: str) -> None:
    assert legible(written) in {drawn, MISSING if drawn not in {written, "A"} else drawn}
    assert text_picture(written).getextrema() == (0, 1), "there is ink"
