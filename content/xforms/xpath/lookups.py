"""Lookups: `instance('list')/root/item[column = value]` answered by an equality index.

A predicate qualifies when one side of an `=` (alone or in an `and`) is one column of the row and
the other reads nothing of the row; what is left of the predicate then narrows the rows found.
"""

from __future__ import annotations

from typing import NamedTuple

from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import Narrow, RunNodes
from content.xforms.xpath.syntax import (
    Binary,
    Chain,
    Expr,
    FunctionCall,
    Path,
    StringLiteral,
    child_name,
    context_free,
    walk,
)
from content.xforms.xpath.values import Context, Run, to_text

_POSITIONAL = frozenset({"position", "last"})


class Lookup(NamedTuple):
    """A path an index can answer: rows at `path` (root, row) of a list whose `column` equals
    what `sought` gives, narrowed by the predicates `left_over`.
    """

    instance: str
    path: tuple[str, str]
    column: str
    sought: Expr
    left_over: list[Expr]


def indexed(
    lookup: Lookup, *, sought: Run, narrow: list[Narrow], onward: Narrow, general: Narrow
) -> RunNodes:
    """The nodes of a path by the index of its list.

    `sought` and `narrow` are the look-up's compiled parts, `onward` the steps below the row and
    `general` the whole path walked, for a value that is no single text.
    """
    instance, path, column = lookup.instance, lookup.path, lookup.column

    def look_up(c: Context) -> list[XmlNode]:
        key = sought(c)
        if isinstance(key, bool) or (isinstance(key, list) and len(key) > 1):
            document = c.evaluation.instance(instance)
            return [] if document is None else general(c, [document])
        rows = c.evaluation.rows(instance, path, column, to_text(key))
        for predicate in narrow:
            rows = predicate(c, rows)
        return onward(c, rows)

    return look_up


def split(path: Path) -> Lookup | None:  # noqa: PLR0911 - one a reason not to qualify
    """The look-up in `path`, or None where it has another shape."""
    base, steps = path.base, path.steps
    if not isinstance(base, FunctionCall) or base.name != "instance" or len(steps) < 2:
        return None
    if not base.arguments:
        return None
    name, root, row = base.arguments[0], steps[0], steps[1]
    if not isinstance(name, StringLiteral) or root.predicates or not row.predicates:
        return None
    if root.axis != "child" or row.axis != "child" or row.name in {"*", "node()"}:
        return None
    first = row.predicates[0]
    parts = first.operands if isinstance(first, Chain) and first.operator == "and" else [first]
    if any(isinstance(part, FunctionCall) and part.name in _POSITIONAL for part in walk(first)):
        return None
    for at, part in enumerate(parts):
        found = _column_equals(part)
        if found is not None:
            column, sought = found
            left_over = parts[:at] + parts[at + 1 :]
            rest: list[Expr] = list(left_over)
            if len(left_over) > 1:
                rest = [Chain("and", left_over)]
            if any(not isinstance(tree, (Binary, Chain, FunctionCall)) for tree in rest):
                return None
            rest += row.predicates[1:]
            return Lookup(name.value, (root.name, row.name), column, sought, rest)
    return None


def _column_equals(tree: Expr) -> tuple[str, Expr] | None:
    if not isinstance(tree, Binary) or tree.operator != "=":
        return None
    for column, sought in ((tree.left, tree.right), (tree.right, tree.left)):
        name = child_name(column)
        if name and context_free(sought):
            return name, sought
    return None
