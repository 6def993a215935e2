"""Normalize: one spelling for everything people type into a search box, and how far off it may be.

Lower case, no diacritics, apostrophes gone (ng'ombe = ngombe, parents' = parents), every other
sign a space. One slip of the finger is forgiven in words of four letters, two from eight. Pure.
"""

from __future__ import annotations

import re
import unicodedata

SLIP_FROM = 4
TWO_SLIPS_FROM = 8
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02b9`\u00b4]")
_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """`text` in the one spelling that is indexed and searched."""
    text = _APOSTROPHES.sub("", text)
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def slips_allowed(word: str) -> int:
    """How many edits a typed word may be away from what is meant."""
    return 0 if len(word) < SLIP_FROM else 1 if len(word) < TWO_SLIPS_FROM else 2


def words(text: str) -> list[str]:
    """The folded words of `text`."""
    return fold(text).split()


def trigrams(word: str) -> frozenset[str]:
    """The trigrams of a folded word, padded so that its beginning weighs more."""
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def distance(one: str, other: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) from `one` to `other`; > limit if more.

    The optimal string alignment distance: "lsot" is one edit from "lost".
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, match in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != match))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == match:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
