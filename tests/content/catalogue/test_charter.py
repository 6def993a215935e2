"""What a service page says: plainly when verified, "confirm" otherwise, never a made-up number."""

from __future__ import annotations

from datetime import date

import pytest

from content.catalogue.charter import CharterText, charter, cost, duration

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("code", "language", "day", "text", "confirm"),
    [
        ("DIS-01", "en", TODAY, "KES 7,500", False),
        ("DIS-01", "sw", TODAY, "KSh 7,500", False),
        ("NRB-01", "en", TODAY, "Free", False),
        ("NRB-01", "sw", TODAY, "Bila malipo", False),
        ("NRB-02", "en", TODAY, "KES 1,000", False),
        ("NRB-02", "en", date(2026, 1, 5), "Free", True),
        ("CRS-05", "en", TODAY, "KES 1,000", True),
        ("NPS-02", "en", TODAY, "Ask at the desk", False),
        ("JUD-01", "en", TODAY, "Court fees apply", True),
        ("KTU-01", "en", TODAY, "Nil", False),
        ("KTU-01", "sw", TODAY, "Hakuna ada", False),
        ("KTU-02", "en", TODAY, "Case by case", False),
        ("KTU-02", "sw", TODAY, "Kulingana na ombi", False),
        ("KTU-06", "en", TODAY, "Nil", False),
    ],
)
def test_cost(catalogue, code, language, day, text, confirm):
    assert cost(catalogue, catalogue.service(code), language, day) == CharterText(text, confirm)


@pytest.mark.parametrize(
    ("code", "text", "confirm"),
    [
        ("KTU-01", "Within 14 days", False),
        ("KTU-03", "Real time", False),
        ("NRB-02", "About 10 days", True),
        ("CRS-01", "Ask at the desk", False),
    ],
)
def test_duration(catalogue, code, text, confirm):
    assert duration(catalogue, catalogue.service(code), "en") == CharterText(text, confirm)


@pytest.mark.parametrize("language", ["en", "sw"])
def test_no_service_page_is_blank_or_mixes_languages(catalogue, language):
    for service in catalogue.services():
        told = charter(catalogue, service, language, TODAY)
        assert told.bring
        for text in (told.cost.text, told.time.text, told.who, told.where, told.checked):
            assert text
        if language == "sw":
            english = charter(catalogue, service, "en", TODAY)
            assert told.where != english.where
            assert told.time.text != english.time.text
            assert not told.note or told.note != english.note


def test_where_follows_the_channel(catalogue):
    def where(code):
        return charter(catalogue, catalogue.service(code), "en", TODAY).where

    assert where("NRB-02") == "The National Registration Bureau desk at this centre"
    assert where("NTSA-02") == "On eCitizen; the desk helps you"
    assert where("HK-02") == "By telephone: call 1919"
    assert where("HK-03") == "On this kiosk"
    assert where("UWZ-01") == "Information here; the fund decides"


def test_words_add_the_confirmation_once():
    assert (
        CharterText("KES 50", confirm=True).words("confirm at the desk")
        == "KES 50 (confirm at the desk)"
    )
    assert CharterText("KES 50", confirm=False).words("x") == "KES 50"
