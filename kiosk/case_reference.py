"""The short name of a form or message that a citizen keeps, such as `NRB-0G4T-9WKE-2HM7C`. Pure.

Agency code, twelve characters of Crockford's base 32 (no I, L, O, U) and a check character. The
twelve are a number made of three: which kiosk gave it, the second it was given (a kiosk gives one
a second at most), and a random rest that keeps a reference from being guessed from another one.
So no two kiosks, and no two seconds, ever make the same reference, also after a database was
restored. The check character is a weighted sum in GF(32): it finds every single wrong character
and every two neighbours in the wrong order. References of earlier releases (`NRB-7K3MQ2-29`:
six random characters, two check digits) stay valid.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES = 4
CHARACTERS = 12

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_SECONDS = 20 * 366 * 86_400
_UNITS, _NUMBERS, _KINDS = 100, 1_000, 4
ORIGINS = _KINDS * _NUMBERS * _UNITS
_SPARE = 32**CHARACTERS // (ORIGINS * _SECONDS)
_SITE = re.compile(r"(HC|VAN)-(\d{1,3})")
_READ_AS = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\W_]+")
"""What people type between the parts: blanks, hyphens and dashes of all lengths, dots."""
_OLD = re.compile(r"([A-Z0-9]+) ([A-Z0-9]{6}) ([A-Z0-9]{2})")
_SHORTEST = 2 + CHARACTERS + 1
"""Letters of a reference of now, without hyphens; one of an earlier release has fewer."""
_FIELD_POLYNOMIAL = 0b100101


def origin_of(site: str, unit: int) -> int:
    """The number of a kiosk in the country. Centres and vans are numbered by their site codes
    (`HC-013`, `VAN-7`); any other code shares a part of the numbers by its checksum.
    """
    found = _SITE.fullmatch(site.upper())
    if found is None:
        number = 2 * _NUMBERS + zlib.crc32(site.encode()) % (2 * _NUMBERS)
    else:
        number = ("HC", "VAN").index(found[1]) * _NUMBERS + int(found[2])
    return number * _UNITS + unit % _UNITS


def same_site(one: int, other: int) -> bool:
    """Whether two kiosks, by their numbers, stand in one centre or van."""
    return one // _UNITS == other // _UNITS


def site_of(origin: int) -> str | None:
    """The site code of a kiosk, by its number; None for a site whose code is not numbered."""
    kind, number = divmod(origin // _UNITS, _NUMBERS)
    return {0: f"HC-{number:03d}", 1: f"VAN-{number}"}.get(kind)


def second_of(moment: datetime) -> int:
    """The second of a reference given at `moment`."""
    return int((moment - _BEGAN).total_seconds())


def make_reference(agency: str, origin: int, second: int, randomness: bytes) -> str:
    """The reference that `origin` gives in `second`, from `RANDOM_BYTES` unpredictable bytes."""
    rest = int.from_bytes(randomness[:RANDOM_BYTES], "big") % _SPARE
    number = (origin * _SECONDS + second % _SECONDS) * _SPARE + rest
    body = ""
    for _ in range(CHARACTERS):
        number, digit = divmod(number, 32)
        body = ALPHABET[digit] + body
    return f"{agency}-{body[:4]}-{body[4:8]}-{body[8:]}{_check(agency + body)}"


def read_reference(text: str, agencies: Collection[str] = ()) -> str | None:
    """A reference as a person types it (any case, with or without hyphens, O for 0, I or L for 1),
    as it stands on the slip; None when it cannot be one. The codes of `agencies` may be typed so
    too (`C0UNTY`).
    """
    typed = _BETWEEN.sub(" ", text.upper()).strip()
    plain = typed.replace(" ", "")
    old = _OLD.fullmatch(typed)
    if old is not None:
        found = _read_old(*old.groups())
    elif len(plain) < _SHORTEST:
        found = _read_old(plain[:-8], plain[-8:-2], plain[-2:])
    else:
        found = _read(plain)
    return None if found is None else _as_given(found, agencies)


def _as_given(reference: str, agencies: Collection[str]) -> str:
    """The reference with its agency's own code, where only letters read as others differ; an
    agency that is no longer in the pack keeps what was typed.
    """
    typed, rest = reference.split("-", 1)
    alike = [each for each in agencies if _plain(each) == _plain(typed)]
    return f"{alike[0]}-{rest}" if len(alike) == 1 else reference


def _plain(text: str) -> str:
    """Letters that are read as one another are the same; U is V to the check character."""
    return text.translate(_READ_AS).replace("U", "V")


def given_by(reference: str) -> tuple[int, datetime] | None:
    """Who gave a reference (see `origin_of`), and when; None for one of an earlier release."""
    body = "".join(reference.split("-")[1:])[:-1]
    if len(body) != CHARACTERS:
        return None
    number = 0
    for character in body:
        number = number * 32 + ALPHABET.index(character)
    origin, second = divmod(number // _SPARE, _SECONDS)
    return origin, _BEGAN + timedelta(seconds=second)


def _read(plain: str) -> str | None:
    agency, tail = plain[: -CHARACTERS - 1], plain[-CHARACTERS - 1 :].translate(_READ_AS)
    if not agency.isalnum() or not agency.isascii() or not set(tail) <= set(ALPHABET):
        return None
    body = tail[:-1]
    if tail[-1] != _check(agency + body):
        return None
    return f"{agency}-{tail[:4]}-{tail[4:8]}-{tail[8:]}"


def _check(text: str) -> str:
    total, weight = 0, 1
    for character in _plain(text):
        total ^= _times(ALPHABET.index(character), weight)
        weight = _times(weight, 2)
    return ALPHABET[total]


def _times(one: int, other: int) -> int:
    """The product of two elements of GF(32)."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= _FIELD_POLYNOMIAL
        other >>= 1
    return product


def _read_old(agency: str, body: str, check: str) -> str | None:
    body, check = body.translate(_READ_AS), check.translate(_READ_AS)
    if not agency.isalnum() or not agency.isascii() or not set(body) <= set(ALPHABET):
        return None
    total = 0
    for character in agency + body:
        total = (total * 37 + int(character, 36)) % 97
    return f"{agency}-{body}-{check}" if check == f"{total:02d}" else None
