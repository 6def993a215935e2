"""Search index: finds services by what a citizen types, in any language and spelling.

Every service is a small document of words with weights: the names people use for it
(`synonyms.csv`: English, Kiswahili, Sheng), its names, its office, its category, what to bring. A
typed word matches a known word exactly, as its beginning (people see results while typing), or
with slips: one edit in words of four letters, two from eight. Services in which more of the typed
words match, and rarer ones, come first. All in memory, made once when a pack is opened.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from content.search.normalize import words
from content.search.word_index import WordIndex

NAME, SYNONYM, AGENCY, CATEGORY, REQUIREMENT = 3.0, 3.5, 1.2, 0.8, 0.4

SURE = 0.75
"""Where only some of the typed words match, one must match as surely as this: a guess for half of
what was typed is noise.
"""

_STOP_TEXT = """
a an and any are at be by can do does for from get give go have how i im in is it me my of
on or our please so that the their there this to up us want we what when where which with you
your need needs
cha chao changu haya hii hili hizi hiyo huu je jinsi kama katika kwa kwenye la langu lake mimi
na naomba nahitaji ninahitaji ningependa nipate nataka ninataka nikitaka niko pa ule vya vyangu
wa wangu wapi wako ya yako yake yangu za zangu
"""
STOP = frozenset(_STOP_TEXT.split())
"""Words that say nothing about the service; used only when nothing else was typed."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A thing people say, and the services it means, best first."""

    text: str
    services: tuple[str, ...]


@dataclass(slots=True)
class SearchDocument:
    """One service for the index: weighted texts and the phrases that must win when complete."""

    code: str
    fields: list[tuple[float, str]]
    phrases: list[tuple[frozenset[str], float]] = field(default_factory=list)


class SearchIndex:
    """Finds services; `find` is pure and takes about a millisecond."""

    def __init__(self, documents: Iterable[SearchDocument]) -> None:
        self._postings: dict[str, dict[str, float]] = defaultdict(dict)
        self._phrases: dict[str, list[tuple[frozenset[str], float]]] = {}
        self._order: dict[str, int] = {}
        for position, document in enumerate(documents):
            self._order[document.code] = position
            self._phrases[document.code] = document.phrases
            for weight, text in document.fields:
                for word in words(text):
                    held = self._postings[word]
                    held[document.code] = max(held.get(document.code, 0.0), weight)
        self._word_index = WordIndex(self._postings)
        count = len(self._order) or 1
        self._rarity = {
            word: 0.4 + math.log((count + 1) / (len(held) + 0.5))
            for word, held in self._postings.items()
        }

    def find(self, text: str, limit: int = 12) -> list[str]:
        """Codes of the services meant by `text`, best first; empty when nothing matches."""
        typed = self._joined(words(text))
        if len(typed) > 1 and len(typed[-1]) == 1 and typed[-1] not in self._postings:
            typed.pop()  # the first letter of a word still being typed says nothing yet
        asked = [word for word in typed if word not in STOP] or typed
        if not asked:
            return []
        scores: dict[str, float] = defaultdict(float)
        met: dict[str, int] = defaultdict(int)
        sure: dict[str, float] = defaultdict(float)
        known: dict[str, float] = {}
        for position, word in enumerate(asked):
            last = position == len(asked) - 1
            for code, (score, likeness) in self._word(word, last=last, known=known).items():
                scores[code] += score
                met[code] += 1
                sure[code] = max(sure[code], likeness)
        for code in list(scores):
            if met[code] < len(asked) and sure[code] < SURE:
                del scores[code]
                continue
            scores[code] *= (met[code] / len(asked)) ** 1.5
            scores[code] += self._phrase_bonus(code, known, len(asked))
        ranked = sorted(scores, key=lambda code: (-scores[code], self._order[code]))
        best = scores[ranked[0]] if ranked else 0.0
        return [code for code in ranked[:limit] if scores[code] >= 0.25 * best]

    def _joined(self, typed: list[str]) -> list[str]:
        """Words written apart that are known as one: "log book" is "logbook"."""
        made: list[str] = []
        for word in typed:
            before = made[-1] if made else ""
            apart = before not in self._postings or word not in self._postings
            if before and apart and before + word in self._postings:
                made[-1] = before + word
            else:
                made.append(word)
        return made

    def _word(
        self, word: str, *, last: bool, known: dict[str, float]
    ) -> Mapping[str, tuple[float, float]]:
        """(score, likeness) by service of one typed word; adds the words it may stand for."""
        scores: dict[str, tuple[float, float]] = {}
        for candidate, likeness in self._word_index.like(word, typing=last).items():
            known[candidate] = max(known.get(candidate, 0.0), likeness)
            worth = likeness * self._rarity[candidate]
            for code, weight in self._postings[candidate].items():
                scores[code] = max(scores.get(code, (0.0, 0.0)), (worth * weight, likeness))
        return scores

    def _phrase_bonus(self, code: str, known: Mapping[str, float], asked: int) -> float:
        """More for a service one of whose phrases was typed in full, most if nothing else was."""
        best = 0.0
        for phrase, weight in self._phrases[code]:
            likeness = [known[word] for word in phrase if word in known]
            if len(likeness) == len(phrase):
                share = min(1.0, len(phrase) / asked)
                best = max(best, weight * min(likeness) * share * (1 + 0.5 * len(phrase)))
        return best


def phrase_words(text: str) -> frozenset[str]:
    """The words of a phrase that carry meaning."""
    found = words(text)
    return frozenset(word for word in found if word not in STOP) or frozenset(found)


def documents(
    codes: Sequence[str],
    texts: Mapping[str, list[tuple[float, str]]],
    phrases: Iterable[Phrase],
) -> list[SearchDocument]:
    """Documents of `codes` in order, with their phrases ranked by their place in each phrase."""
    made = {code: SearchDocument(code, list(texts[code])) for code in codes}
    for phrase in phrases:
        for place, code in enumerate(phrase.services):
            document = made.get(code)
            if document is not None:
                weight = 8.0 / (1 + 0.35 * place)
                said = words(phrase.text)
                together = ["".join(said)] if len(said) == 2 else []
                text = " ".join([*said, *together])
                document.fields.append((SYNONYM / (1 + 0.15 * place), text))
                document.phrases.append((phrase_words(phrase.text), weight))
    return list(made.values())
