"""Choices: the choices of a select now: filtered, ordered, with their labels.

Whether one value is among them is asked far more often than for all of them; over a list with an
index that question costs one look-up, not a walk over 20,000 rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from content.xforms.definition import Control, Itemset, NodeDefinition
from content.xforms.lists.choice_tables import cell, has_column
from content.xforms.results import Choice
from content.xforms.session.context import SessionContext
from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import Narrow
from content.xforms.xpath.syntax import Expr, FunctionCall, NumberLiteral, Path, StringLiteral, walk
from content.xforms.xpath.values import Context

Finder = Callable[[Context, str], list[XmlNode]]
ICON = "icon"
"""The column of a choice list that names its pictures."""
_POSITIONAL = frozenset({"position", "last", "randomize"})


class SelectChoices:
    """The choices of one session's selects."""

    def __init__(self, evaluation: SessionContext) -> None:
        self._evaluation = evaluation
        self._finders: dict[tuple[int, NodeDefinition | None], Finder | None] = {}

    def rows(self, itemset: Itemset, node: XmlNode) -> list[XmlNode]:
        """The list's rows a select at `node` offers."""
        run = self._evaluation.form.expressions.nodes(itemset.nodeset, node.place, _where(node))
        return run(Context(node, self._evaluation))

    def choices(self, control: Control, node: XmlNode) -> list[Choice]:
        """What is offered now, in order, with its words, pictures and sounds."""
        itemset, evaluation = control.itemset, self._evaluation
        if itemset is None:
            return [
                Choice(
                    choice.value,
                    evaluation.words(choice.label, node),
                    evaluation.media(choice.label.itext, node),
                )
                for choice in control.choices
            ]
        rows = self.rows(itemset, node)
        value, words = itemset.value, itemset.label
        has_icons = bool(rows) and has_column(rows[0], ICON)
        if not itemset.label_itext and not has_icons:
            return [Choice(cell(row, value), cell(row, words) if words else "") for row in rows]
        return [
            Choice(
                cell(row, value),
                self._label(row, itemset, node),
                evaluation.media(cell(row, words), node) if itemset.label_itext else (),
                cell(row, ICON) if has_icons else "",
            )
            for row in rows
        ]

    def label(self, control: Control, node: XmlNode, value: str) -> str:
        """The label of one choice, empty where it is not offered."""
        itemset = control.itemset
        if itemset is None:
            return next(
                (
                    self._evaluation.words(choice.label, node)
                    for choice in control.choices
                    if choice.value == value
                ),
                "",
            )
        found = self._find(itemset, node, value)
        return self._label(found[0], itemset, node) if found else ""

    def allowed(self, control: Control, node: XmlNode, values: Iterable[str]) -> list[str]:
        """Those of `values` that are offered now."""
        itemset = control.itemset
        if itemset is None:
            listed = {choice.value for choice in control.choices}
            return [value for value in values if value in listed]
        if self._finder(itemset, node) is None:
            offered = {cell(row, itemset.value) for row in self.rows(itemset, node)}
            return [value for value in values if value in offered]
        return [value for value in values if self._find(itemset, node, value)]

    def _find(self, itemset: Itemset, node: XmlNode, value: str) -> list[XmlNode]:
        finder = self._finder(itemset, node)
        if finder is None:
            rows = self.rows(itemset, node)
            return [row for row in rows if cell(row, itemset.value) == value]
        return finder(Context(node, self._evaluation), value)

    def _finder(self, itemset: Itemset, node: XmlNode) -> Finder | None:
        key = (id(itemset), node.place)
        if key not in self._finders:
            tree = self._evaluation.form.expressions.tree(itemset.nodeset, _where(node))
            place = node.place
            self._finders[key] = _finder(
                tree,
                itemset.value,
                lambda predicate: self._evaluation.form.expressions.predicate(predicate, place),
            )
        return self._finders[key]

    def _label(self, row: XmlNode, itemset: Itemset, node: XmlNode) -> str:
        """The words of a choice; values in them are those of the select's own row."""
        text = cell(row, itemset.label) if itemset.label else ""
        return self._evaluation.itext(text, node) if itemset.label_itext else text


def _where(node: XmlNode) -> str:
    return f"choices of {node.place.path if node.place else 'a question'}"


def _finder(tree: Expr, column: str, compile_predicate: Callable[[Expr], Narrow]) -> Finder | None:
    """A closure finding the offered rows of one value by index; None where order could matter."""
    if isinstance(tree, FunctionCall) and tree.name == "randomize" and tree.arguments:
        tree = tree.arguments[0]
    if (
        not isinstance(tree, Path)
        or not isinstance(tree.base, FunctionCall)
        or len(tree.steps) != 2
    ):
        return None
    arguments = tree.base.arguments
    name = arguments[0] if tree.base.name == "instance" and arguments else None
    root, row = tree.steps
    plain = root.axis == row.axis == "child" and not root.predicates and row.name != "*"
    if not isinstance(name, StringLiteral) or not plain or "/" in column or root.name == "*":
        return None
    for predicate in row.predicates:
        if isinstance(predicate, (NumberLiteral, Path)) or any(
            isinstance(part, FunctionCall) and part.name in _POSITIONAL for part in walk(predicate)
        ):
            return None
    narrow = [compile_predicate(predicate) for predicate in row.predicates]
    listed, path = name.value, (root.name, row.name)

    def find(c: Context, value: str) -> list[XmlNode]:
        rows = c.evaluation.rows(listed, path, column, value)
        for predicate in narrow:
            rows = predicate(c, rows)
        return rows

    return find
