"""Parser: tokens to a syntax tree, by operator precedence (Pratt).

Depth is bounded (`EXPRESSION_DEPTH_MAX`), so neither parsing nor running can exhaust the stack.
"""

from __future__ import annotations

from kiosk.forms.faults import BadExpression, FormTooLarge
from kiosk.forms.limits import EXPRESSION_DEPTH_MAX
from kiosk.forms.xpath.lexer import Kind, Token, clip, tokens
from kiosk.forms.xpath.syntax import (
    Base,
    Binary,
    Call,
    Chain,
    Expr,
    Filter,
    Negative,
    Number,
    Path,
    Step,
    Text,
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


def parse(source: str) -> Expr:
    """The syntax tree of `source`; raises `BadExpression`, `FormTooLarge`."""
    parser = _Parser(source)
    tree = parser.expression(0)
    if parser.peek().kind is not Kind.END:
        raise parser.unexpected()
    return tree


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens(source)
        self._at = 0
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._at]

    def unexpected(self) -> BadExpression:
        token = self.peek()
        found = "its end" if token.kind is Kind.END else repr(token.text)
        return BadExpression(f"Unexpected {found} in {clip(self._source)!r}.")

    def expression(self, floor: int) -> Expr:
        self._depth += 1
        if self._depth > EXPRESSION_DEPTH_MAX:
            raise self._too_deep()
        left = self._operand()
        chained = 0
        while True:
            token = self._tokens[self._at]
            power = _POWER.get(token.text, 0) if token.kind is Kind.OPERATOR else 0
            if power <= floor:
                self._depth -= 1
                return left
            self._at += 1
            right = self.expression(power)
            if token.text in {"and", "or"}:
                left = _chained(token.text, left, right)
            else:
                left = Binary(token.text, left, right)
                chained += 1
                if chained > EXPRESSION_DEPTH_MAX:
                    raise self._too_deep()

    def _too_deep(self) -> FormTooLarge:
        return FormTooLarge(
            f"An expression nests deeper than {EXPRESSION_DEPTH_MAX}: {clip(self._source, 60)!r}; "
            "split it into several calculations."
        )

    def _operand(self) -> Expr:
        if self._take_operator("-"):
            return Negative(self.expression(_NEGATIVE_POWER))
        token = self.peek()
        following = self._tokens[self._at + 1] if token.kind is not Kind.END else token
        base: Expr
        if token.kind is Kind.NUMBER:
            self._at += 1
            base = Number(float(token.text))
        elif token.kind is Kind.TEXT:
            self._at += 1
            base = Text(token.text[1:-1])
        elif self._take_operator("("):
            base = self.expression(0)
            self._expect(")")
        elif (
            token.kind is Kind.NAME
            and following == (Kind.OPERATOR, "(", following.at)
            and token.text not in _NODE_TESTS
        ):
            self._at += 2
            base = Call(token.text, self._arguments())
        else:
            return self._location()
        predicates = self._predicates()
        if predicates:
            base = Filter(base, predicates)
        if self.peek().text in {"/", "//"} and self.peek().kind is Kind.OPERATOR:
            return Path(base, self._steps(leading=True))
        return base

    def _arguments(self) -> list[Expr]:
        arguments: list[Expr] = []
        if not self._take_operator(")"):
            arguments.append(self.expression(0))
            while self._take_operator(","):
                arguments.append(self.expression(0))
            self._expect(")")
        return arguments

    def _location(self) -> Expr:
        token = self.peek()
        if token.kind is Kind.OPERATOR and token.text == "/":
            following = self._tokens[self._at + 1]
            if following.kind in {Kind.NAME, Kind.STAR} or following.text in {"@", ".", ".."}:
                return Path(Base.ROOT, self._steps(leading=True))
            self._at += 1
            return Path(Base.ROOT, [])
        if token.kind is Kind.OPERATOR and token.text == "//":
            return Path(Base.ROOT, self._steps(leading=True))
        return Path(Base.CONTEXT, self._steps(leading=False))

    def _steps(self, *, leading: bool) -> list[Step]:
        steps: list[Step] = []
        if not leading:
            steps.append(self._step())
        while True:
            if self._take_operator("//"):
                steps.append(Step("descendant-or-self", "node()", []))
            elif not self._take_operator("/"):
                return steps
            steps.append(self._step())

    def _step(self) -> Step:
        if self._take_operator("."):
            return Step("self", "node()", self._predicates())
        if self._take_operator(".."):
            return Step("parent", "node()", self._predicates())
        axis = "child"
        if self._take_operator("@"):
            axis = "attribute"
        elif self._tokens[self._at + 1 : self._at + 2] and (
            self.peek().kind is Kind.NAME and self._tokens[self._at + 1].text == "::"
        ):
            axis = self.peek().text
            if axis not in _AXES:
                raise self.unexpected()
            self._at += 2
        return Step(axis, self._name_test(), self._predicates())

    def _name_test(self) -> str:
        token = self.peek()
        if token.kind is Kind.STAR:
            self._at += 1
            return "*"
        if token.kind is not Kind.NAME:
            raise self.unexpected()
        self._at += 1
        if token.text in _NODE_TESTS and self._take_operator("("):
            self._expect(")")
            return f"{token.text}()"
        return token.text.rpartition(":")[2]

    def _predicates(self) -> list[Expr]:
        found: list[Expr] = []
        while self._take_operator("["):
            found.append(self.expression(0))
            self._expect("]")
        return found

    def _take_operator(self, text: str) -> bool:
        token = self._tokens[self._at]
        if token.kind is Kind.OPERATOR and token.text == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take_operator(text):
            raise self.unexpected()


def _chained(operator: str, left: Expr, right: Expr) -> Chain:
    if isinstance(left, Chain) and left.operator == operator:
        left.operands.append(right)
        return left
    return Chain(operator, [left, right])
