"""Lint look: one expression of a form, as the checks of the linter see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from content.authoring.lint.expression_tokens import ExpressionToken, TokenCall
from content.authoring.lint.source_rows import Expression, FormTree
from content.authoring.problem import Remark

LENGTH_MAX = 20_000
"""Characters of one expression; nobody can check a longer one, and no device should."""


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """One expression as its checks see it."""

    tree: FormTree
    expression: Expression
    sequence: tuple[ExpressionToken, ...]
    calls: tuple[TokenCall, ...]
    booleans: frozenset[str]

    def absolute(self, path: str) -> str:
        """`path` as an absolute path, seen from the node; "" when it cannot be said."""
        if path.startswith("/"):
            return re.sub(r"/[\w\-]+:", "/", path)
        if "::" in path or "//" in path or "@" in path:
            return ""
        steps = self.expression.node.strip("/").split("/")
        for step in path.split("/"):
            if step == "..":
                steps = steps[:-1]
            elif step not in {".", ""}:
                steps.append(step)
        return "/" + "/".join(steps)

    def date(self, argument: tuple[ExpressionToken, ...]) -> bool:
        """Whether these tokens are the path of a date or time question."""
        text = "".join(token.value for token in argument)
        return self.tree.types.get(self.absolute(text)) in {"date", "dateTime"}

    def neighbours(self, signs: frozenset[str]) -> Iterator[tuple[int, ExpressionToken, int]]:
        """(index, operator, index of an operand's token beside it) for each of `signs`."""
        for index, token in enumerate(self.sequence):
            if token.kind == "operator" and token.value in signs:
                for beside in (index - 1, index + 1):
                    if 0 <= beside < len(self.sequence):
                        yield index, token, beside


Check = Callable[[CheckedExpression], Iterator[Remark]]
