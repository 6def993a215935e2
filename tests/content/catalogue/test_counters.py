"""The table of counters: whom each may serve, read strictly, of the pack or of the site."""

from __future__ import annotations

import pytest

from content.authoring.build import DEFAULT_SOURCES, collect
from content.catalogue.catalogue import Catalogue
from content.catalogue.counters import EVERY_CENTRE, TABLE, check_counters, read_counters
from content.faults import SourcesRefused

SERVICES = b"code,agency_code\nNRB-01,NRB\nNRB-02,NRB\nKRA-01,KRA\nNTSA-01,NTSA\n"
HEAD = "centre,counter,agencies,services\n"


def table(*rows: str) -> bytes:
    return (HEAD + "\n".join(rows)).encode()


def test_a_counter_serves_agencies_and_single_services() -> None:
    found = read_counters(table("*,4,NRB,NTSA-01", "HC-002,1,KRA,"), SERVICES)
    skill = found[EVERY_CENTRE][4]
    assert skill.services == {"NRB-01", "NRB-02", "NTSA-01"}
    assert skill.serves == "NRB, NTSA-01"
    assert found["HC-002"][1].services == {"KRA-01"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("*,x,NRB,", "line 2: invalid literal"),
        ("*,1,,", "line 2: name an agency"),
        ("*,1,XYZ,", "line 2: no service is of an agency 'XYZ'"),
        ("*,1,,NRB-99", "line 2: there is no service 'NRB-99'"),
        ("*,1,NRB,\n*,1,KRA,", "line 3: counter 1 is there already"),
        ("HC-001,1,NRB,\nhc-001,1,KRA,", "line 3: counter 1 is there already"),
        ("*,01,NRB,\n*,1,KRA,", "line 3: counter 1 is there already"),
        ("*,0,NRB,", "line 2: counters begin with 1"),
        ("*,-3,NRB,", "line 2: counters begin with 1"),
        ("*,2.0,NRB,", "line 2: invalid literal"),
        ("HC-999,1,NRB,", "names centre 'HC-999', unknown"),
    ],
)
def test_what_cannot_be_names_its_line(row: str, words: str) -> None:
    with pytest.raises(SourcesRefused, match=words):
        check_counters(table(row), SERVICES, {"HC-001"})


def test_the_default_pack_has_a_table_and_a_broken_one_is_not_built() -> None:
    files = dict(collect(DEFAULT_SOURCES))
    assert read_counters(files[TABLE], files["services.csv"])[EVERY_CENTRE].keys() == {4, 5}
    with pytest.raises(SourcesRefused, match="XYZ"):
        Catalogue.check(files | {TABLE: table("*,1,XYZ,")})
