"""Text parts: an enrolment object as lines of text, the same in a file and in QR codes.

A line is `HUDUMA1-KIND-PART-PARTS-NAME-LETTERS`: `KIND` REQ or ANS, the number of this part and how
many there are, eight letters that name the whole object, and base 32 of up to 1,000 bytes of it.
Letters, digits and hyphens only (a QR code's alphanumeric mode; a scanner can type them); lines may
come in any order, more than once, in small letters, with blanks and other lines between them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import Path

from provisioning.enrolment.faults import EnrolmentFileDamaged
from provisioning.foreign_files import read_foreign

REQUEST, ANSWER = "REQ", "ANS"
PART_BYTES = 1_000
OBJECT_MAX = 512 << 10
TEXT_MAX = 2 * OBJECT_MAX
_LINE = re.compile(r"HUDUMA1-(REQ|ANS)-(\d{1,4})-(\d{1,4})-([A-Z2-7]{8})-([A-Z2-7]{1,1700})")
_NAMES = {REQUEST: "request", ANSWER: "answer"}
_ENDINGS = {REQUEST: "request.txt", ANSWER: "answer.txt"}


def file_name(kind: str, node: str) -> str:
    """What the file of an object of `node` is called."""
    return f"{node}.{_ENDINGS[kind]}"


def to_lines(kind: str, raw: bytes) -> list[str]:
    """`raw` as lines, each small enough for one QR code."""
    assert 0 < len(raw) <= OBJECT_MAX
    pieces = [raw[at : at + PART_BYTES] for at in range(0, len(raw), PART_BYTES)]
    name = _name(raw)
    return [
        f"HUDUMA1-{kind}-{number:02d}-{len(pieces):02d}-{name}-{_letters(piece)}"
        for number, piece in enumerate(pieces, 1)
    ]


def from_text(kind: str, text: str, where: str) -> bytes:
    """The object in `text`; raises `EnrolmentFileDamaged` naming `where` and what is wrong."""
    lines = [re.sub(r"\s", "", line).upper() for line in text.splitlines()]
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    wanted = [match for match in found if match[1] == kind]
    what = _NAMES[kind]
    if not wanted:
        msg = (
            f"{where} holds no {what} of an enrolment{_instead(lines, found)}; give the right file."
        )
        raise EnrolmentFileDamaged(msg)
    if len({(match[3], match[4]) for match in wanted}) > 1:
        msg = f"{where} holds parts of several {what}s; give one at a time."
        raise EnrolmentFileDamaged(msg)
    pieces = {int(match[2]): match[5] for match in wanted}
    count = int(wanted[0][3])
    missing = [str(number) for number in range(1, count + 1) if number not in pieces]
    if missing:
        msg = (
            f"{where} holds only a part of a {what}: of {count} lines {', '.join(missing)} missing;"
            " copy or scan it again."
        )
        raise EnrolmentFileDamaged(msg)
    raw = b"".join(_bytes(pieces[number]) for number in range(1, count + 1))
    if not raw or len(raw) > OBJECT_MAX or _name(raw) != wanted[0][4]:
        msg = f"{where} holds a {what} that was cut or altered; copy or scan it again."
        raise EnrolmentFileDamaged(msg)
    return raw


def find(kind: str, place: Path, node: str) -> Path:
    """The file meant by `place`: a file itself, or in a folder the object of `node`."""
    return place / file_name(kind, node) if place.is_dir() else place


def read_file(kind: str, path: Path) -> bytes:
    """The object in the file `path`; raises `EnrolmentFileDamaged`."""
    try:
        raw = read_foreign(path, TEXT_MAX)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); put the stick in and name it again."
        raise EnrolmentFileDamaged(msg) from error
    if len(raw) > TEXT_MAX:
        msg = f"{path} is too large for a {_NAMES[kind]}; give the right file."
        raise EnrolmentFileDamaged(msg)
    return from_text(kind, raw.decode("utf-8-sig", "replace"), str(path))


def _instead(lines: list[str], found: list[re.Match[str]]) -> str:
    if found:
        return f" but the {_NAMES[found[0][1]]}"
    return " but a line that was cut or altered" if any("HUDUMA1-" in one for one in lines) else ""


def _letters(piece: bytes) -> str:
    return base64.b32encode(piece).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    try:
        return base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        return b""  # the name of the whole no longer fits: told there


def _name(raw: bytes) -> str:
    return base64.b32encode(hashlib.sha256(raw).digest()[:5]).decode()
