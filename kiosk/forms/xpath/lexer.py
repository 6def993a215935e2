"""Lexer: an XPath expression to tokens, with the operator/name ambiguity already settled.

XPath 1.0 section 3.7: `*` and the words `and or div mod` are operators only after an operand.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from kiosk.forms.faults import BadExpression, FormTooLarge
from kiosk.forms.limits import EXPRESSION_CHARS_MAX


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    OPERATOR = "operator"
    NAME = "name"
    STAR = "star"  # `*` as a name test
    END = "end"


class Token(NamedTuple):
    """A token; `at` is its offset in the expression."""

    kind: Kind
    text: str
    at: int


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<operator>::|//|\.\.|<=|>=|!=|[()\[\]@,/|+\-=<>*.$])
    | (?P<name>[^\W\d][\w.\-·]*(?::(?!:)(?:[^\W\d][\w.\-·]*|\*))?)
    )""",
    re.VERBOSE,
)
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})
_OPERAND_KINDS = frozenset({Kind.NUMBER, Kind.TEXT, Kind.NAME, Kind.STAR})
_OPERAND_ENDS = frozenset({")", "]", ".", ".."})
_KINDS = {
    "number": Kind.NUMBER,
    "text": Kind.TEXT,
    "operator": Kind.OPERATOR,
    "name": Kind.NAME,
}


def tokens(source: str) -> list[Token]:
    """Tokens of `source`, ending with END; raises `BadExpression`, `FormTooLarge`."""
    if len(source) > EXPRESSION_CHARS_MAX:
        msg = (
            f"An expression has {len(source)} characters, more than {EXPRESSION_CHARS_MAX}; "
            "split it into several calculations."
        )
        raise FormTooLarge(msg)
    found: list[Token] = []
    at, end = 0, len(source.rstrip())
    operand = False
    match = _TOKEN.match
    while at < end:
        hit = match(source, at)
        if hit is None:
            raise BadExpression(f"Unexpected {source[at : at + 12].strip()!r} in {clip(source)!r}.")
        group = hit.lastgroup
        assert group is not None
        kind, text = _KINDS[group], hit.group(group)
        if kind is Kind.NAME and operand and text in _WORD_OPERATORS:
            kind = Kind.OPERATOR
        elif kind is Kind.OPERATOR and text == "*" and not operand:
            kind = Kind.STAR
        found.append(Token(kind, text, hit.start(group)))
        at = hit.end()
        operand = kind in _OPERAND_KINDS or (kind is Kind.OPERATOR and text in _OPERAND_ENDS)
    found.append(Token(Kind.END, "", end))
    return found


def clip(source: str, length: int = 120) -> str:
    """`source` short enough for a message."""
    return source if len(source) <= length else source[: length - 1] + "…"
