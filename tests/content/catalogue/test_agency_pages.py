"""Kitui's charter, word for word as the county wrote it, and what a page must have."""

from __future__ import annotations

from datetime import date

import pytest

from content.authoring.build import DEFAULT_SOURCES, collect
from content.authoring.catalogue_lint import lint_catalogue
from content.catalogue.catalogue import Catalogue
from content.catalogue.charter import cost, duration
from content.catalogue.csv_tables import read_pages
from content.faults import SourcesRefused

DAY = date(2026, 11, 23)
ROWS = [
    (
        "KTU-01",
        "Facilitate citizen participation in County governance",
        "Formal Request",
        "Nil",
        "Within 14 days",
    ),
    (
        "KTU-02",
        "Provide awareness to citizens on emerging issues",
        "Identified issues affecting the citizens",
        "Case by Case",
        "Within 14 days",
    ),
    (
        "KTU-03",
        (
            "Coordinate County Government business on behalf of County ministries at the grass root"
            " level."
        ),
        "Formal request",
        "Case by Case",
        "Realtime",
    ),
    (
        "KTU-04",
        "Communicate County Government policies, plans and programmes at the grass root level",
        "Formal request",
        "Case by Case",
        "Realtime",
    ),
    (
        "KTU-05",
        (
            "Mobilization and awareness creation on County Government policies, plans and"
            " programmes at the grass root level"
        ),
        "Formal request",
        "Case by Case",
        "Real time",
    ),
    (
        "KTU-06",
        "Provide a feedback mechanism on County Government Business at the grass root level",
        "Identified issues affecting the citizens",
        "Nil",
        "Real time",
    ),
]


@pytest.mark.parametrize(("code", "title", "bring", "fee", "time"), ROWS)
def test_the_rows_of_the_charter_word_for_word(catalogue, code, title, bring, fee, time):
    service = catalogue.service(code)
    assert service.title("en") == title
    assert [each.title("en") for each in catalogue.requirements(service)] == [bring]
    assert cost(catalogue, service, "en", DAY).text == fee
    assert duration(catalogue, service, "en", DAY).text == time


def test_the_frame_of_the_charter_word_for_word(catalogue):
    page = catalogue.agency_page("KITUI")
    assert page.vision.say("en").startswith("To have Empowered Communities that Embrace National")
    assert page.mission.say("en").startswith("To ensure and coordinate the participation of")
    assert [each.say("en") for each in page.values] == [
        "Efficiency and Effectiveness",
        "Customer Focus",
        "Transparency and Accountability",
        "Integrity",
        "Inclusivity",
    ]
    assert "8.00 Am-5.00 Pm" in page.standards[1].say("en")
    officer, member = (each.say("en").splitlines() for each in page.addressees)
    assert officer[0] == "Chief officer"
    assert officer[2:4] == [
        "Kitui Municipality Block, 2nd Floor",
        "P. O. Box 33 \u2013 90200 Kitui",
    ]
    assert member[0] == "County Executive Committee Member"
    assert member[4] == "Tel + 254 702615888"
    assert catalogue.agency_page("NRB") is None


HEAD = "agency,part,text_en,text_sw\n"
WHOLE = [
    "KITUI,office,a,b",
    "KITUI,vision,a,b",
    "KITUI,mission,a,b",
    "KITUI,value,a,b",
    "KITUI,standard,a,b",
    "KITUI,complaint,a,b",
    'KITUI,addressee,"Chief\nP.O. Box 1\nTel: 0700 000000","Mkuu\nS. L. P. 1\nSimu: 0700 000000"',
]


def page(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines) + "\n").encode()


def test_a_whole_page_is_read():
    assert set(read_pages(page(*WHOLE), {"KITUI"})) == {"KITUI"}
    assert read_pages(b"", {"KITUI"}) == {}


@pytest.mark.parametrize("left_out", range(len(WHOLE)))
def test_a_page_without_a_part_is_refused(left_out):
    lines = [line for at, line in enumerate(WHOLE) if at != left_out]
    with pytest.raises(SourcesRefused, match="KITUI"):
        read_pages(page(*lines), {"KITUI"})


@pytest.mark.parametrize("line", ["NOBODY,value,a,b", "KITUI,motto,a,b", "KITUI,value,a,"])
def test_a_row_that_makes_no_sense_is_named(line):
    with pytest.raises(SourcesRefused, match="line 1"):
        read_pages(page(*WHOLE, line), {"KITUI"})


@pytest.mark.parametrize("lost", ["P. O. Box 33", "Tel: +254 702615888", "S. L. P. 33"])
def test_an_address_without_box_or_telephone_is_no_address(lost):
    files = dict(collect(DEFAULT_SOURCES))
    files["agency_pages.csv"] = files["agency_pages.csv"].replace(lost.encode(), b"")
    found = lint_catalogue(Catalogue(files, None, strict=True))
    assert {each.code for each in found} == {"agency-page"}
