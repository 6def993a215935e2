"""Speech text: how written text is spoken: ng' words, money, dates, times, phone numbers,
references.

Pure. espeak-ng reads most Kiswahili correctly; this corrects what it gets wrong: any apostrophe is
spelled out (so words with ng' are given as phonemes), signs are read in English, long digit
strings as millions, KES letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from content.i18n.kenyan_formats import MONTHS, spoken_time

NG_PHONEMES = {"ng'": "N", "a": "a", "e": "e", "i": "i", "o": "o", "u": "u", "ĩ": "i", "ũ": "u",
               "ch": "tS", "dh": "D", "gh": "Q", "kh": "x", "ng": "Ng", "ny": "n^", "sh": "S",
               "th": "T", "y": "j", "j": "dZ"}  # fmt: skip
SIGNS = {
    "en": {
        "&": " and ",
        "/": " or ",
        "%": " percent",
        "·": ", ",
        "+": " plus ",
        "→": ", ",
        "•": ", ",
    },
    "sw": {
        "&": " na ",
        "/": " au ",
        "%": " asilimia",
        "·": ", ",
        "+": " jumlisha ",
        "→": ", ",
        "•": ", ",
    },
}


def spoken(text: str, language: str) -> str:
    """`text` as it should be said in `language`."""
    swahili = language == "sw"
    lang = "sw" if swahili else "en"
    for pattern, say in RULES:
        text = re.sub(pattern, _with(say, lang), text)
    if swahili:
        text = re.sub(
            r"\b[\w'\u2019]*[nN]g['\u2019][\w'\u2019]*", lambda m: ng_word(m.group()), text
        )
    for sign, word in SIGNS[lang].items():
        text = text.replace(sign, word)
    return re.sub(r"[ \t]+", " ", text).strip()


def _with(
    say: Callable[[re.Match[str], str], str], language: str
) -> Callable[[re.Match[str]], str]:
    return lambda match: say(match, language)


def digits(text: str) -> str:
    """One digit after the other."""
    return " ".join(text)


def money(match: re.Match[str], language: str) -> str:
    amount = match.group(1).replace(",", "").removesuffix(".00")
    return f"shilingi {amount}" if language == "sw" else f"{amount} shillings"


def phone(match: re.Match[str], _language: str) -> str:
    """In threes, as people say them."""
    number = re.sub(r"\D", "", match.group())
    groups = (
        [number[:4], number[4:7], number[7:]] if number[0] == "0" else re.findall("...?", number)
    )
    return ", ".join(digits(group) for group in groups if group)


def date_of(match: re.Match[str], language: str) -> str:
    day, month, year = (int(part) for part in match.groups())
    if not 1 <= month <= 12:
        return match.group()
    name = MONTHS[language][month - 1]
    return f"tarehe {day} {name} {year}" if language == "sw" else f"{day} {name} {year}"


def time_of(match: re.Match[str], language: str) -> str:
    hour, minute = int(match.group(1)), int(match.group(2))
    if hour > 23 or minute > 59:
        return match.group()
    if language != "sw":
        half = "am" if hour < 12 else "pm"
        return f"{(hour - 1) % 12 + 1}{f' {minute:02d}' if minute else ''} {half}"
    return spoken_time(time(hour, minute), language)


def reference(match: re.Match[str], _language: str) -> str:
    """A reference is read sign by sign, its groups apart."""
    return ", ".join(digits(group) for group in match.group().split("-"))


def ng_word(word: str) -> str:
    """A word with ng' as espeak phonemes: the velar nasal, stress on the last but one."""
    rest, sounds = word.lower().replace("\u2019", "'"), []
    while rest:
        piece = next(
            (p for p in sorted(NG_PHONEMES, key=len, reverse=True) if rest.startswith(p)), rest[0]
        )
        sounds.append(NG_PHONEMES.get(piece, piece))
        rest = rest[len(piece) :]
    vowels = [at for at, sound in enumerate(sounds) if sound in "aeiou"]
    if len(vowels) > 1:
        sounds[vowels[-2]] = "'" + sounds[vowels[-2]]
    return f"[[{''.join(sounds)}]]"


Rule = tuple[str, Callable[[re.Match[str], str], str]]
RULES: tuple[Rule, ...] = (
    (r"\b(?:KES|KSh|Ksh|Sh)\.? ?([\d,]+(?:\.\d\d)?)", money),
    (r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b", date_of),
    (r"\b(\d{1,2})[:.](\d{2})(?: hrs)?\b(?!\d)", time_of),
    (r"(?:\+?254|\b0)[17]\d{2}[ -]?\d{3}[ -]?\d{3}\b", phone),
    (r"\b[A-Z0-9]{2,5}(?:-[A-Z0-9]{2,6}){1,4}\b", reference),
    (r"\b[A-Z]\d{3,}[A-Z]?\b|\b\d{5,}\b", lambda match, _language: digits(match.group())),
)
