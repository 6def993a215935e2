"""Comparison: `= != < <= > >=` over strings, numbers, truth values and node sets.

XPath 1.0 section 3.4, with two rules of JavaRosa: a missing node equals blank, and a node the
form types as a number compares as one ('05' equals 5).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator

from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import Narrow, RunBoolean, RunNodes
from content.xforms.xpath.values import (
    NAN,
    Context,
    Run,
    Value,
    is_numeric,
    text_number,
    to_boolean,
    to_number,
    to_text,
)

ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUALITY: dict[str, Callable[[float, float], bool]] = {"=": operator.eq, "!=": operator.ne}


def equality(one: Run, two: Run, *, wanted: bool) -> RunBoolean:
    """`=` where `wanted`, else `!=`."""
    if wanted:
        return lambda c: equal(one(c), two(c), c)
    return lambda c: differ(one(c), two(c), c)


def path_is(run: RunNodes, literal: str, *, wanted: bool) -> RunBoolean:
    """Whether the nodes of a path equal a literal text, or differ from it."""

    def compared(c: Context) -> bool:
        found = run(c)
        if len(found) == 1:
            node = found[0]
            text = node.text()
            return (text == literal or _numbers_equal(node, text, literal, c)) is wanted
        if not found:
            return (not literal) is wanted
        if wanted:
            return equal(found, literal, c)
        return differ(found, literal, c)

    return compared


def _numbers_equal(node: XmlNode, text: str, other: str, context: Context) -> bool:
    return is_numeric(node) and text_number(text, context) == text_number(other, context)


def equal(left: Value, right: Value, context: Context) -> bool:
    """XPath `=`."""
    return _compare(left, right, context, wanted=True)


def differ(left: Value, right: Value, context: Context) -> bool:
    """XPath `!=` (over node sets not the opposite of `=`: some pair differs)."""
    return _compare(left, right, context, wanted=False)


def _compare(left: Value, right: Value, context: Context, *, wanted: bool) -> bool:
    if type(left) is bool or type(right) is bool:
        return (to_boolean(left) == to_boolean(right)) is wanted
    if isinstance(left, list):
        if isinstance(right, list):
            return _sets(left, right, context, wanted=wanted)
        return _set_and_value(left, right, context, wanted=wanted)
    if isinstance(right, list):
        return _set_and_value(right, left, context, wanted=wanted)
    return _values_equal(left, right, context) is wanted


def _values_equal(left: Value, right: Value, context: Context) -> bool:
    if type(left) is float or type(right) is float:
        return to_number(left, context) == to_number(right, context)
    return to_text(left) == to_text(right)


def _set_and_value(nodes: list[XmlNode], other: Value, context: Context, *, wanted: bool) -> bool:
    if not nodes:
        return _values_equal("", other, context) is wanted
    for node in nodes:
        text = node.text()
        same = _values_equal(text, other, context) or (
            type(other) is str and _numbers_equal(node, text, other, context)
        )
        if same is wanted:
            return True
    return False


def _sets(left: list[XmlNode], right: list[XmlNode], context: Context, *, wanted: bool) -> bool:
    if len(left) <= 1 and len(right) <= 1:
        one = left[0].text() if left else ""
        two = right[0].text() if right else ""
        same = one == two or bool(
            left
            and right
            and (is_numeric(left[0]) or is_numeric(right[0]))
            and text_number(one, context) == text_number(two, context)
        )
        return same is wanted
    if not left or not right:
        return any((node.text() == "") is wanted for node in left or right)
    values = {node.text() for node in right}
    if wanted:
        return any(node.text() in values for node in left)
    return len(values) > 1 or any(node.text() not in values for node in left)


def relation_of_many(order: Callable[[float, float], bool], one: Run, two: Run) -> RunBoolean:
    """`<`, `<=`, `>`, `>=` where a side may be several nodes: true if it holds for any pair.

    Always between numbers; dates count as days.
    """

    def related(c: Context) -> bool:
        left, right = _number_of(one(c), c), _number_of(two(c), c)
        if isinstance(left, float) and isinstance(right, float):
            return order(left, right)
        return any(order(x, y) for x in _each(left) for y in _each(right))

    return related


def _number_of(value: Value, context: Context) -> float | list[float]:
    """One number (NaN of no node at all), or those of several nodes."""
    if type(value) is not list:
        return to_number(value, context)
    if len(value) == 1:
        return text_number(value[0].text(), context)
    return [text_number(node.text(), context) for node in value] if value else NAN


def _each(numbers: float | list[float]) -> list[float]:
    return numbers if isinstance(numbers, list) else [numbers]


FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The same relation with its sides changed."""


def where_equal(left: Run, fixed: Run, *, wanted: bool) -> Narrow:
    """The nodes whose `left` equals `fixed` (or differs), which is one value for all of them."""
    compare = equal if wanted else differ

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        if not nodes:
            return nodes
        c.evaluation.spend(len(nodes))
        other = fixed(c)
        return [inner.node for inner in _each_of(c, nodes) if compare(left(inner), other, inner)]

    return narrow


def where_child_equal(name: str, fixed: Run, *, wanted: bool) -> Narrow:
    """As `where_equal` for the child `name`, the predicate most forms write over their rows."""
    compare = equal if wanted else differ

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        if not nodes:
            return nodes
        c.evaluation.spend(len(nodes))
        other = fixed(c)
        if type(other) is str:
            text, number = other, None
        elif type(other) is list and len(other) == 1:
            text = other[0].text()
            number = text_number(text, c) if is_numeric(other[0]) else None
        else:
            return [n for n in nodes if compare(n.by_name.get(name, []), other, c)]
        kept = []
        for node in nodes:
            cells = node.by_name.get(name)
            if cells is None or len(cells) != 1:
                same = compare(cells or [], other, c) is wanted
            else:
                own = cells[0].text()
                same = own == text or (
                    (number is not None or is_numeric(cells[0]))
                    and text_number(own, c) == text_number(text, c)
                )
            if same is wanted:
                kept.append(node)
        return kept

    return narrow


def where_related(
    order: Callable[[float, float], bool], left: Run, fixed: Run, child: str
) -> Narrow:
    """The nodes whose `left` stands in that order to `fixed`; `child` is its name if it is one."""

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        if not nodes:
            return nodes
        c.evaluation.spend(len(nodes))
        others = _each(_number_of(fixed(c), c))
        only = others[0] if len(others) == 1 else None
        kept = []
        for inner in _each_of(c, nodes):
            cells = inner.node.by_name.get(child) if child else None
            if only is not None and cells is not None and len(cells) == 1:
                holds = order(text_number(cells[0].text(), c), only)
            else:
                mine = _each(_number_of(left(inner), inner))
                holds = any(order(one, other) for one in mine for other in others)
            if holds:
                kept.append(inner.node)
        return kept

    return narrow


def where_position(order: Callable[[float, float], bool], fixed: Run) -> Narrow:
    """The nodes whose place among all, counted from 1, stands in that order to `fixed`."""

    def narrow(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        if not nodes:
            return nodes
        c.evaluation.spend(len(nodes))
        others = _each(_number_of(fixed(c), c))
        if len(others) == 1:
            other = others[0]
            return [node for at, node in enumerate(nodes, 1) if order(at, other)]
        return [n for at, n in enumerate(nodes, 1) if any(order(at, one) for one in others)]

    return narrow


def _each_of(c: Context, nodes: list[XmlNode]) -> Iterator[Context]:
    """One context, moved from node to node."""
    inner = Context(c.node, c.evaluation, c.current, len(nodes))
    for at, node in enumerate(nodes, 1):
        inner.node, inner.position = node, at
        yield inner
