"""Search finds what people mean: the table is what they type, and what must come first."""

from __future__ import annotations

import pytest

from content.search.normalize import distance, fold

FIRST = [
    ("lost ID", "NRB-02"),
    ("lost id", "NRB-02"),
    ("lsot id", "NRB-02"),
    ("LOST ID CARD", "NRB-02"),
    ("i lost my id", "NRB-02"),
    ("how do i replace my lost national id", "NRB-02"),
    ("kitambulisho kimepotea", "NRB-02"),
    ("kitambulisho changu kimepotea", "NRB-02"),
    ("kitambulisho kimepotae", "NRB-02"),
    ("kitambulsho kimepotea", "NRB-02"),
    ("ID imepotea", "NRB-02"),
    ("nimepoteza kitambulisho", "NRB-02"),
    ("kipande kimepotea", "NRB-02"),
    ("kitambulisho kimeharibika", "NRB-03"),
    ("broken id", "NRB-03"),
    ("new id", "NRB-01"),
    ("first time id", "NRB-01"),
    ("kitambulisho cha kwanza", "NRB-01"),
    ("maisha card", "NRB-01"),
    ("change name on id", "NRB-04"),
    ("is my id ready", "NRB-06"),
    ("collect id", "NRB-05"),
    ("birth certificate", "CRS-01"),
    ("birth certifcate", "CRS-01"),
    ("bith certificate", "CRS-01"),
    ("birth cert", "CRS-01"),
    ("cheti cha kuzaliwa", "CRS-01"),
    ("cheti cha kuzliwa", "CRS-01"),
    ("death certificate", "CRS-06"),
    ("cheti cha kifo", "CRS-06"),
    ("burial permit", "CRS-07"),
    ("register my baby", "CRS-02"),
    ("wrong name on birth certificate", "CRS-05"),
    ("passport", "DIS-01"),
    ("pasport", "DIS-01"),
    ("pasipoti", "DIS-01"),
    ("lost passport", "DIS-05"),
    ("passport ya mtoto", "DIS-04"),
    ("police abstract", "NPS-01"),
    ("abstrakti", "NPS-01"),
    ("good conduct", "DCI-01"),
    ("goodconduct", "DCI-01"),
    ("certificate of good conduct", "DCI-01"),
    ("tabia njema", "DCI-01"),
    ("finger prints", "DCI-02"),
    ("smart DL", "NTSA-01"),
    ("leseni", "NTSA-01"),
    ("driving license", "NTSA-01"),
    ("renew driving licence", "NTSA-02"),
    ("leseni imepotea", "NTSA-06"),
    ("logbook", "NTSA-08"),
    ("log book", "NTSA-08"),
    ("transfer car", "NTSA-07"),
    ("kra pin", "KRA-01"),
    ("pin ya kra", "KRA-01"),
    ("file returns", "KRA-04"),
    ("tax compliance", "KRA-05"),
    ("itax password", "KRA-07"),
    ("nhif", "SHA-01"),
    ("bima ya afya", "SHA-01"),
    ("add my child to nhif", "SHA-02"),
    ("helb", "HELB-01"),
    ("student loan", "HELB-01"),
    ("lost kcse certificate", "KNEC-01"),
    ("register business", "BRS-02"),
    ("jina la biashara", "BRS-01"),
    ("cheti cha ndoa", "OAG-03"),
    ("get married", "OAG-01"),
    ("title deed", "LAND-01"),
    ("court date", "JUD-03"),
    ("chama", "SOC-01"),
    ("pesa ya wazee", "SOC-03"),
    ("wheelchair", "PWD-03"),
    ("disability card", "PWD-01"),
    ("pension not paid", "PEN-03"),
    ("stima", "KPLC-01"),
    ("tokens", "KPLC-02"),
    ("kutafuta kazi", "NEA-01"),
    ("hongo", "EACC-01"),
    ("kitu kidogo", "EACC-01"),
    ("complaint", "HK-03"),
    ("malalamiko", "HK-03"),
    ("ecitizen", "HK-01"),
    ("e-citizen", "HK-01"),
    ("business permit", "CTY-01"),
    ("kibali cha biashara", "CTY-01"),
    ("land rates", "CTY-02"),
    ("NRB-02", "NRB-02"),
    ("ninataka pasipoti mpya", "DIS-01"),
    ("nimepoteza leseni", "NTSA-06"),
    ("kupotea kwa kitambulisho", "NRB-02"),
    ("pesa za mzee", "SOC-03"),
    ("electricity bill", "KPLC-02"),
    ("pay taxes", "KRA-04"),
    ("i want to open a shop", "CTY-01"),
    ("my husband died", "CRS-07"),
    ("report a police officer", "CAJ-01"),
    ("work permit", "HK-02"),
]

AMONG_THREE = [
    ("id", "NRB-02"),
    ("kipande", "NRB-02"),
    ("leseni ya udereva", "NTSA-02"),
    ("licence", "NTSA-01"),
    ("lost my phone", "NPS-01"),
    ("cert", "CRS-01"),
    ("kitam", "NRB-01"),
    ("passpor", "DIS-01"),
    ("birth c", "CRS-01"),
    ("marriage certificate", "OAG-04"),
    ("mkopo", "UWZ-01"),
    ("huduma ya polisi", "NPS-01"),
    ("kra", "KRA-01"),
    ("burial permt", "CRS-07"),
    ("ngombe", None),
    ("yellow fever", None),
]


@pytest.mark.parametrize(("typed", "code"), FIRST)
def test_what_is_meant_comes_first(catalogue, typed, code):
    found = [service.code for service in catalogue.search(typed, "en", 6)]
    assert found[:1] == [code], found


@pytest.mark.parametrize(("typed", "code"), AMONG_THREE)
def test_what_may_be_meant_is_among_the_first_three(catalogue, typed, code):
    found = [service.code for service in catalogue.search(typed, "sw", 3)]
    assert (code in found) if code else found == []


def test_every_service_is_found_by_its_own_name_in_both_languages(catalogue):
    for service in catalogue.services():
        for language in ("en", "sw"):
            found = catalogue.search(service.title(language), language, 3)
            assert service in found, (service.title(language), [each.code for each in found])


def test_nothing_typed_finds_nothing(catalogue):
    for typed in ("", "   ", "!?", "xqzw", "zzzzzzzzzzzzzzzz", "\U0001f600"):
        assert catalogue.search(typed) == []


def test_another_countys_services_are_not_offered(catalogue):
    assert [s.code for s in catalogue.search("county governance", county="015")][:1] == ["KTU-01"]
    assert not [s for s in catalogue.search("county governance", county="047") if s.county]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Murang'a", "muranga"),
        ("Murang\u2019a", "muranga"),
        ("G\u0129k\u0169y\u0169", "gikuyu"),
        ("E-Filing (new)", "e filing new"),
        ("  PIN   ya KRA ", "pin ya kra"),
    ],
)
def test_folding(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("one", "other", "limit", "edits"),
    [
        ("lost", "lost", 2, 0),
        ("lsot", "lost", 2, 1),
        ("certifcate", "certificate", 2, 1),
        ("kitambulsho", "kitambulisho", 2, 1),
        ("abc", "xyz", 2, 3),
        ("short", "shortest", 2, 3),
    ],
)
def test_distance(one, other, limit, edits):
    assert distance(one, other, limit) == edits
