"""Strings: the texts of the screens in every language, by key.

A look-up happens for every label of every screen, so it is two dictionary reads and, only where
there are values, one `format_map`. A key that no table has is a programming error found by tests
(`strict`); in the field the citizen sees the key rather than a crash. A text missing in one
language falls back to English.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from content.csv_rows import rows
from content.faults import NotInPack, SourcesRefused

FALLBACK = "en"
"""The language every text of a pack has."""
LANGUAGES = ("en", "sw")
"""The languages in which every string must be there for a pack to be built."""


class _OpenPlaceholders(dict[str, object]):
    """Placeholders nobody filled stay visible as {name} instead of failing a screen."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@dataclass(frozen=True, slots=True)
class Strings:
    """The table of interface strings; `tables` is language -> key -> text."""

    tables: Mapping[str, Mapping[str, str]]
    strict: bool = field(default=False)

    def text(self, key: str, language: str, /, **values: object) -> str:
        """The text of `key` with its placeholders filled; `NotInPack` only where strict."""
        table = self.tables.get(language) or self.tables[FALLBACK]
        found = table.get(key)
        if found is None:
            return self._absent(key, values)
        if not values:
            return found
        if self.strict:
            return found.format(**values)
        return found.format_map(_OpenPlaceholders(values))

    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self.tables[FALLBACK])

    def _absent(self, key: str, values: Mapping[str, object]) -> str:
        found = self.tables[FALLBACK].get(key)
        if found is not None:
            return found.format_map(_OpenPlaceholders(values)) if values else found
        if self.strict:
            raise NotInPack(f"strings.csv has no text for {key!r}; add it in every language.")
        return key


def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a text; raises ValueError for unbalanced braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def read(source: bytes, *, strict: bool = False) -> Strings:
    """`strings.csv` (key, en, sw, …): both languages filled, the same placeholders in each.

    Raises `SourcesRefused` naming the line. A key given twice with equal texts is accepted.
    """
    tables: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for line, row in rows("strings.csv", source):
        if missing := [column for column in ("key", *LANGUAGES) if column not in row]:
            raise SourcesRefused(f"strings.csv has no column {missing[0]!r}; add it.")
        key = row["key"]
        texts = {language: row[language] for language in LANGUAGES}
        _check(line, key, texts)
        for language, text in texts.items():
            before = tables[language].setdefault(key, text)
            if before != text:
                raise SourcesRefused(
                    f"strings.csv line {line}: {key} already says {before!r}; keep one of the two."
                )
    return Strings(tables, strict)


def _check(line: int, key: str, texts: Mapping[str, str]) -> None:
    if not key:
        raise SourcesRefused(f"strings.csv line {line} has no key.")
    found = set()
    for language, text in texts.items():
        if not text:
            raise SourcesRefused(f"strings.csv line {line}: {key} has no text in {language!r}.")
        try:
            found.add(placeholders(text))
        except ValueError as error:
            raise SourcesRefused(f"strings.csv line {line}: {key}: {error}.") from error
    if len(found) != 1:
        raise SourcesRefused(
            f"strings.csv line {line}: {key} has other {{names}} in each language."
        )
