"""Ids: sortable, unique, of the right version, and the same each run in tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds, SystemIds, make_uuid7


def test_ids_sort_by_the_order_they_were_made_even_within_a_millisecond_or_when_time_stands():
    clock = VirtualClock()
    ids = SystemIds(clock)
    made = [ids.uuid7() for _ in range(1_000)]
    clock.advance(seconds=10)
    made.append(ids.uuid7())
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {"specified in RFC 4122"}
    assert made[0].int >> 80 == int(VirtualClock().now().timestamp() * 1000)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_uuid7_is_its_milliseconds_then_chance(milliseconds, randomness):
    made = make_uuid7(milliseconds, randomness)
    assert made.int >> 80 == milliseconds
    assert made.version == 7
    assert made.bytes[6] & 0x0F == randomness[0] & 0x0F
    assert made.bytes[9:] == randomness[3:]


def test_two_systems_never_agree_by_chance_and_seeds_always_do():
    clock = VirtualClock()
    assert SystemIds(clock).token(16) != SystemIds(clock).token(16)
    assert SystemIds(clock).uuid4().version == 4
    one, two = SeededIds(3), SeededIds(3)
    assert [one.uuid7(), one.uuid4(), one.token(8)] == [two.uuid7(), two.uuid4(), two.token(8)]
    assert SeededIds(4).uuid7() != SeededIds(3).uuid7()
