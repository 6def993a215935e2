"""What a function of an expression is: how many arguments of which type, and what runs.

The families of `functions/` write their tables with these rows, `functions/registry.py` joins
them to `ODK_FUNCTIONS`, and the compiler is handed that table. `takes` has one letter an
argument: s string, n number, b boolean, o nodes, v as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from content.xforms.tree import XmlNode
from content.xforms.xpath.syntax import Expr
from content.xforms.xpath.values import Context, Run, Value

RunText: TypeAlias = Callable[[Context], str]
RunNumber: TypeAlias = Callable[[Context], float]
RunBoolean: TypeAlias = Callable[[Context], bool]
RunNodes: TypeAlias = Callable[[Context], list[XmlNode]]
Narrow: TypeAlias = Callable[[Context, list[XmlNode]], list[XmlNode]]
"""Some of the nodes it is given: a predicate, or the steps of a path."""


class Code(NamedTuple):
    """A compiled tree; `kind` is `text`, `number`, `boolean`, `nodes` or `any`."""

    kind: str
    run: Run


class ArgumentCompiler(Protocol):
    """What a special form may ask of the compiler: its arguments as the type it wants."""

    def value(self, tree: Expr) -> Code:
        """`tree` with whatever type it gives."""
        ...

    def number(self, tree: Expr) -> RunNumber:
        """`tree` as a number."""
        ...

    def boolean(self, tree: Expr) -> RunBoolean:
        """`tree` as a truth value."""
        ...

    def nodes(self, tree: Expr) -> RunNodes:
        """`tree` as the relevant nodes it selects."""
        ...


class Function(NamedTuple):
    """A function whose arguments are all evaluated first: `run(context, *arguments)`."""

    gives: str
    takes: str
    run: Callable[..., Value]
    optional: int = 0
    rest: str = ""


class SpecialForm(NamedTuple):
    """A function that decides itself what to evaluate, or needs its arguments' syntax."""

    gives: str
    least: int
    most: float
    build: Callable[[ArgumentCompiler, list[Expr]], Run]


FunctionTable: TypeAlias = Mapping[str, Function | SpecialForm]
