"""Field page: several questions on one page, typed one after another. Pure, in memory.

The page shows a line for each question. While `active` is typed into, it shows that field and
its neighbour over the keyboard instead; a page of two fields and nothing else begins so. What is
typed is kept by question until "next"; each problem stands at its own line or field, and all of
them in the summary on top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from content.xforms.results import NodeState
from kiosk.filling.form_record import FormRecord
from kiosk.filling.normalize import read_back
from kiosk.filling.page_layout import FIELDS_MAX, TYPED
from kiosk.filling.question_widgets import look_of


@dataclass(slots=True)
class FieldPage:
    """`paths` of the page; `texts` typed so far; `active` has the keyboard."""

    record: FormRecord
    paths: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    active: str = ""

    def names(self) -> dict[str, str]:
        """Path by the name its element ends in; the second of a name is NAME.2."""
        found: dict[str, str] = {}
        for path in self.paths:
            name = path.rpartition("/")[2]
            count = 1
            while (name if count == 1 else f"{name}.{count}") in found:
                count += 1
            found[name if count == 1 else f"{name}.{count}"] = path
        return found

    def typed_paths(self) -> list[str]:
        """The questions with a field."""
        return [p for p in self.paths if look_of(self.record.node(p)).name in TYPED]

    def enter(self, paths: tuple[str, ...]) -> None:
        """Begin the page anew."""
        self.paths = paths
        self.texts.clear()
        self.problems.clear()
        typed = self.typed_paths()
        self.active = typed[0] if self.only_fields() else ""

    def only_fields(self) -> bool:
        """Whether the whole page fits over the keyboard."""
        return len(self.paths) <= FIELDS_MAX and len(self.typed_paths()) == len(self.paths)

    def fields(self) -> list[str]:
        """The questions shown as fields now; none while all of them are shown as lines."""
        typed = self.typed_paths()
        if self.active not in typed:
            return []
        at = typed.index(self.active) // FIELDS_MAX * FIELDS_MAX
        return typed[at : at + FIELDS_MAX]

    def close(self) -> bool:
        """From the fields back to the lines; False when the page has none."""
        if not self.active or self.only_fields():
            return False
        self.active = ""
        return True

    def write(self, name: str, text: str) -> None:
        """The citizen types into a field of the page."""
        path = self.names().get(name)
        if path is not None:
            self.texts[path] = text
            self.active = path
            self.problems.pop(path, None)

    def shown(self, path: str) -> str:
        """The text of a field."""
        return self.texts.get(path, read_back(self.record.node(path)))

    def settle(self, plain: Callable[[NodeState, str], str]) -> bool:
        """Make answers of what was typed; False when something cannot be one."""
        self.problems.clear()
        for path, text in list(self.texts.items()):
            asked = self.record.node(path)
            problem = self.record.accept(asked, plain(asked, text))
            if problem:
                self.problems[path] = problem
            else:
                del self.texts[path]
        return not self.problems

    def judge(self, invalid: str) -> bool:
        """Mark every answer of the page that breaks a rule with `invalid`; True when any does."""
        for path in self.paths:
            if not self.record.node(path).valid:
                self.problems.setdefault(path, invalid)
        return bool(self.problems)
