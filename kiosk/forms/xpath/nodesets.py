"""Node set functions: counts, lists by name, and the seeded shuffle."""

from __future__ import annotations

import math

from kiosk.forms.faults import EvaluationFault
from kiosk.forms.tree import Node
from kiosk.forms.xpath.library import Function
from kiosk.forms.xpath.values import Context

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807


class ParkMiller:
    """The minimal standard generator (Park and Miller 1988), as the ODK spec asks for seeds."""

    def __init__(self, seed: int) -> None:
        self._state = seed % _MODULUS
        if self._state <= 0:
            self._state += _MODULUS - 1

    def next(self) -> float:
        """The next number, 0 <= n < 1."""
        self._state = self._state * _MULTIPLIER % _MODULUS
        return (self._state - 1) / (_MODULUS - 1)


def _seed_of(number: float) -> int:
    if number.is_integer():
        return int(number)
    return math.trunc(number)


def shuffled(nodes: list[Node], seed: float | None, c: Context) -> list[Node]:
    """Inside-out Fisher-Yates; without a seed the session's own generator decides."""
    draw = (
        c.world.random
        if seed is None or not math.isfinite(seed)
        else ParkMiller(_seed_of(seed)).next
    )
    found: list[Node] = []
    for at, node in enumerate(nodes):
        pick = int(draw() * (at + 1))
        if pick == at:
            found.append(node)
        else:
            found.append(found[pick])
            found[pick] = node
    return found


def _randomize(c: Context, nodes: list[Node], seed: float | None = None) -> list[Node]:
    return shuffled(nodes, seed, c)


def _instance(c: Context, name: str) -> list[Node]:
    document = c.world.instance(name)
    if document is None:
        raise EvaluationFault(f"The form has no list named {name!r}; check instance({name!r}).")
    return [document]


def _count_non_empty(_: Context, nodes: list[Node]) -> float:
    return float(sum(1 for node in nodes if node.text()))


TABLE = {
    "count": Function("number", "o", lambda _, nodes: float(len(nodes))),
    "count-non-empty": Function("number", "o", _count_non_empty),
    "instance": Function("nodes", "s", _instance),
    "randomize": Function("nodes", "on", _randomize, optional=1),
}
