"""World: what expressions may ask of a running session (`xpath.values.World`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from kiosk.forms.faults import EvaluationFault
from kiosk.forms.lists import ChoiceList
from kiosk.forms.model import Form
from kiosk.forms.places import Control, Place
from kiosk.forms.tree import Node, RecordNode
from kiosk.forms.wording import PLAIN, Output, Parts, Wording
from kiosk.forms.xpath.nodesets import ParkMiller
from kiosk.forms.xpath.values import Context


class RandomIds(Protocol):
    """Where UUIDs come from (`provisioning.ids.Ids` fits)."""

    def uuid4(self) -> UUID:
        """A new random identity."""
        ...


class SessionWorld:
    """One session's world: its record, clock, lists, language and randomness."""

    def __init__(
        self,
        form: Form,
        *,
        now: Callable[[], datetime],
        zone: tzinfo,
        seed: int,
        properties: Mapping[str, str],
        ids: RandomIds,
        last_saved: ChoiceList | None = None,
    ) -> None:
        self.form = form
        self.zone = zone
        self.language = form.default_language
        self.root: RecordNode = form.record.root
        self._document = Node("#document")
        self._now = now
        self._random = ParkMiller(seed)
        self._properties = properties
        self._ids = ids
        self._last_saved = last_saved
        self._documents: dict[str, Node] = {}

    def take(self, root: RecordNode) -> None:
        """Make `root` the record expressions see."""
        self.root = root
        self._document = Node("#document")
        self._document.append(root)

    def now(self) -> datetime:
        return self._now()

    def document(self) -> Node:
        return self._document

    def _list(self, name: str) -> ChoiceList | None:
        source = self.form.instances.get(name)
        if source == "jr://instance/last-saved" and self._last_saved is not None:
            return self._last_saved
        return self.form.lists.get(name)

    def instance(self, name: str) -> Node | None:
        document = self._documents.get(name)
        if document is None:
            found = self._list(name)
            if found is None:
                return self._document if name == self.root.name else None
            document = found.document()
        return document

    def rows(self, name: str, path: tuple[str, str], column: str, value: str) -> list[Node]:
        found = self._list(name)
        if found is None:
            raise EvaluationFault(f"The form has no list named {name!r}; attach it.")
        return found.rows(path, column, value)

    def random(self) -> float:
        return self._random.next()

    def uuid(self) -> str:
        return str(self._ids.uuid4())

    def property(self, name: str) -> str:
        if name == "version":
            return self.form.version
        return self._properties.get(name, "")

    def itext(self, text_id: str, node: Node) -> str:
        return self.itext_form(text_id, PLAIN, node) or self.itext_form(text_id, "long", node)

    def itext_form(self, text_id: str, form: str, node: Node) -> str:
        """One form (plain, `short`, `image`, ...) of a translated text, empty where it has none."""
        parts = self.form.itext.find(text_id, self.language).get(form)
        return "" if parts is None else self.fill(parts, node)

    def fill(self, parts: Parts, node: Node) -> str:
        """`parts` with their outputs evaluated at `node`."""
        if isinstance(parts, str):
            return parts
        place = node.place
        texts = []
        for part in parts:
            if isinstance(part, Output):
                run = self.form.expressions.text(part.source, place, "an output")
                shown = run(Context(node, self))
                texts.append("" if shown == "NaN" else shown)
            else:
                texts.append(part)
        return "".join(texts)

    def words(self, wording: Wording | None, node: Node) -> str:
        """A label, hint or message in the session's language."""
        if wording is None:
            return ""
        if wording.itext:
            return self.itext(wording.itext, node)
        if wording.expression:
            run = self.form.expressions.text(wording.expression, node.place, "a label")
            return run(Context(node, self))
        return self.fill(wording.parts, node)

    def choice_label(self, value: str, path: str, node: Node) -> str:
        place = self._question(path, node)
        control = None if place is None else place.control
        if control is None:
            return ""
        for choice_value, label in self.choices(control, self._near(place, node)):
            if choice_value == value:
                return label
        return ""

    def _question(self, path: str, node: Node) -> Place | None:
        if path.startswith("/"):
            names = [step.rpartition(":")[2] for step in path.split("/")[1:]]
            return self.form.places.get("/" + "/".join(names))
        run = self.form.expressions.nodes(path, node.place, "jr:choice-name")
        found = run(Context(node, self))
        return found[0].place if found else None

    def _near(self, place: Place | None, node: Node) -> Node:
        """The node of `place` in the same rows as `node`."""
        if place is None or not isinstance(node, RecordNode):
            return node
        found = self.form.expressions.nodes(place.path, node.place, "jr:choice-name")(
            Context(node, self)
        )
        return found[0] if found else node

    def choices(self, control: Control, node: Node) -> list[tuple[str, str]]:
        """Values and labels of a select's choices at `node`, filtered and in order."""
        if control.itemset is None:
            return [(choice.value, self.words(choice.label, node)) for choice in control.choices]
        itemset = control.itemset
        where = f"choices of {control.place.path if control.place else 'a question'}"
        rows = self.form.expressions.nodes(itemset.nodeset, node.place, where)(Context(node, self))
        return [
            (_cell(row, itemset.value), self._row_label(row, itemset.label, itemset.label_itext))
            for row in rows
        ]

    def _row_label(self, row: Node, column: str, translated: bool) -> str:  # noqa: FBT001
        text = _cell(row, column) if column else ""
        return self.itext(text, row) if translated else text


def _cell(row: Node, column: str) -> str:
    cells = row.by_name.get(column)
    if cells:
        return cells[0].text()
    node: Node | None = row
    for name in column.split("/"):
        if node is None:
            return ""
        if name.startswith("@"):
            node = (node.attributes or {}).get(name[1:])
        elif name == ".":
            continue
        else:
            below = node.by_name.get(name.rpartition(":")[2])
            node = below[0] if below else None
    return "" if node is None else node.text()
