"""Finding: however a name is typed at a kiosk, the row that is meant is found."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from content.search.list_filter import SLIPS_ROWS_MAX, SearchableList

SOURCES = Path(__file__).parents[3] / "content" / "default"


def _rows(name: str, key: str, label: str) -> list[tuple[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as file:
        return [(row[key], row[label]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Murang'a", "Murang'a"),
        ("muranga", "Murang'a"),
        ("MURANG\u2019A", "Murang'a"),
        ("taita-taveta", "Taita Taveta"),
        ("Elgeyo-Marakwet", "Elgeyo-Marakwet"),
        ("tharaka  nithi ", "Tharaka-Nithi"),
        ("marakwet", "Elgeyo-Marakwet"),
        ("nairobbi", "Nairobi City"),
        ("kirinayga", "Kirinyaga"),
        ("Mĩgori", "Migori"),
    ],
)
def test_a_county_is_found_however_it_is_written(typed: str, meant: str) -> None:
    rows = _rows("counties.csv", "code", "name")
    assert [rows[at][1] for at in SearchableList(rows).find(typed)][:1] == [meant]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("KPLC", "KPLC"), ("kra", "KRA"), ("ntsa", "NTSA"), ("kenya power", "KPLC")],
)
def test_an_office_is_found_by_the_letters_people_call_it_by(typed: str, meant: str) -> None:
    rows = _rows("agencies.csv", "code", "name_en")
    assert [rows[at][0] for at in SearchableList(rows).find(typed)][:1] == [meant]


def test_what_begins_so_comes_first_and_nothing_typed_is_everything() -> None:
    rows = [("a", "West Nandi"), ("b", "Nandi Hills"), ("c", "Kericho")]
    assert SearchableList(rows).find("nandi") == [1, 0]
    assert SearchableList(rows).find("  ") == [0, 1, 2]


def test_a_slip_is_forgiven_only_where_nothing_fits_and_in_lists_that_are_short() -> None:
    assert SearchableList([("a", "Kisii"), ("b", "Kisiu")]).find("kisiu") == [1]
    assert SearchableList([("a", "Kisii")]).find("xisy") == []
    assert SearchableList([("a", "Kis")]).find("kix") == []
    long = [(f"v{n}", f"Kijiji {n:05d}") for n in range(SLIPS_ROWS_MAX + 1)]
    assert SearchableList(long).find("kijijo") == []


def test_letters_of_other_scripts_are_compared_too() -> None:
    assert SearchableList([("a", "نيروبي"), ("b", "ممباسا")]).find("ممبا") == [1]
