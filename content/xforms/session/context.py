"""Context: what expressions may ask of a running session (`xpath.values.EvaluationContext`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from content.xforms.definition import Control, NodeDefinition
from content.xforms.faults import EvaluationFault, FormTooLarge
from content.xforms.limits import EVALUATION_STEPS_MAX, ROWS_MAX
from content.xforms.lists.lists import ChoiceList
from content.xforms.parse.form import Form
from content.xforms.texts import PLAIN, Output, Parts, TextDefinition
from content.xforms.tree import RecordNode, XmlNode
from content.xforms.xpath.functions.nodesets import ParkMiller
from content.xforms.xpath.values import Context

MEDIA = ("image", "big-image", "audio", "video")


class IdSource(Protocol):
    """Where UUIDs come from (`provisioning.ids.Ids` fits)."""

    def uuid4(self) -> UUID:
        """A new random identity."""
        ...


class SessionContext:
    """One session's evaluation context: its record, clock, lists, language and randomness."""

    def __init__(
        self,
        form: Form,
        now: Callable[[], datetime],
        zone: tzinfo,
        seed: int,
        properties: Mapping[str, str],
        ids: IdSource,
        last_saved: ChoiceList | None = None,
        locate: Callable[[], str | None] | None = None,
    ) -> None:
        self.form = form
        self.zone = zone
        self.language = form.default_language
        self.root: RecordNode = form.record.root
        self._document = XmlNode("#document")
        self._now = now
        self.order_seed = seed
        """What shuffled choices are ordered by; a draft keeps it."""
        self.rows_max = ROWS_MAX
        """Rows of one repeat."""
        # Small seeds start the generator near zero: spread them first.
        self._random = ParkMiller(seed * 1_103_515_245 + 12_345)
        self._properties = properties
        self._ids = ids
        self._last_saved = last_saved
        self._locate = locate
        self._documents: dict[str, XmlNode] = {}
        self.name_choice: Callable[[Control, XmlNode, str], str] = lambda *_: ""
        """The label of a choice; the session puts the select's own (`choices.py`) here."""
        self.spent = 0
        self.fixed: dict[str, list[XmlNode]] = {}

    def take(self, root: RecordNode) -> None:
        """Make `root` the record expressions see."""
        self.root = root
        self._document = XmlNode("#document")
        self._document.append(root)
        self.fixed = _fixed_nodes(root)

    def now(self) -> datetime:
        return self._now()

    def document(self) -> XmlNode:
        return self._document

    def _list(self, name: str) -> ChoiceList | None:
        source = self.form.instances.get(name)
        if source == "jr://instance/last-saved" and self._last_saved is not None:
            return self._last_saved
        return self.form.lists.get(name)

    def instance(self, name: str) -> XmlNode | None:
        document = self._documents.get(name)
        if document is None:
            found = self._list(name)
            if found is None:
                return self._document if name == self.root.name else None
            document = found.document()
        return document

    def rows(self, name: str, path: tuple[str, str], column: str, value: str) -> list[XmlNode]:
        found = self._list(name)
        if found is None:
            raise EvaluationFault(f"The form has no list named {name!r}; attach it.")
        return found.rows(path, column, value)

    def spend(self, steps: int) -> None:
        self.spent += steps
        if self.spent > EVALUATION_STEPS_MAX:
            raise FormTooLarge("One answer made the form look at too many rows; add an index.")

    def random(self) -> float:
        return self._random.next()

    def shuffle_seed(self, node: XmlNode) -> int:
        where = node.name if node.place is None else node.place.path
        digest = hashlib.sha256(f"{self.order_seed} {where}".encode()).digest()
        return int.from_bytes(digest[:7], "big")

    def uuid(self) -> str:
        return str(self._ids.uuid4())

    def property(self, name: str) -> str:
        if name == "version":
            return self.form.version
        return self._properties.get(name, "")

    def location(self) -> str:
        """Where the device is, empty where it cannot know."""
        return (self._locate() if self._locate is not None else None) or ""

    def itext(self, text_id: str, node: XmlNode) -> str:
        return self.itext_form(text_id, PLAIN, node) or self.itext_form(text_id, "long", node)

    def itext_form(self, text_id: str, form: str, node: XmlNode) -> str:
        """One form (plain, `short`, `image`, ...) of a translated text, empty where it has none."""
        parts = self.form.itext.find(text_id, self.language).get(form)
        return "" if parts is None else self.fill(parts, node)

    def media(self, text_id: str, node: XmlNode) -> tuple[tuple[str, str], ...]:
        """Pictures and sounds of a translated text: pairs of kind and file name."""
        if not text_id:
            return ()
        forms = self.form.itext.find(text_id, self.language)
        return tuple(
            (kind, self.fill(parts, node).rpartition("/")[2])
            for kind in MEDIA
            if (parts := forms.get(kind))
        )

    def fill(self, parts: Parts, node: XmlNode) -> str:
        """`parts` with their outputs evaluated at `node`."""
        if isinstance(parts, str):
            return parts
        texts = []
        for part in parts:
            if isinstance(part, Output):
                texts.append(self._shown(part.source, node))
            else:
                texts.append(part)
        return "".join(texts)

    def _shown(self, source: str, node: XmlNode) -> str:
        run = self.form.expressions.text(source, node.place, "an output")
        try:
            shown = run(Context(node, self))
        except EvaluationFault:
            # A label that cannot be worked out must not stop the person from answering.
            return ""
        return "" if shown == "NaN" else shown

    def words(self, text_definition: TextDefinition | None, node: XmlNode) -> str:
        """A label, hint or message in the session's language."""
        if text_definition is None:
            return ""
        if text_definition.itext:
            return self.itext(text_definition.itext, node)
        if text_definition.expression:
            return self._shown(text_definition.expression, node)
        return self.fill(text_definition.parts, node)

    def choice_label(self, value: str, path: str, node: XmlNode) -> str:
        place = self._question(path, node)
        control = None if place is None else place.control
        if control is None:
            return ""
        return self.name_choice(control, self._near(place, node), value)

    def _question(self, path: str, node: XmlNode) -> NodeDefinition | None:
        if path.startswith("/"):
            names = [step.rpartition(":")[2] for step in path.split("/")[1:]]
            return self.form.places.get("/" + "/".join(names))
        run = self.form.expressions.nodes(path, node.place, "jr:choice-name")
        found = run(Context(node, self))
        return found[0].place if found else None

    def _near(self, place: NodeDefinition | None, node: XmlNode) -> XmlNode:
        """The node of `place` in the same rows as `node`."""
        if place is None or not isinstance(node, RecordNode):
            return node
        found = self.form.expressions.nodes(place.path, node.place, "jr:choice-name")(
            Context(node, self)
        )
        return found[0] if found else node


def _fixed_nodes(root: RecordNode) -> dict[str, list[XmlNode]]:
    """Nodes outside repeats by path: they stay the same for the session's whole life."""
    found: dict[str, list[XmlNode]] = {}
    pending: list[XmlNode] = [root]
    while pending:
        node = pending.pop()
        place = node.place
        assert place is not None
        if not place.rows:
            found[place.path] = [node]
            pending += node.children
            pending += (node.attributes or {}).values()
    return found
