"""Graph: the rules of a form (relevant, calculate, required, readonly) and what wakes them.

Rules are ordered once so that one pass settles everything; a cycle has no such order and the
form is refused, naming the questions in it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from kiosk.forms.expressions import CONSTANTS, Expressions
from kiosk.forms.faults import FormRefused
from kiosk.forms.places import SELECTS, Place
from kiosk.forms.references import Reading, Reference, read


class Kind(Enum):
    """What a rule decides."""

    RELEVANT = "relevant"
    CALCULATE = "calculate"
    REQUIRED = "required"
    READONLY = "readonly"
    CHOICES = "choices"
    """Not of a bind: a select's answer must be among what its filter offers."""


_OF_BINDS = (Kind.RELEVANT, Kind.CALCULATE, Kind.REQUIRED, Kind.READONLY)


@dataclass(slots=True, eq=False)
class Rule:
    """One dynamic expression of a bind; `order` is its turn."""

    place: Place
    kind: Kind
    run: Callable[..., Any]
    reading: Reading
    order: int = 0


class Edge(NamedTuple):
    """`rule` reads something; `scope` as in `references.py`."""

    rule: Rule
    scope: Place | None
    positional: bool
    indexed: bool = False


@dataclass(slots=True)
class Graph:
    """Rules in order, and for each place the rules that read it."""

    rules: list[Rule] = field(default_factory=list)
    readers: dict[Place, list[Edge]] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of (place and attribute, unknown path)."""
    _below: dict[Place, list[Edge]] = field(default_factory=dict)
    _inside: dict[Place, list[Rule]] = field(default_factory=dict)

    def below(self, place: Place) -> list[Edge]:
        """Rules that read `place` or anything under it."""
        edges = self._below.get(place)
        if edges is None:
            found = {}
            for near in place.each():
                for edge in self.readers.get(near, ()):
                    found[id(edge.rule), edge.scope, edge.positional] = edge
            edges = self._below[place] = list(found.values())
        return edges

    def inside(self, place: Place) -> list[Rule]:
        """Rules of `place` and of everything under it, in order."""
        rules = self._inside.get(place)
        if rules is None:
            rules = [rule for rule in self.rules if rule.place.is_within(place)]
            self._inside[place] = rules
        return rules


def build(places: Iterable[Place], document: Place, expressions: Expressions) -> Graph:
    """The graph of every bind; raises `FormRefused` for a cycle, `BadExpression`."""
    graph = Graph()
    for place in places:
        if place.bind is not None:
            for kind in _OF_BINDS:
                source = getattr(place.bind, kind.value)
                if source:
                    graph.rules.append(_rule(place, kind, source, document, expressions))
        if _is_closed_select(place):
            graph.rules.append(_choices_rule(place, document, expressions))
    for rule in graph.rules:
        where = f"{rule.kind.value} of {rule.place.path}"
        graph.unknown += [(where, path) for path in rule.reading.unknown]
        seen = set()
        for reference in rule.reading.found:
            if reference not in seen:
                seen.add(reference)
                edge = Edge(rule, *reference[1:])
                graph.readers.setdefault(reference.place, []).append(edge)
    _order(graph)
    return graph


def _rule(place: Place, kind: Kind, source: str, document: Place, expressions: Expressions) -> Rule:
    where = f"{kind.value} of {place.path}"
    constant = CONSTANTS.get(source.strip())
    if constant is not None and kind is not Kind.CALCULATE:
        return Rule(place, kind, constant, Reading())
    reading = read(expressions.tree(source, where), place, document)
    compile_as = expressions.text if kind is Kind.CALCULATE else expressions.boolean
    return Rule(place, kind, compile_as(source, place, where), reading)


def _is_closed_select(place: Place) -> bool:
    """A select whose answer must be one of its choices; `search()` finds them only in Collect.

    A range may have a list too, but only for its tick marks.
    """
    control = place.control
    if control is None or control.kind not in SELECTS or "search(" in control.appearance:
        return False
    return control.itemset is not None or bool(control.choices)


def _choices_rule(place: Place, document: Place, expressions: Expressions) -> Rule:
    assert place.control is not None
    reading = Reading()
    if place.control.itemset is not None:
        where = f"choices of {place.path}"
        reading = read(expressions.tree(place.control.itemset.nodeset, where), place, document)
    scope = place.rows[-1] if place.rows else None
    # It also reads its own answer: checked when given and when relevant again.
    reading.found.append(Reference(place, scope))
    return Rule(place, Kind.CHOICES, lambda _: None, reading)


def _wakes(graph: Graph, rule: Rule) -> list[Rule]:
    """Rules that must come after `rule`."""
    match rule.kind:
        case Kind.CALCULATE:
            edges = graph.readers.get(rule.place, [])
        case Kind.RELEVANT:
            edges = graph.below(rule.place)
        case _:
            return []
    return [
        edge.rule for edge in edges if not edge.positional and edge.rule.kind is not Kind.CHOICES
    ]


def _order(graph: Graph) -> None:
    """Kahn's algorithm; document order among the free, so results never depend on chance."""
    after = {id(rule): _wakes(graph, rule) for rule in graph.rules}
    waiting = {id(rule): 0 for rule in graph.rules}
    for followers in after.values():
        for follower in followers:
            waiting[id(follower)] += 1
    index = {id(rule): at for at, rule in enumerate(graph.rules)}
    last = [rule for rule in graph.rules if rule.kind is Kind.CHOICES]
    free = [
        at
        for at, rule in enumerate(graph.rules)
        if waiting[id(rule)] == 0 and rule.kind is not Kind.CHOICES
    ]
    heapq.heapify(free)
    ordered: list[Rule] = []
    while free:
        rule = graph.rules[heapq.heappop(free)]
        rule.order = len(ordered)
        ordered.append(rule)
        for follower in after[id(rule)]:
            waiting[id(follower)] -= 1
            if waiting[id(follower)] == 0:
                heapq.heappush(free, index[id(follower)])
    for rule in last:
        rule.order = len(ordered)
        ordered.append(rule)
    if len(ordered) < len(graph.rules):
        stuck = [rule for rule in graph.rules if waiting[id(rule)] > 0]
        raise FormRefused(_describe(_cycle(stuck, after)))
    graph.rules = ordered


def _cycle(stuck: list[Rule], after: dict[int, list[Rule]]) -> list[Rule]:
    """One cycle among rules that cannot be ordered."""
    left = {id(rule) for rule in stuck}
    before: dict[int, Rule] = {}
    for rule in stuck:
        for follower in after[id(rule)]:
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


def _describe(cycle: list[Rule]) -> str:
    names = [f"{rule.kind.value} of {rule.place.path}" for rule in cycle]
    if len(names) == 1:
        return f"The {names[0]} reads itself; take its own name out of the expression."
    return (
        f"These depend on each other in a circle: {', '.join(names)}; "
        "break it by taking one of the names out."
    )
