"""Lookups: `instance('list')/root/item[column = value]` answered by an equality index.

A predicate qualifies when one side of an `=` (alone or in an `and`) is one column of the row and
the other reads nothing of the row; what is left of the predicate then narrows the rows found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from content.xforms.tree import XmlNode
from content.xforms.xpath.syntax import (
    Base,
    Binary,
    Chain,
    Expr,
    FunctionCall,
    Path,
    StringLiteral,
    walk,
)
from content.xforms.xpath.values import Context, Value, to_text

if TYPE_CHECKING:
    from content.xforms.xpath.compiler import Compiler, RunNodes

_POSITIONAL = frozenset({"position", "last"})


def compile_lookup(compiler: Compiler, path: Path) -> RunNodes | None:
    """A closure over the index, or None where the path has another shape."""
    split = _split(path)
    if split is None:
        return None
    from content.xforms.xpath import paths  # noqa: PLC0415 - paths asks us first

    instance, row_path, column, sought, left_over = split
    value = compiler.value(sought).run
    narrow = [paths.compile_predicate(compiler, tree) for tree in left_over]
    narrow += [paths.compile_predicate(compiler, tree) for tree in path.steps[1].predicates[1:]]
    onward = paths.compile_steps(compiler, path.steps[2:])
    general = paths.compile_steps(compiler, path.steps)

    def look_up(c: Context) -> list[XmlNode]:
        key = value(c)
        if isinstance(key, bool) or (isinstance(key, list) and len(key) > 1):
            document = c.world.instance(instance)
            return [] if document is None else general(c, [document])
        rows = c.world.rows(instance, row_path, column, _key(key))
        for predicate in narrow:
            rows = predicate(c, rows)
        return onward(c, rows)

    return look_up


def _key(value: Value) -> str:
    return to_text(value)


def _split(  # noqa: PLR0911 - one a reason not to qualify
    path: Path,
) -> tuple[str, tuple[str, str], str, Expr, list[Expr]] | None:
    base, steps = path.base, path.steps
    if not isinstance(base, FunctionCall) or base.name != "instance" or len(steps) < 2:
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
            return name.value, (root.name, row.name), column, sought, rest
    return None


def _column_equals(tree: Expr) -> tuple[str, Expr] | None:
    from content.xforms.xpath.compiler import context_free  # noqa: PLC0415 - the compiler imports paths

    if not isinstance(tree, Binary) or tree.operator != "=":
        return None
    for column, sought in ((tree.left, tree.right), (tree.right, tree.left)):
        if (
            isinstance(column, Path)
            and column.base is Base.CONTEXT
            and len(column.steps) == 1
            and column.steps[0].axis == "child"
            and not column.steps[0].predicates
            and column.steps[0].name not in {"*", "node()", "text()"}
            and context_free(sought)
        ):
            return column.steps[0].name, sought
    return None
