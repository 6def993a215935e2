"""Lint of expressions: every construct on which the ODK engines disagree, and what to write.

The list is the table of decisions of `content/xforms` (blank conditions, aggregates over blanks,
dates compared as texts, unanchored patterns …): our engine decides each, but the same form on a
phone may answer otherwise, so its author should know. Token patterns only; no evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.authoring.lint import value_expressions
from content.authoring.lint.expression_tokens import calls, is_path, paths, tokens
from content.authoring.lint.known_functions import KNOWN, NOT_PORTABLE
from content.authoring.lint.look_expressions import LENGTH_MAX, Check, CheckedExpression
from content.authoring.lint.source_rows import Expression, FormTree
from content.authoring.problem import Remark

_TOO_LONG = Remark(
    "too-long",
    f"The expression is longer than {LENGTH_MAX} characters.",
    "Split it over several calculate rows.",
    severity="error",
)
_AGGREGATES = frozenset({"sum", "min", "max"})
_OF_MANY = _AGGREGATES | {
    "count",
    "count-non-empty",
    "join",
    "indexed-repeat",
    "position",
    "randomize",
    "area",
    "distance",
    "once",
    "coalesce",
}


def inspect_tree(tree: FormTree) -> Iterator[tuple[Expression, Remark]]:
    """Every remark on every expression of the form."""
    booleans = frozenset(value_expressions.boolean_nodes(tree))
    for expression in tree.expressions:
        if len(expression.text) > LENGTH_MAX:
            yield expression, _TOO_LONG
            continue
        sequence = tokens(expression.text)
        look = CheckedExpression(tree, expression, sequence, tuple(calls(sequence)), booleans)
        seen: set[str] = set()
        for check in CHECKS:
            for remark in check(look):
                if remark.text not in seen:
                    seen.add(remark.text)
                    yield expression, remark


def _patterns(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        if call.name != "regex" or len(call.arguments) != 2:
            continue
        argument = call.arguments[1]
        if len(argument) != 1 or argument[0].kind != "text":
            continue
        pattern = argument[0].value
        if not anchored(pattern):
            yield Remark(
                "regex-unanchored",
                f"The pattern {pattern!r} is not anchored: some engines search, some match all.",
                "Begin it with ^ and end it with $, with alternatives inside ( ).",
            )


def anchored(pattern: str) -> bool:
    """Whether a pattern says where it begins and ends, for every alternative."""
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$"):
        return False
    depth = 0
    inside_class = False
    escaped = False
    for letter in pattern:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif inside_class:
            inside_class = letter != "]"
        elif letter == "[":
            inside_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            return False
    return True


def _blank_conditions(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        if call.name in {"if", "boolean", "not"} and call.arguments and is_path(call.arguments[0]):
            yield Remark(
                "blank-condition",
                f"{call.name}() is given an answer as a condition; a blank counts as false here "
                "and as true elsewhere.",
                "Compare it, for example with != ''.",
            )


def _aggregates(look: CheckedExpression) -> Iterator[Remark]:
    own = look.tree.repeat_of(look.expression.node)
    for call in look.calls:
        if call.name not in _AGGREGATES | {"count", "join"}:
            continue
        for argument in call.arguments:
            if not is_path(argument):
                continue
            path = look.absolute("".join(token.value for token in argument))
            if call.name in _AGGREGATES and look.tree.repeat_of(path):
                yield Remark(
                    "blank-aggregate",
                    f"{call.name}() over answers that may be blank: blanks are skipped here and "
                    "spoil the result elsewhere.",
                    "Give each a default of 0, or make the question required.",
                )
            if own is not None and path.startswith(own + "/") and call.name != "join":
                yield Remark(
                    "aggregate-own-repeat",
                    f"{call.name}() inside the repeat it counts sees this row only.",
                    "Move the calculation outside the repeat.",
                )


def _repeat_paths(look: CheckedExpression) -> Iterator[Remark]:
    own = look.tree.repeat_of(look.expression.node)
    covered = [
        range(call.at, call.end) for call in look.calls if call.name in _OF_MANY | {"instance"}
    ]
    for start, _, text in paths(look.sequence):
        path = look.absolute(text)
        repeat = look.tree.repeat_of(path) if path else None
        if repeat is None:
            continue
        if text.startswith("/") and own is not None and path.startswith(own + "/"):
            yield Remark(
                "absolute-in-repeat",
                f"{text} inside its own repeat means this row here and the first row elsewhere.",
                "Write ${name} or a relative path.",
            )
        elif (own is None or not (own + "/").startswith(repeat + "/")) and not any(
            start in span for span in covered
        ):
            yield Remark(
                "several-nodes",
                f"{text} is in a repeat and stands for several answers where one is wanted.",
                "Use indexed-repeat(), or sum(), count() or join() over all of them.",
            )


def _predicates(look: CheckedExpression) -> Iterator[Remark]:
    for before, opening, inside, closing in zip(
        look.sequence, look.sequence[1:], look.sequence[2:], look.sequence[3:], strict=False
    ):
        if (opening.value, closing.value) == ("[", "]") and inside.kind == "number":
            yield Remark(
                "position-predicate",
                f"{before.value}[{inside.value}] picks a row by number; engines differ on it.",
                "Use indexed-repeat() or [position() = …].",
            )


def _portability(look: CheckedExpression) -> Iterator[Remark]:
    for call in look.calls:
        if call.name in NOT_PORTABLE:
            yield Remark(
                "not-portable",
                f"{call.name}() is not known to ODK Collect.",
                NOT_PORTABLE[call.name],
            )
        elif call.name not in KNOWN:
            yield Remark(
                "unknown-function",
                f"There is no function {call.name}().",
                "Check its spelling; functions of other systems (cht:…) do not exist here.",
                severity="error",
            )
    for token in look.sequence:
        sibling = token.kind == "axis" and "sibling" in token.value
        if (token.value in {"//", "|"} and token.kind in {"sign", "operator"}) or sibling:
            yield Remark(
                "not-portable",
                f"{token.value} is not known to every engine.",
                "Write the full path of the question.",
            )


def _references(look: CheckedExpression) -> Iterator[Remark]:
    node, kind = look.expression.node, look.expression.kind
    inside_call = [range(c.at, c.end) for c in look.calls if c.name in {"instance", "current"}]
    for start, end, text in paths(look.sequence):
        continued = start > 0 and look.sequence[start - 1].value in {")", "]"}
        if any(start in span for span in inside_call) or continued:
            continue
        path = look.absolute(text)
        own = text == "." or (path == node and end > start)
        if own and node and kind in {"calculate", "relevant", "required", "readonly"}:
            yield Remark(
                "self-reference",
                f"The {kind} of a question looks at the question itself: some engines refuse "
                "it as a cycle.",
                "Refer to another question, or use a constraint.",
            )
        rooted = text.startswith("/") and not text.startswith("//") and "@" not in text
        if rooted and "*" not in text and path not in look.tree.nodes:
            yield Remark(
                "unknown-path",
                f"There is no question {text}.",
                "Check the spelling of the path.",
                severity="error",
            )


def _volatile(look: CheckedExpression) -> Iterator[Remark]:
    if look.expression.kind != "calculate" or look.expression.node.endswith("/instanceID"):
        return
    wrapped = [range(call.at, call.end) for call in look.calls if call.name == "once"]
    for call in look.calls:
        if call.name in {"random", "uuid"} and not any(call.at in span for span in wrapped):
            yield Remark(
                "made-again",
                f"{call.name}() is made again whenever the form is opened.",
                f"Write once({call.name}()).",
            )


CHECKS: tuple[Check, ...] = (
    _patterns,
    _blank_conditions,
    _aggregates,
    _repeat_paths,
    _predicates,
    _portability,
    _references,
    _volatile,
    *value_expressions.CHECKS,
)
