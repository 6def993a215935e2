"""Disk search: what is really on the disks of a simulated site.

No service is asked: tickets are counted in every node's journal, slips in every spool's printed
copies, and personal data is searched for byte by byte in every file of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHORTEST_WORD = 4
"""Shorter values ("ID", "2") stand in any file by chance and prove nothing."""

FILE_MAX = 1 << 30
LONG_NUMBER = 7
"""A number of this many digits is somebody's, whatever stands before it."""

_PROBE = re.compile(rb"[ -~]{%d,}" % SHORTEST_WORD)
_STAMPED_DIGITS = 7
_STAMPS = re.compile(
    rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"  # ids
    rb"|\d{4}-\d\d-\d\dT[\d:.]+(?:\+[\d:]+)?|\d{4}-\d\d-\d\d"  # times and days
    rb"|[0-9a-fA-F]{16,}"  # keys and hashes in hexadecimal
)
"""Where a few digits stand by chance: fewer than `_STAMPED_DIGITS` of them there prove nothing."""


@dataclass(frozen=True, slots=True)
class DiskHit:
    """A typed value found in clear: the file, the byte offset, and which value (by its number)."""

    path: Path
    offset: int
    value: int


def spellings(value: str) -> set[bytes]:
    """The ways `value` may stand in a file: UTF-8 and UTF-16, as typed, upper and lower case."""
    words = {value, value.upper(), value.lower(), value.title()}
    joined = {word.replace(" ", "") for word in words if word.replace(" ", "").isdigit()}
    # A phone number may be kept as +254...: look for it without its leading zero too.
    joined |= {word.lstrip("0") for word in joined if len(word.lstrip("0")) >= LONG_NUMBER}
    return {
        word.encode(encoding)
        for word in words | joined
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    }


def search(site: Path, values: Iterable[str], *, but: Iterable[Path] = ()) -> Iterator[DiskHit]:
    """Every place where one of `values` stands in a file under `site`, outside the `but` folders.

    Databases are searched as bytes, so free pages and write-ahead logs count; so do sockets'
    neighbours, logs and core dumps. Values shorter than `SHORTEST_WORD` are left out.
    """
    wanted = {n: each for n, each in enumerate(values) if len(each) >= SHORTEST_WORD}
    probes = {number: _probes(value) for number, value in wanted.items()}
    spared = [path.resolve() for path in but]
    for path in sorted(site.rglob("*")):
        if not path.is_file() or any(path.resolve().is_relative_to(each) for each in spared):
            continue
        raw = path.read_bytes()
        assert len(raw) <= FILE_MAX
        # Without zero bytes UTF-16 reads like ASCII: one quick look finds the few candidates.
        plain = raw.replace(b"\0", b"").lower()
        for number, value in wanted.items():
            if not probes[number] or any(probe in plain for probe in probes[number]):
                yield from _exact(path, raw, number, value)


def _probes(value: str) -> list[bytes]:
    """Lower-case ASCII pieces one of which stands wherever `value` does; none: look closely."""
    runs = _PROBE.findall(value.lower().encode())
    if not runs:
        return []
    joined = value.replace(" ", "")
    digits = [joined.lstrip("0").encode()] if joined.isdigit() else []
    return [max(runs, key=len), *(each for each in digits if len(each) >= SHORTEST_WORD)]


def _exact(path: Path, raw: bytes, number: int, value: str) -> Iterator[DiskHit]:
    if value.isdigit() and len(value) < _STAMPED_DIGITS:
        raw = _STAMPS.sub(lambda stamp: b"~" * len(stamp[0]), raw)
    for spelling in spellings(value):
        if b"\0" in spelling and path.name.endswith("-shm"):
            continue  # SQLite's index of its log counts 1, 2, 3 in 16 bits, which is no text
        at = raw.find(spelling)
        if at >= 0:
            yield DiskHit(path, at, number)
            return


def duplicates(numbers: Iterable[tuple[str, ...]]) -> int:
    """How many numbers were given more than once (a number counts once per surplus)."""
    seen: set[tuple[str, ...]] = set()
    twice = 0
    for number in numbers:
        twice += number in seen
        seen.add(number)
    return twice
