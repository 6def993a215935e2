"""Guides: the one page each role needs, behind the pages' help button and in `docs/guides/`.

The sentences are texts of the pack (`guide.*` in `strings.csv`), so both places say the same in
both languages; `docs/tables.py` writes the documents from here. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaffGuide:
    """One guide: `steps` are numbers of the texts `guide.NAME.1` ...; `picture` is of docs."""

    name: str
    steps: int
    picture: str

    @property
    def title(self) -> str:
        """The key of its heading."""
        return f"guide.{self.name}.title"

    @property
    def keys(self) -> list[str]:
        """The keys of its steps, in order."""
        return [f"guide.{self.name}.{number}" for number in range(1, self.steps + 1)]


GUIDES: Mapping[str, StaffGuide] = {
    each.name: each
    for each in (
        StaffGuide("counter", 9, "counter"),
        StaffGuide("supervisor", 8, "supervisor"),
    )
}


def as_document(guide: StaffGuide, say: Callable[[str, str], str]) -> str:
    """The guide as Markdown, English and Kiswahili; `say(key, language)` gives the texts."""
    parts = []
    for language in ("en", "sw"):
        steps = "\n".join(
            f"{number}. {say(key, language)}" for number, key in enumerate(guide.keys, 1)
        )
        picture = (
            f"![{say(guide.title, language)}](../pictures/hall/{guide.picture}-{language}.png)"
        )
        parts.append(f"# {say(guide.title, language)}\n\n{picture}\n\n{steps}\n")
    return "\n".join(parts)
