"""MRZ (acceptance scenario 23): the right field, a named error, or a field named for confirmation.

The check digits of ICAO 9303 cannot see a substitution between characters whose values are equal
modulo 10 (0 < A K U; 1 B L V; 2 C M W; ... 9 J T), nor anything in names, sex and states.
The exhaustive tests below try every character at every place of several zones and demand: an
error that names a field, or every value unchanged except those listed in `confirm`.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peripherals.devices.mrz import IdCard, MrzError, MrzProblem, Passport, check_digit, parse
from peripherals.devices.mrz_reader import MrzRead, MrzReader
from peripherals.simulators.mrz import MrzSimulator, kenyan_id, passport
from tests.peripherals.printing.bench import Rig, buffers

TODAY = date(2026, 11, 23)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
ICAO_TD1 = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
]
ICAO_TD3 = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]

CARDS = {
    "KEN": kenyan_id(),
    "KYA": kenyan_id(state="KYA"),
    "ends in 0": kenyan_id(id_number="022745320", serial="100200300"),
    "seven digits": kenyan_id(id_number="7654320"),
    "eight digits": kenyan_id(id_number="27654320"),
    "with letters": kenyan_id(id_number="B022745326Q"),
    "no expiry": kenyan_id(expires="<<<<<<"),
    "second generation": kenyan_id(state="KYA", id_number="022745320", second_generation=True),
    "only the year of birth": kenyan_id(born="580000"),
}
BOOKS = {
    "Kenyan": passport(),
    "Kenyan, one letter": passport(number="A1234567"),
    "Kenyan, ends in 0": passport(number="AK0123450"),
    "Kenyan, A0": passport(number="A0234567"),
    "Ugandan": passport(state="UGA", number="B1234567", nationality="UGA"),
    "with a personal number": passport(personal="22745320"),
    "Kenyan-issued for a foreigner": passport(nationality="SSD"),
}


def good(lines: list[str]) -> IdCard | Passport:
    result = parse("\n".join(lines), TODAY)
    assert not isinstance(result, MrzError), result
    return result


def test_the_check_digit_is_icaos() -> None:
    assert check_digit("520727") == 3  # 9303-3, appendix to section 4.9
    assert check_digit("D23145890") == 7
    assert check_digit("L898902C3") == 6


def test_the_specimen_passport_is_read() -> None:
    book = good(ICAO_TD3)
    assert isinstance(book, Passport)
    assert (book.number, book.nationality, book.born) == ("L898902C3", "UTO", "1974-08-12")
    assert (book.sex, book.expires, book.personal_number) == ("F", date(2012, 4, 15), "ZE184226B")
    assert (book.surname, book.given_names) == ("ERIKSSON", ("ANNA", "MARIA"))
    assert set(book.confirm) == {"names", "sex", "document_number", "personal_number"}


def test_a_card_of_another_state_is_refused_by_name() -> None:
    assert parse("\n".join(ICAO_TD1), TODAY) == MrzError(MrzProblem.STATE, "issuing_state", 1)


@pytest.mark.parametrize("state", ["KEN", "KYA"])
def test_a_kenyan_card_tells_its_serial_from_the_id_number(state: str) -> None:
    card = good(kenyan_id(state=state, serial="234567890", id_number="022745326"))
    assert isinstance(card, IdCard)
    assert card.card_serial == "234567890"
    assert card.id_number == "22745326"
    assert card.names == ("WANJIRU", "GRACE", "NJERI")
    assert card.confirm == ("names", "sex")


def test_a_second_generation_card_has_its_number_across_the_nationality() -> None:
    card = good(CARDS["second generation"])
    assert isinstance(card, IdCard)
    assert card.id_number == "22745320"
    assert "id_number" not in card.confirm


def test_a_short_id_number_could_have_lost_a_zero_and_says_so() -> None:
    card = good(CARDS["seven digits"])
    assert isinstance(card, IdCard)
    assert card.id_number == "7654320"
    assert "id_number" in card.confirm


@pytest.mark.parametrize(
    "joined",
    ["\n", "\r\n", "\r", "", "\r\n\r\n"],
    ids=["LF", "CR LF", "CR", "no newline", "double"],
)
@pytest.mark.parametrize("lines", [CARDS["KEN"], BOOKS["Kenyan"]], ids=["card", "passport"])
def test_line_ends_do_not_matter(lines: list[str], joined: str) -> None:
    for around in ("", "\x02\x03", "\r\n"):
        zone = around[:1] + joined.join(lines) + joined + around[1:]
        assert parse(zone, TODAY) == good(lines)


def unproven(result: IdCard | Passport) -> set[str]:
    names = {"names": {"names", "surname", "given_names"}, "document_number": {"number"}}
    return {"confirm"}.union(*(names.get(field, {field}) for field in result.confirm))


def changed(before: IdCard | Passport, after: IdCard | Passport) -> set[str]:
    if type(before) is not type(after):
        return {"everything"}
    return {f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name)}


@pytest.mark.parametrize("name", [*CARDS, *BOOKS])
def test_every_one_character_error_is_named_or_leaves_every_proven_field_right(name: str) -> None:
    lines = {**CARDS, **BOOKS}[name]
    right = good(lines)
    zone = "\n".join(lines)
    caught = slipped = 0
    for place, old in enumerate(zone):
        if old == "\n":
            continue
        for new in ALPHABET:
            if new == old:
                continue
            result = parse(zone[:place] + new + zone[place + 1 :], TODAY)
            if isinstance(result, MrzError):
                caught += 1
                assert result.field
                continue
            slipped += 1
            wrong = changed(right, result) - unproven(result)
            assert not wrong, f"place {place}: {old!r} read as {new!r} changed {wrong} unseen"
    assert caught > slipped


@pytest.mark.parametrize("name", ["KEN", "KYA"])
def test_every_error_the_weights_can_see_in_a_checked_field_is_a_check_digit_error(
    name: str,
) -> None:
    lines = CARDS[name]
    values = {c: v for v, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
    fields_of = {
        (0, 5, 14): {"card_serial"},
        (1, 0, 6): {"date_of_birth"},
        (1, 8, 14): {"date_of_expiry"},
        (0, 15, 30): {"composite"},
        (1, 18, 29): {"composite"},
    }
    for (line, start, end), expected in fields_of.items():
        for place in range(start, end):
            for new in ALPHABET:
                if (values[new] - values[lines[line][place]]) % 10 == 0:
                    continue
                spoilt = list(lines)
                spoilt[line] = lines[line][:place] + new + lines[line][place + 1 :]
                result = parse("\n".join(spoilt), TODAY)
                assert isinstance(result, MrzError)
                assert (result.problem, {result.field}) == (MrzProblem.CHECK_DIGIT, expected)


@pytest.mark.parametrize(
    ("zone", "problem"),
    [
        ("", MrzProblem.LENGTH),
        ("ABC", MrzProblem.LENGTH),
        ("\n".join(kenyan_id())[:-1], MrzProblem.LENGTH),
        ("\n".join(kenyan_id()) + "<", MrzProblem.LENGTH),
        ("\n".join(kenyan_id()).lower(), MrzProblem.CHARACTER),
        ("\n".join(["X" + kenyan_id()[0][1:], *kenyan_id()[1:]]), MrzProblem.DOCUMENT),
        ("\n".join(kenyan_id(born="851320")), MrzProblem.DATE),
        ("\n".join(kenyan_id(born="850230")), MrzProblem.DATE),
        ("\n".join(kenyan_id(expires="340000")), MrzProblem.DATE),
        ("\n".join(kenyan_id(id_number="ABC")), MrzProblem.NUMBER),
        ("\n".join(kenyan_id(id_number="000000000")), MrzProblem.NUMBER),
        ("\n".join(kenyan_id(names="<")), MrzProblem.CHARACTER),
    ],
)
def test_what_is_wrong_has_a_name(zone: str, problem: MrzProblem) -> None:
    result = parse(zone, TODAY)
    assert isinstance(result, MrzError)
    assert result.problem is problem


def test_the_century_of_a_birth_is_the_last_one_that_is_past() -> None:
    for written, meant in {
        "261123": "1926-11-23",
        "081123": "2008-11-23",
        "081124": "2008-11-24",
    }.items():
        assert good(kenyan_id(born=written)).born == meant
    assert good(kenyan_id(born="580000")).born == "1958"
    assert good(kenyan_id(born="5803<<")).born == "1958-03"


@given(st.text(alphabet=ALPHABET + "\r\n ", max_size=100))
def test_no_text_raises(zone: str) -> None:
    assert isinstance(parse(zone, TODAY), IdCard | Passport | MrzError)


def test_a_result_shows_nothing_of_the_person() -> None:
    for lines in (CARDS["KEN"], BOOKS["Kenyan"]):
        read = MrzRead(good(lines))
        assert "WANJIRU" not in repr(read) + repr(read.result)


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n", b""])
def test_a_reader_gives_one_result_per_swipe_and_keeps_nothing(end: bytes) -> None:
    bench = Rig(MrzReader(lambda: TODAY), MrzSimulator(end))
    bench.begin()
    for lines in (CARDS["KEN"], BOOKS["Kenyan"]):
        bench.simulator.swipe(lines)
        assert bench.run(1.0) == [MrzRead(good(lines))]
        assert sum(buffer.traces() for buffer in buffers(bench.protocol)) == 0


def test_a_damaged_swipe_is_an_error_and_a_flood_is_one_too() -> None:
    bench = Rig(MrzReader(lambda: TODAY), MrzSimulator())
    bench.begin()
    bench.simulator.order(["damage", "7"], bench.now)
    bench.simulator.order(["id"], bench.now)
    assert bench.run(1.0) == [MrzRead(MrzError(MrzProblem.CHECK_DIGIT, "card_serial", 1))]
    flood = bench.protocol.received(b"<" * 5_000, bench.now) + bench.protocol.ended(bench.now)
    assert flood == [MrzRead(MrzError(MrzProblem.LENGTH, "zone", 1))]


@pytest.mark.parametrize(
    ("born", "year", "sure"),
    [
        ("850301", "1985", True),
        ("250301", "1925", False),  # 101 years old: an ID card is given to adults
        ("261123", "1926", False),  # 100 today
        ("110301", "1911", False),  # 115, or a child with somebody's card
        ("100301", "2010", False),  # no adult lives who was born in either year
    ],
)
def test_the_holder_of_an_id_card_is_an_adult_or_a_person_says(
    born: str, year: str, *, sure: bool
) -> None:
    card = good(kenyan_id(born=born))
    assert card.born[:4] == year
    assert ("born" not in card.confirm) is sure
