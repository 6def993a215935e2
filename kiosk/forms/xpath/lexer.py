"""Lexer: an XPath expression to tokens, with the operator/name ambiguity already settled.

XPath 1.0 section 3.7: `*` and the words `and or div mod` are operators only after an operand. A
plain path (`/data/a/b`, `../b`) is one token: forms are full of them.
"""

from __future__ import annotations

import re
from enum import Enum

from kiosk.forms.faults import BadExpression, FormTooLarge
from kiosk.forms.limits import EXPRESSION_CHARS_MAX


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    PATH = "path"
    OPERATOR = "operator"
    NAME = "name"
    STAR = "star"  # `*` as a name test
    END = "end"


_NAME = r"[^\W\d][\w.\-·]*(?::[^\W\d][\w.\-·]*)?"
_TOKEN = re.compile(
    rf"""\s*(?:
      (\d+(?:\.\d*)?|\.\d+)
    | ("[^"]*"|'[^']*')
    | ((?:(?:\.\./)+|/){_NAME}(?:/{_NAME})*(?![\w.\-·:(*]))
    | (::|//|\.\.|<=|>=|!=|[()\[\]@,/|+\-=<>*.$])
    | ([^\W\d][\w.\-·]*(?::(?!:)(?:[^\W\d][\w.\-·]*|\*))?)
    )""",
    re.VERBOSE,
)
_KINDS = (Kind.END, Kind.NUMBER, Kind.TEXT, Kind.PATH, Kind.OPERATOR, Kind.NAME)
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})
_OPERAND_ENDS = frozenset({")", "]", ".", ".."})


def tokens(source: str) -> tuple[list[Kind], list[str]]:
    """Kinds and texts of the tokens of `source`, ending with END.

    Raises `BadExpression`, `FormTooLarge`.
    """
    if len(source) > EXPRESSION_CHARS_MAX:
        raise FormTooLarge(
            f"An expression has {len(source)} characters, more than {EXPRESSION_CHARS_MAX}; "
            "split it into several calculations."
        )
    kinds: list[Kind] = []
    texts: list[str] = []
    end = len(source.rstrip())
    scan = _TOKEN.scanner(source, 0, end).match  # type: ignore[attr-defined]
    at, operand = 0, False
    while at < end:
        hit = scan()
        if hit is None:
            raise BadExpression(f"Unexpected {source[at : at + 12].strip()!r} in {clip(source)!r}.")
        group = hit.lastindex
        kind, text = _KINDS[group], hit[group]
        at = hit.end()
        if kind is Kind.OPERATOR:
            if text == "*" and not operand:
                kind, operand = Kind.STAR, True
            else:
                operand = text in _OPERAND_ENDS
        elif kind is Kind.NAME and operand and text in _WORD_OPERATORS:
            kind, operand = Kind.OPERATOR, False
        else:
            operand = True
        kinds.append(kind)
        texts.append(text)
    kinds.append(Kind.END)
    texts.append("")
    return kinds, texts


def clip(source: str, length: int = 120) -> str:
    """`source` short enough for a message."""
    return source if len(source) <= length else source[: length - 1] + "…"
