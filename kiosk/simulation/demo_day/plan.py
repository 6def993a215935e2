"""Demo day plan: the visits of a demo day and the faults injected into it, as data.

44 visits at two kiosks and a van. Services, languages and classes rotate over the whole default
pack, so that every service is used; the faults are fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

NODES = ("kiosk-1", "kiosk-2", "van-1")
VISITS = 44
KINDS = ("ticket", "form", "ticket", "browse", "ticket", "form", "feedback", "search", "status")
CLASSES = ("none", "none", "none", "elderly", "none", "pregnant", "none", "pwd", "none", "infant")
LANGUAGES = ("en", "sw")
FACES = (5, 4, 4, 3, 5, 2, 1)
BEHIND_GLASS = (1, 2, 3)
"""These visits (all at the first kiosk) happen at the real screen, with pictures."""

ABANDONED = 20
"""This visitor walks away in the middle of a form."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor. `number` starts at 1 and also says who they are."""

    number: int
    node: str
    kind: str
    language: str
    priority_class: str

    @property
    def at_screen(self) -> bool:
        return self.number in BEHIND_GLASS

    @property
    def face(self) -> int:
        return FACES[self.number % len(FACES)]


TROUBLE: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        10: ("printer kiosk-2 paper-out",),
        12: ("lines down national",),
        13: ("printer kiosk-2 ready",),
        16: ("lines down centre",),
        21: ("lines up centre",),
        30: ("lines up national",),
    }
)
"""What happens before a visit, by its number."""

KILLED = MappingProxyType({14: "ticket", 23: "form", 27: "ticket", 33: "form"})
"""At these visits `core` is killed while it issues a number or stores a form."""


def visits() -> Iterator[Visit]:
    """Everybody who comes, in order."""
    for number in range(1, VISITS + 1):
        node = NODES[0] if number in BEHIND_GLASS else NODES[number % len(NODES)]
        kind = KILLED.get(number) or KINDS[(number - 1) % len(KINDS)]
        if number == ABANDONED:
            kind = "abandoned"
        if number in BEHIND_GLASS:
            kind = ("ticket", "form", "feedback")[BEHIND_GLASS.index(number)]
        yield Visit(
            number,
            node,
            kind,
            LANGUAGES[number % 2],
            CLASSES[number % len(CLASSES)],
        )
