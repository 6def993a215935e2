"""Texts: labels, hints and messages in every language, with values filled in.

A `TextDefinition` is literal parts and `<output>` expressions, or names a translated text. A
missing translation falls back to the default language, then to any: a screen is never blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

PLAIN = ""
"""The form of a text that is not short, image, audio, ... (ODK XForms: no `form` attribute)."""


@dataclass(frozen=True, slots=True)
class Output:
    """An `<output value="…"/>` inside a text."""

    source: str


Parts: TypeAlias = str | tuple[str | Output, ...]


@dataclass(slots=True)
class TextDefinition:
    """`itext` (a text id) or `expression` (XPath giving the text) or `parts`."""

    parts: Parts = ""
    itext: str = ""
    expression: str = ""


@dataclass(slots=True)
class Itext:
    """All translated texts: language, then id, then form of the text."""

    languages: list[str] = field(default_factory=list)
    default: str = ""
    texts: dict[str, dict[str, Parts | dict[str, Parts]]] = field(default_factory=dict)
    """By language and id; a text of the plain form only stands by itself (most do)."""

    def find(self, text_id: str, language: str) -> Mapping[str, Parts]:
        """The forms of a text, each in `language`, else the default language, else any."""
        forms: dict[str, Parts] = {}
        for name in (language, self.default, *self.languages):
            found = self.texts.get(name, {}).get(text_id)
            if not found:
                continue
            if not isinstance(found, dict):
                if not forms:
                    return {PLAIN: found}
                found = {PLAIN: found}
            for form, parts in found.items():
                forms.setdefault(form, parts)
        return forms
