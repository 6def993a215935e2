"""References: who gave one and when is in it, slips of a hand are found, old ones stay valid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.case_reference import (
    ALPHABET,
    ORIGINS,
    given_by,
    make_reference,
    origin_of,
    read_reference,
    second_of,
)

NOON = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
AGENCIES = st.sampled_from(["NRB", "EACC", "TREASURY", "HUDUMA"])
ORIGIN = st.integers(0, ORIGINS - 1)
SECOND = st.integers(0, 600_000_000)


@settings(deadline=None, max_examples=60)
@given(AGENCIES, ORIGIN, SECOND, st.binary(min_size=4, max_size=4))
def test_every_slip_of_a_hand_is_found(agency: str, origin: int, second: int, rest: bytes) -> None:
    reference = make_reference(agency, origin, second, rest)
    assert read_reference(reference) == reference
    body = reference.removeprefix(f"{agency}-").replace("-", "")
    for place, character in enumerate(body):
        for other in ALPHABET:
            wrong = f"{agency}-{body[:place]}{other}{body[place + 1 :]}"
            assert (read_reference(wrong) is None) == (other != character)
        swapped = body[:place] + body[place : place + 2][::-1] + body[place + 2 :]
        assert (read_reference(f"{agency}-{swapped}") is None) == (swapped != body)


@settings(deadline=None, max_examples=200)
@given(st.tuples(ORIGIN, SECOND), st.tuples(ORIGIN, SECOND), st.binary(min_size=4, max_size=4))
def test_two_kiosks_or_two_seconds_never_make_one_reference(
    one: tuple[int, int], other: tuple[int, int], rest: bytes
) -> None:
    first, second = make_reference("NRB", *one, rest), make_reference("NRB", *other, rest)
    assert (first == second) == (one == other)
    found = given_by(first)
    assert found is not None
    assert (found[0], second_of(found[1])) == one


def test_kiosks_of_centres_and_vans_have_numbers_of_their_own() -> None:
    sites = [f"HC-{n:03d}" for n in range(1, 200)] + [f"VAN-{n}" for n in range(1, 200)]
    numbers = [origin_of(site, unit) for site in sites for unit in range(100)]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < origin_of("a site with another code", 0) < ORIGINS


TYPED = make_reference("KRA", origin_of("HC-013", 2), second_of(NOON), b"\1\2\3\4")


@pytest.mark.parametrize(
    "typed",
    [
        TYPED.lower(),
        TYPED.replace("-", " "),
        f"  {TYPED.replace('-', '')} ",
        TYPED.replace("0", "O").replace("1", "I"),
        TYPED.replace("1", "l").replace("0", "o"),
        TYPED.replace("-", "\u2013"),
        TYPED.replace("-", " \u2014 "),
        TYPED.replace("-", "."),
        TYPED.replace("-", "_"),
        f"\u00a0{TYPED}\u200b",
    ],
)
def test_it_may_be_typed_as_people_type(typed: str) -> None:
    assert read_reference(typed) == TYPED


@pytest.mark.parametrize("agency", ["COUNTY", "LANDS", "HUDUMA", "DIS", "UWEZO"])
def test_a_wrong_letter_in_the_agencys_code_is_found_or_read_as_meant(agency: str) -> None:
    reference = make_reference(agency, 7, second_of(NOON), b"\1\2\3\4")
    codes = ["COUNTY", "LANDS", "HUDUMA", "DIS", "UWEZO", "NRB"]
    rest = reference.removeprefix(agency)
    for place in range(len(agency)):
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            typed = f"{agency[:place]}{other}{agency[place + 1 :]}{rest}"
            assert read_reference(typed, codes) in {None, reference}
        swapped = agency[:place] + agency[place : place + 2][::-1] + agency[place + 2 :]
        assert read_reference(swapped + rest, codes) in {None, reference}
    assert read_reference(reference.replace("O", "0").replace("I", "1"), codes) == reference
    assert read_reference(reference, ["NRB"]) == reference, "an agency of an older pack"


@pytest.mark.parametrize(
    "old", ["NRB-7K3MQ2-48", " nrb 7k3mq2 48 ", "nrb7k3mq248", "NRB\u20137K3MQ2\u201348"]
)
def test_references_of_earlier_releases_stay_valid(old: str) -> None:
    assert read_reference(old) == "NRB-7K3MQ2-48"
    assert given_by("NRB-7K3MQ2-48") is None


@pytest.mark.parametrize(
    "text",
    ["", "-", "NRB", "NRB-7K3M-29", "NRB-7K3MQ2-49", "NRB-7K3MQ2-AA", "\u0663" * 16, "é" * 20],
)
def test_what_is_no_reference(text: str) -> None:
    assert read_reference(text) is None


def test_the_second_lasts_for_twenty_years() -> None:
    late = NOON + timedelta(days=19 * 365)
    assert given_by(make_reference("NRB", 7, second_of(late), b"1234")) == (7, late)


def codes_of_the_country() -> list[tuple[str, int]]:
    """290 sites of four devices each: every number a centre or van of the country could have."""
    sites = [f"HC-{number:03d}" for number in range(1, 59)]
    sites += [f"VAN-{number}" for number in range(1, 233)]
    return [(site, unit) for site in sites for unit in range(1, 5)]


def test_no_two_devices_of_290_sites_have_one_number():
    devices = codes_of_the_country()
    origins = {origin_of(site, unit) for site, unit in devices}
    assert len(devices) == len(origins) == 1_160


AS_BASE_32 = str.maketrans(ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV")


def no_clash(each: int) -> int:
    """Give `each` references at every device, at the busiest second by second; how many."""
    given, before = 0, -1
    for origin in sorted(origin_of(site, unit) for site, unit in codes_of_the_country()):
        numbers = []
        for second in range(each):
            reference = make_reference("NRB", origin, second, second.to_bytes(4, "big"))
            body = "".join(reference.split("-")[1:])[:-1]
            number = int(body.translate(AS_BASE_32), 32)
            numbers.append(number)
        # A device's references grow, and all are beyond those of the device before it.
        assert numbers[0] > before
        assert all(one < other for one, other in pairwise(numbers))
        given, before = given + len(numbers), numbers[-1]
    return given


def test_references_of_290_sites_do_not_clash():
    assert no_clash(20) == 23_200


@pytest.mark.prove
def test_ten_million_references_of_290_sites_do_not_clash():
    assert no_clash(8_621) >= 10_000_000
