"""Lint of values: dates, numbers and truths that engines write or compare differently."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.authoring.lint.expression_tokens import (
    COMPARING,
    ExpressionToken,
    calls,
    is_path,
    paths,
    tokens,
)
from content.authoring.lint.look_expressions import LENGTH_MAX, Check, CheckedExpression
from content.authoring.lint.source_rows import FormTree
from content.authoring.problem import Remark

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ZONED = re.compile(r"T.*(?:Z|[+-]\d\d:?\d\d)$")
_BOOLEAN = frozenset({"true", "false", "0", "1"})
_BOOLEAN_CALLS = frozenset(
    {"not", "boolean", "selected", "regex", "contains", "starts-with", "ends-with", "true", "false"}
)
_DAYS = frozenset({"today", "now", "date", "date-time"})
_NUMBERS = frozenset(
    {
        ExpressionToken("name", "number"),
        ExpressionToken("name", "int"),
        ExpressionToken("operator", "div"),
    }
)
_WIDE = 0xFFFF


def boolean_nodes(tree: FormTree) -> Iterator[str]:
    """Calculated nodes that hold true or false."""
    for expression in tree.expressions:
        if expression.kind != "calculate" or len(expression.text) > LENGTH_MAX:
            continue
        sequence = tokens(expression.text)
        depth = 0
        for token in sequence:
            depth += (token.value in {"(", "["}) - (token.value in {")", "]"})
            boolean = token.value in COMPARING or token.value in {"and", "or"}
            if depth == 0 and token.kind == "operator" and boolean:
                yield expression.node
                break
        else:
            whole = (call for call in calls(sequence) if call.at == 0)
            if any(c.end == len(sequence) - 1 and c.name in _BOOLEAN_CALLS for c in whole):
                yield expression.node


def _dates(look: CheckedExpression) -> Iterator[Remark]:
    for _, token, beside in look.neighbours(COMPARING - {"=", "!="}):
        found = look.sequence[beside]
        if found.kind == "text" and _DATE.match(found.value):
            yield Remark(
                "date-as-text",
                f"{found.value!r} is compared with {token.value} as a text by some engines.",
                f"Write date('{found.value}').",
            )
    for call in look.calls:
        first = call.arguments[0] if call.arguments else ()
        text = first[0].value if len(first) == 1 and first[0].kind == "text" else ""
        if call.name == "number" and (_DATE.match(text) or (is_path(first) and look.date(first))):
            yield Remark(
                "date-number",
                "number() of a date differs between engines.",
                "Use decimal-date-time(date(…)) and whole days, or format-date().",
            )
        if call.name == "date" and "T" in text:
            yield Remark(
                "date-with-time",
                f"date({text!r}) keeps its time of day.",
                "Give the day only, or use date-time().",
            )
        if call.name == "format-date-time" and _ZONED.search(text):
            yield Remark(
                "zoned-time",
                "A time with an offset is shown in the device's own zone.",
                "Leave the offset out when the local time is meant.",
            )


def _date_arithmetic(look: CheckedExpression) -> Iterator[Remark]:
    ends = {call.end: call for call in look.calls}
    starts = {call.at: call for call in look.calls}
    spans = {}
    for start, end, text in paths(look.sequence):
        for index in (start, end - 1):
            spans[index] = text
    for index, token, beside in look.neighbours(frozenset({"+", "-"})):
        call = ends.get(beside) if beside < index else starts.get(beside)
        text = spans.get(beside, "")
        dated = look.tree.types.get(look.absolute(text)) in {"date", "dateTime"} if text else False
        if (call is not None and call.name in _DAYS) or dated:
            yield Remark(
                "date-arithmetic",
                f"A date with {token.value} gives whole days here and fractions elsewhere.",
                "Work with decimal-date-time() and int(), or compare format-date() numbers.",
            )


def _numbers(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        if call.name not in {"string", "concat"}:
            continue
        flat = [token for argument in call.arguments for token in argument]
        if any(token.kind == "number" and len(token.value) >= 9 for token in flat):
            yield Remark(
                "long-number",
                "A long number made into text is written with an exponent by some engines.",
                "Put the digits in quotes.",
            )
        if call.name == "concat" and any(token in _NUMBERS for token in flat):
            yield Remark(
                "number-in-text",
                "A number that cannot be worked out shows as NaN inside a text elsewhere.",
                "Check for a blank first with if().",
            )


def _odd_calls(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        values = [arg[0].value if len(arg) == 1 else None for arg in call.arguments]
        if call.name == "indexed-repeat" and "0" in values[2:]:
            yield Remark(
                "indexed-repeat-zero",
                "indexed-repeat() counts from 1; row 0 is blank here and row 1 elsewhere.",
                "Count from 1.",
            )
        if call.name == "selected" and len(values) == 2 and values[1] == "":
            yield Remark(
                "selected-empty",
                "selected() with an empty name is true for a blank answer.",
                "Compare the answer with ''.",
            )
        if call.name == "jr:choice-name" and len(call.arguments) == 2:
            second = call.arguments[1]
            if len(second) != 1 or second[0].kind != "text":
                yield Remark(
                    "choice-name-path",
                    "jr:choice-name() takes the path of the question as a text.",
                    "Write '${name}' in quotes.",
                )
        if call.name == "string-length" and any(
            ord(letter) > _WIDE
            for argument in call.arguments
            for t in argument
            for letter in t.value
        ):
            yield Remark(
                "wide-letters",
                "string-length() counts some signs as two.",
                "Do not count such signs.",
            )


def _booleans(look: CheckedExpression) -> Iterator[Remark]:
    spans = {}
    for start, end, text in paths(look.sequence):
        if look.absolute(text) in look.booleans:
            spans[start], spans[end - 1] = text, text
    for index, _, beside in look.neighbours(frozenset({"=", "!="})):
        other = 2 * index - beside
        against = look.sequence[other].value if 0 <= other < len(look.sequence) else ""
        if beside in spans and against in _BOOLEAN:
            yield Remark(
                "boolean-compare",
                f"{spans[beside]} holds true or false here and 1 or 0 in ODK Collect.",
                "Let it calculate if(…, 'yes', 'no') and compare with that.",
            )


def _rounding(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        if call.name == "round" and any(
            token.value == "-" for arg in call.arguments for token in arg
        ):
            yield Remark(
                "round-negative",
                "round() of a negative half differs between engines (-1.5 gives -1 here).",
                "Round a positive amount and put the sign back.",
            )


CHECKS: tuple[Check, ...] = (_dates, _date_arithmetic, _numbers, _odd_calls, _booleans, _rounding)
