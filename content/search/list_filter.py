"""List filter: the rows of a list that match what somebody types. Pure.

How a name is written does not count: case, accents, apostrophes, hyphens and strokes are passed
over ("muranga" is Murang'a, "tharaka nithi" is Tharaka-Nithi), and an office is also found by its
initials (KPLC). Where nothing matches, one typing mistake is accepted, in a long word two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from content.search.normalize import distance, fold, slips_allowed

SLIPS_ROWS_MAX = 500
"""Longer lists are searched as typed: comparing every word would make the keys slow."""

_CODE_FROM = 2


class SearchableList:
    """A list to be searched; `rows` are (value, label)."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._rows = [(value.casefold(), fold(label)) for value, label in rows]

    def find(self, typed: str) -> list[int]:
        """The places of the rows that are meant: those that begin so, then those that hold it."""
        wanted = fold(typed)
        if not wanted:
            return list(range(len(self._rows)))
        starts, within = [], []
        for at, (value, label) in enumerate(self._rows):
            if label.startswith(wanted) or _is_code(value, wanted):
                starts.append(at)
            elif wanted in label:
                within.append(at)
        return starts + within or list(self._slips(wanted))

    def _slips(self, wanted: str) -> Iterator[int]:
        limit = slips_allowed(wanted)
        if not limit or len(self._rows) > SLIPS_ROWS_MAX:
            return
        for at, (_, label) in enumerate(self._rows):
            if any(_near(wanted, rest, limit) for rest in _ends(label)):
                yield at


def _is_code(value: str, wanted: str) -> bool:
    return len(wanted) >= _CODE_FROM and value.isalpha() and value.startswith(wanted)


def _ends(label: str) -> Iterator[str]:
    """The label from each of its words on."""
    words = label.split()
    return (" ".join(words[at:]) for at in range(len(words)))


def _near(wanted: str, text: str, limit: int) -> bool:
    size = len(wanted)
    return any(
        distance(wanted, text[:length], limit) <= limit for length in range(size - 1, size + 2)
    )
