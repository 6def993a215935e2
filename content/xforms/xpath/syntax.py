"""Syntax: the node types of an XPath syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Base(Enum):
    """Where a location path starts."""

    ROOT = "root"
    CONTEXT = "context"


@dataclass(slots=True)
class NumberLiteral:
    """A literal number."""

    value: float


@dataclass(slots=True)
class StringLiteral:
    """A literal string."""

    value: str


@dataclass(slots=True)
class Negative:
    """Unary minus."""

    operand: Expr


@dataclass(slots=True)
class Binary:
    """A two-sided operator other than `and`/`or`."""

    operator: str
    left: Expr
    right: Expr


@dataclass(slots=True)
class Chain:
    """`a and b and c` or `a or b or c`, flat, so that long chains stay shallow."""

    operator: str
    operands: list[Expr]


@dataclass(slots=True)
class FunctionCall:
    """A function call."""

    name: str
    arguments: list[Expr]


@dataclass(slots=True)
class LocationStep:
    """One step of a location path; `name` is a local name, `*` or `node()` or `text()`."""

    axis: str
    name: str
    predicates: list[Expr]


class Path:
    """A location path from the root, the context or an expression.

    A `plain` one (`/data/a`, `../b`: names only, prefixes dropped) is kept as it was written, and
    its steps are made when somebody asks for them: most are never looked at one by one.
    """

    __slots__ = ("_steps", "base", "plain")
    __match_args__ = ("base", "steps")

    def __init__(
        self, base: Base | Expr, steps: list[LocationStep] | None, plain: str = ""
    ) -> None:
        self.base = base
        self.plain = plain
        self._steps = steps

    def __repr__(self) -> str:
        return f"Path({self.base!r}, {self.plain or self.steps!r})"

    @property
    def steps(self) -> list[LocationStep]:
        """One after the other; nobody changes them."""
        steps = self._steps
        return plain_steps(self.plain) if steps is None else steps


@dataclass(slots=True)
class Filter:
    """An expression narrowed by predicates."""

    base: Expr
    predicates: list[Expr]


Expr: TypeAlias = (
    NumberLiteral | StringLiteral | Negative | Binary | Chain | FunctionCall | Path | Filter
)


def plain_steps(text: str) -> list[LocationStep]:
    """The steps of a plain path."""
    return [
        LocationStep("parent", "node()", [])
        if name == ".."
        else LocationStep("child", name.rpartition(":")[2], [])
        for name in text.removeprefix("/").split("/")
    ]


def children(tree: Expr) -> Iterator[Expr]:
    """Direct parts of `tree`, predicates included."""
    match tree:
        case Negative(operand):
            yield operand
        case Binary(_, left, right):
            yield left
            yield right
        case Chain(_, operands):
            yield from operands
        case FunctionCall(_, arguments):
            yield from arguments
        case Path(base, _) if tree.plain:
            return
        case Path(base, steps):
            if not isinstance(base, Base):
                yield base
            for step in steps:
                yield from step.predicates
        case Filter(base, predicates):
            yield base
            yield from predicates
        case _:
            return


def walk(tree: Expr) -> Iterator[Expr]:
    """`tree` and every part of it, outermost first."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def is_plain(path: Path) -> bool:
    """Only child, parent and self steps by name, and no predicate."""
    return bool(path.plain) or all(
        not step.predicates
        and (
            (step.axis == "child" and step.name not in {"*", "node()", "text()"})
            or (step.axis in {"parent", "self"} and step.name == "node()")
        )
        for step in path.steps
    )


def context_free(tree: Expr) -> bool:  # noqa: PLR0911 - one a kind of tree
    """Whether `tree` reads nothing relative to a predicate's own node or position."""
    match tree:
        case Path(base, _):
            if base is Base.CONTEXT:
                return False
            return base is Base.ROOT or context_free(base)
        case FunctionCall(name, arguments):
            if name in {"position", "last", "once"} and not arguments:
                return False
            return all(context_free(argument) for argument in arguments)
        case Binary(_, left, right):
            return context_free(left) and context_free(right)
        case Chain(_, operands):
            return all(context_free(operand) for operand in operands)
        case Negative(operand):
            return context_free(operand)
        case Filter(base, _):
            return context_free(base)
        case _:
            return True


_POSITIONAL = frozenset({"position", "last"})
_NEW_EACH_TIME = frozenset({"random", "uuid"})


def reads_position(tree: Expr) -> bool:
    """Whether `tree` asks for the position of the predicate's own node."""
    return any(
        isinstance(part, FunctionCall) and part.name in _POSITIONAL and not part.arguments
        for part in walk(tree)
    )


def same_for_all(tree: Expr) -> bool:
    """Whether `tree`, a part of a predicate, has one value for all nodes the predicate looks at."""
    return context_free(tree) and not any(
        isinstance(part, FunctionCall) and part.name in _NEW_EACH_TIME for part in walk(tree)
    )


def child_name(tree: Expr) -> str:
    """The name of the one child a path such as `price` reads, empty for anything else."""
    if not isinstance(tree, Path) or tree.base is not Base.CONTEXT or len(tree.steps) != 1:
        return ""
    step = tree.steps[0]
    plain = step.axis == "child" and step.name not in {"*", "node()", "text()"}
    return step.name if plain and not step.predicates else ""
