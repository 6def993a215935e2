"""MRZ: the machine readable zone of Kenyan ID cards (TD1) and passports (TD3), parsed strictly.

Format: ICAO Doc 9303 parts 3, 4 and 5. Rules:
- A value or a named error, never a guess and never a correction.
- The check digits (weights 7-3-1, modulo 10) cannot see every error: two characters whose
  values differ by a multiple of ten look alike to them (0 < A K U; 1 B L V; ... 9 J T), and
  names, sex, issuing state and nationality have no check digit at all. What a narrower
  alphabet catches is an error; what nothing can catch is named in `confirm`, and a screen must
  ask the person to confirm those fields. `tests/peripherals/devices/test_mrz.py` tries every
  single-character substitution against this promise.
- A Kenyan ID card's document number is the serial of the card; the ID number stands in the
  optional field of line 2. Issuing state is KEN or KYA. Second-generation cards print that
  field as `<B0NNNNNNNNX<<` across the nationality (decoded from public descriptions, not from
  an official specification: real samples are to be checked before go-live).
Line ends may be LF, CR, CR LF or missing; STX and ETX around the zone are dropped.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date

_VALUES = {c: v for v, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_WEIGHTS = (7, 3, 1)
ADULT, AGE_MAX = 18, 115
KENYA = frozenset({"KEN", "KYA"})

_KENYAN_PASSPORT = re.compile(r"[A-J]K?\d{7}")
_ICAO_ID = re.compile(r"[A-Z]?(\d{6,9})<*")
_ICAO_ID_LETTERS = re.compile(r"[A-Z](\d{9})[A-Z]<*")
_SECOND_GENERATION = re.compile(r"<[A-Z](0\d{8})[A-Z]<<")


class MrzProblem(enum.Enum):
    """What is wrong with a zone."""

    LENGTH = "length"
    CHARACTER = "character"
    CHECK_DIGIT = "check-digit"
    STATE = "state"
    DOCUMENT = "document"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class MrzError:
    """The zone was not taken. Names the field and the line (from 1), never its content."""

    problem: MrzProblem
    field: str
    line: int


@dataclass(frozen=True, slots=True, repr=False)
class IdCard:
    """A Kenyan identity card. `confirm` names the fields no check could prove."""

    id_number: str
    card_serial: str
    born: str
    sex: str
    expires: date | None
    names: tuple[str, ...]
    confirm: tuple[str, ...]

    def __repr__(self) -> str:
        return "IdCard(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Passport:
    """A passport of any state. `confirm` names the fields no check could prove."""

    number: str
    issuing_state: str
    nationality: str
    born: str
    sex: str
    expires: date
    surname: str
    given_names: tuple[str, ...]
    personal_number: str
    confirm: tuple[str, ...]

    def __repr__(self) -> str:
        return "Passport(...)"


class _Bad(Exception):  # never leaves this module: it becomes the MrzError it carries
    def __init__(self, problem: MrzProblem, field: str, line: int) -> None:
        super().__init__(field)
        self.error = MrzError(problem, field, line)


def check_digit(text: str) -> int:
    """ICAO 9303-3 section 4.9: weights 7, 3, 1 from the left, modulo 10."""
    return sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(text)) % 10


def parse(zone: str, today: date) -> IdCard | Passport | MrzError:
    """Read a whole zone; `today` decides the century of a birth date."""
    try:
        lines = _lines(zone)
        return _id_card(lines, today) if len(lines) == 3 else _passport(lines, today)
    except _Bad as bad:
        return bad.error


def _lines(zone: str) -> list[str]:
    cleaned = zone.strip("\x02\x03 \t\r\n")
    lines = [line.strip(" ") for line in re.split(r"[\r\n]+", cleaned)]
    if len(lines) == 1:
        width = {90: 30, 88: 44}.get(len(cleaned))
        if width is None:
            raise _Bad(MrzProblem.LENGTH, "zone", 1)
        lines = [cleaned[i : i + width] for i in range(0, len(cleaned), width)]
    width = {3: 30, 2: 44}.get(len(lines), 0)
    for number, line in enumerate(lines, 1):
        if len(line) != width:
            raise _Bad(MrzProblem.LENGTH, "zone", number)
        if any(c not in _VALUES for c in line):
            raise _Bad(MrzProblem.CHARACTER, "zone", number)
    return lines


def _checked(text: str, digit: str, field: str, line: int, *, blank: bool = False) -> str:
    """`text` when its check digit proves it. `blank` lets an empty field carry `<`."""
    if blank and digit == "<" and not text.strip("<"):
        return text
    if not digit.isdigit():
        raise _Bad(MrzProblem.CHARACTER, f"{field} check digit", line)
    if check_digit(text) != int(digit):
        raise _Bad(MrzProblem.CHECK_DIGIT, field, line)
    return text


def _born(text: str, line: int, today: date, age_least: int) -> tuple[str, bool]:
    """A birth date, and whether the two digits of its year leave no doubt about the century.

    Month and day may be unknown (`00` or `<<`, ICAO 9303-3 section 4.8). The youngest age the
    document allows is taken; where another century makes a living person too, a person says.
    """
    year, parts = text[:2], [text[2:4], text[4:6]]
    known = [int(part) if part.isdigit() else 0 if part == "<<" else -1 for part in parts]
    if not year.isdigit() or -1 in known:
        raise _Bad(MrzProblem.CHARACTER, "date_of_birth", line)
    month, day = known
    if day and not month:
        raise _Bad(MrzProblem.DATE, "date_of_birth", line)
    births: list[tuple[int, str]] = []  # age and date, the youngest first
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        try:
            earliest = date(century + int(year), month or 1, day or 1)
        except ValueError:
            continue
        if earliest <= today:
            early = (today.month, today.day) < (earliest.month, earliest.day)
            age = today.year - earliest.year - early
            births.append((age, earliest.isoformat()[: 10 if day else 7 if month else 4]))
    if not births:
        raise _Bad(MrzProblem.DATE, "date_of_birth", line)
    holders = [birth for birth in births if age_least <= birth[0] <= AGE_MAX]
    living = [birth for birth in births if birth[0] <= AGE_MAX]
    return (holders or births)[0][1], bool(holders) and len(living) == 1


def _expires(text: str, line: int) -> date:
    if not text.isdigit():
        raise _Bad(MrzProblem.CHARACTER, "date_of_expiry", line)
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise _Bad(MrzProblem.DATE, "date_of_expiry", line) from None


def _sex(letter: str, line: int) -> str:
    if letter not in {"M", "F", "<", "X"}:
        raise _Bad(MrzProblem.CHARACTER, "sex", line)
    return "X" if letter == "<" else letter


def _names(text: str, line: int) -> tuple[str, tuple[str, ...]]:
    """(primary, secondary names); letters and fillers only."""
    if any(c.isdigit() for c in text):
        raise _Bad(MrzProblem.CHARACTER, "names", line)
    primary, _, secondary = text.strip("<").partition("<<")
    surname = " ".join(primary.split("<"))
    if not surname:
        raise _Bad(MrzProblem.CHARACTER, "names", line)
    return surname, tuple(part for part in secondary.split("<") if part)


def _id_number(field: str) -> tuple[str, bool]:
    """The ID number in line 2 from the nationality on (14 characters), and whether it is proven.

    Proven means nine digits that begin with 0: a shorter one could have lost its last 0 to a
    filler, and a longer one could have a filler read as 0, which the check digit cannot see.
    """
    old = _SECOND_GENERATION.fullmatch(field)
    if old:
        return old[1].lstrip("0"), True
    if field[:3] not in KENYA:
        raise _Bad(MrzProblem.STATE, "nationality", 2)
    found = _ICAO_ID_LETTERS.fullmatch(field[3:]) or _ICAO_ID.fullmatch(field[3:])
    if not found or not found[1].strip("0"):
        raise _Bad(MrzProblem.NUMBER, "id_number", 2)
    return found[1].lstrip("0"), len(found[1]) == 9 and found[1][0] == "0"


def _id_card(lines: list[str], today: date) -> IdCard:
    first, second, third = lines
    if first[0] not in "IAC":
        raise _Bad(MrzProblem.DOCUMENT, "document_code", 1)
    if first[2:5] not in KENYA:
        raise _Bad(MrzProblem.STATE, "issuing_state", 1)
    serial = _checked(first[5:14], first[14], "card_serial", 1)
    born = _checked(second[:6], second[6], "date_of_birth", 2)
    expiry = _checked(second[8:14], second[14], "date_of_expiry", 2, blank=True)
    whole = first[5:30] + second[:7] + second[8:15] + second[18:29]
    _checked(whole, second[29], "composite", 2)
    id_number, proven = _id_number(second[15:29])
    surname, given = _names(third, 3)
    born_on, sure = _born(born, 2, today, ADULT)
    confirm = ["names", "sex"]
    confirm += [] if sure else ["born"]
    confirm += [] if serial.isdigit() else ["card_serial"]
    confirm += [] if proven else ["id_number"]
    return IdCard(
        id_number=id_number,
        card_serial=_filled(serial, "card_serial", 1),
        born=born_on,
        sex=_sex(second[7], 2),
        expires=_expires(expiry, 2) if expiry.strip("<") else None,
        names=(surname, *given),
        confirm=tuple(confirm),
    )


def _passport(lines: list[str], today: date) -> Passport:
    first, second = lines
    if first[0] != "P":
        raise _Bad(MrzProblem.DOCUMENT, "document_code", 1)
    state, nationality = first[2:5].rstrip("<"), second[10:13].rstrip("<")
    for code, field, line in ((state, "issuing_state", 1), (nationality, "nationality", 2)):
        if not code.isalpha():
            raise _Bad(MrzProblem.STATE, field, line)
    number = _checked(second[:9], second[9], "document_number", 2)
    born = _checked(second[13:19], second[19], "date_of_birth", 2)
    expiry = _checked(second[21:27], second[27], "date_of_expiry", 2)
    personal = _checked(second[28:42], second[42], "personal_number", 2, blank=True)
    _checked(second[:10] + second[13:20] + second[21:43], second[43], "composite", 2)
    number = _filled(number, "document_number", 2)
    surname, given = _names(first[5:], 1)
    born_on, sure = _born(born, 2, today, 0)
    confirm = ["names", "sex"]
    confirm += [] if sure else ["born"]
    confirm += [] if state == nationality else ["issuing_state", "nationality"]
    kenyan = state in KENYA and state == nationality and _KENYAN_PASSPORT.fullmatch(number)
    confirm += [] if kenyan else ["document_number"]
    confirm += ["personal_number"] if personal.strip("<") else []
    return Passport(
        number=number,
        issuing_state=state,
        nationality=nationality,
        born=born_on,
        sex=_sex(second[20], 2),
        expires=_expires(expiry, 2),
        surname=surname,
        given_names=given,
        personal_number=personal.rstrip("<"),
        confirm=tuple(confirm),
    )


def _filled(text: str, field: str, line: int) -> str:
    """`text` without the fillers at its end; fillers elsewhere are an error."""
    value = text.rstrip("<")
    if not value or "<" in value:
        raise _Bad(MrzProblem.CHARACTER, field, line)
    return value
