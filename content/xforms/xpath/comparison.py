"""Comparison: `= != < <= > >=` over strings, numbers, truth values and node sets.

XPath 1.0 section 3.4, with two rules of JavaRosa: a missing node equals blank, and a node the
form types as a number compares as one ('05' equals 5).
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import RunBoolean, RunNodes
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
