"""Dependency graph: the rules of a form (relevant, calculate, required, readonly) and what they
read.

Rules are ordered once so that one pass recalculates everything; a cycle has no such order and the
form is refused, naming the questions in it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from content.xforms.definition import SELECTS, Control, NodeDefinition
from content.xforms.faults import FormTooLarge
from content.xforms.limits import REFERENCES_MAX
from content.xforms.parse.expressions import CONSTANTS, Expressions
from content.xforms.parse.label_expressions import LabelExpressions
from content.xforms.parse.references import Reading, Reference, Spoken, read


class RuleKind(Enum):
    """What a rule decides."""

    RELEVANT = "relevant"
    CALCULATE = "calculate"
    REQUIRED = "required"
    READONLY = "readonly"
    CHOICES = "choices"
    """Not of a bind: a select's answer must be among what its filter offers."""


RELEVANT, CALCULATE, REQUIRED, READONLY, CHOICES = (
    RuleKind.RELEVANT, RuleKind.CALCULATE, RuleKind.REQUIRED, RuleKind.READONLY, RuleKind.CHOICES,
)  # fmt: skip


@dataclass(slots=True, eq=False)
class BindRule:
    """One dynamic expression of a bind; `order` is its turn."""

    place: NodeDefinition
    kind: RuleKind
    run: Callable[..., Any]
    reading: Reading
    order: int = 0


class Edge(NamedTuple):
    """`rule` reads something; `scope` as in `references.py`."""

    rule: BindRule
    scope: NodeDefinition | None
    positional: bool
    indexed: bool = False


@dataclass(slots=True)
class Graph:
    """Rules in order, and for each node the rules that read it."""

    rules: list[BindRule] = field(default_factory=list)
    readers: dict[NodeDefinition, list[Edge]] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of (place and attribute, unknown path)."""
    circle: list[BindRule] = field(default_factory=list)
    """Rules that wait for each other: there is no order, and no session may use the graph."""
    _below: dict[NodeDefinition, list[Edge]] = field(default_factory=dict)
    _inside: dict[NodeDefinition, list[BindRule]] = field(default_factory=dict)

    def below(self, place: NodeDefinition) -> list[Edge]:
        """Rules that read `place` or anything under it."""
        edges = self._below.get(place)
        if edges is None:
            readers = self.readers
            if place.children:
                found = {}
                for near in place.each():
                    if near in readers:
                        for edge in readers[near]:
                            found[id(edge.rule), edge.scope, edge.positional] = edge
                edges = list(found.values())
            else:
                edges = readers.get(place, [])
            self._below[place] = edges
        return edges

    def inside(self, place: NodeDefinition) -> list[BindRule]:
        """Rules of `place` and of everything under it, in order."""
        rules = self._inside.get(place)
        if rules is None:
            rules = [rule for rule in self.rules if rule.place.is_within(place)]
            self._inside[place] = rules
        return rules


def build(
    places: Iterable[NodeDefinition],
    document: NodeDefinition,
    expressions: Expressions,
    speech: LabelExpressions,
) -> Graph:
    """The graph of every bind; raises `BadExpression`, `FormTooLarge`."""
    graph = Graph()
    spoken = speech.inside
    rules = graph.rules
    total = told = 0
    for place in places:
        bind = place.bind
        if bind is not None:
            for kind, source in (
                (RELEVANT, bind.relevant),
                (CALCULATE, bind.calculate),
                (REQUIRED, bind.required),
                (READONLY, bind.readonly),
            ):
                if source:
                    rules.append(_rule(place, kind, source, document, expressions, spoken))
        if place.control is not None and _is_closed_select(place.control):
            rules.append(_choices_rule(place, document, expressions, spoken))
        while told < len(rules):
            total += len(rules[told].reading.found)
            told += 1
        if total > REFERENCES_MAX:
            raise FormTooLarge("The form's expressions look at too many places; name questions.")
    _connect(graph)
    _order(graph)
    return graph


def _connect(graph: Graph) -> None:
    """Give every place the rules that read it."""
    readers = graph.readers
    for rule in graph.rules:
        reading = rule.reading
        if reading.unknown:
            where = _where(rule.place, rule.kind)
            graph.unknown += [(where, path) for path in reading.unknown]
        for reference in dict.fromkeys(reading.found) if len(reading.found) > 1 else reading.found:
            near, scope, positional, indexed = reference
            edge = Edge(rule, scope, positional, indexed)
            if near in readers:
                readers[near].append(edge)
            else:
                readers[near] = [edge]


def _rule(
    place: NodeDefinition,
    kind: RuleKind,
    source: str,
    document: NodeDefinition,
    expressions: Expressions,
    spoken: Spoken,
) -> BindRule:
    constant = CONSTANTS.get(source)
    if constant is not None and kind is not CALCULATE:
        return BindRule(place, kind, constant, Reading())
    where = _where(place, kind)
    reading = read(expressions.tree(source, where), place, document, spoken)
    compile_as = expressions.text if kind is CALCULATE else expressions.boolean
    return BindRule(place, kind, compile_as(source, place, where), reading)


_NAMES = {kind: kind.value for kind in RuleKind}


def _where(place: NodeDefinition, kind: RuleKind) -> str:
    return f"{_NAMES[kind]} of {place.path}"


def _is_closed_select(control: Control) -> bool:
    """A select whose answer must be one of its choices; `search()` finds them only in Collect.

    A range may have a list too, but only for its tick marks.
    """
    if control.kind not in SELECTS or "search(" in control.appearance:
        return False
    return control.itemset is not None or bool(control.choices)


def _choices_rule(
    place: NodeDefinition, document: NodeDefinition, expressions: Expressions, spoken: Spoken
) -> BindRule:
    assert place.control is not None
    reading = Reading()
    if place.control.itemset is not None:
        where = f"choices of {place.path}"
        reading = read(
            expressions.tree(place.control.itemset.nodeset, where), place, document, spoken
        )
    scope = place.rows[-1] if place.rows else None
    # It also reads its own answer: checked when given and when relevant again.
    reading.found.append(Reference(place, scope))
    return BindRule(place, RuleKind.CHOICES, lambda _: None, reading)


def _wakes(graph: Graph, rule: BindRule) -> list[BindRule]:
    """Rules that must come after `rule`; choices come last of all, whatever they read."""
    if rule.kind is CALCULATE:
        edges = graph.readers.get(rule.place, ())
    elif rule.kind is RELEVANT:
        edges = graph.below(rule.place)
    else:
        return []
    return [edge.rule for edge in edges if not edge.positional and edge.rule.kind is not CHOICES]


def _order(graph: Graph) -> None:
    """Kahn's algorithm; document order among the free, so results never depend on chance."""
    rules = graph.rules
    for at, rule in enumerate(rules):
        rule.order = at
    after = [_wakes(graph, rule) for rule in rules]
    waiting = [0] * len(rules)
    for followers in after:
        for follower in followers:
            waiting[follower.order] += 1
    free = [at for at, rule in enumerate(rules) if not waiting[at] and rule.kind is not CHOICES]
    ordered: list[BindRule] = []
    while free:
        at = heapq.heappop(free)
        ordered.append(rules[at])
        for follower in after[at]:
            waiting[follower.order] -= 1
            if not waiting[follower.order]:
                heapq.heappush(free, follower.order)
    ordered += [rule for rule in rules if rule.kind is CHOICES]
    if len(ordered) < len(rules):
        stuck = [rule for rule in rules if waiting[rule.order]]
        graph.circle = _cycle(stuck, after)
        return
    for at, rule in enumerate(ordered):
        rule.order = at
    graph.rules = ordered


def _cycle(stuck: list[BindRule], after: list[list[BindRule]]) -> list[BindRule]:
    """One cycle among rules that cannot be ordered; `order` is still the rule's own number."""
    left = {id(rule) for rule in stuck}
    before: dict[int, BindRule] = {}
    for rule in stuck:
        for follower in after[rule.order]:
            if id(follower) in left:
                before.setdefault(id(follower), rule)
    trail, seen = [stuck[0]], {id(stuck[0]): 0}
    while True:
        previous = before[id(trail[-1])]
        at = seen.get(id(previous))
        if at is not None:
            return trail[at:][::-1]
        seen[id(previous)] = len(trail)
        trail.append(previous)


def describe_circle(cycle: list[BindRule]) -> str:
    """What to tell the author of a circle."""
    names = [_where(rule.place, rule.kind) for rule in cycle]
    if len(names) == 1:
        return f"The {names[0]} reads itself; take its own name out of the expression."
    return (
        f"These depend on each other in a circle: {', '.join(names)}; "
        "break it by taking one of the names out."
    )
