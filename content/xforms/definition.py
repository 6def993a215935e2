"""Definition: the structure of a form's record. A `NodeDefinition` is one generic path, without row
numbers.

Bind, control and rules belong to a definition; every node of the record refers to its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from content.xforms.texts import TextDefinition


@dataclass(slots=True)
class Bind:
    """What the model says of a node; expressions are XPath source, empty where absent."""

    type: str = "string"
    relevant: str = ""
    required: str = ""
    readonly: str = ""
    calculate: str = ""
    constraint: str = ""
    constraint_message: TextDefinition | None = None
    required_message: TextDefinition | None = None
    preload: str = ""
    preload_parameters: str = ""
    save_to: str = ""


class NodeDefinition:
    """One generic path. Attributes are definitions named `@name`."""

    __slots__ = (
        "bind", "children", "control", "depth", "name", "number", "parent", "path", "repeat",
        "rows", "tag", "type",
    )  # fmt: skip

    def __init__(self, name: str, parent: NodeDefinition | None, tag: str = "") -> None:
        self.name = name
        self.tag = tag or name
        self.parent = parent
        self.path: str = "" if parent is None else f"{parent.path}/{name}"
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.children: dict[str, NodeDefinition] = {}
        self.repeat = False
        self.rows: tuple[NodeDefinition, ...] = ()
        """Repeats this place is in, itself included, outermost first."""
        self.bind: Bind | None = None
        self.type = "string"
        self.control: Control | None = None
        self.number = 0
        """Document order among all places of the form."""

    def __repr__(self) -> str:
        return f"NodeDefinition({self.path})"

    @property
    def is_attribute(self) -> bool:
        return self.name.startswith("@")

    def each(self) -> Iterator[NodeDefinition]:
        """The place itself and everything under it, in document order."""
        yield self
        for child in self.children.values():
            yield from child.each()

    def row_names(self) -> tuple[tuple[str, ...], ...]:
        """For each repeat around this place, the step names from the root."""
        return tuple(tuple(row.path.split("/")[1:]) for row in self.rows)

    def settle_rows(self, above: tuple[NodeDefinition, ...] = ()) -> None:
        """Work out `rows` for this place and all below, once every repeat is known."""
        self.rows = (*above, self) if self.repeat else above
        for child in self.children.values():
            child.settle_rows(self.rows)

    def is_within(self, other: NodeDefinition) -> bool:
        """Whether this is `other` or lies under it."""
        place: NodeDefinition | None = self
        while place is not None and place.depth >= other.depth:
            if place is other:
                return True
            place = place.parent
        return False


SELECTS = frozenset({"select", "select1", "rank"})
"""Kinds of controls whose answers are choices."""


@dataclass(slots=True)
class Itemset:
    """Choices read from a list by an expression."""

    nodeset: str
    value: str
    label: str
    label_itext: bool


@dataclass(slots=True)
class StaticChoice:
    """A choice written in the control itself."""

    value: str
    label: TextDefinition


@dataclass(slots=True)
class Control:
    """A control of the body: a question, a group (`group`) or a repeat (`repeat`)."""

    kind: str
    place: NodeDefinition | None
    label: TextDefinition | None = None
    hint: TextDefinition | None = None
    appearance: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    choices: list[StaticChoice] = field(default_factory=list)
    itemset: Itemset | None = None
    children: list[Control] = field(default_factory=list)
    count: str = ""
    """A repeat's `jr:count` expression."""
    fixed: bool = False
    """A repeat whose rows the person cannot add or remove."""
