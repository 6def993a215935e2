"""Parser: tokens to a syntax tree, by operator precedence (Pratt).

Depth is bounded (`EXPRESSION_DEPTH_MAX`), so neither parsing nor running can exhaust the stack.
"""

from __future__ import annotations

import re

from content.xforms.faults import BadExpression, FormTooLarge
from content.xforms.limits import EXPRESSION_DEPTH_MAX
from content.xforms.xpath.lexer import END, NAME, NUMBER, OPERATOR, PATH, STAR, TEXT, clip, tokens
from content.xforms.xpath.syntax import (
    Base,
    Binary,
    Chain,
    Expr,
    Filter,
    FunctionCall,
    LocationStep,
    Negative,
    NumberLiteral,
    Path,
    StringLiteral,
    plain_steps,
)

_POWER = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
    "|": 8,
}
_NEGATIVE_POWER = 7
_NODE_TESTS = frozenset({"node", "text", "comment", "processing-instruction"})
_AXES = frozenset(
    {
        "child",
        "parent",
        "self",
        "attribute",
        "descendant",
        "descendant-or-self",
        "ancestor",
        "ancestor-or-self",
        "following-sibling",
        "preceding-sibling",
    }
)


_ROOT, _CONTEXT = Base.ROOT, Base.CONTEXT
_GOES_ON = frozenset({"[", "/"})
_PREFIX = re.compile(r"[^/:]+:")


def parse(source: str) -> Expr:
    """The syntax tree of `source`; raises `BadExpression`, `FormTooLarge`."""
    parser = _Parser(source)
    tree = parser.expression(0)
    if not parser.at_end():
        raise parser.unexpected()
    return tree


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._kinds, self._texts = tokens(source)
        self._at = 0
        self._depth = 0

    def at_end(self) -> bool:
        return self._kinds[self._at] is END

    def unexpected(self) -> BadExpression:
        found = "its end" if self.at_end() else repr(self._texts[self._at])
        return BadExpression(f"Unexpected {found} in {clip(self._source)!r}.")

    def expression(self, floor: int) -> Expr:
        self._depth += 1
        if self._depth > EXPRESSION_DEPTH_MAX:
            raise self._too_deep()
        texts, kinds = self._texts, self._kinds
        left = self._operand()
        chained = 0
        while True:
            at = self._at
            operator = texts[at]
            power = _POWER.get(operator, 0) if kinds[at] is OPERATOR else 0
            if power <= floor:
                self._depth -= 1
                return left
            self._at = at + 1
            right = self.expression(power)
            if operator in {"and", "or"}:
                left = _chained(operator, left, right)
            else:
                left = Binary(operator, left, right)
                chained += 1
                if chained > EXPRESSION_DEPTH_MAX:
                    raise self._too_deep()

    def _too_deep(self) -> FormTooLarge:
        return FormTooLarge(
            f"An expression nests deeper than {EXPRESSION_DEPTH_MAX}: {clip(self._source, 60)!r}; "
            "split it into several calculations."
        )

    def _operand(self) -> Expr:
        at = self._at
        kind, text = self._kinds[at], self._texts[at]
        base: Expr
        if kind is PATH:
            return self._location()
        if kind is TEXT:
            self._at = at + 1
            base = StringLiteral(text[1:-1])
        elif kind is NUMBER:
            self._at = at + 1
            base = NumberLiteral(float(text))
        elif text == "-":
            self._at = at + 1
            return Negative(self.expression(_NEGATIVE_POWER))
        elif text == "(":
            self._at = at + 1
            base = self.expression(0)
            self._expect(")")
        elif kind is NAME and self._texts[at + 1] == "(" and text not in _NODE_TESTS:
            self._at = at + 2
            base = FunctionCall(text, self._arguments())
        else:
            return self._location()
        follows = self._texts[self._at][:1]
        if follows in _GOES_ON:
            predicates = self._predicates()
            if predicates:
                base = Filter(base, predicates)
            if self._texts[self._at][:1] == "/":
                return Path(base, self._steps(leading=True))
        return base

    def _arguments(self) -> list[Expr]:
        if self._take(")"):
            return []
        arguments = [self.expression(0)]
        while self._texts[self._at] == ",":
            self._at += 1
            arguments.append(self.expression(0))
        self._expect(")")
        return arguments

    def _location(self) -> Expr:
        at = self._at
        kind, text = self._kinds[at], self._texts[at]
        if kind is PATH:
            base = _ROOT if text[0] == "/" else _CONTEXT
            if self._texts[at + 1][:1] not in _GOES_ON:
                self._at = at + 1
                return Path(base, None, _PREFIX.sub("", text) if ":" in text else text)
            return Path(base, self._steps(leading=text[0] == "/"))
        if text == "/":
            follows, name = self._kinds[self._at + 1], self._texts[self._at + 1]
            if follows in (NAME, STAR, PATH) or name in {"@", ".", ".."}:
                return Path(Base.ROOT, self._steps(leading=True))
            self._at += 1
            return Path(Base.ROOT, [])
        if text == "//":
            return Path(Base.ROOT, self._steps(leading=True))
        return Path(Base.CONTEXT, self._steps(leading=False))

    def _steps(self, *, leading: bool) -> list[LocationStep]:
        steps: list[LocationStep] = []
        if not leading:
            self._step(steps)
        while True:
            text = self._texts[self._at]
            if self._kinds[self._at] is PATH and text[0] == "/":
                self._step(steps)
                continue
            if text == "//":
                steps.append(LocationStep("descendant-or-self", "node()", []))
            elif text != "/":
                return steps
            self._at += 1
            self._step(steps)

    def _step(self, steps: list[LocationStep]) -> None:
        """Read one step, or all steps of a plain path, onto `steps`."""
        text = self._texts[self._at]
        axis = "child"
        if self._kinds[self._at] is PATH:
            self._at += 1
            steps += plain_steps(text)
            last = steps.pop()
            steps.append(LocationStep(last.axis, last.name, self._predicates()))
            return
        if text in {".", ".."}:
            self._at += 1
            steps.append(
                LocationStep("self" if text == "." else "parent", "node()", self._predicates())
            )
            return
        if text == "@":
            self._at += 1
            axis = "attribute"
        elif self._kinds[self._at] is NAME and self._texts[self._at + 1] == "::":
            axis = text
            if axis not in _AXES:
                raise self.unexpected()
            self._at += 2
        steps.append(LocationStep(axis, self._name_test(), self._predicates()))

    def _name_test(self) -> str:
        kind, text = self._kinds[self._at], self._texts[self._at]
        if kind is STAR:
            self._at += 1
            return "*"
        if kind is not NAME:
            raise self.unexpected()
        self._at += 1
        if text in _NODE_TESTS and self._take("("):
            self._expect(")")
            return f"{text}()"
        return text.rpartition(":")[2]

    def _predicates(self) -> list[Expr]:
        found: list[Expr] = []
        while self._texts[self._at] == "[":
            self._at += 1
            found.append(self.expression(0))
            self._expect("]")
        return found

    def _take(self, text: str) -> bool:
        """Take a punctuation mark; names and literals can never read like one."""
        if self._texts[self._at] == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self.unexpected()


def _chained(operator: str, left: Expr, right: Expr) -> Chain:
    if isinstance(left, Chain) and left.operator == operator:
        left.operands.append(right)
        return left
    return Chain(operator, [left, right])
