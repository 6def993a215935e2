"""The code on a ticket says only what its kiosk signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.queue.signed_code import (
    ADDRESS_MAX,
    PAYLOAD_MAX,
    code_of,
    read_ticket,
    ticket_address,
    ticket_payload,
    visit_head,
)
from provisioning.ids import SeededIds

DAY = date(2026, 11, 23)


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


@pytest.mark.parametrize(("days", "known"), [(-1, False), (0, True), (1, True), (2, False)])
def test_a_ticket_is_of_the_day_of_its_visit_or_the_next(days: int, known: bool) -> None:  # noqa: FBT001 - a row of a table
    visit = SeededIds().uuid7()
    day = DAY + timedelta(days=days)
    claim = read_ticket(KEY.public_key(), "HC-001", ticket_payload(KEY, "HC-001", day, "A1", visit))
    assert (claim is not None and claim.day == day) is known


@pytest.mark.parametrize(
    "change",
    [
        lambda code: "HK2" + code[3:],
        lambda code: code + ".x",
        lambda code: code.rsplit(".", 1)[0],
        lambda code: code.replace(".A101.", ".A101.AA"),
        lambda code: code.replace(".A101.", f".A101.{'A' * 60}"),
        lambda code: code + "A",
        lambda code: code + "*",
    ],
)
def test_a_code_of_another_shape_is_none(change: Callable[[str], str]) -> None:
    code = ticket_payload(KEY, "HC-001", DAY, "A101", SeededIds().uuid7())
    assert read_ticket(KEY.public_key(), "HC-001", code) is not None
    assert read_ticket(KEY.public_key(), "HC-001", change(code)) is None


WORDS = ("A101", "Huduma Centre Nairobi GPO", "30-11-2026", "wait until you are called", "subiri")


def test_an_address_says_in_words_what_counts_without_wifi_and_ends_with_the_same_code() -> None:
    visit = SeededIds().uuid7()
    payload = ticket_payload(KEY, "HC-001", DAY, "A101", visit)
    address = ticket_address("http://10.20.30.40:8080/", WORDS, payload)
    head = "http://10.20.30.40:8080/t/A101/Huduma-Centre-Nairobi-GPO/30-11-2026/"
    assert address == f"{head}wait-until-you-are-called/subiri/{payload}"
    assert len(address) <= ADDRESS_MAX
    for text in (payload, address):
        claim = read_ticket(KEY.public_key(), "HC-001", code_of(text))
        assert claim is not None
        assert claim.visit_head == visit_head(code_of(text)) == visit.bytes[:6]


def test_without_a_page_or_room_the_code_is_what_it_was() -> None:
    payload = ticket_payload(KEY, "HC-001", DAY, "A101", SeededIds().uuid7())
    assert ticket_address("", WORDS, payload) == payload
    assert ticket_address("http://" + "a" * 60, [*WORDS, "x" * 90, "y" * 90], payload) == payload


def test_words_in_an_address_are_letters_digits_and_hyphens() -> None:
    address = ticket_address("http://h", ["Kĩambu: Duka/Mkuu?"], "HK1.A.B.C")
    assert address == "http://h/t/Kiambu-Duka-Mkuu/HK1.A.B.C"
