"""Recalculation: runs the rules that depend on a changed answer, in order, in the rows concerned.

An answer reruns only the rules that read it, in the order of the dependency graph. A rule that
reads across rows runs in every row of its scope.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from content.xforms.definition import NodeDefinition
from content.xforms.faults import FormTooLarge
from content.xforms.limits import EVALUATION_STEPS_MAX
from content.xforms.parse.dependency_graph import (
    CALCULATE,
    CHOICES,
    RELEVANT,
    REQUIRED,
    BindRule,
    Edge,
    Graph,
)
from content.xforms.session.answers import calculated
from content.xforms.session.choices import SelectChoices
from content.xforms.session.context import SessionContext
from content.xforms.tree import RecordNode, XmlNode
from content.xforms.xpath.values import Context

_EVERYWHERE: list[RecordNode] = []


class Recalculation:
    """Rules over one record. `changed` hears of every node whose value a rule changed."""

    def __init__(
        self,
        graph: Graph,
        evaluation: SessionContext,
        chooser: SelectChoices,
        changed: Callable[[RecordNode], None],
    ) -> None:
        self._graph = graph
        self._evaluation = evaluation
        self._chooser = chooser
        self._changed = changed
        self._waiting: list[int] = []
        self._roots: dict[int, list[RecordNode] | None] = {}
        self._running = False
        self._steps = 0
        self._dropped: dict[RecordNode, str] = {}
        # One context serves every rule: rules never run inside each other.
        self._context = Context(evaluation.root, evaluation)

    def run_all(self) -> None:
        """Run every rule everywhere; then whatever that woke."""
        for rule in self._graph.rules:
            self._wake(rule, None)
        self.settle()

    def value_changed(self, node: RecordNode) -> None:
        """Wake what reads `node`'s value; call `settle` afterwards."""
        for edge in self._graph.readers.get(node.place, ()):
            self._wake_edge(edge, node)

    def row_added(self, row: RecordNode) -> None:
        """Run the new row's own rules and wake what looks at rows from outside."""
        for rule in self._graph.inside(row.place):
            self._wake(rule, row)
        self._wake_outside(row, row.place, added=True)
        for node in row.each():
            if node.value:
                self.value_changed(node)

    def row_removed(self, place: NodeDefinition, parent: RecordNode) -> None:
        """Wake what counts, adds up or numbers the rows of `place` under `parent`."""
        self._wake_outside(parent, place, added=False)
        for edge in self._graph.below(place):
            if edge.positional:
                self._wake(edge.rule, None)

    def _wake_outside(self, near: RecordNode, place: NodeDefinition, *, added: bool) -> None:
        for edge in self._graph.below(place):
            if edge.positional or (added and edge.indexed):
                continue
            if edge.scope is None or not edge.scope.is_within(place):
                self._wake_edge(edge, near)

    def _wake_edge(self, edge: Edge, node: XmlNode) -> None:
        if edge.scope is None or edge.positional:
            order = edge.rule.order
            if order not in self._roots:
                heapq.heappush(self._waiting, order)
            self._roots[order] = None
            return
        row: XmlNode | None = node
        while row is not None and row.place is not edge.scope:
            row = row.parent
        if isinstance(row, RecordNode):
            self._wake(edge.rule, row)
        elif isinstance(node, RecordNode) and edge.scope.is_within(node.place):
            self._wake(edge.rule, node)
        else:
            self._wake(edge.rule, None)

    def _wake(self, rule: BindRule, row: RecordNode | None) -> None:
        """Have `rule` run under `row` (None: everywhere)."""
        order = rule.order
        if order not in self._roots:
            self._roots[order] = None if row is None else [row]
            heapq.heappush(self._waiting, order)
            return
        roots = self._roots[order]
        if roots is None:
            return
        if row is None:
            self._roots[order] = None
        elif row not in roots[-1:]:
            roots.append(row)

    def settle(self) -> None:
        """Run woken rules in order until none is left; raises `FormTooLarge` past the limit."""
        if self._running:
            return
        self._running = True
        self._steps = 0
        self._evaluation.spent = 0
        waiting, rules, fixed, run = (
            self._waiting,
            self._graph.rules,
            self._evaluation.fixed,
            self._run,
        )
        try:
            while waiting:
                order = heapq.heappop(waiting)
                roots = self._roots.pop(order)
                rule = rules[order]
                nodes = fixed.get(rule.place.path)
                if nodes is None:
                    for node in self._targets(rule.place, roots):
                        run(rule, node)
                else:
                    run(rule, nodes[0])  # type: ignore[arg-type] # a place outside repeats
        finally:
            self._running = False
            if self._waiting:
                self._waiting.clear()
                self._roots.clear()

    def _targets(self, place: NodeDefinition, roots: list[RecordNode] | None) -> list[RecordNode]:
        if roots is None:
            return nodes_at(self._evaluation.root, place)
        if len(roots) == 1:
            return nodes_at(roots[0], place) if roots[0].parent is not None else []
        found = {id(n): n for root in roots if root.parent for n in nodes_at(root, place)}
        return list(found.values())

    def _run(self, rule: BindRule, node: RecordNode) -> None:
        self._steps += 1
        if self._steps > EVALUATION_STEPS_MAX:
            raise FormTooLarge("One answer woke too many calculations; shorten the repeats.")
        kind = rule.kind
        if kind is CHOICES:
            self._check_choices(node)
            return
        context = self._context
        context.node = context.current = node
        value = rule.run(context)
        if kind is CALCULATE:
            text = calculated(value, node.place.type, self._evaluation.zone)
            if text != node.value:
                node.value = text
                self.value_changed(node)
                self._changed(node)
        elif kind is RELEVANT:
            if value is not node.own_relevant:
                self.set_relevant(node, own=value)
        elif kind is REQUIRED:
            node.required = value
        else:
            node.readonly = value

    def answered(self, node: RecordNode) -> None:
        """A person gave `node` its value: what a filter took away before is forgotten."""
        self._dropped.pop(node, None)

    def _check_choices(self, node: RecordNode) -> None:
        """Take away choices the filter no longer offers; give them back when it does again."""
        dropped = self._dropped.get(node)
        if not node.relevant or not (node.value or dropped):
            return
        control = node.place.control
        assert control is not None
        full = dropped or node.value
        values = [full] if control.kind == "select1" else full.split()
        kept = self._chooser.allowed(control, node, values)
        text = " ".join(kept)
        if len(kept) == len(values):
            self._dropped.pop(node, None)
        else:
            self._dropped[node] = full
        if text != node.value:
            node.value = text
            self.value_changed(node)

    def set_relevant(self, node: RecordNode, *, own: bool) -> None:
        """Change what `node`'s own bind says; everything under it inherits."""
        node.own_relevant = own
        above = node.parent
        relevant = own and (above is None or above.relevant)
        if relevant != node.relevant:
            spread(node, relevant)
            for edge in self._graph.below(node.place):
                self._wake_edge(edge, node)


def spread(node: RecordNode, relevant: bool) -> None:  # noqa: FBT001
    """Give `node` and what inherits from it their effective relevance."""
    node.relevant = relevant
    if node.attributes:
        for attribute in node.attributes.values():
            assert isinstance(attribute, RecordNode)
            attribute.relevant = relevant and attribute.own_relevant
    for child in node.children:
        assert isinstance(child, RecordNode)
        now = relevant and child.own_relevant
        if now != child.relevant:
            spread(child, now)


def nodes_at(start: RecordNode, place: NodeDefinition) -> list[RecordNode]:
    """All nodes of `place` at or under `start`."""
    names: list[str] = []
    step: NodeDefinition | None = place
    while step is not None and step is not start.place:
        names.append(step.name)
        step = step.parent
    if step is None:
        # `start` is no ancestor: begin where the two meet.
        return _from_meeting(start, place)
    found: list[RecordNode] = [start]
    for name in reversed(names):
        if name[0] == "@":
            found = [_attribute(node, name[1:]) for node in found if _has(node, name[1:])]
        elif len(found) == 1:
            found = found[0].by_name.get(name, _EVERYWHERE)  # type: ignore[assignment]
        else:
            found = [child for node in found for child in node.by_name.get(name, ())]  # type: ignore[misc]
    return found


def _from_meeting(start: RecordNode, place: NodeDefinition) -> list[RecordNode]:
    node: XmlNode | None = start
    while isinstance(node, RecordNode) and not place.is_within(node.place):
        node = node.parent
    return nodes_at(node, place) if isinstance(node, RecordNode) else []


def _has(node: RecordNode, name: str) -> bool:
    return bool(node.attributes) and name in (node.attributes or {})


def _attribute(node: RecordNode, name: str) -> RecordNode:
    assert node.attributes is not None
    attribute = node.attributes[name]
    assert isinstance(attribute, RecordNode)
    return attribute
