"""Number and truth functions (XPath 1.0 sections 4.3, 4.4 and the ODK XForms list)."""

from __future__ import annotations

import math
from collections.abc import Callable

from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import (
    NAN,
    Context,
    Value,
    text_number,
    to_boolean,
    to_number,
    to_text,
)


def _int(_: Context, number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else NAN


def round_half_up(number: float, digits: int = 0) -> float:
    """Round half towards positive infinity, as XPath and the decision table have it."""
    if not math.isfinite(number):
        return number
    if digits == 0:
        return float(math.floor(number + 0.5))
    if abs(digits) > 300:
        return number if digits > 0 else 0.0
    if digits < 0:
        scale = 10.0**-digits
        return math.floor(number / scale + 0.5) * scale
    scale = 10.0**digits
    scaled = number * scale
    if not math.isfinite(scaled):
        return number
    return math.floor(scaled + 0.5) / scale


def _round(_: Context, number: float, digits: float = 0.0) -> float:
    return round_half_up(number, int(digits) if math.isfinite(digits) else 0)


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    def guarded(_: Context, *numbers: float) -> float:
        try:
            return float(function(*numbers))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return NAN

    return guarded


def _logarithm(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: base(number) if number > 0 else (-math.inf if number == 0 else NAN)


def _present(c: Context, values: tuple[Value, ...]) -> list[float]:
    numbers: list[float] = []
    for value in values:
        if isinstance(value, list):
            numbers += [to_number(text, c) for node in value if (text := node.text())]
        elif value != "":
            numbers.append(to_number(value, c))
    return numbers


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., float]:
    def extreme(c: Context, *values: Value) -> float:
        numbers = _present(c, values)
        if not numbers or any(math.isnan(number) for number in numbers):
            return NAN
        return pick(numbers)

    return extreme


def _sum(c: Context, value: Value) -> float:
    if not isinstance(value, list):
        return to_number(value, c)
    total = 0.0
    for node in value:
        text = node.text()
        if text:
            total += text_number(text, c)
    return total


def _number(c: Context, value: Value | None = None) -> float:
    return to_number([c.node] if value is None else value, c)


def _checklist(_: Context, least: float, most: float, *answers: Value) -> bool:
    count = sum(1 for answer in answers if to_boolean(answer))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _weighted(c: Context, least: float, most: float, *pairs: Value) -> bool:
    weight = sum(
        to_number(pairs[at + 1], c) for at in range(0, len(pairs) - 1, 2) if to_boolean(pairs[at])
    )
    return (least < 0 or weight >= least) and (most < 0 or weight <= most)


TABLE = {
    "number": Function("number", "v", _number, optional=1),
    "int": Function("number", "n", _int),
    "round": Function("number", "nn", _round, optional=1),
    "floor": Function("number", "n", _guarded(math.floor)),
    "ceiling": Function("number", "n", _guarded(math.ceil)),
    "sum": Function("number", "v", _sum),
    "max": Function("number", "v", _extreme(max), rest="v"),
    "min": Function("number", "v", _extreme(min), rest="v"),
    "pow": Function("number", "nn", _guarded(math.pow)),
    "log": Function("number", "n", _guarded(_logarithm(math.log))),
    "log10": Function("number", "n", _guarded(_logarithm(math.log10))),
    "abs": Function("number", "n", _guarded(abs)),
    "sin": Function("number", "n", _guarded(math.sin)),
    "cos": Function("number", "n", _guarded(math.cos)),
    "tan": Function("number", "n", _guarded(math.tan)),
    "asin": Function("number", "n", _guarded(math.asin)),
    "acos": Function("number", "n", _guarded(math.acos)),
    "atan": Function("number", "n", _guarded(math.atan)),
    "atan2": Function("number", "nn", _guarded(math.atan2)),
    "sqrt": Function("number", "n", _guarded(math.sqrt)),
    "exp": Function("number", "n", _guarded(math.exp)),
    "exp10": Function("number", "n", _guarded(lambda number: math.pow(10.0, number))),
    "pi": Function("number", "", lambda _: math.pi),
    "random": Function("number", "", lambda c: c.evaluation.random()),
    "true": Function("boolean", "", lambda _: True),
    "false": Function("boolean", "", lambda _: False),
    "not": Function("boolean", "b", lambda _, truth: not truth),
    "boolean": Function("boolean", "b", lambda _, truth: truth),
    "boolean-from-string": Function("boolean", "v", lambda _, v: to_text(v) in {"true", "1"}),
    "checklist": Function("boolean", "nn", _checklist, rest="v"),
    "weighted-checklist": Function("boolean", "nn", _weighted, rest="v"),
}
