"""Skills: which counter may call which tickets. Pure.

A centre has counters 1 to `count`. A counter with a skill calls only tickets for the services of
its skill; a counter without one calls every ticket. The table of skills comes from the content
pack or from the site (`content/catalogue/counters.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from content.catalogue.model import CounterSkill
from kiosk.queue.faults import CounterUnknown
from provisioning.faults import Fault


@dataclass(frozen=True, slots=True)
class CentreCounters:
    """The counters of one centre. `unreadable`: why there is no table of skills."""

    count: int
    skills: Mapping[int, CounterSkill] = field(default_factory=dict)
    unreadable: Fault | None = None

    def services(self, counter: int) -> frozenset[str] | None:
        """The services `counter` may call for, None for all; raises `CounterUnknown`, or the
        fault of the table.
        """
        if self.unreadable is not None:
            raise type(self.unreadable)(self.unreadable.message)
        if not 1 <= counter <= self.count:
            numbered = "counter 1 only" if self.count == 1 else f"counters 1 to {self.count}"
            msg = (
                f"This centre has {numbered}; there is no {counter}. Press at one of these, or"
                " raise queue.counters in the centre's settings and start its service again."
            )
            raise CounterUnknown(msg)
        skill = self.skills.get(counter)
        return None if skill is None else skill.services

    def serves(self, counter: int) -> str:
        """What `counter` serves, in words."""
        skill = self.skills.get(counter)
        return "every service" if skill is None else skill.serves

    def can_serve(self, counter: int, service: str) -> bool:
        """Whether `counter` may call somebody who came for `service`."""
        skill = self.skills.get(counter)
        return skill is None or service in skill.services

    def shared_with(self, service: str) -> frozenset[str] | None:
        """The services that compete with `service` for a counter; None for all."""
        skills = [self.skills.get(counter) for counter in range(1, self.count + 1)]
        if None in skills:
            return None
        able = [each.services for each in skills if each and service in each.services]
        return frozenset({service}).union(*able)
