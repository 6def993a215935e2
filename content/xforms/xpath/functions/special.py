"""Special forms: functions that choose what to evaluate or read their arguments' syntax."""

from __future__ import annotations

import math

from content.xforms.faults import BadExpression
from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import ArgumentCompiler, SpecialForm
from content.xforms.xpath.syntax import Base, Expr, Path
from content.xforms.xpath.values import NAN, Context, Run, Value, to_text

_NOT_A_PATH = "indexed-repeat() takes a question and then pairs of a repeat and a row number."


def _if(compiler: ArgumentCompiler, arguments: list[Expr]) -> Run:
    test = compiler.boolean(arguments[0])
    yes, no = compiler.value(arguments[1]).run, compiler.value(arguments[2]).run
    return lambda c: yes(c) if test(c) else no(c)


def _coalesce(compiler: ArgumentCompiler, arguments: list[Expr]) -> Run:
    runs = [compiler.value(argument).run for argument in arguments]

    def coalesce(c: Context) -> Value:
        for run in runs[:-1]:
            value = run(c)
            if to_text(value) not in {"", "NaN"}:
                return value
        return runs[-1](c)

    return coalesce


def _once(compiler: ArgumentCompiler, arguments: list[Expr]) -> Run:
    run = compiler.value(arguments[0]).run
    # once() asks the node the calculation fills, not its argument.
    return lambda c: c.current.value or run(c)


def _position(compiler: ArgumentCompiler, arguments: list[Expr]) -> Run:
    if not arguments:
        return lambda c: float(c.position)
    nodes = compiler.value(arguments[0]).run

    def position(c: Context) -> float:
        found = nodes(c)
        if not isinstance(found, list) or not found:
            return NAN
        node = found[0]
        family = () if node.parent is None else node.parent.by_name.get(node.name, ())
        return float(family.index(node) + 1) if node in family else 1.0

    return position


def _indexed_repeat(compiler: ArgumentCompiler, arguments: list[Expr]) -> Run:
    if len(arguments) % 2 == 0:
        raise BadExpression(_NOT_A_PATH)
    target = arguments[0]
    if not isinstance(target, Path) or not all(isinstance(a, Path) for a in arguments[1::2]):
        raise BadExpression(_NOT_A_PATH)
    rows = [
        (_last_name(repeat), compiler.number(index))
        for repeat, index in zip(arguments[1::2], arguments[2::2], strict=True)
    ]
    names = _absolute_names(target)
    near = None if names is not None else compiler.nodes(target)

    def indexed(c: Context) -> Value:
        wanted = names
        if near is not None:
            found = near(c)
            if not found:
                return ""
            wanted = _names_to(found[0])
        picks = {name: index(c) for name, index in rows}
        node = c.evaluation.document()
        for name in wanted or ():
            family = node.by_name.get(name)
            pick = picks.get(name, 1.0)
            if not family or not 1 <= pick <= len(family):
                return ""
            node = family[int(pick) - 1]
        return [node]

    return indexed


def _last_name(path: Expr) -> str:
    assert isinstance(path, Path)
    if not path.steps:
        raise BadExpression(_NOT_A_PATH)
    return path.steps[-1].name


def _absolute_names(path: Path) -> list[str] | None:
    if path.base is not Base.ROOT:
        return None
    return [step.name for step in path.steps]


def _names_to(node: XmlNode) -> list[str]:
    names: list[str] = []
    step: XmlNode | None = node
    while step is not None and step.parent is not None:
        names.append(step.name)
        step = step.parent
    return names[::-1]


def _current(_: ArgumentCompiler, __: list[Expr]) -> Run:
    return lambda c: [c.current]


TABLE = {
    "if": SpecialForm("any", 3, 3, _if),
    "coalesce": SpecialForm("any", 1, math.inf, _coalesce),
    "once": SpecialForm("any", 1, 1, _once),
    "position": SpecialForm("number", 0, 1, _position),
    "last": SpecialForm("number", 0, 0, lambda *_: lambda c: float(c.size)),
    "current": SpecialForm("nodes", 0, 0, _current),
    "indexed-repeat": SpecialForm("any", 3, math.inf, _indexed_repeat),
}
