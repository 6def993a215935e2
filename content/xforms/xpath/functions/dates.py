"""Date functions: a date is its ISO text, a number is days since 1970-01-01 of the local zone.

Day numbers of dates are whole (2020-01-02 is 18263 everywhere in the world); the fractions the
reference engines give differ from each other, so forms must not rely on them.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, timezone, tzinfo

from content.i18n.kenyan_formats import DAYS, MONTHS
from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import (
    EPOCH_DAY,
    NAN,
    Context,
    Value,
    parse_moment,
    text_number,
    to_text,
    utc_days,
)

_KISWAHILI = re.compile(r"(?:.*\((?:sw|swa)(?:-\w+)?\)|sw|swa|(?:ki)?swahili)\s*\Z", re.IGNORECASE)
_CODE = re.compile(r"%(.)")
_CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?", re.ASCII)
_DAY_S = 86_400.0


def moment_text(moment: datetime) -> str:
    """`2026-11-22T10:15:30.250+03:00`: milliseconds and offset, as OpenRosa submissions carry."""
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60:
        # Before 1928 Nairobi was at +02:27:16; a moment in XML has no seconds in its offset.
        whole = timedelta(seconds=offset.total_seconds() // 60 * 60)
        moment = moment.replace(tzinfo=timezone(whole))
    return moment.isoformat(timespec="milliseconds")


def _today(c: Context) -> str:
    return c.evaluation.now().astimezone(c.evaluation.zone).date().isoformat()


def _now(c: Context) -> str:
    return moment_text(c.evaluation.now().astimezone(c.evaluation.zone))


def day_text(days: float) -> str:
    """The ISO date `days` after 1970-01-01, empty where there is none."""
    if not math.isfinite(days):
        return ""
    ordinal = EPOCH_DAY + math.floor(days)
    if not 1 <= ordinal <= date.max.toordinal():
        return ""
    return date.fromordinal(ordinal).isoformat()


def date_of_days(days: float, zone: tzinfo) -> str:
    """The local day of a number of days since 1970: a whole number is that day wherever one is, a
    fraction is a moment counted in UTC (`decimal-date-time()` gives such), whose day is meant here.

    So `date(decimal-date-time(${d}) + 7)` is a week later in Nairobi too, where midnight is the
    evening before in UTC.
    """
    if not math.isfinite(days) or days.is_integer():
        return day_text(days)
    moment = _moment_of_fraction(days, zone)
    return "" if moment is None else moment.date().isoformat()


def _date(c: Context, value: Value) -> str:
    return _from_text(c, value) or date_of_days(_days(c, value), c.evaluation.zone)


def _date_time(c: Context, value: Value) -> str:
    """As `_date`, but a number is the moment it counts to, the time of day with it."""
    found = _from_text(c, value)
    if found:
        return found
    moment = _moment_of_fraction(_days(c, value), c.evaluation.zone)
    return "" if moment is None else moment_text(moment)


def _from_text(c: Context, value: Value) -> str:
    """A date or a moment written as one, tidied; empty for anything else."""
    if isinstance(value, float):
        return ""
    text, zone = to_text(value).strip(), c.evaluation.zone
    moment = parse_moment(text, zone)
    if moment is None or len(text) == 10:
        return "" if moment is None else text
    return moment_text(moment.astimezone(zone)) if "T" in text else moment.date().isoformat()


def _days(c: Context, value: Value) -> float:
    return value if isinstance(value, float) else text_number(to_text(value).strip(), c)


def _moment(c: Context, value: Value) -> datetime | None:
    if isinstance(value, float):
        return _moment_of_days(c, value)
    text = to_text(value)
    moment = parse_moment(text, c.evaluation.zone)
    if moment is None:
        return _moment_of_days(c, text_number(text, c)) if text else None
    return moment.astimezone(c.evaluation.zone)


def _moment_of_days(c: Context, days: float) -> datetime | None:
    """A whole number is that day here; a fraction is a moment, counted from 1970 in UTC.

    So `format-date(decimal-date-time(today()) - 365.25 * n, …)` counts from today and not from
    the evening before (JavaRosa does the same).
    """
    if days.is_integer():
        return parse_moment(day_text(days), c.evaluation.zone)
    return _moment_of_fraction(days, c.evaluation.zone)


def _moment_of_fraction(days: float, zone: tzinfo) -> datetime | None:
    """The moment `days` after 1970 began in UTC, on the clock of `zone`."""
    midnight = parse_moment(f"{day_text(days)}T00:00:00Z", zone)
    if midnight is None:
        return None
    part = timedelta(milliseconds=round((days - math.floor(days)) * _DAY_S * 1000))
    return (midnight + part).astimezone(zone)


def _decimal_date_time(c: Context, value: Value) -> float:
    if isinstance(value, float):
        return value
    text = to_text(value)
    moment = parse_moment(text, c.evaluation.zone)
    if moment is None:
        return text_number(text, c)
    return utc_days(moment)


def _decimal_time(c: Context, value: Value) -> float:
    text = to_text(value)
    if "T" in text:
        moment = parse_moment(text, c.evaluation.zone)
        if moment is None:
            return NAN
        text = moment.astimezone(c.evaluation.zone).time().isoformat()
    hit = _CLOCK.match(text)
    if hit is None:
        return NAN
    hour, minute, second, fraction = hit.groups()
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    return (seconds + float(f"0.{fraction or 0}")) / _DAY_S


def _format(c: Context, value: Value, pattern: str) -> str:
    moment = _moment(c, value) or _moment_of_time(c, value)
    if moment is None:
        return ""
    return format_moment(moment, pattern, kiswahili=is_kiswahili(c.evaluation.language))


def _moment_of_time(c: Context, value: Value) -> datetime | None:
    hit = _CLOCK.match(to_text(value))
    if hit is None:
        return None
    hour, minute, second, fraction = hit.groups()
    try:
        return datetime(
            1970, 1, 1, int(hour), int(minute), int(second or 0),
            int(((fraction or "") + "000000")[:6]), tzinfo=c.evaluation.zone,
        )  # fmt: skip
    except ValueError:
        return None


def is_kiswahili(language: str) -> bool:
    """Whether a form's name of a language (`Kiswahili (sw)`, `sw`, `Swahili`) means Kiswahili."""
    return bool(language) and _KISWAHILI.match(language.strip()) is not None


def format_moment(moment: datetime, pattern: str, *, kiswahili: bool = False) -> str:
    """`pattern` with its codes (ODK: Y y m n b d e H h M S 3 a A W j) filled in."""
    language = "sw" if kiswahili else "en"
    day = DAYS[language][moment.weekday()]
    values = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": MONTHS[language][moment.month - 1][:3],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}",
        "a": day if kiswahili else day[:3],  # CLDR has no shorter days for Kiswahili
        "W": str(moment.isocalendar()[1]),
        "%": "%",
    }
    return _CODE.sub(lambda hit: values.get(hit[1], hit[0]), pattern)


TABLE = {
    "today": Function("text", "", _today),
    "now": Function("text", "", _now),
    "date": Function("text", "v", _date),
    "date-time": Function("text", "v", _date_time),
    "decimal-date-time": Function("number", "v", _decimal_date_time),
    "decimal-time": Function("number", "v", _decimal_time),
    "format-date": Function("text", "vs", _format),
    "format-date-time": Function("text", "vs", _format),
}
