"""Keyboards as data: what a key does, and that everything people write can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.keyboard_layouts import (
    FIRST_PAGE,
    NAMED,
    PAGES,
    Typing,
    begin,
    press,
    shown,
    steps_to_type,
)
from kiosk.ui_protocol.view import KeyboardKind


def typed(keyboard: KeyboardKind, text: str, before: str = "") -> str:
    typing = begin(keyboard, before)
    for key in steps_to_type(text, typing, before):
        typing, before = press(key, typing, before)
    return before


@pytest.mark.parametrize(
    "text",
    ["Wanjikũ Njeri", "Mũthoni wa Gĩtaũ", "Ng'ang'a", "O'Brien-Otieno", "ABDI", "P.O. Box 33",
     "nyumba ya 4, Wajir", "5% (five)", "mcDonald"],
)  # fmt: skip
def test_names_and_places_can_be_written(text):
    assert typed(KeyboardKind.TEXT, text) == text


@given(
    st.text(
        alphabet="abcdefghijklmnopqrstuvwxyzĩũABCDEFGHIJKLMNOPQRSTUVWXYZĨŨ0123456789'-.,",
        max_size=30,
    )
)
def test_any_mix_of_our_letters_can_be_written(text):
    assert typed(KeyboardKind.TEXT, text) == text


@pytest.mark.parametrize(
    ("keyboard", "text"),
    [(KeyboardKind.NUMBER, "0123456789"), (KeyboardKind.DECIMAL, "12.5"), (KeyboardKind.PHONE, "+254712345678"),
     (KeyboardKind.ID, "A001234567Z"), (KeyboardKind.ID, "WJR-7F3K-22")],
)  # fmt: skip
def test_pads_write_what_they_are_for(keyboard, text):
    assert typed(keyboard, text) == text


def test_a_pad_refuses_what_it_has_no_key_for():
    with pytest.raises(ValueError, match="number keyboard has no key"):
        typed(KeyboardKind.NUMBER, "1a")


def test_small_letters_become_capitals_on_the_identity_pad():
    assert typed(KeyboardKind.ID, "a001b") == "A001B"


def test_each_word_begins_with_a_capital_and_goes_on_small():
    typing, text = begin(KeyboardKind.TEXT, ""), ""
    for key in ("w", "a", "SPACE", "n"):
        typing, text = press(key, typing, text)
    assert text == "Wa N"
    assert typing == Typing("abc", shift=False)


@pytest.mark.parametrize(("before", "after"), [("", ""), ("a", ""), ("ab ", "ab")])
def test_back_takes_one_letter_and_never_fails(before, after):
    assert press("BACK", Typing("abc", shift=False), before)[1] == after


def test_two_spaces_are_one():
    assert press("SPACE", Typing("abc", shift=False), "a ")[1] == "a "


def test_every_keyboard_kind_has_a_page():
    assert set(FIRST_PAGE) == set(KeyboardKind) - {KeyboardKind.NONE}
    assert set(FIRST_PAGE.values()) <= set(PAGES)


def test_every_key_shows_a_letter_or_an_icon():
    for page, layout in PAGES.items():
        for row in layout.rows:
            for key in row:
                assert shown(key, Typing(page, shift=True)) or key in NAMED
