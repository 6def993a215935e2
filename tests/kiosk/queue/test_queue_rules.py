"""Numbers, estimate, states, codes and references: tables and properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.queue.estimate import KNOWN_FROM, wait_range
from kiosk.queue.lifecycle import TRANSITIONS, TicketAction, TicketState, allowed
from kiosk.queue.numbering import (
    LETTERS,
    TicketNumber,
    next_block,
    next_granted,
    offline_series,
    series_of,
    service_day,
)
from kiosk.queue.signed_code import PAYLOAD_MAX, read_ticket, ticket_payload
from provisioning.ids import SeededIds

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("last", "number"), [(None, 101), (101, 102), (499, 500), (500, 1001), (1001, 1002)]
)
def test_granted_numbers_step_over_the_reserve(last: int | None, number: int) -> None:
    assert next_granted(last) == number


@pytest.mark.parametrize(
    ("last", "size", "block"),
    [(None, 50, (501, 550)), (550, 50, (551, 600)), (980, 50, (981, 1000)), (1000, 50, None)],
)
def test_blocks_fill_the_reserve_and_end_with_it(
    last: int | None, size: int, block: tuple[int, int] | None
) -> None:
    found = next_block(DAY, last, size)
    assert (None if found is None else (found.first, found.last)) == block


def test_labels() -> None:
    assert TicketNumber(DAY, "A", 101).label == "A101"
    assert TicketNumber(DAY, offline_series("A", 2), 7).label == "A-K2-07"
    keys = [f"c{n}" for n in range(18)]
    assert [series_of(key, keys) for key in keys] == list(LETTERS[:18])
    assert not {"I", "O"} & set(LETTERS)


def test_a_service_day_begins_at_midnight_in_nairobi() -> None:
    before = datetime(2026, 11, 22, 20, 59, tzinfo=UTC)
    assert service_day(before) == date(2026, 11, 22)
    assert service_day(before + timedelta(minutes=1)) == DAY


@pytest.mark.parametrize(
    ("people", "served", "counters", "expected"),
    [
        (10, KNOWN_FROM - 1, 3, None),
        (10, 20, 0, None),
        (0, 20, 3, (0, 5)),
        (10, 20, 2, (25, 50)),
        (200, 20, 1, None),
    ],
)
def test_a_wait_is_a_range_or_not_known(
    people: int, served: int, counters: int, expected: tuple[int, int] | None
) -> None:
    assert wait_range(people, [400.0] * served, counters) == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 60), st.integers(1, 20))
def test_a_range_has_a_width_and_steps_of_five(people: int, counters: int) -> None:
    found = wait_range(people, [390.0] * 50, counters)
    if found is not None:
        low, high = found
        assert 0 <= low < high
        assert low % 5 == high % 5 == 0


def test_turns_have_no_way_back_from_served() -> None:
    assert allowed(TicketState.WAITING, TicketAction.CALL) is TicketState.CALLED
    assert allowed(TicketState.SERVED, TicketAction.CALL) is None
    assert set(TRANSITIONS) == set(TicketState)


KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.mark.parametrize("label", ["A101", "A1001", "A-K2-07", "Z-K99-9999"])
def test_codes_are_short_and_say_only_what_was_signed(label: str) -> None:
    visit = SeededIds().uuid7()
    payload = ticket_payload(KEY, "HC-001", DAY, label, visit)
    assert len(payload) <= PAYLOAD_MAX
    claim = read_ticket(KEY.public_key(), "HC-001", payload)
    assert claim is not None
    assert (claim.label, claim.day, claim.visit_head) == (label, DAY, visit.bytes[:6])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 103), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_altered_character_of_a_code_is_refused(place: int, letter: str) -> None:
    payload = ticket_payload(KEY, "HC-001", DAY, "A101", SeededIds().uuid7())
    forged = payload[:place] + letter + payload[place + 1 :]
    claim = read_ticket(KEY.public_key(), "HC-001", forged)
    # The last character of unpadded base64 has spare bits: the bytes must be the same then.
    assert claim is None or forged == payload or place == len(payload) - 1


def test_another_site_or_key_does_not_recognise_the_code() -> None:
    payload = ticket_payload(KEY, "HC-001", DAY, "A101", SeededIds().uuid7())
    assert read_ticket(KEY.public_key(), "HC-002", payload) is None
    other = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
    assert read_ticket(other.public_key(), "HC-001", payload) is None
