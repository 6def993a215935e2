"""Compiler: a syntax tree to Python closures, each `run(context) -> value`.

Every tree can be compiled for the type its reader wants (`text`, `number`, `boolean`, `nodes`, or
`value` for its own type), so most conversions are decided once, when the form loads. Closures hold
no state: one is shared by all nodes of a definition and all sessions of a form.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from content.xforms.faults import BadExpression
from content.xforms.tree import XmlNode
from content.xforms.xpath import comparison, lookups, paths
from content.xforms.xpath.signature import (
    Code,
    Function,
    FunctionTable,
    Narrow,
    RunBoolean,
    RunNodes,
    RunNumber,
    RunText,
    SpecialForm,
)
from content.xforms.xpath.syntax import (
    Base,
    Binary,
    Chain,
    Expr,
    Filter,
    FunctionCall,
    Negative,
    NumberLiteral,
    Path,
    StringLiteral,
    child_name,
    reads_position,
    same_for_all,
)
from content.xforms.xpath.values import (
    NAN,
    Context,
    Run,
    Value,
    text_difference,
    text_number,
    text_term,
    to_boolean,
    to_number,
    to_text,
)


class Compiler:
    """Compiles trees for one context: `rows` are the repeats around it, outermost first,
    as the step names of each (an absolute path into one of them means this row); `functions` is
    every function there is.
    """

    def __init__(self, rows: tuple[tuple[str, ...], ...], functions: FunctionTable) -> None:
        self._rows = rows
        self._functions = functions

    def value(self, tree: Expr) -> Code:  # noqa: PLR0911 - one a kind of tree
        """`tree` with whatever type it gives; raises `BadExpression`."""
        match tree:
            case NumberLiteral(value):
                number = value
                return Code("number", lambda _: number)
            case StringLiteral(text):
                constant = text
                return Code("text", lambda _: constant)
            case Negative(operand):
                negated = self.number(operand)
                return Code("number", lambda c: -negated(c))
            case Chain():
                return self._chain(tree)
            case Binary():
                return self._binary(tree)
            case FunctionCall():
                return self._call(tree)
            case Path():
                return Code("nodes", self._path(tree))
            case Filter(base, predicates):
                return self._filter(base, predicates)

    def text(self, tree: Expr) -> RunText:
        """`tree` as a string."""
        if isinstance(tree, Path) and (first := self._first_text(tree)) is not None:
            return first
        kind, run = self.value(tree)
        if kind == "text":
            return run  # type: ignore[return-value]
        return lambda c: to_text(run(c))

    def number(self, tree: Expr) -> RunNumber:
        """`tree` as a number."""
        if isinstance(tree, Path) and (first := self._first_text(tree)) is not None:
            reading = first
            return lambda c: text_number(reading(c), c)
        kind, run = self.value(tree)
        if kind == "number":
            return run  # type: ignore[return-value]
        return lambda c: to_number(run(c), c)

    def _difference(self, tree: Binary) -> RunNumber:
        left, right = self._side(tree.left), self._side(tree.right)
        if left.kind == right.kind == "text":
            one, two = left.run, right.run
            return lambda c: text_difference(one(c), two(c), c)  # type: ignore[arg-type]
        first, second = _term(left), _term(right)
        return lambda c: first(c) - second(c)

    def _side(self, tree: Expr) -> Code:
        """A side of a sum, compiled once: nodes as the text of the first."""
        if isinstance(tree, Path) and (first := self._first_text(tree)) is not None:
            return Code("text", first)
        kind, run = self.value(tree)
        return Code("text", lambda c: to_text(run(c))) if kind == "nodes" else Code(kind, run)

    def boolean(self, tree: Expr) -> RunBoolean:
        """`tree` as a truth value."""
        kind, run = self.value(tree)
        if kind == "boolean":
            return run  # type: ignore[return-value]
        return lambda c: to_boolean(run(c))

    def nodes(self, tree: Expr) -> RunNodes:
        """`tree` as the relevant nodes it selects; a value that is no node set selects none."""
        kind, run = self.value(tree)
        if kind not in {"nodes", "any"}:
            return lambda _: []

        def relevant(c: Context) -> list[XmlNode]:
            found = run(c)
            if type(found) is not list:
                return []
            return [node for node in found if node.relevant]

        return relevant

    def predicate(self, tree: Expr) -> Narrow:
        """The nodes for which `tree` holds; a number means a position."""
        if isinstance(tree, NumberLiteral):
            return paths.at_position(tree.value)
        if isinstance(tree, Chain) and tree.operator == "and":
            # What asks for no position narrows first; the places are those before it.
            free = [self._condition(each) for each in tree.operands if not reads_position(each)]
            placed = [self.boolean(each) for each in tree.operands if reads_position(each)]
            if free:
                return paths.all_of(free) if not placed else paths.placed_among(free, placed)
        if isinstance(tree, Binary):
            compared = self._compared(tree)
            if compared is not None:
                return compared
        kind, run = self.value(tree)
        return paths.where(run) if kind == "boolean" else paths.where_or_at(run)

    def _condition(self, tree: Expr) -> Narrow:
        """As `predicate` for a part of an `and`, where a number is a truth and no position."""
        compared = self._compared(tree) if isinstance(tree, Binary) else None
        return paths.where(self.boolean(tree)) if compared is None else compared

    def _compared(self, tree: Binary) -> Narrow | None:
        """A comparison with a side that is one value for all nodes: it is worked out once.

        Rules that look from each row of a repeat into all rows stand or fall by this.
        """
        for left, fixed, sign in (
            (tree.left, tree.right, tree.operator),
            (tree.right, tree.left, comparison.FLIPPED.get(tree.operator, tree.operator)),
        ):
            if not same_for_all(fixed) or same_for_all(left):
                continue
            name, run, (kind, once) = child_name(left), self.value(left).run, self.value(fixed)
            if left == FunctionCall("position", []) and kind != "boolean":
                order = comparison.ORDER.get(sign) or comparison.EQUALITY.get(sign)
                return None if order is None else comparison.where_position(order, once)
            if sign in comparison.ORDER:
                return comparison.where_related(comparison.ORDER[sign], run, once, name)
            if sign in comparison.EQUALITY:
                wanted = sign == "="
                if name:
                    return comparison.where_child_equal(name, once, wanted=wanted)
                return comparison.where_equal(run, once, wanted=wanted)
        return None

    def _path(self, path: Path) -> RunNodes:
        """The nodes `path` selects, in document order."""
        if path.base is Base.CONTEXT:
            return paths.relative(path, self.predicate)
        if path.base is Base.ROOT:
            return paths.absolute(path, self._rows, self.predicate)
        assert not isinstance(path.base, Base)
        lookup = lookups.split(path)
        if lookup is None:
            steps = paths.compile_steps(path.steps, self.predicate)
            return paths.from_base(self.value(path.base).run, steps)
        return lookups.indexed(
            lookup,
            sought=self.value(lookup.sought).run,
            narrow=[self.predicate(tree) for tree in lookup.left_over],
            onward=paths.compile_steps(path.steps[2:], self.predicate),
            general=_when_asked(lambda: paths.compile_steps(path.steps, self.predicate)),
        )

    def _first_text(self, path: Path) -> RunText | None:
        """A closure giving just the text of the first node, or None where nothing is gained."""
        near = paths.near_text(path)
        if near is not None or not isinstance(path.base, Base):
            return near
        run = self._path(path)

        def read(c: Context) -> str:
            found = run(c)
            return found[0].text() if found else ""

        return read

    def _chain(self, tree: Chain) -> Code:
        operands = [self.boolean(operand) for operand in tree.operands]
        stop_at = tree.operator == "or"
        if len(operands) == 2:
            left, right = operands
            if stop_at:
                return Code("boolean", lambda c: left(c) or right(c))
            return Code("boolean", lambda c: left(c) and right(c))

        def chained(c: Context) -> bool:
            for operand in operands:
                if operand(c) is stop_at:
                    return stop_at
            return not stop_at

        return Code("boolean", chained)

    def _binary(self, tree: Binary) -> Code:  # noqa: PLR0911 - one an operator
        operator = tree.operator
        if operator == "|":
            return Code("nodes", self._union(tree))
        if operator in {"=", "!="}:
            return Code("boolean", self._equality(tree))
        if operator in comparison.ORDER:
            return Code("boolean", self._relation(tree))
        if operator == "+":
            one, two = _term(self._side(tree.left)), _term(self._side(tree.right))
            return Code("number", lambda c: one(c) + two(c))
        if operator == "-":
            return Code("number", self._difference(tree))
        left, right = self.number(tree.left), self.number(tree.right)
        match operator:
            case "*":
                return Code("number", lambda c: left(c) * right(c))
            case "div":
                return Code("number", lambda c: divide(left(c), right(c)))
            case _:
                return Code("number", lambda c: remainder(left(c), right(c)))

    def _equality(self, tree: Binary) -> RunBoolean:
        wanted = tree.operator == "="
        left, right = tree.left, tree.right
        if isinstance(left, StringLiteral):
            left, right = right, left
        if isinstance(left, Path) and isinstance(right, StringLiteral):
            # The common case, a path against a literal.
            return comparison.path_is(self._path(left), right.value, wanted=wanted)
        return comparison.equality(
            self.value(tree.left).run, self.value(tree.right).run, wanted=wanted
        )

    def _relation(self, tree: Binary) -> RunBoolean:
        order = comparison.ORDER[tree.operator]
        if isinstance(tree.left, Path) or isinstance(tree.right, Path):
            return comparison.relation_of_many(
                order, self.value(tree.left).run, self.value(tree.right).run
            )
        left, right = self.number(tree.left), self.number(tree.right)
        return lambda c: order(left(c), right(c))

    def _union(self, tree: Binary) -> Run:
        left, right = self.value(tree.left).run, self.value(tree.right).run

        def union(c: Context) -> Value:
            first, second = left(c), right(c)
            if not isinstance(first, list) or not isinstance(second, list):
                return []
            seen = {id(node) for node in first}
            return first + [node for node in second if id(node) not in seen]

        return union

    def _filter(self, base: Expr, predicates: list[Expr]) -> Code:
        run = self.value(base).run
        narrow = [self.predicate(predicate) for predicate in predicates]

        def filtered(c: Context) -> Value:
            found = run(c)
            if not isinstance(found, list):
                return found
            for predicate in narrow:
                found = predicate(c, found)
            return found

        return Code("nodes", filtered)

    def _call(self, tree: FunctionCall) -> Code:
        function = self._functions.get(tree.name)
        if function is None:
            raise BadExpression(f"There is no function {tree.name}() in XForms; check its name.")
        if isinstance(function, SpecialForm):
            kind, least, most, build = function
            check_count(tree, least, most)
            return Code(kind, build(self, tree.arguments))
        return Code(function.gives, self._bound(function, tree))

    def _bound(self, function: Function, tree: FunctionCall) -> Run:
        arguments = tree.arguments
        most = math.inf if function.rest else len(function.takes)
        check_count(tree, len(function.takes) - function.optional, most)
        run = function.run
        parts = [
            self._argument(function.takes[i] if i < len(function.takes) else function.rest, part)
            for i, part in enumerate(arguments)
        ]
        match parts:
            case []:
                return run
            case [one]:
                return lambda c: run(c, one(c))
            case [one, two]:
                return lambda c: run(c, one(c), two(c))
            case _:
                return lambda c: run(c, *[part(c) for part in parts])

    def _argument(self, letter: str, tree: Expr) -> Run:
        match letter:
            case "s":
                return self.text(tree)
            case "n":
                return self.number(tree)
            case "b":
                return self.boolean(tree)
            case "o":
                return self.nodes(tree)
            case _:
                return self.value(tree).run


def check_count(tree: FunctionCall, least: float, most: float) -> None:
    """Raise `BadExpression` where a call has too few or too many arguments."""
    count = len(tree.arguments)
    if count < least or count > most:
        wanted = str(least) if least == most else f"{least} to {most}"
        wanted = wanted.replace("inf", "any number")
        raise BadExpression(f"{tree.name}() takes {wanted} arguments, not {count}.")


def divide(left: float, right: float) -> float:
    """IEEE 754 division, as XPath has it."""
    if right:
        return left / right
    if not left or math.isnan(left) or math.isnan(right):
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """`mod`: the sign of the left side, NaN where undefined."""
    if not right or math.isnan(right) or not math.isfinite(left):
        return NAN
    return math.fmod(left, right)


def _term(side: Code) -> RunNumber:
    """A side of a sum as a number (see `text_term`)."""
    kind, run = side
    if kind == "number":
        return run  # type: ignore[return-value]
    if kind == "boolean":
        return lambda c: 1.0 if run(c) else 0.0

    def term(c: Context) -> float:
        value = run(c)
        if type(value) is str:
            return text_term(value, c)
        return text_term(to_text(value), c) if type(value) is list else to_number(value, c)

    return term


def _when_asked(build: Callable[[], Narrow]) -> Narrow:
    """What `build` gives, made when it first runs: most look-ups never need their general form, and
    making it always would double the work with every look-up inside a look-up.
    """
    made: list[Narrow] = []

    def run(c: Context, nodes: list[XmlNode]) -> list[XmlNode]:
        if not made:
            made.append(build())
        return made[0](c, nodes)

    return run
