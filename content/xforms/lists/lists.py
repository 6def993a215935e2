"""Lists: secondary instances (choice lists, look-up tables, last-saved), read once per form.

A small list is nodes. A long one is kept in a `ChoiceTable` (see `choice_tables.py`), whose rows
become nodes only while an expression reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from content.xforms.tree import XmlNode
from content.xforms.xml import check_depth, elements
from provisioning.xml_reader import Element, local_name


class ChoiceList(Protocol):
    """One secondary instance."""

    def document(self) -> XmlNode:
        """The parent of the list's root node."""
        ...

    def rows(self, path: tuple[str, str], column: str, value: str) -> list[XmlNode]:
        """Rows at `path` (root, row) whose `column` reads `value` (missing reads blank)."""
        ...

    def columns(self) -> frozenset[str]:
        """The names of its cells; none where it has no rows."""
        ...


class NodeList:
    """A list held as nodes, with equality indexes made when first asked for."""

    def __init__(self, document: XmlNode) -> None:
        self._document = document
        self._indexes: dict[tuple[tuple[str, str], str], Mapping[str, list[XmlNode]]] = {}

    def document(self) -> XmlNode:
        return self._document

    def rows(self, path: tuple[str, str], column: str, value: str) -> list[XmlNode]:
        key = (path, column)
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = self._index(path, column)
        return index.get(value, [])

    def columns(self) -> frozenset[str]:
        roots = self._document.children
        return frozenset(name for root in roots for row in root.children for name in row.by_name)

    def _index(self, path: tuple[str, str], column: str) -> Mapping[str, list[XmlNode]]:
        index: dict[str, list[XmlNode]] = {}
        for root in self._document.by_name.get(path[0], ()):
            for row in root.by_name.get(path[1], ()):
                cells = row.by_name.get(column)
                texts = {cell.text() for cell in cells} if cells else {""}
                for text in texts:
                    index.setdefault(text, []).append(row)
        return index


def node_tree(element: Element, depth: int = 0) -> XmlNode:
    """Nodes for an XML element and everything under it."""
    check_depth(depth, "A list")
    node = XmlNode(local_name(element))
    for key, value in element.attrib.items():
        node.set_attribute(key.rpartition("}")[2], value)
    children = elements(element)
    if children:
        for child in children:
            node.append(node_tree(child, depth + 1))
    else:
        node.value = element.text or ""
    return node


def document_of(root: XmlNode | None) -> XmlNode:
    """A document node over `root`."""
    document = XmlNode("#document")
    if root is not None:
        document.append(root)
    return document
