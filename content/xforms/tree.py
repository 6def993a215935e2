"""Tree: the nodes that expressions read: rows of lists (`XmlNode`) and the record (`RecordNode`).

A node has its name, value, parent and children; binds and controls are not part of it. The value
of a group is the text of its leaves; a node that is not relevant reads as empty and keeps its
value, so making it relevant again restores it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from content.xforms.definition import NodeDefinition

_NO_NAMES: dict[str, list[XmlNode]] = {}
_NO_CHILDREN: list[XmlNode] = []


class XmlNode:
    """A node of a list (secondary instance). `by_name` holds the children of each name."""

    __slots__ = ("attributes", "by_name", "children", "name", "parent", "value")

    relevant: bool = True
    place: NodeDefinition | None = None

    def __init__(self, name: str, value: str = "") -> None:
        self.name = name
        self.value = value
        self.parent: XmlNode | None = None
        self.children: Sequence[XmlNode] = _NO_CHILDREN
        self.by_name: Mapping[str, list[XmlNode]] = _NO_NAMES
        self.attributes: dict[str, XmlNode] | None = None

    def append(self, child: XmlNode) -> None:
        """Put `child` last."""
        child.parent = self
        if self.children is _NO_CHILDREN:
            self.children = [child]
            self.by_name = {child.name: [child]}
            return
        assert isinstance(self.children, list)
        assert isinstance(self.by_name, dict)
        self.children.append(child)
        same = self.by_name.get(child.name)
        if same is None:
            self.by_name[child.name] = [child]
        else:
            same.append(child)

    def insert_after(self, sibling: XmlNode | None, child: XmlNode) -> None:
        """Put `child` right after `sibling` (None: last), among its own name's order too."""
        if sibling is None:
            self.append(child)
            return
        child.parent = self
        assert isinstance(self.children, list)
        assert isinstance(self.by_name, dict)
        # From the end: new rows come last of theirs, and a repeat may have thousands.
        at = len(self.children)
        while self.children[at - 1] is not sibling:
            at -= 1
        self.children.insert(at, child)
        same = self.by_name.setdefault(child.name, [])
        if same and same[-1] is not sibling and sibling in same:
            same.insert(same.index(sibling) + 1, child)
        else:
            same.append(child)

    def discard(self, child: XmlNode) -> None:
        """Take `child` out."""
        assert isinstance(self.children, list)
        self.children.remove(child)
        self.by_name[child.name].remove(child)
        child.parent = None

    def set_attribute(self, name: str, value: str) -> None:
        attribute = XmlNode(name, value)
        attribute.parent = self
        if self.attributes is None:
            self.attributes = {}
        self.attributes[name] = attribute

    def text(self) -> str:
        """The string value (XPath 1.0 section 5), empty where not relevant."""
        if not self.relevant:
            return ""
        if self.children:
            return "".join([child.text() for child in self.children])
        return self.value


class RecordNode(XmlNode):
    """A node of the record: its place in the form and what the binds say of it now."""

    __slots__ = ("own_relevant", "place", "readonly", "relevant", "required")

    place: NodeDefinition
    relevant: bool

    def __init__(self, place: NodeDefinition, value: str = "") -> None:
        super().__init__(place.name.removeprefix("@"), value)
        self.place = place
        self.own_relevant = True
        self.relevant = True
        self.required = False
        self.readonly = False

    def set_record_attribute(self, attribute: RecordNode) -> None:
        """Hang an attribute (its place is named `@name`) on this node."""
        attribute.parent = self
        if self.attributes is None:
            self.attributes = {}
        self.attributes[attribute.name] = attribute

    def each(self) -> Iterator[RecordNode]:
        """The node itself, its attributes and everything under it, in document order."""
        yield self
        if self.attributes:
            for attribute in self.attributes.values():
                assert isinstance(attribute, RecordNode)
                yield attribute
        for child in self.children:
            assert isinstance(child, RecordNode)
            yield from child.each()


def copy_record(node: RecordNode) -> RecordNode:
    """A deep copy with values and attributes, no parent, everything relevant."""
    twin = RecordNode(node.place, node.value)
    if node.attributes:
        for attribute in node.attributes.values():
            assert isinstance(attribute, RecordNode)
            twin.set_record_attribute(RecordNode(attribute.place, attribute.value))
    for child in node.children:
        assert isinstance(child, RecordNode)
        twin.append(copy_record(child))
    return twin
