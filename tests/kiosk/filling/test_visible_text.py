"""What a person sees is what is reviewed, constrained and sent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.filling.normalize import visible_text


@pytest.mark.parametrize(
    ("scanned", "seen"),
    [
        ("0106285096000842\x1d21ABC\x1d10L1", "0106285096000842|21ABC|10L1"),  # GS1 fields
        ("A\x1eB\x1cC", "A|B|C"),
        ("0720123987\r\n", "0720123987"),
        ("\r\n28282828\r", "28282828"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b@\x00Mary", "\ufffd@\ufffdMary"),
        ("abc\u202edef\u200b", "abc\ufffddef\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("Wanjir\u0169 wa K\u0129mani \U0001f600", "Wanjir\u0169 wa K\u0129mani \U0001f600"),
    ],
)
def test_what_has_no_shape_gets_one(scanned: str, seen: str) -> None:
    assert visible_text(scanned) == seen


def test_lines_of_a_long_text_are_kept() -> None:
    assert visible_text("one\r\ntwo\rthree\n", lines=True) == "one\ntwo\nthree\n"


@given(st.text())
def test_nothing_unseen_is_left_and_once_is_enough(text: str) -> None:
    seen = visible_text(text)
    assert not [char for char in seen if unicodedata.category(char) in {"Cc", "Cf", "Cs"}]
    assert visible_text(seen) == seen
