"""Kenyan formats: dates, times, money and numbers as they are said and written in Kenya. Pure.

Spoken Kiswahili time counts from sunrise: the spoken hour is the clock hour minus six, so 8.00 am
is *saa mbili asubuhi*; the clock time is always shown beside it. Money has no cents; zero is
"Free". Input may have spaces, hyphens, +254 or 07, small letters. What a normaliser does not
recognise it returns without blanks, and the form's constraint says what to type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time

DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "sw": ("Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"),
}
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "sw": (
        "Januari",
        "Februari",
        "Machi",
        "Aprili",
        "Mei",
        "Juni",
        "Julai",
        "Agosti",
        "Septemba",
        "Oktoba",
        "Novemba",
        "Desemba",
    ),
}
_HOURS = (
    "sita",
    "saba",
    "nane",
    "tisa",
    "kumi",
    "kumi na moja",
    "kumi na mbili",
    "moja",
    "mbili",
    "tatu",
    "nne",
    "tano",
)
_PARTS = ((4, "usiku"), (7, "alfajiri"), (12, "asubuhi"), (16, "mchana"), (19, "jioni"))
_UNITS = (
    "sifuri",
    "moja",
    "mbili",
    "tatu",
    "nne",
    "tano",
    "sita",
    "saba",
    "nane",
    "tisa",
)
_TENS = (
    "",
    "kumi",
    "ishirini",
    "thelathini",
    "arobaini",
    "hamsini",
    "sitini",
    "sabini",
    "themanini",
    "tisini",
)


def _language(language: str) -> str:
    return language if language in DAYS else "en"


def date_short(day: date) -> str:
    """21/11/2025, the same in every language."""
    return f"{day:%d/%m/%Y}"


def month_long(year_month: str, language: str) -> str:
    """November 2025 of "2025-11" (a charter's `as_of`); raises ValueError."""
    year, month = year_month.split("-")
    return f"{MONTHS[_language(language)][int(month) - 1]} {int(year)}"


def spoken_number(number: int) -> str:
    """0 to 999 in Kiswahili words; raises ValueError outside."""
    if not 0 <= number <= 999:
        raise ValueError(f"{number} has no words here")
    hundreds, rest = divmod(number, 100)
    if hundreds:
        words = f"mia {_UNITS[hundreds]}"
        return f"{words} na {spoken_number(rest)}" if rest else words
    tens, unit = divmod(number, 10)
    if tens == 0:
        return _UNITS[unit]
    return f"{_TENS[tens]} na {_UNITS[unit]}" if unit else _TENS[tens]


def spoken_time(moment: time, language: str) -> str:
    """As said: "saa mbili na nusu asubuhi", "8.30 am"."""
    if _language(language) == "en":
        hour = moment.hour % 12 or 12
        return f"{hour}.{moment.minute:02d} {'am' if moment.hour < 12 else 'pm'}"
    part = next((word for end, word in _PARTS if moment.hour < end), "usiku")
    match moment.minute:
        case 0:
            return f"saa {_HOURS[moment.hour % 12]} {part}"
        case 15:
            return f"saa {_HOURS[moment.hour % 12]} na robo {part}"
        case 30:
            return f"saa {_HOURS[moment.hour % 12]} na nusu {part}"
        case 45:
            return f"saa {_HOURS[(moment.hour + 1) % 12]} kasorobo {part}"
        case minutes:
            words = spoken_number(minutes)
            return f"saa {_HOURS[moment.hour % 12]} na dakika {words} {part}"


def money(shillings: int, language: str) -> str:
    """As written: "KES 1,000", "KSh 1,000"; zero is "Free", "Bila malipo"."""
    code = _language(language)
    if shillings == 0:
        return "Free" if code == "en" else "Bila malipo"
    return f"{'KES' if code == 'en' else 'KSh'} {shillings:,}"


_BLANKS = re.compile(r"[\s\u00a0.\-()/]+")
_MSISDN = re.compile(r"(?:\+?254|0)(7[0-9]{8}|1[01][0-9]{7})")


def msisdn(text: str) -> str:
    """+254712345678 of any usual way to write it; what is no Kenyan mobile comes back tight."""
    tight = _BLANKS.sub("", text)
    match = _MSISDN.fullmatch(tight)
    if match is None and re.fullmatch(r"7[0-9]{8}|1[01][0-9]{7}", tight):
        return "+254" + tight
    return "+254" + match[1] if match else tight


def national_id(text: str) -> str:
    """The digits alone; leading zeros stay."""
    return _BLANKS.sub("", text)


def code(text: str) -> str:
    """Capital letters and digits: KRA PIN, passport, number plate, M-Pesa code."""
    return _BLANKS.sub("", text).upper()


def name(text: str) -> str:
    """One blank between words, none at the ends; letters stay as typed."""
    return " ".join(text.split())


def contact(text: str) -> str:
    """A phone number in its stored form; an email or an address as typed, trimmed."""
    number = msisdn(text)
    return number if _MSISDN.fullmatch(number) else name(text)


NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "msisdn": msisdn,
    "national_id": national_id,
    "id_or_passport": code,
    "passport": code,
    "kra_pin": code,
    "name": name,
    "contact": contact,
}
"""By the `huduma:kind` of a question."""


def normalise(kind: str, text: str) -> str:
    """`text` as it should be stored for a question of `kind`; unknown kinds are only trimmed."""
    return NORMALISERS.get(kind, str.strip)(text)


def msisdn_shown(stored: str) -> str:
    """0712 345 678 of +254712345678; anything else as it is."""
    match = _MSISDN.fullmatch(stored)
    if match is None:
        return stored
    digits = "0" + match[1]
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def national_id_shown(stored: str) -> str:
    """12 345 678: groups of three from the right."""
    if not (stored.isascii() and stored.isdigit()):
        return stored
    groups = []
    rest = stored
    while rest:
        groups.append(rest[-3:])
        rest = rest[:-3]
    return " ".join(reversed(groups))


def shown(kind: str, stored: str) -> str:
    """A stored answer as people read it."""
    match kind:
        case "msisdn" | "contact":
            return msisdn_shown(stored)
        case "national_id":
            return national_id_shown(stored)
        case _:
            return stored


def masked(stored: str, keep: int = 3) -> str:
    """Dots with the last `keep` characters: what a screen or slip shows after entry."""
    if len(stored) <= keep:
        return "\u2022" * len(stored)
    return "\u2022" * (len(stored) - keep) + stored[-keep:]
