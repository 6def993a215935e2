"""Expression tokens: just enough of XPath to look at an expression without understanding it.

The linter of packs must work without the form engine (which lives above it), so it reads
expressions as tokens and function calls. Whoever has the real parser hands in more remarks
(`content/authoring/lint/form.py`). Linear in the length of the text; what is no token is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<axis>[A-Za-z-]+::)
      | (?P<name>[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?)
      | (?P<sign>\.\.|//|!=|<=|>=|[.()\[\],/@|=<>+*$-])""",
    re.VERBOSE,
)
COMPARING = frozenset({"=", "!=", "<", ">", "<=", ">="})
DEPTH_MAX = 40
_OPERATOR_NAMES = frozenset({"and", "or", "div", "mod"})


@dataclass(frozen=True, slots=True)
class ExpressionToken:
    """`kind` is text, number, axis, name, sign or operator; `value` as written, unquoted."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class TokenCall:
    """A function call: its name and the tokens of each argument; `at` is the name's position."""

    name: str
    arguments: tuple[tuple[ExpressionToken, ...], ...]
    at: int
    end: int


def tokens(expression: str) -> tuple[ExpressionToken, ...]:
    """Every token of `expression`."""
    found: list[ExpressionToken] = []
    for match in _TOKEN.finditer(expression):
        kind, value = str(match.lastgroup), match.group()
        if kind == "text":
            value = value[1:-1]
        elif kind in {"name", "sign"} and _is_operator(value, found):
            kind = "operator"
        found.append(ExpressionToken(kind, value))
    return tuple(found)


def _ends_operand(found: Sequence[ExpressionToken]) -> bool:
    if not found:
        return False
    last = found[-1]
    return last.kind in {"text", "number", "name"} or last.value in {")", "]", ".", "..", "*"}


def _is_operator(value: str, found: Sequence[ExpressionToken]) -> bool:
    if value in COMPARING or value in {"+", "|"}:
        return True
    return value in _OPERATOR_NAMES | {"-", "*"} and _ends_operand(found)


def calls(sequence: Sequence[ExpressionToken]) -> Iterator[TokenCall]:
    """Every function call, inner ones first; deeper than `DEPTH_MAX` brackets none is told."""
    opened: list[tuple[int, list[int]]] = []
    for index, token in enumerate(sequence):
        if token.kind != "sign":
            continue
        if token.value in "([":
            opened.append((index, [index + 1]))
        elif token.value == "," and opened:
            opened[-1][1].append(index + 1)
        elif token.value in ")]" and opened:
            opening, starts = opened.pop()
            named = opening > 0 and sequence[opening - 1].kind == "name"
            if not named or sequence[opening].value != "(" or len(opened) >= DEPTH_MAX:
                continue
            ends = [start - 1 for start in starts[1:]] + [index]
            slices = (tuple(sequence[a:b]) for a, b in zip(starts, ends, strict=True))
            name = sequence[opening - 1].value
            yield TokenCall(name, tuple(part for part in slices if part), opening - 1, index)


def is_path(argument: Sequence[ExpressionToken]) -> bool:
    """Whether these tokens are nothing but a path to a node."""
    if not argument or all(token.kind in {"text", "number"} for token in argument):
        return False
    return all(
        token.kind in {"name", "axis"} or token.value in {"/", "//", ".", "..", "@", "*"}
        for token in argument
    )


def paths(sequence: Sequence[ExpressionToken]) -> Iterator[tuple[int, int, str]]:
    """(first, last + 1, text) of every path; function names are no paths, predicates are left out
    of the text.
    """
    index = 0
    while index < len(sequence):
        end = _path_end(sequence, index)
        if end == index:
            index += 1
            continue
        text = "".join(token.value for token in sequence[index:end])
        yield index, end, text
        index = end


def _path_end(sequence: Sequence[ExpressionToken], start: int) -> int:
    index = start
    while index < len(sequence):
        token = sequence[index]
        is_name = token.kind in {"name", "axis"}
        if is_name and index + 1 < len(sequence) and sequence[index + 1].value == "(":
            break
        steps = token.kind == "sign" and token.value in {"/", "//", ".", "..", "@", "*"}
        if not is_name and not steps:
            break
        if is_name and index > start and sequence[index - 1].kind == "name":
            break
        index += 1
    return index
