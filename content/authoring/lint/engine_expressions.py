"""Lint: what the engine itself says of one expression: can it be read and run, and where other
engines would answer otherwise.

It uses the real parser, so it sees the tree and not the text. The linter of `content` adds the
place, and the remarks that need the whole form (types, repeats, blanks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.authoring.problem import Remark
from content.xforms.faults import BadExpression, EvaluationFault, FormTooLarge
from content.xforms.xpath.compiler import Compiler
from content.xforms.xpath.functions.registry import ODK_FUNCTIONS
from content.xforms.xpath.parser import parse
from content.xforms.xpath.regex.matcher import matches
from content.xforms.xpath.syntax import (
    Base,
    Binary,
    Expr,
    Filter,
    FunctionCall,
    Negative,
    NumberLiteral,
    Path,
    StringLiteral,
    walk,
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ORDERED = _COMPARISONS - {"=", "!="}
_CONDITIONS = frozenset({"if", "boolean", "not"})
_BOOLEANS = frozenset(
    {"true", "false", "not", "boolean", "selected", "regex", "contains", "starts-with"}
)
_LARGE = 1e7
"""From here on JavaRosa writes whole numbers with an exponent."""


def inspect(expression: str) -> list[Remark]:
    """Remarks on `expression`, each code once; an expression that cannot be run gives one error."""
    try:
        tree = parse(expression)
        Compiler((), ODK_FUNCTIONS).value(tree)
    except BadExpression as fault:
        return [Remark("bad-expression", fault.message, "Correct it.", "error")]
    except FormTooLarge as fault:
        return [Remark("too-long", fault.message, "Split it over calculate rows.", "error")]
    found: dict[str, Remark] = {}
    for part in walk(tree):
        for remark in _of(part):
            found.setdefault(remark.code, remark)
    return list(found.values())


def _of(part: Expr) -> Iterator[Remark]:  # noqa: C901 - one case a kind of tree
    match part:
        case FunctionCall():
            yield from _of_call(part)
        case Binary(operator, left, right) if operator in _COMPARISONS:
            yield from _of_comparison(operator, left, right)
        case Binary(operator, left, right) if operator in {"+", "-"}:
            yield from _of_sum(left, right)
        case Binary("|", _, _):
            yield _not_portable("|")
        case NumberLiteral(value) if abs(value) >= _LARGE:
            yield Remark(
                "large-number",
                f"{value:.0f} is a large number: Collect writes it with an exponent as text.",
                "Keep phone and ID numbers as text, in quotes.",
            )
        case Path(_, steps):
            for step in steps:
                if step.axis not in {"child", "parent", "self", "attribute"}:
                    yield _not_portable(f"{step.axis}::")
                if any(isinstance(predicate, NumberLiteral) for predicate in step.predicates):
                    yield _by_number()
        case Filter(_, predicates) if any(isinstance(one, NumberLiteral) for one in predicates):
            yield _by_number()
        case _:
            return


def _of_call(call: FunctionCall) -> Iterator[Remark]:
    arguments = call.arguments
    match call.name:
        case "regex":
            yield from _of_pattern(arguments[1])
        case "round" if isinstance(arguments[0], Negative):
            yield Remark(
                "round-negative",
                "round() of a negative half goes up here (-1.5 to -1), down in other engines.",
                "Round the positive amount and put the sign back.",
            )
        case "indexed-repeat" if any(
            isinstance(index, NumberLiteral) and index.value < 1 for index in arguments[2::2]
        ):
            yield Remark(
                "row-zero",
                "indexed-repeat() with row 0 is blank here, row 1 in Collect.",
                "Rows count from 1.",
            )
        case "concat" | "join" if any(_may_be_nan(one) for one in arguments):
            yield Remark(
                "nan-in-text",
                f"{call.name}() of a number that may not exist is blank here, NaN in Collect.",
                "Guard it with if(… != '', …, '').",
            )
        case "number" | "int" if isinstance(arguments[:1], list) and _is_date(arguments):
            yield Remark(
                "date-as-number",
                "A date read as a number differs by engine.",
                "Use decimal-date-time() or subtract two dates.",
            )
        case "date" if (
            arguments and isinstance(arguments[0], StringLiteral) and "T" in arguments[0].value
        ):
            yield Remark(
                "date-with-time",
                "date() of a date and time keeps the time.",
                "Use format-date() to cut it to the day.",
            )
        case name if name in _CONDITIONS and arguments and isinstance(arguments[0], Path):
            yield Remark(
                "blank-condition",
                f"{name}() of an answer: blank or zero is false here, any answer true elsewhere.",
                "Compare it: … != ''.",
            )
        case _:
            return


def _is_date(arguments: list[Expr]) -> bool:
    return (
        bool(arguments)
        and isinstance(arguments[0], StringLiteral)
        and bool(_DATE.match(arguments[0].value))
    )


def _of_pattern(argument: Expr) -> Iterator[Remark]:
    if not isinstance(argument, StringLiteral):
        return
    try:
        matches(argument.value, "")
    except EvaluationFault as fault:
        yield Remark("regex-refused", fault.message, "Use plain groups and counts.", "error")


def _of_comparison(operator: str, left: Expr, right: Expr) -> Iterator[Remark]:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, StringLiteral) and _DATE.match(one.value) and operator in _ORDERED:
            yield Remark(
                "date-as-text",
                "A date written as text is compared as a date here, never in Collect.",
                "Write date('2026-11-22').",
            )
        if (
            isinstance(one, FunctionCall)
            and one.name in _BOOLEANS
            and isinstance(other, (StringLiteral, NumberLiteral))
        ):
            yield Remark(
                "boolean-compared",
                f"{one.name}() is compared with a text or number; engines store truth differently.",
                "Use it alone, or not(…).",
            )


def _of_sum(left: Expr, right: Expr) -> Iterator[Remark]:
    for one in (left, right):
        if isinstance(one, FunctionCall) and one.name == "now":
            yield Remark(
                "time-arithmetic",
                "Arithmetic on now() differs by a fraction of a day between engines.",
                "Use decimal-date-time(now()).",
            )


def _may_be_nan(tree: Expr) -> bool:
    return (isinstance(tree, FunctionCall) and tree.name == "number") or (
        isinstance(tree, Binary)
        and tree.operator in {"+", "-", "*", "div", "mod"}
        and any(isinstance(side, Path) and side.base is not Base.ROOT for side in
                (tree.left, tree.right))
    )  # fmt: skip


def _not_portable(what: str) -> Remark:
    return Remark(
        "not-portable", f"{what} is not known to every engine.", "Write the question's full path."
    )


def _by_number() -> Remark:
    return Remark(
        "position-predicate",
        "A row is picked by a bare number; Collect gives nothing.",
        "Use indexed-repeat() or [position() = …].",
    )
