"""References: which nodes an expression reads, found from its syntax.

Each reference carries a scope: the repeat row that reader and read share. A change then reruns
only readers in that row; where a predicate or an index may look into other rows the scope is
wider (None: the whole record), because recomputing all rows is always right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from content.xforms.definition import NodeDefinition
from content.xforms.faults import FormTooLarge
from content.xforms.limits import REFERENCES_MAX
from content.xforms.xpath.syntax import (
    Base,
    Binary,
    Expr,
    FunctionCall,
    LocationStep,
    NumberLiteral,
    Path,
    StringLiteral,
    children,
)


class Reference(NamedTuple):
    """A place read and the row shared with the reader.

    `positional`: only its position matters. `indexed`: one row picked by number, so a new blank
    row changes nothing.
    """

    place: NodeDefinition
    scope: NodeDefinition | None
    positional: bool = False
    indexed: bool = False


@dataclass(slots=True)
class Reading:
    """What an expression reads; `unknown` are paths that lead nowhere."""

    found: list[Reference] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


Spoken = Callable[[FunctionCall], Iterable[tuple[Expr, NodeDefinition]]]
"""The expressions inside the words a call gives (`jr:choice-name`, `jr:itext`), and where they
stand."""
_SPEAKING = frozenset({"jr:choice-name", "choice-name", "jr:itext", "itext"})


def read(tree: Expr, place: NodeDefinition, document: NodeDefinition, spoken: Spoken) -> Reading:
    """References of `tree` standing at `place` of the form whose top is `document`."""
    reading = Reading()
    _Reader(place, document, reading, spoken).expression(tree, place)
    return reading


def reached(
    path: Path, home: NodeDefinition, document: NodeDefinition, context: NodeDefinition | None
) -> list[NodeDefinition]:
    """The definitions `path` leads to, where it stands at `context` in an expression of `home`.

    None for a path that leads nowhere, or into a list (`context` is None inside a row of one).
    """
    return step_by_step(path, home, document, context)[-1]


def step_by_step(
    path: Path, home: NodeDefinition, document: NodeDefinition, context: NodeDefinition | None
) -> list[list[NodeDefinition]]:
    """As `reached`, after each step of `path`, its start first."""
    found = [_start(path, home, document, context) or []]
    for step in path.steps:
        found.append(list({id(n): n for place in found[-1] for n in _near(step, place)}.values()))
    return found


def _start(
    path: Path, home: NodeDefinition, document: NodeDefinition, context: NodeDefinition | None
) -> list[NodeDefinition] | None:
    if path.base is Base.ROOT:
        return [document]
    if path.base is Base.CONTEXT:
        return None if context is None else [context]
    if isinstance(path.base, FunctionCall) and path.base.name == "current":
        return [home]
    return None


class _Reader:
    def __init__(
        self, home: NodeDefinition, document: NodeDefinition, reading: Reading, spoken: Spoken
    ) -> None:
        self._home = home
        self._spoken = spoken
        self._document = document
        self._reading = reading

    def expression(self, tree: Expr, context: NodeDefinition | None) -> None:
        """`context` is where relative paths start: None inside a row of a list."""
        kind = type(tree)
        if kind is Path:
            self._path(tree, context)  # type: ignore[arg-type]
        elif kind is Binary:
            self.expression(tree.left, context)  # type: ignore[union-attr]
            self.expression(tree.right, context)  # type: ignore[union-attr]
        elif kind is FunctionCall:
            self._call(tree, context)  # type: ignore[arg-type]
        elif kind is not StringLiteral and kind is not NumberLiteral:
            for child in children(tree):
                self.expression(child, context)

    def _call(self, call: FunctionCall, context: NodeDefinition | None) -> None:
        if call.name == "position" and call.arguments:
            self._position(call.arguments[0], context)
        elif call.name == "indexed-repeat":
            self._indexed(call.arguments, context)
        else:
            for argument in call.arguments:
                self.expression(argument, context)
            if call.name in _SPEAKING:
                self._words(call)

    def _words(self, call: FunctionCall) -> None:
        """Words change with what their outputs read; that decides no order, words may go round."""
        inner = Reading()
        for tree, place in self._spoken(call):
            _Reader(place, self._document, inner, lambda _: ()).expression(tree, place)
        self._reading.found += [Reference(one.place, None, positional=True) for one in inner.found]

    def _path(self, path: Path, context: NodeDefinition | None) -> None:
        if path.plain and path.base is Base.ROOT and not self._home.rows:
            self._named(path.plain)
            return
        starts = _start(path, self._home, self._document, context)
        if starts is None:
            if not isinstance(path.base, Base):
                self.expression(path.base, context)
            for step in path.steps:
                for predicate in step.predicates:
                    self.expression(predicate, None)
            return
        places = self._steps(path.steps, starts)
        if not places:
            if path.steps:
                self._reading.unknown.append(show(path))
            return
        scope = self._scope(path, starts)
        self._reading.found += [Reference(place, scope) for place in places]
        if len(self._reading.found) > REFERENCES_MAX:
            raise FormTooLarge(
                f"An expression of {self._home.path} looks at too many places; name its questions."
            )

    def _named(self, plain: str) -> None:
        """What most expressions of most forms read: outside repeats, by its full name."""
        place: NodeDefinition | None = self._document
        for name in plain.split("/")[1:]:
            place = place.children.get(name) if place is not None else None
        if place is None:
            self._reading.unknown.append(plain)
        else:
            self._reading.found.append(Reference(place, None))

    def _steps(
        self, steps: list[LocationStep], starts: list[NodeDefinition]
    ) -> list[NodeDefinition]:
        places = starts
        for step in steps:
            reached = {id(near): near for place in places for near in _near(step, place)}
            places = list(reached.values())
            for predicate in step.predicates:
                for place in places:
                    self.expression(predicate, place)
        return places

    def _scope(self, path: Path, starts: list[NodeDefinition]) -> NodeDefinition | None:
        """The innermost repeat row the path cannot leave."""
        names = _plain_start(path.steps)
        if path.base is Base.ROOT:
            for row in reversed(self._home.rows):
                own = tuple(row.path.split("/")[1:])
                if len(names) > len(own) and names[: len(own)] == own:
                    return row
            return None
        top = starts[0]
        for at, step in enumerate(path.steps):
            if step.axis == "parent" and top.parent is not None:
                top = top.parent
            elif step.axis in {"child", "attribute"}:
                if any(later.axis not in {"child", "attribute"} for later in path.steps[at:]):
                    return None
                break
            elif step.axis != "self":
                return None
        # A path inside a predicate starts at that step's rows, not at the reader's.
        shared = [row for row in top.rows if row in self._home.rows]
        return shared[-1] if shared and starts[0] is self._home else None

    def _position(self, tree: Expr, context: NodeDefinition | None) -> None:
        if not isinstance(tree, Path):
            self.expression(tree, context)
            return
        starts = _start(tree, self._home, self._document, context)
        for place in self._steps(tree.steps, starts) if starts else ():
            self._reading.found.append(Reference(place, None, positional=True))

    def _indexed(self, arguments: list[Expr], context: NodeDefinition | None) -> None:
        for at, argument in enumerate(arguments):
            if at and at % 2 == 0:
                self.expression(argument, context)
            elif isinstance(argument, Path):
                starts = _start(argument, self._home, self._document, context)
                places = self._steps(argument.steps, starts) if starts else []
                if starts and not places:
                    self._reading.unknown.append(show(argument))
                self._reading.found += [Reference(place, None, indexed=True) for place in places]


def _plain_start(steps: list[LocationStep]) -> tuple[str, ...]:
    names: list[str] = []
    for step in steps:
        if step.axis not in {"child", "attribute"} or step.predicates:
            break
        names.append(step.name)
    return tuple(names)


def _near(step: LocationStep, place: NodeDefinition) -> Iterable[NodeDefinition]:  # noqa: PLR0911 - one an axis
    match step.axis:
        case "child":
            return _children(place, step.name)
        case "attribute":
            found = place.children.get(f"@{step.name}")
            return [] if found is None else [found]
        case "parent":
            return [] if place.parent is None else [place.parent]
        case "self":
            return [place]
        case "ancestor" | "ancestor-or-self":
            above, start = [], place if step.axis == "ancestor-or-self" else place.parent
            while start is not None:
                above.append(start)
                start = start.parent
            return [near for near in above if step.name in {"*", "node()", near.name}]
        case "descendant" | "descendant-or-self":
            below = list(place.each())[0 if step.axis == "descendant-or-self" else 1 :]
            return [
                near
                for near in below
                if not near.is_attribute and step.name in {"*", "node()", near.name}
            ]
        case _:
            return [] if place.parent is None else _children(place.parent, step.name)


def _children(place: NodeDefinition, name: str) -> Iterable[NodeDefinition]:
    if name == "text()":
        return [place]
    if name in {"*", "node()"}:
        return [child for child in place.children.values() if not child.is_attribute]
    found = place.children.get(name)
    return [] if found is None else [found]


def show(path: Path) -> str:
    """A path as it would be written, predicates left out."""
    words = []
    for step in path.steps:
        match step.axis:
            case "parent":
                words.append("..")
            case "self":
                words.append(".")
            case "attribute":
                words.append(f"@{step.name}")
            case "child":
                words.append(step.name)
            case _:
                words.append(f"{step.axis}::{step.name}")
    text = "/".join(words)
    if path.base is Base.ROOT:
        return f"/{text}"
    if isinstance(path.base, FunctionCall):
        return f"{path.base.name}()/{text}"
    return text
