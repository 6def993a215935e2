"""Which counter may call whom, and who competes with whom for a counter."""

from __future__ import annotations

import pytest

from content.catalogue.model import CounterSkill
from kiosk.queue.faults import CounterUnknown
from kiosk.queue.skills import CentreCounters
from provisioning.faults import Fault

ID = CounterSkill(frozenset({"NRB-01", "NRB-02"}), "NRB")
ROAD = CounterSkill(frozenset({"NTSA-01"}), "NTSA")
BOTH = CounterSkill(frozenset({"NRB-02", "NTSA-01"}), "NRB-02, NTSA-01")


def test_a_counter_without_a_skill_serves_everybody() -> None:
    counters = CentreCounters(2, {2: ROAD})
    assert counters.services(1) is None
    assert counters.services(2) == {"NTSA-01"}
    assert counters.can_serve(1, "NRB-01")
    assert counters.can_serve(2, "NTSA-01")
    assert not counters.can_serve(2, "NRB-01")
    assert (counters.serves(1), counters.serves(2)) == ("every service", "NTSA")


@pytest.mark.parametrize(("count", "words"), [(1, "counter 1 only"), (5, "counters 1 to 5")])
def test_a_counter_above_the_setting_is_unknown(count: int, words: str) -> None:
    counters = CentreCounters(count)
    for counter in (0, -1, count + 1):
        with pytest.raises(CounterUnknown, match=words):
            counters.services(counter)


@pytest.mark.parametrize(
    ("skills", "service", "rivals"),
    [
        ({}, "NRB-01", None),
        ({1: ID}, "NTSA-01", None),
        ({1: ID, 2: ROAD}, "NRB-01", {"NRB-01", "NRB-02"}),
        ({1: ID, 2: BOTH}, "NTSA-01", {"NTSA-01", "NRB-02"}),
        ({1: ID, 2: ROAD, 3: BOTH}, "KRA-01", {"KRA-01"}),
        ({1: ID, 2: ID, 3: BOTH}, "NRB-01", {"NRB-01", "NRB-02"}),
    ],
)
def test_who_competes_for_a_counter(
    skills: dict[int, CounterSkill], service: str, rivals: set[str] | None
) -> None:
    assert CentreCounters(2, skills).shared_with(service) == rivals


def test_without_a_table_nobody_is_called_and_numbers_go_on() -> None:
    counters = CentreCounters(2, unreadable=Fault("The table is damaged."))
    assert counters.shared_with("NRB-01") is None
    with pytest.raises(Fault, match="damaged"):
        counters.services(1)
