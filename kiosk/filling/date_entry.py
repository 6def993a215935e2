"""Date entry: dates and times entered part by part, by touch or by typing. Pure.

A part that nobody has touched is None: no date is ever invented. The first change of a part starts
from today (or, for a year of birth, from a middle age), so that it takes few touches.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime

Parts = dict[str, int | None]

LIMITS = {
    "day": (1, 31),
    "month": (1, 12),
    "year": (1900, 2100),
    "hour": (0, 23),
    "minute": (0, 59),
}
_BIRTH_YEAR, _OPENING_HOUR = 1990, 8
_DIGITS_MAX = 4
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?")
_LOCAL = re.compile(r"^(\d{1,2})[ /.\-](\d{1,2})[ /.\-](\d{4})(?: (\d{1,2})[:.](\d{2}))?$")
_CLOCK = re.compile(r"^(\d{1,2})[:. ](\d{2})")


def parts_of(text: str, wheels: tuple[str, ...]) -> Parts:
    """The parts of a stored or typed value; all None when it says nothing."""
    parts: Parts = dict.fromkeys(wheels)
    text = text.strip()
    found: tuple[str | None, ...] = ()
    if match := _ISO.match(text):
        year, month, day, hour, minute = match.groups()
        found = (day, month, year, hour, minute)
    elif match := _LOCAL.match(text):
        found = match.groups()
    if found:
        names = ("day", "month", "year", "hour", "minute")
        for name, part in zip(names, found, strict=True):
            if name in parts and part is not None:
                parts[name] = int(part)
    elif (match := _CLOCK.match(text)) and "hour" in parts:
        parts["hour"], parts["minute"] = int(match[1]), int(match[2])
    return parts


def turn(parts: Parts, name: str, by: int, today: date, *, birth: bool = False) -> None:
    """One touch of `name`.up or `.down`; day, month, hour and minute go round."""
    low, high = LIMITS[name]
    now = parts[name]
    if now is None:
        start = {
            "day": today.day,
            "month": today.month,
            "year": today.year,
            "hour": _OPENING_HOUR,
            "minute": 0,
        }
        parts[name] = (
            _BIRTH_YEAR if birth and name == "year" else start.get(name, 8 if name == "hour" else 0)
        )
    elif name == "year":
        parts[name] = min(max(now + by, low), high)
    else:
        parts[name] = (now - low + by) % (high - low + 1) + low


def put(parts: Parts, name: str, text: str) -> None:
    """A typed part; anything but a number within its limits clears it."""
    low, high = LIMITS[name]
    parts[name] = int(text) if _is_number(text) and low <= int(text) <= high else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX


def value_of(parts: Mapping[str, int | None], kind: str) -> str | None:
    """The stored form (ISO 8601) of complete parts: "" when untouched, None when they make no
    real date or time. `kind` is date, time or dateTime.
    """
    if all(part is None for part in parts.values()):
        return ""
    if any(part is None for part in parts.values()):
        return None
    whole = {"day": 1, "month": 1, "hour": 0, "minute": 0}
    whole |= {k: v for k, v in parts.items() if v is not None}
    if kind == "time":
        return f"{whole['hour']:02d}:{whole['minute']:02d}:00.000+03:00"
    if whole["day"] > monthrange(whole["year"], whole["month"])[1]:
        return None
    if kind == "dateTime":
        moment = datetime(  # noqa: DTZ001 - the offset of East Africa is written out below
            whole["year"], whole["month"], whole["day"], whole["hour"], whole["minute"]
        )
        return f"{moment:%Y-%m-%dT%H:%M}:00.000+03:00"
    return f"{whole['year']:04d}-{whole['month']:02d}-{whole['day']:02d}"


def slide(held: str, limits: Mapping[str, str], by: int) -> str:
    """A range's value after one touch; `limits` are its start, end and step."""
    low, high = float(limits.get("start", "0")), float(limits.get("end", "10"))
    step = float(limits.get("step", "1"))
    value = low if not held else min(max(float(held) + by * step, low), high)
    return f"{value:g}"


def nearest(text: str, limits: Mapping[str, str]) -> str | None:
    """A range's value nearest to what was touched or typed; None for anything but a number."""
    try:
        wanted = float(text)
    except ValueError:
        return None
    low, high = float(limits.get("start", "0")), float(limits.get("end", "10"))
    step = abs(float(limits.get("step", "1"))) or 1.0
    low, high = min(low, high), max(low, high)
    steps = round((min(max(wanted, low), high) - low) / step)
    return f"{min(low + steps * step, high):g}"
