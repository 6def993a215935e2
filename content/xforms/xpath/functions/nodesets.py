"""Node set functions: counts, lists by name, and the seeded shuffle."""

from __future__ import annotations

import hashlib
import math

from content.xforms.faults import EvaluationFault
from content.xforms.tree import XmlNode
from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import Context, Value, to_number, to_text

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807


class ParkMiller:
    """The minimal standard generator (Park and Miller 1988), as the ODK spec asks for seeds."""

    def __init__(self, seed: int) -> None:
        # The remainder keeps the seed's sign, as in the engines forms are shared with.
        self._state = _remainder(seed)
        if self._state <= 0:
            self._state += _MODULUS - 1

    def next(self) -> float:
        """The next number, 0 <= n < 1."""
        self._state = self._state * _MULTIPLIER % _MODULUS
        return (self._state - 1) / (_MODULUS - 1)


def _remainder(seed: int) -> int:
    left = abs(seed) % _MODULUS
    return -left if seed < 0 else left


def _seed_of(value: Value, c: Context) -> int:
    """A seed from a number, or from any other text by its SHA-256 (blank is 0), as in Collect."""
    number = to_number(value, c)
    if math.isfinite(number):
        return math.trunc(number)
    text = to_text(value)
    if not text or isinstance(value, float):
        return 0
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def shuffled(nodes: list[XmlNode], seed: Value | None, c: Context) -> list[XmlNode]:
    """Inside-out Fisher-Yates; without a seed the record and the question decide, so that the order
    is the same whenever it is asked for.
    """
    chosen = c.evaluation.shuffle_seed(c.current) if seed is None else _seed_of(seed, c)
    draw = ParkMiller(chosen).next
    found: list[XmlNode] = []
    for at, node in enumerate(nodes):
        pick = int(draw() * (at + 1))
        if pick == at:
            found.append(node)
        else:
            found.append(found[pick])
            found[pick] = node
    return found


def _randomize(c: Context, nodes: list[XmlNode], seed: Value | None = None) -> list[XmlNode]:
    return shuffled(nodes, seed, c)


def _instance(c: Context, name: str) -> list[XmlNode]:
    document = c.evaluation.instance(name)
    if document is None:
        raise EvaluationFault(f"The form has no list named {name!r}; check instance({name!r}).")
    return [document]


def _count_non_empty(_: Context, nodes: list[XmlNode]) -> float:
    return float(sum(1 for node in nodes if node.text()))


TABLE = {
    "count": Function("number", "o", lambda _, nodes: float(len(nodes))),
    "count-non-empty": Function("number", "o", _count_non_empty),
    "instance": Function("nodes", "s", _instance),
    "randomize": Function("nodes", "ov", _randomize, optional=1),
}
