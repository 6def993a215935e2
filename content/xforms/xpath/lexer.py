"""Lexer: an XPath expression to tokens, with the operator/name ambiguity resolved.

XPath 1.0 section 3.7: `*` and the words `and or div mod` are operators only after an operand. A
plain path (`/data/a/b`, `../b`) is one token: forms are full of them.
"""

from __future__ import annotations

import re
from enum import Enum

from content.xforms.faults import BadExpression, FormTooLarge
from content.xforms.limits import EXPRESSION_CHARS_MAX


class TokenKind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    PATH = "path"
    OPERATOR = "operator"
    NAME = "name"
    STAR = "star"  # `*` as a name test
    END = "end"


NUMBER, TEXT, PATH, OPERATOR, NAME, STAR, END = TokenKind
_NAME = r"[^\W\d][\w.\-·]*(?::[^\W\d][\w.\-·]*)?"
_TOKEN = re.compile(
    rf"""
      \d+(?:\.\d*)?|\.\d+
    | "[^"]*"|'[^']*'
    | (?:(?:\.\./)+|/){_NAME}(?:/{_NAME})*(?![\w.\-·:(*])
    | ::|//|\.\.|<=|>=|!=|[()\[\]@,/|+\-=<>*.$]
    | [^\W\d][\w.\-·]*(?::(?!:)(?:[^\W\d][\w.\-·]*|\*))?
    | \S
    """,
    re.VERBOSE,
)
_MARKS = frozenset("( ) [ ] @ , / | + - = < > * . $ :: // .. <= >= !=".split())  # noqa: SIM905
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})
_OPERAND_ENDS = frozenset({")", "]", ".", ".."})


def tokens(source: str) -> tuple[list[TokenKind], list[str]]:
    """Kinds and texts of the tokens of `source`, ending with END.

    Raises `BadExpression`, `FormTooLarge`.
    """
    if len(source) > EXPRESSION_CHARS_MAX:
        raise FormTooLarge(
            f"An expression has {len(source)} characters, more than {EXPRESSION_CHARS_MAX}; "
            "split it into several calculations."
        )
    texts: list[str] = _TOKEN.findall(source)
    kinds: list[TokenKind] = []
    operand = False
    for text in texts:
        if text in _MARKS:
            if text == "*" and not operand:
                kind, operand = STAR, True
            else:
                kind, operand = OPERATOR, text in _OPERAND_ENDS
        elif operand and text in _WORD_OPERATORS:
            kind, operand = OPERATOR, False
        else:
            kind, operand = _kind_of(text), True
            if kind is END:
                raise _unexpected(source)
        kinds.append(kind)
    kinds.append(END)
    texts.append("")
    return kinds, texts


def _kind_of(text: str) -> TokenKind:
    """The kind of a token that is no operator; END of a character that starts none."""
    first = text[0]
    if first in "/.":
        return NUMBER if text[1].isdecimal() else PATH
    if first in "\"'":
        return TEXT if len(text) > 1 else END
    if first.isdecimal():
        return NUMBER
    return NAME if first.isalnum() or first == "_" else END


def _unexpected(source: str) -> BadExpression:
    """What to say of the first character of `source` that starts no token."""
    at = next(hit.start() for hit in _TOKEN.finditer(source)
              if hit[0] not in _MARKS and _kind_of(hit[0]) is END)  # fmt: skip
    return BadExpression(f"Unexpected {source[at : at + 12].strip()!r} in {clip(source)!r}.")


def clip(source: str, length: int = 120) -> str:
    """`source` short enough for a message."""
    return source if len(source) <= length else source[: length - 1] + "…"
