"""Who comes to a simulated centre, when, for what and how long it takes: from one seed.

Synthetic: a morning rush, a lunch with fewer counters, service times of a long-tailed distribution,
some who leave without a word. Figures from it show a direction and are no promise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from provisioning.ids import SeededIds

T = TypeVar("T")

OPENS_S, CLOSES_S = 8 * 3600, 17 * 3600
_HOURS = (1.3, 1.6, 1.5, 1.2, 0.8, 0.7, 0.9, 0.9, 0.5)
"""Arrivals in each hour from 8 to 17, relative."""
LUNCH_S, LUNCH_ENDS_S = 12 * 3600 + 1800, 14 * 3600
LUNCH_COVER = 0.6
SIGMA = 0.5
CLASSES = ("elderly", "pregnant", "pwd")


class Chance:
    """Numbers by chance, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._ids = SeededIds(seed)

    def unit(self) -> float:
        """At least 0, less than 1."""
        return int.from_bytes(self._ids.token(7), "big") / (1 << 56)

    def happens(self, share: float) -> bool:
        return self.unit() < share

    def pick(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of `options`."""
        point = self.unit() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            point -= weight
            if point < 0:
                return option
        return options[-1]

    def service_s(self, mean_s: float) -> float:
        """A log-normal time with this mean."""
        normal = math.sqrt(-2 * math.log(1 - self.unit())) * math.cos(2 * math.pi * self.unit())
        return mean_s * math.exp(SIGMA * normal - SIGMA * SIGMA / 2)


@dataclass(frozen=True, slots=True)
class DayShape:
    """What kind of day it is. `load`: work that comes, of what the counters can do."""

    kiosks: int
    counters: int
    visitors: int
    seed: int
    load: float = 0.88
    priority: float = 0.12
    leave: float = 0.08
    transfer: float = 0.03
    another: float = 0.03
    park: float = 0.02

    @property
    def mean_s(self) -> float:
        """Mean service time that makes the load."""
        lunch = (LUNCH_ENDS_S - LUNCH_S) * (1 - LUNCH_COVER)
        return self.load * self.counters * (CLOSES_S - OPENS_S - lunch) / max(1, self.visitors)


@dataclass(frozen=True, slots=True)
class SimulatedVisitor:
    """One person. `number` from 0; `service_s` for each service of the visit."""

    number: int
    arrives_s: float
    kiosk: int
    service: str
    priority_class: str
    stays: bool
    walk_s: float
    service_s: float
    transfer: str = ""
    another: str = ""
    parks: bool = False


def visitors(shape: DayShape, services: Sequence[tuple[str, float]]) -> list[SimulatedVisitor]:
    """Everybody of the day in the order of arrival. `services` with their weights."""
    chance = Chance(shape.seed)
    codes, weights = [code for code, _ in services], [weight for _, weight in services]
    hours = range(len(_HOURS))
    day_factor = 0.85 + 0.35 * chance.unit()  # today is not like the days before
    mean_s = shape.mean_s * day_factor / 1.025
    found: list[SimulatedVisitor] = []
    for _ in range(shape.visitors):
        hour = chance.pick(hours, _HOURS)
        urgent = chance.happens(shape.priority)
        found.append(
            SimulatedVisitor(
                number=0,
                kiosk=0,
                arrives_s=OPENS_S + 3600 * hour + 3600 * chance.unit(),
                service=chance.pick(codes, weights),
                priority_class=chance.pick(CLASSES, (5, 3, 2)) if urgent else "normal",
                stays=not chance.happens(shape.leave),
                walk_s=10 + 25 * chance.unit(),
                service_s=chance.service_s(mean_s),
                transfer=chance.pick(codes, weights) if chance.happens(shape.transfer) else "",
                another=chance.pick(codes, weights) if chance.happens(shape.another) else "",
                parks=chance.happens(shape.park),
            )
        )
    found.sort(key=lambda each: each.arrives_s)
    return [
        replace(each, number=number, kiosk=number % shape.kiosks)
        for number, each in enumerate(found)
    ]
