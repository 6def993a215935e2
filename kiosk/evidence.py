"""Evidence: what the disks of a site say, to be held against what citizens were told.

Nothing here trusts a service: tickets are counted in every node's journal, slips in every spool's
printed copies, and personal data is searched for byte by byte in every file of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHORTEST_WORD = 4
"""Shorter values ("ID", "2") stand in any file by chance and prove nothing."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A typed value found in clear: the file, the byte offset, and which value (by its number)."""

    path: Path
    offset: int
    value: int


def spellings(value: str) -> set[bytes]:
    """The ways `value` may stand in a file: UTF-8 and UTF-16, as typed, upper and lower case."""
    words = {value, value.upper(), value.lower(), value.title()}
    joined = {word.replace(" ", "") for word in words if word.replace(" ", "").isdigit()}
    return {
        word.encode(encoding)
        for word in words | joined
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    }


def search(site: Path, values: Iterable[str], *, but: Iterable[Path] = ()) -> Iterator[Hit]:
    """Every place where one of `values` stands in a file under `site`, outside the `but` folders.

    Databases are searched as bytes, so free pages and write-ahead logs count; so do sockets'
    neighbours, logs and core dumps. Values shorter than `SHORTEST_WORD` are left out.
    """
    wanted = [
        (number, spelling)
        for number, value in enumerate(values)
        if len(value) >= SHORTEST_WORD
        for spelling in spellings(value)
    ]
    spared = [path.resolve() for path in but]
    longest = max((len(spelling) for _, spelling in wanted), default=1)
    for path in sorted(site.rglob("*")):
        if not path.is_file() or any(path.resolve().is_relative_to(each) for each in spared):
            continue
        yield from _in_file(path, wanted, longest)


def _in_file(path: Path, wanted: list[tuple[int, bytes]], longest: int) -> Iterator[Hit]:
    with path.open("rb") as file:
        tail, base = b"", 0
        while chunk := file.read(_CHUNK):
            window = tail + chunk
            for number, spelling in wanted:
                at = window.find(spelling)
                if at >= 0:
                    yield Hit(path, base - len(tail) + at, number)
            base += len(chunk)
            tail = window[-(longest - 1) :] if longest > 1 else b""


def duplicates(numbers: Iterable[tuple[str, ...]]) -> int:
    """How many numbers were given more than once (a number counts once per surplus)."""
    seen: set[tuple[str, ...]] = set()
    twice = 0
    for number in numbers:
        twice += number in seen
        seen.add(number)
    return twice
