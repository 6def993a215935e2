"""Announcement: the words of a call, in English and in Kiswahili. Pure.

A ticket's number is read sign by sign ("A101": A, one, zero, one), a counter's as a number.
Letters keep their English names in Kiswahili, as they are said in Kenya, spelt so that a Kiswahili
voice reads them so. The offline series "A-K2-07" is read group by group.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from content.i18n.kenyan_formats import spoken_number

LANGUAGES = ("sw", "en")
"""In this order each call is spoken, once a language."""

_DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS_EN = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LETTERS_SW = {
    "A": "ei", "B": "bii", "C": "sii", "D": "dii", "E": "ii", "F": "efu", "G": "jii", "H": "echi",
    "I": "ai", "J": "jei", "K": "kei", "L": "elu", "M": "emu", "N": "enu", "O": "oo", "P": "pii",
    "Q": "kyuu", "R": "aa", "S": "esi", "T": "tii", "U": "yuu", "V": "vii", "W": "dabliu",
    "X": "eksi", "Y": "wai", "Z": "zedi",
}  # fmt: skip


def pieces(label: str) -> list[str]:
    """The signs of a number as they are read one after another; hyphens are only pauses."""
    return re.findall(r"[A-Z0-9]", label.upper())


def spoken_label(label: str, language: str) -> str:
    """The label as it is read: A, one, zero, one for A101; a longer pause for each hyphen."""
    groups = [pieces(group) for group in label.split("-")]
    said = [", ".join(_sign(each, language) for each in group) for group in groups if group]
    return "; ".join(said)


def spoken_counter(counter: int, language: str) -> str:
    """The number of a counter in words: "twelve", "kumi na mbili"."""
    return spoken_number(counter) if language == "sw" else _number_en(counter)


def announcement(label: str, counter: int, language: str, say: Callable[..., str]) -> str:
    """The whole sentence; `say` gives the pack's text of `voice.call`."""
    return say(
        "voice.call",
        number=spoken_label(label, language),
        counter=spoken_counter(counter, language),
    )


def _sign(sign: str, language: str) -> str:
    if sign.isdigit():
        return spoken_number(int(sign)) if language == "sw" else _DIGITS_EN[int(sign)]
    return _LETTERS_SW.get(sign, sign) if language == "sw" else sign


def _number_en(number: int) -> str:
    if number < 10:
        return _DIGITS_EN[number]
    if number < 20:
        return _TEENS_EN[number - 10]
    if number < 100:
        tens, unit = divmod(number, 10)
        return f"{_TENS_EN[tens - 2]}{f' {_DIGITS_EN[unit]}' if unit else ''}"
    hundreds, rest = divmod(number, 100)
    return f"{_DIGITS_EN[hundreds]} hundred{f' and {_number_en(rest)}' if rest else ''}"
