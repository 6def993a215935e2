"""What a service page says: plainly when verified, "confirm" otherwise, never a made-up number."""

from __future__ import annotations

from datetime import date

import pytest

from content.catalogue.charter import CharterText, cost, duration, price, where

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
        ("KTU-02", "en", TODAY, "Case by Case", False),
        ("KTU-02", "sw", TODAY, "Kulingana na ombi", False),
        ("KTU-06", "en", TODAY, "Nil", False),
        ("KPLC-01", "en", TODAY, "As the quotation says", True),
        ("DIS-01", "en", date(2026, 12, 1), "KES 7,500", True),
        ("KTU-01", "en", date(2027, 3, 1), "Nil", True),
    ],
)
def test_cost(catalogue, code, language, day, text, confirm):
    assert cost(catalogue, catalogue.service(code), language, day) == CharterText(text, confirm)


@pytest.mark.parametrize(
    ("code", "day", "text", "confirm"),
    [
        ("KTU-01", TODAY, "Within 14 days", False),
        ("KTU-03", TODAY, "Realtime", False),
        ("KTU-05", TODAY, "Real time", False),
        ("NRB-02", TODAY, "About 10 days", True),
        ("CRS-01", TODAY, "Ask at the desk", False),
        ("KRA-01", TODAY, "Immediately", False),
        ("KRA-01", date(2026, 12, 1), "Immediately", True),
    ],
)
def test_duration(catalogue, code, day, text, confirm):
    assert duration(catalogue, catalogue.service(code), "en", day) == CharterText(text, confirm)


@pytest.mark.parametrize("language", ["en", "sw"])
def test_no_service_page_is_blank_or_mixes_languages(catalogue, language):
    for service in catalogue.services():
        told = price(catalogue, service, language, TODAY)
        time = duration(catalogue, service, language, TODAY).text
        place = where(catalogue, service, language)
        for text in (told.cost.text, *told.notes, told.checked, time, place):
            assert text
            assert "{" not in text
        if language == "sw":
            english = price(catalogue, service, "en", TODAY)
            assert place != where(catalogue, service, "en")
            assert time != duration(catalogue, service, "en", TODAY).text
            assert not set(told.notes) & set(english.notes)


@pytest.mark.parametrize(
    ("code", "notes", "final"),
    [
        ("NRB-04", ("0 during the LN 175 waiver; 1,000 otherwise",), True),
        ("CRS-03", (), True),
        ("KNEC-01", ("Includes VAT; per certificate",), False),
        ("CRS-02", ("Registration is free; the certificate is 200",), False),
        ("CRS-01", ("eCitizen access fee: about KES 10 more",), False),
        ("NTSA-08", ("eCitizen access fee: about KES 50 more",), False),
        ("DCI-01", ("eCitizen access fee: about KES 50 more", "Valid 12 months"), False),
        ("KTU-01", (), True),
        ("KTU-02", (), False),
        ("JUD-01", (), False),
        ("NRB-05", (), False),
    ],
)
def test_all_that_is_known_of_a_price_is_told(catalogue, code, notes, final):
    told = price(catalogue, catalogue.service(code), "en", TODAY)
    assert told.notes == notes
    assert told.final is final
    assert told.checked == "Checked in November 2025"


ACCESS = [
    "CRS-01",
    "DCI-01",
    "NTSA-01",
    "NTSA-02",
    "NTSA-03",
    "NTSA-04",
    "NTSA-05",
    "NTSA-08",
    "BRS-01",
]


@pytest.mark.parametrize("code", ACCESS)
def test_nothing_else_is_never_said_where_an_access_fee_is_added(catalogue, code):
    told = price(catalogue, catalogue.service(code), "sw", TODAY)
    assert not told.final
    assert told.notes[0].startswith("Ada ya eCitizen: takriban KSh ")


def test_every_payment_on_ecitizen_has_its_access_fee(catalogue):
    for service in catalogue.services():
        paid = "eCitizen" in " ".join(service.channels) and (service.fee.value or 0) > 0
        assert bool(catalogue.fees.access_fee_of(service, TODAY)) == paid, service.code


def test_a_price_that_was_checked_long_ago_is_not_final(catalogue):
    service = catalogue.service("CRS-03")
    assert price(catalogue, service, "en", TODAY).final
    assert not price(catalogue, service, "en", date(2026, 12, 1)).final
    assert not price(catalogue, service, "en", date(2036, 1, 1)).final


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("NRB-02", "The National Registration Bureau desk at this centre"),
        ("JUD-01", "The Judiciary desk at this centre"),
        ("CRB-01", "The Credit Reference Bureau (CRB) desk at this centre"),
        ("CTY-01", "The County Government desk at this centre"),
        ("CRS-01", "The Civil Registration Services desk at this centre, or on eCitizen"),
        ("KRA-01", "The Kenya Revenue Authority desk at this centre, or on iTax"),
        ("HELB-01", "The Higher Education Loans Board desk at this centre, or on the HELB website"),
        (
            "EACC-01",
            "The Ethics and Anti-Corruption Commission desk at this centre, or on this kiosk",
        ),
        ("NTSA-02", "On eCitizen; the desk helps you"),
        ("KNEC-01", "On the KNEC website; the desk helps you"),
        ("TSC-01", "On the TSC website; the desk helps you"),
        ("PEN-01", "On the pensions website; the desk helps you"),
        ("HK-02", "By telephone: call 1919"),
        ("HK-03", "On this kiosk"),
        ("UWZ-01", "Information here; the fund decides"),
    ],
)
def test_where_names_every_channel(catalogue, code, english):
    assert where(catalogue, catalogue.service(code), "en") == english


def test_words_add_the_confirmation_once():
    assert (
        CharterText("KES 50", confirm=True).words("confirm at the desk")
        == "KES 50 (confirm at the desk)"
    )
    assert CharterText("KES 50", confirm=False).words("x") == "KES 50"
