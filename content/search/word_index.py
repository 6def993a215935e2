"""WordIndex: the known words of a search index, and how similar a typed word is to them.

Candidates come from two small indexes, never from a scan: every word with one letter left out
(finds one mistake on either side, also swapped neighbours), and shared trigrams (finds two
mistakes in a long word). Each candidate is then measured exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

from content.search.normalize import (
    SLIP_FROM,
    TWO_SLIPS_FROM,
    distance,
    slips_allowed,
    trigrams,
)

_PREFIX_FROM = 2
_PREFIX_WORDS_MAX = 40


class WordIndex:
    """The distinct normalized words of an index."""

    def __init__(self, words: Iterable[str]) -> None:
        self._sorted = sorted(words)
        self._known = frozenset(self._sorted)
        self._shortened: dict[str, list[str]] = defaultdict(list)
        self._by_trigram: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted:
            if len(word) >= SLIP_FROM - 1:
                for shorter in _shortened(word):
                    self._shortened[shorter].append(word)
            if len(word) >= TWO_SLIPS_FROM - 2:
                for trigram in trigrams(word):
                    self._by_trigram[trigram].append(word)

    def like(self, word: str, *, typing: bool) -> dict[str, float]:
        """Known words `word` may stand for, with likeness 0 to 1. `typing`: it may go on."""
        found: dict[str, float] = {}
        if word in self._known:
            found[word] = 1.0
        for other, likeness in self._beginning(word, typing=typing):
            found[other] = max(found.get(other, 0.0), likeness)
        if word not in self._known:
            for other, likeness in self._slips(word):
                found[other] = max(found.get(other, 0.0), likeness)
        return found

    def _beginning(self, word: str, *, typing: bool) -> Iterator[tuple[str, float]]:
        """Words that begin with `word`; and the singular of a plural, and the reverse."""
        if len(word) < _PREFIX_FROM:
            return
        start = bisect_left(self._sorted, word)
        for other in self._sorted[start : start + _PREFIX_WORDS_MAX]:
            if not other.startswith(word):
                break
            rest = len(other) - len(word)
            if rest == 0:
                continue
            if typing or len(word) >= SLIP_FROM:
                yield other, max(0.5, 0.92 - 0.05 * rest)
        if word.endswith("s") and word[:-1] in self._known:
            yield word[:-1], 0.92

    def _slips(self, word: str) -> Iterator[tuple[str, float]]:
        limit = slips_allowed(word)
        if not limit or word.isdigit():
            return
        candidates = set(self._shortened.get(word, ()))
        for shorter in _shortened(word):
            candidates.update(self._shortened.get(shorter, ()))
            if shorter in self._known:
                candidates.add(shorter)
        if limit == 2:
            candidates.update(self._sharing(word))
        for other in candidates:
            edits = distance(word, other, limit)
            if 0 < edits <= limit:
                yield other, 0.8 - 0.2 * (edits - 1) - (0.08 if word[0] != other[0] else 0.0)

    def _sharing(self, word: str) -> Iterator[str]:
        own = trigrams(word)
        shared: dict[str, int] = defaultdict(int)
        for trigram in own:
            for other in self._by_trigram.get(trigram, ()):
                shared[other] += 1
        need = max(2, len(own) - 7)
        return (other for other, count in shared.items() if count >= need)


def _shortened(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
