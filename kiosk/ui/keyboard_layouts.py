"""Keyboards as data, and what a key does to a text. Pure: no Kivy, no words of any language.

A layout is rows of keys. A key is one character, or a name in capitals: SHIFT, BACK, SPACE,
ENTER, or `ABC`/`123` to change the page. The space, shift and back keys carry icons, so a
keyboard needs no translation.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.ui_protocol.view import KeyboardKind

SHIFT, BACK, SPACE, ENTER, LETTERS, DIGITS = "SHIFT", "BACK", "SPACE", "ENTER", "ABC", "123"
BLANK = "BLANK"
NAMED = {SHIFT, BACK, SPACE, ENTER, LETTERS, DIGITS, BLANK}
ICONS = {SHIFT: "shift", BACK: "backspace", SPACE: "space_bar", ENTER: "keyboard_return"}
WIDTHS = {SPACE: 3.4, ENTER: 1.6, SHIFT: 1.5, BACK: 1.5, LETTERS: 1.5, DIGITS: 1.5}


class Layout(NamedTuple):
    """`big` keys are 20 mm (digits); `width` is the part of the screen's width used."""

    rows: tuple[tuple[str, ...], ...]
    big: bool = False
    width: float = 1.0


def _layout(*rows: str, big: bool = False, width: float = 1.0) -> Layout:
    return Layout(tuple(tuple(row.split()) for row in rows), big, width)


PAGES: dict[str, Layout] = {
    "abc": _layout(
        "q w e r t y u i o p", "a s d f g h j k l ĩ", "SHIFT z x c v b n m ũ BACK",
        "123 ' - SPACE , . ENTER",
    ),
    "symbols": _layout(
        "1 2 3 4 5 6 7 8 9 0", "@ # & / : ; ( ) + _", '? ! " % * = < > BACK',
        "ABC ' - SPACE , . ENTER",
    ),
    "number": _layout("1 2 3", "4 5 6", "7 8 9", "BLANK 0 BACK", big=True, width=1.0),
    "decimal": _layout("1 2 3", "4 5 6", "7 8 9", ". 0 BACK", big=True, width=1.0),
    "phone": _layout("1 2 3", "4 5 6", "7 8 9", "+ 0 BACK", big=True, width=1.0),
    "id": _layout(
        "1 2 3 4 5 6 7 8 9 0", "Q W E R T Y U I O P", "A S D F G H J K L",
        "Z X C V B N M - / BACK",
    ),
    "letters": _layout(
        "x ' y h j - q", "p g m e r BACK z", "l u i a n SPACE s", "f b k o t d v",
        "ĩ SHIFT c w ENTER 123 ũ",
    ),
}  # fmt: skip
LETTERS_PAGE = "letters"
"""For five keys: the likeliest letter of a Kenyan name in the middle, the others around it by how
often they come, so that a letter takes under three presses.
"""
HOMES = {"letters": "a", "abc": "g", "symbols": "@", "id": "G", "number": "5", "decimal": "5",
         "phone": "5"}  # fmt: skip
"""The key on which the focus rests, page by page."""
_OF_LETTERS = frozenset({"abc", LETTERS_PAGE})
FIRST_PAGE: dict[KeyboardKind, str] = {
    KeyboardKind.TEXT: "abc",
    KeyboardKind.NUMBER: "number",
    KeyboardKind.DECIMAL: "decimal",
    KeyboardKind.PHONE: "phone",
    KeyboardKind.ID: "id",
}
LONGEST_TEXT = 2000  # characters a field will take


class Typing(NamedTuple):
    """Page shown and whether the next letter is a capital."""

    page: str
    shift: bool


def begin(keyboard: KeyboardKind, text: str) -> Typing:
    """The keyboard as it opens over `text`."""
    page = FIRST_PAGE.get(keyboard, "abc")
    return Typing(page, page == "abc" and wants_capital(text))


def wants_capital(text: str) -> bool:
    """Names and places: a capital begins each word; the person can always shift."""
    return not text or text[-1] in " -\n"


def press(key: str, typing: Typing, text: str) -> tuple[Typing, str]:
    """What `key` does: the keyboard after it and the text after it."""
    match key:
        case "SHIFT":
            return Typing(typing.page, not typing.shift), text
        case "ABC":
            return Typing("abc", wants_capital(text)), text
        case "123":
            return Typing("symbols", shift=False), text
        case "ENTER":
            return typing, text
        case "BACK":
            after = text[:-1]
        case "SPACE":
            after = text + " " if text and not text.endswith(" ") else text
        case letter:
            after = (text + (letter.upper() if typing.shift else letter))[:LONGEST_TEXT]
    return Typing(typing.page, typing.page in _OF_LETTERS and wants_capital(after)), after


def shown(key: str, typing: Typing) -> str:
    """The character on the key now; "" where it carries an icon."""
    if key in ICONS:
        return ""
    return key.upper() if typing.shift and key not in NAMED else key


def steps_to_type(text: str, typing: Typing, before: str) -> list[str]:
    """Keys to tap so that `text` is added. Raises ValueError where no key makes a character."""
    taps: list[str] = []
    for letter in text:
        key = SHIFT
        while key in {SHIFT, LETTERS, DIGITS}:
            key = _key_towards(letter, typing)
            typing, before = press(key, typing, before)
            taps.append(key)
    return taps


def _key_towards(letter: str, typing: Typing) -> str:
    """The key that types `letter`, or that brings it nearer."""
    if letter == " ":
        return SPACE
    on_page = {key for row in PAGES[typing.page].rows for key in row if key not in NAMED}
    if typing.page in _OF_LETTERS and letter.lower() in on_page:
        cased = letter.upper() if typing.shift else letter.lower()
        return letter.lower() if letter == cased else SHIFT
    for candidate in (letter, letter.upper()):
        if candidate in on_page:
            return candidate
    letters = (DIGITS, "symbols")
    turn, other = {"abc": letters, LETTERS_PAGE: letters, "symbols": (LETTERS, "abc")}.get(
        typing.page, ("", "")
    )
    elsewhere = {key for row in PAGES[other].rows for key in row} if other else set()
    if letter in elsewhere or (other == "abc" and letter.lower() in elsewhere):
        return turn
    raise ValueError(f"the {typing.page} keyboard has no key for {letter!r}")
