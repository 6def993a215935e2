"""The gallery's texts: the default pack's strings, stretched when a longer language is tried."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.ui_protocol.view import Element, Role

STRINGS = Path(__file__).resolve().parents[3] / "content" / "default" / "strings.csv"


@cache
def _table() -> dict[str, dict[str, str]]:
    with STRINGS.open(newline="", encoding="utf-8") as lines:
        return {row["key"]: row for row in csv.DictReader(lines)}


class GalleryWords:
    """Strings of one language."""

    def __init__(self, language: str, scale: float, longer: float) -> None:
        self.language, self.scale, self.longer = language, scale, longer

    def __call__(self, key: str, **values: Any) -> str:
        text = _table()[key][self.language]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return self.stretch(text)

    def stretch(self, text: str) -> str:
        """The text with words repeated until it is `longer` times as long."""
        words, wanted = text.split(), len(text) * self.longer
        found = list(words)
        while words and len(" ".join(found)) < wanted:
            found.append(words[(len(found) - len(words)) % len(words)].lower())
        return " ".join(found) if self.longer > 1 else text


def words_of(language: str, scale: float = 1.0, longer: float = 1.0) -> GalleryWords:
    """The strings of `language`."""
    return GalleryWords(language, scale, longer)


def element(name: str, role: Role, label: str, **more: Any) -> Element:
    """An element of a sample view."""
    return Element(id=name, role=role, label=label, **more)
