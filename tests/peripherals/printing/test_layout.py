"""Documents into rows: words stay whole, nothing is wider than the paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peripherals.printing.document import Document, HorizontalRule, Item, TextLine, TwoColumns
from peripherals.printing.layout import clean, lay_out, width_of, wrap

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=120)


def rows(*blocks, columns=32, copy=1):
    found = lay_out(Document(blocks), columns, columns * 4 // 3, copy=copy)
    return [row.text for row in found if isinstance(row, TextLine)]


@given(WORDS, WORDS, st.integers(16, 48))
def test_no_row_is_wider_than_the_paper(left, right, columns):
    for row in rows(
        TextLine(left), TwoColumns(left, right), Item(right), HorizontalRule(), columns=columns
    ):
        assert width_of(row) <= columns


@given(WORDS)
def test_no_control_character_survives(text):
    assert all(ord(char) >= 32 and ord(char) != 127 for char in clean(text))


@given(st.lists(st.text("abcde\u0169", min_size=1, max_size=12), max_size=30))
def test_words_that_fit_are_never_broken(words):
    assert " ".join(wrap(" ".join(words), 16)).split() == words


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Ng\u2019ang\u2019a \u201cMama\u201d \u2014 5\u201310", "Ng'ang'a \"Mama\" - 5-10"),
        ("a\u0303", "\u00e3"),
        ("i\u0303", "\u0129"),
        ("a\x1b@b\x10\x04\x01", "a @b   "),
        ("M\u2011PESA\u00a0500", "M-PESA 500"),
    ],
)
def test_folding(given, wanted):
    assert clean(given) == wanted


def test_two_columns_share_a_row_or_the_right_one_ends_the_next():
    assert rows(TwoColumns("Ada", "KES 1,000")) == ["Ada" + " " * 20 + "KES 1,000"]
    assert rows(TwoColumns("Ofisi", "Ofisi ya Usajili wa Watu Nairobi")) == [
        "Ofisi",
        "Ofisi ya Usajili wa Watu Nairobi",
    ]


def test_a_list_hangs_under_its_mark():
    assert rows(Item("Cheti asili cha kuzaliwa na nakala yake")) == [
        "[ ] Cheti asili cha kuzaliwa na",
        "    nakala yake",
    ]


def test_the_duplicate_mark_stands_first_and_last():
    marked = rows(TextLine("A101"), copy=2)
    assert "NAKALA / DUPLICATE 2" in marked[0]
    assert marked[0] == marked[-1]
