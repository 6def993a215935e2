"""Texts of forms without the signs their authors styled them with."""

from __future__ import annotations

import pytest

from content.i18n.plain_words import has_markup, plain_words

STYLED = [
    ('**Your name** as on <span style="color:red">ID</span>', "Your name as on ID"),
    ("*See* [help](https://example.org)", "See help"),
    ("### Pick one\n- a\n- b", "Pick one\n- a\n- b"),
    ("B <br> two", "B\ntwo"),
    ("__Not__ _x_", "Not x"),
    ("**Asante Wanjikũ**", "Asante Wanjikũ"),
    ("5 \\* 3", "5 * 3"),
    ("<B>loud</B>", "loud"),
]
PLAIN = [
    "snake_case_name",
    "2*3*4",
    "a < b and b > c",
    "#1 of 3",
    "[optional] name",
    "Ng'ombe - mbuzi",
    "x_1 and x_2",
    "<unknown> tag",
    "5 * 3 * 2",
]


@pytest.mark.parametrize(("written", "shown"), STYLED)
def test_only_the_words_are_shown(written, shown):
    assert plain_words(written) == shown
    assert has_markup(written)


@pytest.mark.parametrize("text", PLAIN)
def test_signs_that_are_words_stay(text):
    assert plain_words(text) == text
    assert not has_markup(text)
