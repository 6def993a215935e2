"""Expressions: XPath source of one form, parsed and compiled once per text and context.

The same text in the same context compiles to one shared closure, so a form of a thousand similar
questions stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from content.xforms.definition import NodeDefinition
from content.xforms.faults import BadExpression, FormTooLarge
from content.xforms.xpath.compiler import Compiler
from content.xforms.xpath.functions.registry import ODK_FUNCTIONS
from content.xforms.xpath.parser import parse
from content.xforms.xpath.signature import Narrow, RunBoolean, RunNodes, RunText
from content.xforms.xpath.syntax import Expr, StringLiteral
from content.xforms.xpath.values import Run

_ANSWERS_ONE: RunBoolean = lambda _: True  # noqa: E731 - a closure like the compiled ones
_ANSWERS_ZERO: RunBoolean = lambda _: False  # noqa: E731
_BLANK = StringLiteral("")
CONSTANTS: dict[str, RunBoolean] = {"true()": _ANSWERS_ONE, "false()": _ANSWERS_ZERO}


class Expressions:
    """The expressions of one form; where `tolerant`, one that cannot be read gives blank."""

    def __init__(self, *, tolerant: bool = False) -> None:
        self._tolerant = tolerant
        self._trees: dict[str, Expr] = {}
        self._compilers: dict[tuple[tuple[str, ...], ...], Compiler] = {}
        self._compiled: dict[tuple[str, str, tuple[tuple[str, ...], ...]], Any] = {}

    def tree(self, source: str, where: str) -> Expr:
        """The syntax tree of `source`; a fault says `where` it stands."""
        tree = self._trees.get(source)
        if tree is None:
            try:
                tree = parse(source)
            except (BadExpression, FormTooLarge) as fault:
                if not self._tolerant:
                    raise type(fault)(f"{where}: {fault.message}") from fault
                tree = _BLANK
            self._trees[source] = tree
        return tree

    def text(self, source: str, place: NodeDefinition | None, where: str) -> RunText:
        """`source` as a string."""
        compiled: RunText = self._compile("text", source, place, where)
        return compiled

    def boolean(self, source: str, place: NodeDefinition | None, where: str) -> RunBoolean:
        """`source` as a truth value."""
        constant = CONSTANTS.get(source.strip())
        if constant is not None:
            return constant
        compiled: RunBoolean = self._compile("boolean", source, place, where)
        return compiled

    def nodes(self, source: str, place: NodeDefinition | None, where: str) -> RunNodes:
        """`source` as a node set."""
        compiled: RunNodes = self._compile("nodes", source, place, where)
        return compiled

    def value(self, source: str, place: NodeDefinition | None, where: str) -> Run:
        """`source` with whatever type it gives."""
        compiled: Run = self._compile("value", source, place, where)
        return compiled

    def _compile(self, want: str, source: str, place: NodeDefinition | None, where: str) -> Any:
        rows = () if place is None or not place.rows else place.row_names()
        key = (want, source, rows)
        compiled = self._compiled.get(key)
        if compiled is None:
            tree = self.tree(source, where)
            compile_as = _want(self._compiler(rows), want)
            try:
                compiled = compile_as(tree)
            except BadExpression as fault:
                if not self._tolerant:
                    raise BadExpression(f"{where}: {fault.message}") from fault
                compiled = compile_as(_BLANK)
            self._compiled[key] = compiled
        return compiled

    def predicate(self, tree: Expr, place: NodeDefinition | None) -> Narrow:
        """The nodes for which `tree`, a predicate of an expression of `place`, holds."""
        return self._compiler(() if place is None else place.row_names()).predicate(tree)

    def _compiler(self, rows: tuple[tuple[str, ...], ...]) -> Compiler:
        compiler = self._compilers.get(rows)
        if compiler is None:
            compiler = self._compilers[rows] = Compiler(rows, ODK_FUNCTIONS)
        return compiler


def _want(compiler: Compiler, want: str) -> Callable[[Expr], Any]:
    if want == "value":
        return lambda tree: compiler.value(tree).run
    compile_as: Callable[[Expr], Any] = getattr(compiler, want)
    return compile_as
