"""Lint of expressions: what cannot be run, and every construct on which the ODK engines disagree.

The list is the table of decisions of `content/xforms` (blank conditions, aggregates over blanks,
dates compared as texts, unanchored patterns …): our engine decides each, but the same form on a
phone may answer otherwise, so its author should know. Works on the engine's own syntax tree with
its own table of functions; one code a fault; nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from content.authoring.lint.choices import offered
from content.authoring.lint.source_rows import SourceExpression, SourceForm
from content.authoring.problem import Remark
from content.xforms.definition import NodeDefinition
from content.xforms.faults import BadExpression, EvaluationFault, FormTooLarge
from content.xforms.parse.list_columns import ListColumns
from content.xforms.parse.references import reached, read, step_by_step
from content.xforms.xpath.compiler import Compiler
from content.xforms.xpath.functions.registry import ODK_FUNCTIONS
from content.xforms.xpath.parser import parse
from content.xforms.xpath.regex.matcher import matches
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
    children,
    is_plain,
    walk,
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d?:\d\d(?::\d\d.*)?")
_ADD_DAYS = "Write format-date(date-time(decimal-date-time(…) + 7), '%Y-%m-%d')."
"""The one way all engines agree on."""
_JAVA_ONLY = re.compile(r"\\[pP]\{|\\Q|[*+?}]\+|\(\?i\)|&&")
_ZONED = re.compile(r"T.*(?:Z|[+-]\d\d:?\d\d)$")
_WIDE = 0xFFFF
_LARGE = 1e7
"""From here on JavaRosa writes whole numbers with an exponent."""
_ORDERED = frozenset({"<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "!="})
_AGGREGATES = frozenset({"sum", "min", "max"})
_OF_MANY = _AGGREGATES | {
    "count", "count-non-empty", "join", "indexed-repeat", "position", "randomize", "area",
    "distance", "once", "coalesce", "instance",
}  # fmt: skip
_DAY_NUMBERS = frozenset({"decimal-date-time", "today", "now"})
_DAYS = frozenset({"today", "now", "date", "date-time"})
_DATE_TYPES = frozenset({"date", "dateTime"})
_TRUTHS = frozenset({"true", "false", "0", "1"})
_DECIDES = frozenset({"calculation", "relevant", "required", "read_only"})

NOT_PORTABLE = {
    "substring": "Write substr(text, start, end), which counts from 0.",
    "floor": "Write int() for positive numbers.",
    "ceiling": "Write int(x + 1) or round(x + 0.5).",
    "last": "Write count() of the repeat.",
    "name": "Leave it out; no form needs it.",
    "local-name": "Leave it out; no form needs it.",
}
"""XPath 1.0 functions that ODK Collect does not have, with what to write instead."""

_NO_LISTS = ListColumns({}, {})


class Part(NamedTuple):
    """A part of an expression: where its relative paths start, and the calls around it."""

    tree: Expr
    at: NodeDefinition | None
    inside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """One expression as its checks see it."""

    source: SourceExpression
    document: NodeDefinition
    tree: Expr
    parts: tuple[Part, ...]
    booleans: frozenset[NodeDefinition]
    columns: ListColumns
    offered: Callable[[NodeDefinition], frozenset[str]]

    @property
    def home(self) -> NodeDefinition:
        return self.source.definition

    def calls(self) -> Iterator[tuple[FunctionCall, Part]]:
        """Every function call with its part."""
        return ((part.tree, part) for part in self.parts if isinstance(part.tree, FunctionCall))

    def paths(self) -> Iterator[tuple[Path, Part, list[NodeDefinition]]]:
        """Every path with its part and the definitions it leads to."""
        for part in self.parts:
            if isinstance(part.tree, Path):
                yield part.tree, part, self.reached(part.tree, part.at)

    def reached(self, tree: Expr, at: NodeDefinition | None) -> list[NodeDefinition]:
        """The definitions a path leads to; none for anything else."""
        return reached(tree, self.home, self.document, at) if isinstance(tree, Path) else []

    def is_date(self, tree: Expr, at: NodeDefinition | None) -> bool:
        """Whether `tree` is the path of a date question."""
        return any(one.type in _DATE_TYPES for one in self.reached(tree, at))


def inspect_form(source: SourceForm) -> Iterator[tuple[SourceExpression, Remark]]:
    """Every remark on every expression of the form."""
    booleans = frozenset(_boolean_nodes(source))
    codes = cache(lambda definition: offered(source, definition))
    for expression in source.expressions():
        for remark in inspect(expression, source.document, booleans, source.columns, codes):
            yield expression, remark


def inspect(
    expression: SourceExpression,
    document: NodeDefinition,
    booleans: frozenset[NodeDefinition] = frozenset(),
    columns: ListColumns = _NO_LISTS,
    codes: Callable[[NodeDefinition], frozenset[str]] = lambda _: frozenset(),
) -> list[Remark]:
    """Remarks on one expression, each sentence once; one that cannot be read gives one error."""
    try:
        tree = parse(expression.text)
    except BadExpression as fault:
        return [Remark("bad-expression", fault.message, "Correct it.", "error")]
    except FormTooLarge as fault:
        return [Remark("too-long", fault.message, "Split it over calculate rows.", "error")]
    unknown = list(_unknown_functions(tree))
    if unknown:
        return unknown
    try:
        Compiler((), ODK_FUNCTIONS).value(tree)
    except BadExpression as fault:
        return [Remark("bad-expression", fault.message, "Correct it.", "error")]
    parts = tuple(_parts(tree, expression.definition, expression.definition, document, ()))
    checked = CheckedExpression(expression, document, tree, parts, booleans, columns, codes)
    found = {remark.text: remark for check in CHECKS for remark in check(checked)}
    return list(found.values())


def _parts(
    tree: Expr,
    at: NodeDefinition | None,
    home: NodeDefinition,
    document: NodeDefinition,
    inside: tuple[str, ...],
) -> Iterator[Part]:
    yield Part(tree, at, inside)
    if isinstance(tree, Path):
        if not isinstance(tree.base, Base):
            yield from _parts(tree.base, at, home, document, inside)
        after = step_by_step(tree, home, document, at)[1:]
        for step, here in zip(tree.steps, after, strict=True):
            for predicate in step.predicates:
                yield from _parts(predicate, here[0] if here else None, home, document, inside)
        return
    around = (*inside, tree.name) if isinstance(tree, FunctionCall) else inside
    for child in children(tree):
        yield from _parts(child, at, home, document, around)


def _boolean_nodes(source: SourceForm) -> Iterator[NodeDefinition]:
    """Calculated nodes that hold true or false."""
    for definition in source.form.places.values():
        calculate = "" if definition.bind is None else definition.bind.calculate
        if calculate and _gives_truth(source.form.expressions.tree(calculate, "")):
            yield definition


def _gives_truth(tree: Expr) -> bool:
    match tree:
        case Chain():
            return True
        case Binary(operator, _, _):
            return operator in _ORDERED | _EQUALITY
        case FunctionCall(name, _):
            return name in ODK_FUNCTIONS and ODK_FUNCTIONS[name].gives == "boolean"
        case _:
            return False


def _unknown_functions(tree: Expr) -> Iterator[Remark]:
    for name in dict.fromkeys(p.name for p in walk(tree) if isinstance(p, FunctionCall)):
        if name not in ODK_FUNCTIONS:
            yield Remark(
                "unknown-function",
                f"There is no function {name}().",
                "Check its spelling; functions of other systems (cht:…) do not exist here.",
                severity="error",
            )


def _patterns(look: CheckedExpression) -> Iterator[Remark]:
    for call, _ in look.calls():
        pattern = call.arguments[1] if call.name == "regex" else None
        if not isinstance(pattern, StringLiteral):
            continue
        try:
            matches(pattern.value, "")
        except EvaluationFault as fault:
            yield Remark("regex-refused", fault.message, "Use plain groups and counts.", "error")
        if _JAVA_ONLY.search(pattern.value):
            yield Remark(
                "regex-java",
                f"The pattern {pattern.value!r} is read by phones and kiosks, not by browsers.",
                "Write the letters out, for example [A-Za-z'], if the form is filled on the web.",
            )
        if not anchored(pattern.value):
            yield Remark(
                "regex-unanchored",
                f"The pattern {pattern.value!r} is not anchored: some engines search, some match "
                "all.",
                "Begin it with ^ and end it with $, with alternatives inside ( ).",
            )


def anchored(pattern: str) -> bool:
    """Whether a pattern says where it begins and ends, for every alternative."""
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$"):
        return False
    depth = 0
    inside_class = False
    escaped = False
    for letter in pattern:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif inside_class:
            inside_class = letter != "]"
        elif letter == "[":
            inside_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            return False
    return True


def _blank_conditions(look: CheckedExpression) -> Iterator[Remark]:
    for call, _ in look.calls():
        if call.name in {"if", "boolean", "not"} and isinstance(call.arguments[0], Path):
            yield Remark(
                "blank-condition",
                f"{call.name}() is given an answer as a condition; a blank counts as false here "
                "and as true elsewhere.",
                "Compare it, for example with != ''.",
            )


def _repeats_around(definition: NodeDefinition | None) -> tuple[NodeDefinition, ...]:
    """The repeats a definition lies in, itself not counted."""
    if definition is None:
        return ()
    return tuple(row for row in definition.rows if row is not definition)


def _aggregates(look: CheckedExpression) -> Iterator[Remark]:
    own = look.home.rows
    for call, part in look.calls():
        if call.name not in _AGGREGATES | {"count", "join"}:
            continue
        for argument in call.arguments:
            found = look.reached(argument, part.at)
            if call.name in _AGGREGATES and any(_repeats_around(one) for one in found):
                yield Remark(
                    "blank-aggregate",
                    f"{call.name}() over answers that may be blank: blanks are skipped here and "
                    "spoil the result elsewhere.",
                    "Give each a default of 0, or make the question required.",
                )
            within = own and any(own[-1] in _repeats_around(one) for one in found)
            if within and call.name != "join":
                yield Remark(
                    "aggregate-own-repeat",
                    f"{call.name}() inside the repeat it counts sees this row only.",
                    "Move the calculation outside the repeat.",
                )


def _repeat_paths(look: CheckedExpression) -> Iterator[Remark]:
    for path, part, found in look.paths():
        whole_list = path is look.tree and look.source.place.column == "choice_filter"
        around = _repeats_around(found[0]) if found and is_plain(path) else ()
        if not around or whole_list:
            continue
        own = () if part.at is None else part.at.rows
        if path.base is Base.ROOT and around[-1] in own:
            yield Remark(
                "absolute-in-repeat",
                f"{shown(path)} inside its own repeat means this row here and the first row "
                "elsewhere.",
                "Put the value into the question's own words, not into its choices."
                if look.source.place.sheet == "choices"
                else "Write ${name} or a relative path.",
            )
        elif around[-1] not in own and not _OF_MANY & set(part.inside):
            yield Remark(
                "several-nodes",
                f"{found[0].path} is in a repeat and stands for several answers where one is "
                "wanted.",
                "Use indexed-repeat(), or sum(), count() or join() over all of them.",
            )


def shown(path: Path) -> str:
    """A plain path as it was written."""
    if path.plain:
        return path.plain
    steps = "/".join(".." if step.axis == "parent" else step.name for step in path.steps)
    return f"/{steps}" if path.base is Base.ROOT else steps


def _by_number(look: CheckedExpression) -> Iterator[Remark]:
    for part in look.parts:
        match part.tree:
            case Path(_, steps):
                predicates = [one for step in steps for one in step.predicates]
            case Filter(_, predicates):
                pass
            case _:
                continue
        if any(isinstance(one, NumberLiteral) for one in predicates):
            yield Remark(
                "position-predicate",
                "A row is picked by a bare number; engines differ on it.",
                "Use indexed-repeat() or [position() = …].",
            )


def _portability(look: CheckedExpression) -> Iterator[Remark]:
    for part in look.parts:
        strange: list[str] = []
        match part.tree:
            case FunctionCall(name, _) if name in NOT_PORTABLE:
                text = f"{name}() is not known to ODK Collect."
                yield Remark("not-portable", text, NOT_PORTABLE[name])
            case Binary("|", _, _):
                strange = ["|"]
            case Path(_, steps):
                known = {"child", "parent", "self", "attribute"}
                strange = [step.axis for step in steps if step.axis not in known]
        for what in strange:
            sign = "//" if what == "descendant-or-self" else what
            yield Remark(
                "not-portable",
                f"{sign} is not known to every engine.",
                "Write the full path of the question.",
            )


def _references(look: CheckedExpression) -> Iterator[Remark]:
    column = look.source.place.column
    own = any(look.home in found for _, _, found in look.paths())
    if own and column in _DECIDES:
        yield Remark(
            "self-reference",
            f"The {column} of a question looks at the question itself: it waits for its own value.",
            "Refer to another question, or use a constraint.",
            severity="error" if column in {"calculation", "relevant"} else "warning",
        )
    reading = read(look.tree, look.home, look.document, lambda _: ())
    for path in dict.fromkeys(reading.unknown):
        yield Remark(
            "unknown-path",
            f"There is no question {path}.",
            "Check the spelling of the path.",
            severity="error",
        )


def _volatile(look: CheckedExpression) -> Iterator[Remark]:
    if look.source.place.column != "calculation" or look.home.path.endswith("/instanceID"):
        return
    for call, part in look.calls():
        if call.name in {"random", "uuid"} and "once" not in part.inside:
            yield Remark(
                "made-again",
                f"{call.name}() is made again whenever the form is opened.",
                f"Write once({call.name}()).",
            )


def _dates(look: CheckedExpression) -> Iterator[Remark]:
    for part in look.parts:
        match part.tree:
            case Binary(operator, left, right) if operator in _ORDERED:
                for side in (left, right):
                    if isinstance(side, StringLiteral) and _DATE.match(side.value):
                        yield Remark(
                            "date-as-text",
                            f"{side.value!r} is compared with {operator} as a text by some "
                            "engines.",
                            f"Write date('{side.value}').",
                        )
            case Binary("+" | "-" as operator, left, right):
                if any(_is_day(side, look, part) for side in (left, right)):
                    yield Remark(
                        "date-arithmetic",
                        f"A date with {operator} gives whole days here and fractions elsewhere.",
                        _ADD_DAYS,
                    )


def _times(look: CheckedExpression) -> Iterator[Remark]:
    for part in look.parts:
        if not isinstance(part.tree, Binary) or part.tree.operator not in _ORDERED:
            continue
        for side in (part.tree.left, part.tree.right):
            text = side.value if isinstance(side, StringLiteral) else ""
            timed = any(one.type == "time" for one in look.reached(side, part.at))
            if timed or _TIME.fullmatch(text):
                yield Remark(
                    "time-compared",
                    f"A time of day is no number: {part.tree.operator} is never true of it.",
                    "Compare decimal-time(…) with a part of the day, for example 0.5 for noon.",
                )


def _early_days(look: CheckedExpression) -> Iterator[Remark]:
    for call, _ in look.calls():
        counted = call.arguments and any(
            isinstance(one, FunctionCall) and one.name == "decimal-date-time"
            for one in walk(call.arguments[0])
        )
        between = any(_is_span(one) for one in walk(call.arguments[0])) if counted else False
        if counted and call.name in {"int", "round", "floor", "date"} and not between:
            yield Remark(
                "day-early",
                f"{call.name}() of decimal-date-time() gives the day before: midnight in Kenya is "
                "the evening before in UTC.",
                _ADD_DAYS,
            )


def _is_span(tree: Expr) -> bool:
    """Whether `tree` is what lies between two days, which the zone does not change."""
    return (
        isinstance(tree, Binary)
        and tree.operator == "-"
        and all(
            any(isinstance(one, FunctionCall) and one.name in _DAY_NUMBERS for one in walk(side))
            for side in (tree.left, tree.right)
        )
    )


def _unknown_choices(look: CheckedExpression) -> Iterator[Remark]:
    """A rule that waits for a code which the question never holds."""
    for part in look.parts:
        match part.tree:
            case Binary(operator, left, right) if operator in _EQUALITY:
                pairs = [(left, right), (right, left)]
            case FunctionCall("selected", (node, code)):
                pairs = [(node, code)]
            case _:
                continue
        for node, code in pairs:
            if not isinstance(code, StringLiteral) or not code.value:
                continue
            for definition in look.reached(node, part.at):
                known = look.offered(definition)
                if known and not set(code.value.split()) <= known:
                    yield Remark(
                        "unknown-choice",
                        f"{definition.name!r} never holds {code.value!r}: no row of its list has"
                        " that code.",
                        "Write a code of the list; labels are no codes.",
                    )


def _list_columns(look: CheckedExpression) -> Iterator[Remark]:
    for file, column in dict.fromkeys(look.columns.missing(look.tree)):
        yield Remark(
            "unknown-column",
            f"The list {file} has no column {column!r}: this is always blank.",
            "Check the header of the file and its commas.",
            severity="error",
        )


def _is_day(tree: Expr, look: CheckedExpression, part: Part) -> bool:
    if isinstance(tree, FunctionCall):
        return tree.name in _DAYS
    return look.is_date(tree, part.at)


def _date_calls(look: CheckedExpression) -> Iterator[Remark]:
    for call, part in look.calls():
        first = call.arguments[0] if call.arguments else None
        text = first.value if isinstance(first, StringLiteral) else ""
        dated = first is not None and (_DATE.match(text) or look.is_date(first, part.at))
        if call.name in {"number", "int"} and dated:
            yield Remark(
                "date-number",
                f"{call.name}() of a date differs between engines.",
                "Use decimal-date-time(…), or format-date().",
            )
        if call.name == "date" and "T" in text:
            yield Remark(
                "date-with-time",
                f"date({text!r}) keeps its time of day.",
                "Give the day only, or use date-time().",
            )
        if call.name == "format-date-time" and _ZONED.search(text):
            yield Remark(
                "zoned-time",
                "A time with an offset is shown in the device's own zone.",
                "Leave the offset out when the local time is meant.",
            )


def _numbers(look: CheckedExpression) -> Iterator[Remark]:
    for call, _ in look.calls():
        if call.name in {"concat", "join"} and any(map(_may_be_nan, call.arguments)):
            yield Remark(
                "number-in-text",
                f"{call.name}() of a number that cannot be worked out is blank here and shows NaN "
                "elsewhere.",
                "Guard it with if(… != '', …, '').",
            )
        if call.name == "round" and any(map(_is_negative, walk(call.arguments[0]))):
            yield Remark(
                "round-negative",
                "round() of a negative half differs between engines (-1.5 gives -1 here).",
                "Round a positive amount and put the sign back.",
            )
    compared = {
        id(side)
        for part in look.parts
        if isinstance(part.tree, Binary) and part.tree.operator in _ORDERED | _EQUALITY
        for side in (part.tree.left, part.tree.right)
    }
    for part in look.parts:
        tree = part.tree
        if not isinstance(tree, NumberLiteral) or id(tree) in compared:
            continue
        if abs(tree.value) >= _LARGE:
            yield Remark(
                "long-number",
                f"{tree.value:.0f} made into text is written with an exponent by some engines.",
                "Keep phone and ID numbers as text, in quotes.",
            )


def _may_be_nan(tree: Expr) -> bool:
    match tree:
        case FunctionCall("number" | "int", _):
            return True
        case Binary("div", _, _):
            return True
        case Binary("+" | "-" | "*" | "mod", left, right):
            return isinstance(left, Path) or isinstance(right, Path)
        case _:
            return False


def _is_negative(tree: Expr) -> bool:
    return isinstance(tree, Negative) or (isinstance(tree, Binary) and tree.operator == "-")


def _odd_selects(look: CheckedExpression) -> Iterator[Remark]:
    """What is right for one choice, and wrong for several or for one that is taken back."""
    for call, part in look.calls():
        first = call.arguments[0] if call.arguments else None
        if call.name == "jr:choice-name" and first is not None:
            for definition in look.reached(first, part.at):
                if definition.control is not None and definition.control.kind == "select":
                    yield Remark(
                        "choice-name-several",
                        f"{definition.name!r} may hold several codes, and jr:choice-name() names "
                        "one: it is blank for two.",
                        "Write jr:choice-name(selected-at(${name}, 0), '${name}').",
                    )
        counted = len(call.arguments) > 1 and any(
            isinstance(one, FunctionCall) and one.name == "position"
            for one in walk(call.arguments[1])
        )
        if call.name == "selected-at" and counted and _repeats_around(look.home):
            yield Remark(
                "row-by-choice",
                "A row for each choice keeps its answers by number: a choice that is taken back "
                "gives its row to the next one.",
                "Ask in the row itself whom it is about, or ask the choices before and for good.",
            )


def _odd_calls(look: CheckedExpression) -> Iterator[Remark]:
    for call, _ in look.calls():
        arguments = call.arguments
        texts = [one.value for one in arguments if isinstance(one, StringLiteral)]
        match call.name:
            case "indexed-repeat" if any(
                isinstance(row, NumberLiteral) and row.value < 1 for row in arguments[2::2]
            ):
                yield Remark(
                    "indexed-repeat-zero",
                    "indexed-repeat() counts from 1; row 0 is blank here and row 1 elsewhere.",
                    "Count from 1.",
                )
            case "selected" if arguments[1] == StringLiteral(""):
                yield Remark(
                    "selected-empty",
                    "selected() with an empty name is true for a blank answer.",
                    "Compare the answer with ''.",
                )
            case "jr:choice-name" if not isinstance(arguments[1], StringLiteral):
                yield Remark(
                    "choice-name-path",
                    "jr:choice-name() takes the path of the question as a text.",
                    "Write '${name}' in quotes.",
                )
            case "string-length" if any(ord(letter) > _WIDE for text in texts for letter in text):
                yield Remark(
                    "wide-letters",
                    "string-length() counts some signs as two.",
                    "Do not count such signs.",
                )


def _booleans(look: CheckedExpression) -> Iterator[Remark]:
    for part in look.parts:
        tree = part.tree
        if not isinstance(tree, Binary) or tree.operator not in _EQUALITY:
            continue
        for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
            held = any(node in look.booleans for node in look.reached(one, part.at))
            if held and _is_truth(other):
                name = shown(one) if isinstance(one, Path) else ""
                yield Remark(
                    "boolean-compare",
                    f"{name} holds true or false here and 1 or 0 in ODK Collect.",
                    "Let it calculate if(…, 'yes', 'no') and compare with that.",
                )
            if isinstance(one, FunctionCall) and _gives_truth(one) and _is_literal(other):
                yield Remark(
                    "boolean-compare",
                    f"{one.name}() is compared with a text or number; engines store truth "
                    "differently.",
                    "Use it alone, or not(…).",
                )


def _is_literal(tree: Expr) -> bool:
    return isinstance(tree, StringLiteral | NumberLiteral)


def _is_truth(tree: Expr) -> bool:
    match tree:
        case StringLiteral(text):
            return text in _TRUTHS
        case NumberLiteral(value):
            return value in {0.0, 1.0}
        case FunctionCall(name, _):
            return name in {"true", "false"}
        case _:
            return False


Check: TypeAlias = Callable[[CheckedExpression], Iterator[Remark]]
CHECKS: tuple[Check, ...] = (
    _patterns,
    _blank_conditions,
    _aggregates,
    _repeat_paths,
    _by_number,
    _portability,
    _references,
    _volatile,
    _dates,
    _times,
    _early_days,
    _list_columns,
    _unknown_choices,
    _date_calls,
    _numbers,
    _odd_calls,
    _odd_selects,
    _booleans,
)
