"""Who reads a complaint: the right office, and never the one that is complained about."""

from __future__ import annotations

import pytest

from kiosk.complaint_office import complaint_office, form_office

ALL = {"NRB", "HUDUMA", "CAJ", "EACC"}


@pytest.mark.parametrize(
    ("agencies", "bribe", "about", "office"),
    [
        (ALL, True, "", "EACC"),
        (ALL, True, "NRB", "EACC"),
        (ALL, True, "EACC", "CAJ"),
        (ALL, False, "", "HUDUMA"),
        (ALL, False, "NRB", "HUDUMA"),
        (ALL, False, "HUDUMA", "CAJ"),
        (ALL, False, "CAJ", "HUDUMA"),
        (ALL - {"CAJ"}, True, "EACC", "HUDUMA"),
        (ALL - {"CAJ"}, False, "HUDUMA", "EACC"),
        ({"NRB"}, False, "HUDUMA", "CAJ"),
    ],
)
def test_office(agencies, bribe, about, office):
    assert complaint_office(agencies, bribe=bribe, about=about) == office


@pytest.mark.parametrize(
    ("answers", "office"),
    [
        ({"/data/kind": "asked_bribe", "/data/about_agency": "NRB"}, "EACC"),
        ({"/data/kind": "asked_bribe", "/data/about_agency": "EACC"}, "CAJ"),
        ({"/data/kind": "rude_staff", "/data/about_agency": "HUDUMA"}, "CAJ"),
        ({"/data/kind": "rude_staff", "/data/about_agency": "NRB"}, "HUDUMA"),
        ({}, "HUDUMA"),
    ],
)
def test_form(answers, office):
    assert form_office(ALL, answers) == office
