"""Paths: location paths and predicates compiled to closures over the node tree.

Returned lists may be the tree's own and must not be changed. An absolute path into the repeat an
expression belongs to means this row (JavaRosa; docs/forms-differences.md); the row is found from
`context.current`, because `instance()` never moves the document root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from content.xforms.tree import XmlNode
from content.xforms.xpath.axes import AXES, child_step
from content.xforms.xpath.signature import Narrow, RunNodes, RunText
from content.xforms.xpath.syntax import Base, Expr, LocationStep, Path, is_plain
from content.xforms.xpath.values import Context, Run, to_boolean

CompilePredicate: TypeAlias = Callable[[Expr], Narrow]
_NONE: list[XmlNode] = []


def relative(path: Path, compile_predicate: CompilePredicate) -> RunNodes:
    """The nodes of a path that starts at the context."""
    if is_plain(path):
        return _plain_relative(path)
    walk = compile_steps(path.steps, compile_predicate)
    return lambda c: walk(c, [c.node])


def from_base(base: Run, walk: Narrow) -> RunNodes:
    """The nodes reached by `walk` from those `base` gives."""

    def based(c: Context) -> list[XmlNode]:
        found = base(c)
        return walk(c, found) if isinstance(found, list) else _NONE

    return based


def near_text(path: Path) -> RunText | None:
    """The text of one child of the context or of a node above it; None for any other path."""
    if path.base is not Base.CONTEXT or not is_plain(path):
        return None
    ups, names = _shape(path)
    if len(names) != 1 or ups < 0:
        return None
    name = names[0]

    def read_near(c: Context) -> str:
        node = c.node
        for _ in range(ups):
            parent = node.parent
            if parent is None:
                return ""
            node = parent
        found = node.by_name.get(name)
        return found[0].text() if found else ""

    return read_near


def _shape(path: Path) -> tuple[int, list[str]]:
    """How many parents up, then which children down; ups is -1 where it goes up after down."""
    if path.plain:
        parts = path.plain.split("/")
        return parts.count(".."), [name for name in parts if name != ".."]
    ups = 0
    names: list[str] = []
    for step in path.steps:
        if step.axis == "parent":
            if names:
                return -1, []
            ups += 1
        elif step.axis == "child":
            names.append(step.name)
    return ups, names


def _plain_relative(path: Path) -> RunNodes:
    ups, names = _shape(path)
    if ups < 0:
        moves = [child_step(step.name) if step.axis == "child" else AXES[step.axis]("node()")
                 for step in path.steps]  # fmt: skip

        def zigzag(c: Context) -> list[XmlNode]:
            found = [c.node]
            for move in moves:
                found = _unique([node for start in found for node in move(start)])
            return found

        return zigzag

    def relative(c: Context) -> list[XmlNode]:
        node: XmlNode | None = c.node
        for _ in range(ups):
            if node is None:
                return _NONE
            node = node.parent
        return _NONE if node is None else descend(node, names)

    return relative


def descend(node: XmlNode, names: list[str] | tuple[str, ...]) -> list[XmlNode]:
    """All nodes reached from `node` by the child steps `names`."""
    found = [node]
    for name in names:
        if len(found) == 1:
            found = found[0].by_name.get(name, _NONE)
        else:
            found = [child for start in found for child in start.by_name.get(name, _NONE)]
    return found


def absolute(
    path: Path, rows: tuple[tuple[str, ...], ...], compile_predicate: CompilePredicate
) -> RunNodes:
    """The nodes of a path from the root; inside one of the repeats `rows` it means this row."""
    if path.plain and not rows:
        return _from_top(tuple(path.plain.split("/")[1:]), path.plain)
    names = _leading_names(path.steps)
    row = next(
        (row for row in reversed(rows) if len(names) > len(row) and names[: len(row)] == row),
        None,
    )
    plain = is_plain(path) and len(names) == len(path.steps)
    rest = path.steps if row is None else path.steps[len(row) :]
    if plain:
        below = tuple(step.name for step in rest)
        if row is None:
            return _from_top(below, "/" + "/".join(below))
        return _from_row(row, lambda _, start: descend(start[0], below), names)
    walk = compile_steps(rest, compile_predicate)
    if row is None:
        return lambda c: walk(c, [c.evaluation.document()])
    return _from_row(row, walk, names, compile_steps(path.steps, compile_predicate))


def _from_top(names: tuple[str, ...], path: str) -> RunNodes:
    def from_top(c: Context) -> list[XmlNode]:
        evaluation = c.evaluation
        found = evaluation.fixed.get(path)
        return descend(evaluation.document(), names) if found is None else found

    return from_top


def _leading_names(steps: list[LocationStep]) -> tuple[str, ...]:
    names: list[str] = []
    for step in steps:
        if step.axis != "child" or step.name in {"*", "node()", "text()"}:
            break
        names.append(step.name)
        if step.predicates:
            # A row chosen by a predicate is not "this row".
            names.pop()
            break
    return tuple(names)


def _from_row(
    row: tuple[str, ...], walk: Narrow, names: tuple[str, ...], whole: Narrow | None = None
) -> RunNodes:
    path = "/" + "/".join(row)

    def from_row(c: Context) -> list[XmlNode]:
        node: XmlNode | None = c.current
        while node is not None:
            place = node.place
            if place is not None and place.path == path:
                return walk(c, [node])
            node = node.parent
        document = c.evaluation.document()
        return descend(document, names) if whole is None else whole(c, [document])

    return from_row


def compile_steps(steps: list[LocationStep], compile_predicate: CompilePredicate) -> Narrow:
    """A closure taking start nodes through `steps`."""
    moves = [
        (
            child_step(step.name) if step.axis == "child" else AXES[step.axis](step.name),
            [compile_predicate(predicate) for predicate in step.predicates],
            step.axis not in {"child", "self", "attribute"},
        )
        for step in steps
    ]

    def walk(c: Context, found: list[XmlNode]) -> list[XmlNode]:
        for move, predicates, may_repeat in moves:
            reached: list[XmlNode] = []
            for start in found:
                near = move(start)
                for predicate in predicates:
                    near = predicate(c, near)
                if len(found) == 1:
                    reached = near
                else:
                    reached += near
            c.evaluation.spend(len(reached))
            found = _unique(reached) if may_repeat and len(found) > 1 else reached
        return found

    return walk


def _unique(nodes: list[XmlNode]) -> list[XmlNode]:
    return list({id(node): node for node in nodes}.values())


def at_position(number: float) -> Narrow:
    """The node of that number, counted from 1."""
    at = int(number) - 1 if number == int(number) else -1
    return lambda _, nodes: nodes[at : at + 1] if at >= 0 else _NONE


def where(run: Run) -> Narrow:
    """The nodes for which a condition holds."""

    def test(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        inner = Context(c.node, c.evaluation, c.current, len(nodes))
        c.evaluation.spend(len(nodes))
        kept = []
        for at, node in enumerate(nodes, 1):
            inner.node = node
            inner.position = at
            if run(inner):
                kept.append(node)
        return kept

    return test


def where_or_at(run: Run) -> Narrow:
    """As `where`, but a value that turns out a number means a position."""

    def pick(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        inner = Context(c.node, c.evaluation, c.current, len(nodes))
        c.evaluation.spend(len(nodes))
        kept = []
        for at, node in enumerate(nodes, 1):
            inner.node = node
            inner.position = at
            value = run(inner)
            if value == at if type(value) is float else to_boolean(value):
                kept.append(node)
        return kept

    return pick


def all_of(narrows: list[Narrow]) -> Narrow:
    """The nodes that pass one predicate after the other."""

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        for each in narrows:
            nodes = each(c, nodes)
        return nodes

    return narrow


def placed_among(narrows: list[Narrow], conditions: list[Callable[[Context], bool]]) -> Narrow:
    """The nodes that pass every predicate, and then the conditions at the places they had among
    all of them.
    """
    passing = all_of(narrows)

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        left = passing(c, nodes)
        if not left:
            return left
        inner = Context(c.node, c.evaluation, c.current, len(nodes))
        c.evaluation.spend(len(left))
        passed, kept = set(map(id, left)), []
        for at, node in enumerate(nodes, 1):
            if id(node) in passed:
                inner.node, inner.position = node, at
                if all(run(inner) for run in conditions):
                    kept.append(node)
        return kept

    return narrow
