"""Answers: converts the text of an answer to the canonical form of its type.

OpenRosa texts: int without leading zeros, decimal in plain digits, ISO dates, choices joined by
single spaces. A text that cannot be one of its type is refused with a sentence.
"""

from __future__ import annotations

import math
import re
from datetime import date, tzinfo

from content.xforms.faults import AnswerRefused
from content.xforms.xpath.functions.dates import date_of_days, moment_text
from content.xforms.xpath.values import number_text, parse_moment

_INT = re.compile(r"[-+]?\d+\Z", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?\Z", re.ASCII)
_TRUTHS = {"true": "1", "false": "0"}
"""A calculated truth where the form wants a number."""
_TIME = re.compile(
    r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?\s*(Z|[-+]\d\d:?\d\d)?\Z", re.ASCII
)


def stored(text: str, kind: str, zone: tzinfo) -> str:  # noqa: PLR0911 - one a type
    """`text` as a node of type `kind` stores it; raises `AnswerRefused`."""
    if text == "":
        return ""
    match kind:
        case "int":
            return _whole(text.strip())
        case "decimal":
            return _decimal(text.strip())
        case "date":
            return _date(text.strip(), zone)
        case "dateTime":
            return _date_time(text.strip(), zone)
        case "time":
            return _time(text.strip(), zone)
        case "select" | "rank" | "select1":
            return " ".join(text.split())
        case "geopoint" | "geotrace" | "geoshape":
            return _geo(text)
        case _:
            return text


def default(text: str, kind: str, zone: tzinfo) -> str:
    """What a value written in the form itself becomes: blank where it is none of its type."""
    if text == "" or kind == "string":
        return text
    try:
        return stored(text, kind, zone)
    except AnswerRefused:
        return ""


def calculated(text: str, kind: str, zone: tzinfo) -> str:  # noqa: PLR0911 - one a type
    """What a calculation's result becomes in a node of type `kind`: NaN and nonsense are blank."""
    if text == "NaN":
        return ""
    if kind in {"string", "select1", "select"} or not text:
        return text
    if kind in {"int", "decimal"} and text in _TRUTHS:
        return _TRUTHS[text]
    if kind == "int":
        return _truncated(text)
    if kind == "date":
        return _as_day(text, zone)
    try:
        return stored(text, kind, zone)
    except AnswerRefused:
        return ""


def _as_day(text: str, zone: tzinfo) -> str:
    """A day from a date, a date-time or a number of days since 1970."""
    moment = parse_moment(text, zone)
    if moment is not None:
        return moment.astimezone(zone).date().isoformat()
    return date_of_days(float(text), zone) if _DECIMAL.match(text) else ""


def _truncated(text: str) -> str:
    if _INT.match(text):
        return str(int(text)) if len(text) < 400 else text
    if _DECIMAL.match(text):
        number = float(text)
        return str(int(number)) if math.isfinite(number) else ""
    return ""


def _whole(text: str) -> str:
    if len(text) > 400 or not _INT.match(text):
        if _DECIMAL.match(text) and math.isfinite(float(text)) and float(text).is_integer():
            return str(int(float(text)))
        raise AnswerRefused(f"{text[:40]!r} is not a whole number; use digits only.")
    return str(int(text))


def _decimal(text: str) -> str:
    if not _DECIMAL.match(text):
        raise AnswerRefused(f"{text[:40]!r} is not a number; use digits and one point.")
    number = float(text)
    if not math.isfinite(number):
        raise AnswerRefused(f"{text[:40]!r} is too large a number.")
    return number_text(number)


def _date(text: str, zone: tzinfo) -> str:
    moment = parse_moment(text, zone)
    if moment is None or "T" in text:
        raise AnswerRefused(f"{text[:40]!r} is not a date; write it as 2026-11-22.")
    return date.isoformat(moment.date())


def _date_time(text: str, zone: tzinfo) -> str:
    moment = parse_moment(text, zone)
    if moment is None:
        raise AnswerRefused(f"{text[:40]!r} is not a date and time; write 2026-11-22T10:30.")
    return moment_text(moment.astimezone(zone))


def _time(text: str, zone: tzinfo) -> str:
    hit = _TIME.match(text)
    if hit is None or int(hit[1]) > 23 or int(hit[2]) > 59 or int(hit[3] or 0) > 59:
        raise AnswerRefused(f"{text[:40]!r} is not a time; write it as 14:30.")
    second, part, offset = hit[3] or "00", (hit[4] or "").ljust(3, "0"), hit[5]
    moment = parse_moment(f"2026-01-01T{hit[1]}:{hit[2]}:{second}.{part}{offset or ''}", zone)
    assert moment is not None
    return moment_text(moment.astimezone(zone)).partition("T")[2]


def _geo(text: str) -> str:
    """Points as `latitude longitude altitude accuracy`, each a decimal, joined by `; `."""
    points: list[str] = []
    for part in text.split(";"):
        pieces = part.split()
        if not pieces:
            continue
        try:
            numbers = [float(piece) for piece in pieces]
        except ValueError:
            numbers = []
        if not 2 <= len(numbers) <= 4 or not all(math.isfinite(number) for number in numbers):
            raise AnswerRefused(f"{part.strip()[:40]!r} is not a point; write it as -1.29 36.82.")
        points.append(" ".join(repr(number) for number in numbers))
    return "; ".join(points)
