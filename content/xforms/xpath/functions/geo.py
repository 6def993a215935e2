"""Geo functions over ODK texts: `lat lon [alt [accuracy]]`, points joined by `;`.

Formulas as the ODK spec gives them: a sphere of 6,378,100 m, results rounded to centimetres.
"""

from __future__ import annotations

import math
from itertools import pairwise

from content.xforms.xpath.functions.strings import flat
from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import NAN, Context, Value

_RADIUS_M = 6_378_100.0
Point = tuple[float, float]


def points(values: tuple[Value, ...]) -> list[Point] | None:
    """Every point of `values`, or None where a text is no point."""
    found: list[Point] = []
    for text in flat(values):
        for part in text.split(";"):
            if not part.strip():
                continue
            pieces = part.split()
            try:
                latitude, longitude = float(pieces[0]), float(pieces[1])
            except (ValueError, IndexError):
                return None
            if not (abs(latitude) <= 90 and abs(longitude) <= 180):
                return None
            found.append((latitude, longitude))
    return found


def _hop(one: Point, two: Point) -> float:
    up, down = math.radians(one[0]), math.radians(two[0])
    turn = math.radians(two[1] - one[1])
    cosine = math.sin(up) * math.sin(down) + math.cos(up) * math.cos(down) * math.cos(turn)
    return math.acos(max(-1.0, min(1.0, cosine))) * _RADIUS_M


def _cents(number: float) -> float:
    return math.floor(number * 100 + 0.5) / 100


def _distance(_: Context, *values: Value) -> float:
    line = points(values)
    if line is None:
        return NAN
    return _cents(sum(_hop(one, two) for one, two in pairwise(line)))


def _area(_: Context, *values: Value) -> float:
    ring = points(values)
    if ring is None:
        return NAN
    if len(ring) < 3:
        return 0.0
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    total = 0.0
    for one, two in pairwise(ring):
        bend = 2 + math.sin(math.radians(one[0])) + math.sin(math.radians(two[0]))
        total += math.radians(two[1] - one[1]) * bend
    return _cents(abs(total * _RADIUS_M * _RADIUS_M / 2))


def _geofence(_: Context, point: Value, shape: Value) -> bool:
    """Whether the point lies in the closed shape (even-odd rule)."""
    spot, ring = points((point,)), points((shape,))
    if not spot or ring is None or len(ring) < 4 or ring[0] != ring[-1]:
        return False
    y, x = spot[0]
    inside = False
    for (y1, x1), (y2, x2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _turn(one: Point, two: Point, three: Point) -> float:
    return (two[1] - one[1]) * (three[0] - one[0]) - (two[0] - one[0]) * (three[1] - one[1])


def _within(one: Point, two: Point, spot: Point) -> bool:
    return min(one[0], two[0]) <= spot[0] <= max(one[0], two[0]) and min(one[1], two[1]) <= spot[
        1
    ] <= max(one[1], two[1])


def _cross(one: Point, two: Point, three: Point, four: Point) -> bool:
    d1, d2 = _turn(three, four, one), _turn(three, four, two)
    d3, d4 = _turn(one, two, three), _turn(one, two, four)
    if d1 * d2 < 0 and d3 * d4 < 0:
        return True
    return (
        (d1 == 0 and _within(three, four, one))
        or (d2 == 0 and _within(three, four, two))
        or (d3 == 0 and _within(one, two, three))
        or (d4 == 0 and _within(one, two, four))
    )


def _intersects(_: Context, shape: Value) -> bool:
    """Whether a line or shape crosses itself."""
    line = points((shape,))
    if line is None or len(line) < 4:
        return False
    edges = list(pairwise(line))
    closed = line[0] == line[-1]
    for i, (one, two) in enumerate(edges):
        for j in range(i + 2, len(edges)):
            if closed and i == 0 and j == len(edges) - 1:
                continue
            if _cross(one, two, *edges[j]):
                return True
    return False


TABLE = {
    "distance": Function("number", "v", _distance, rest="v"),
    "area": Function("number", "v", _area, rest="v"),
    "geofence": Function("boolean", "vv", _geofence),
    "intersects": Function("boolean", "v", _intersects),
}
