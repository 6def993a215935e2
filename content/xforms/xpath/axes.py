"""Axes: one step of a location path from one node (XPath 1.0 section 2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from content.xforms.tree import XmlNode

Move = Callable[[XmlNode], list[XmlNode]]
_NONE: list[XmlNode] = []


def _passes(name: str) -> Callable[[XmlNode], bool]:
    if name in {"*", "node()"}:
        return lambda _: True
    return lambda node: node.name == name


def child_step(name: str) -> Move:
    """Children of one name, or all."""
    if name == "text()":
        # Text is not a node here: a leaf stands for its own text.
        return lambda node: [node] if not node.children else _NONE
    if name in {"*", "node()"}:
        return lambda node: list(node.children)
    return lambda node: node.by_name.get(name, _NONE)


def _parent(name: str) -> Move:
    passes = _passes(name)
    return lambda node: [node.parent] if node.parent is not None and passes(node.parent) else _NONE


def _self(name: str) -> Move:
    passes = _passes(name)
    return lambda node: [node] if passes(node) else _NONE


def _attribute(name: str) -> Move:
    def attribute(node: XmlNode) -> list[XmlNode]:
        if not node.attributes:
            return _NONE
        if name == "*":
            return list(node.attributes.values())
        found = node.attributes.get(name)
        return _NONE if found is None else [found]

    return attribute


def _below(node: XmlNode) -> Iterator[XmlNode]:
    for child in node.children:
        yield child
        yield from _below(child)


def _descendant(name: str) -> Move:
    passes = _passes(name)
    return lambda node: [found for found in _below(node) if passes(found)]


def _descendant_or_self(name: str) -> Move:
    passes, below = _passes(name), _descendant(name)
    return lambda node: ([node] if passes(node) else []) + below(node)


def _above(node: XmlNode) -> Iterator[XmlNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _ancestor(name: str) -> Move:
    passes = _passes(name)
    return lambda node: [found for found in _above(node) if passes(found)]


def _ancestor_or_self(name: str) -> Move:
    passes, above = _passes(name), _ancestor(name)
    return lambda node: ([node] if passes(node) else []) + above(node)


def _sibling(name: str, *, after: bool) -> Move:
    passes = _passes(name)

    def siblings(node: XmlNode) -> list[XmlNode]:
        if node.parent is None:
            return _NONE
        family = list(node.parent.children)
        if node not in family:
            return _NONE
        at = family.index(node)
        near = family[at + 1 :] if after else family[:at][::-1]
        return [found for found in near if passes(found)]

    return siblings


AXES: dict[str, Callable[[str], Move]] = {
    "child": child_step,
    "parent": _parent,
    "self": _self,
    "attribute": _attribute,
    "descendant": _descendant,
    "descendant-or-self": _descendant_or_self,
    "ancestor": _ancestor,
    "ancestor-or-self": _ancestor_or_self,
    "following-sibling": lambda name: _sibling(name, after=True),
    "preceding-sibling": lambda name: _sibling(name, after=False),
}
