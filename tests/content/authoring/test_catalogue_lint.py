"""What the lint of a pack's tables refuses: each kind by the fault that was found and by others."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import UTC, datetime

import pytest

from content.authoring.build import DEFAULT_SOURCES, build, collect, refuse_problems
from content.authoring.catalogue_lint import lint_catalogue
from content.catalogue.catalogue import Catalogue
from content.faults import SourcesRefused


@pytest.fixture(scope="module")
def sources():
    return dict(collect(DEFAULT_SOURCES))


def changed(sources, table, key, **cells):
    """The sources with other cells in the row `key` of a table."""
    rows = list(csv.DictReader(io.StringIO(sources[table].decode("utf-8"), newline="")))
    mark = "key" if "key" in rows[0] else "code"
    for row in rows:
        if row[mark] == key:
            row.update(cells)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {**sources, table: out.getvalue().encode()}


def codes(files):
    return {each.code for each in lint_catalogue(Catalogue(files, None, strict=True))}


def test_nothing_is_said_of_the_default_pack(sources):
    assert lint_catalogue(Catalogue(sources, None, strict=True)) == []


@pytest.mark.parametrize(
    ("table", "key", "cells", "code"),
    [
        ("agencies.csv", "JUD", {"name_en": "The Judiciary"}, "agency-name"),
        ("agencies.csv", "JUD", {"name_en": "the judiciary"}, "agency-name"),
        ("agencies.csv", "CRB", {"name_en": "Credit reference bureau desk"}, "agency-name"),
        ("agencies.csv", "CRB", {"name_sw": "Dawati la mikopo"}, "agency-name"),
        ("agencies.csv", "COUNTY", {"name_en": "County government (generic)"}, "agency-name"),
        ("agencies.csv", "COUNTY", {"name_en": "County government (confirm)"}, "agency-name"),
        ("agencies.csv", "CRB", {"name_en": "Credit reference bureau desk"}, "doubled-word"),
        ("agencies.csv", "JUD", {"name_en": "The Judiciary"}, "doubled-word"),
        (
            "strings.csv",
            "thanks.who",
            {"en": "The {agency} will read it"},
            "doubled-word",
        ),
        ("strings.csv", "thanks.who", {"sw": "{agency} itaisoma"}, "agency-agreement"),
        (
            "strings.csv",
            "consent.stays",
            {"sw": "Inabaki Kenya; ni {agency} pekee inayoweza kuifungua"},
            "agency-agreement",
        ),
        ("strings.csv", "slip.office", {"sw": "Leo {office} ipo"}, "agency-agreement"),
        (
            "strings.csv",
            "service.where_desk_ecitizen",
            {"en": "The {office} desk at this centre"},
            "channel-unsaid",
        ),
        (
            "strings.csv",
            "service.where_portal_assisted",
            {"en": "On eCitizen", "sw": "Kwenye eCitizen"},
            "channel-unsaid",
        ),
        ("services.csv", "NRB-01", {"channel": "desk+post"}, "channel-unsaid"),
        ("services.csv", "NRB-01", {"channel": "portal assisted"}, "portal-unnamed"),
        ("agencies.csv", "KNEC", {"portal_en": "", "portal_sw": ""}, "portal-unnamed"),
        (
            "services.csv",
            "KPLC-01",
            {"fee_words": "Quotation valid 90 days", "fee_words_sw": "Hudumu siku 90"},
            "price-words",
        ),
        (
            "services.csv",
            "NITA-01",
            {"fee_words": "Renew every 2 months"},
            "price-words",
        ),
        ("services.csv", "KPLC-01", {"fee_words": "", "fee_words_sw": ""}, "price-missing"),
        ("services.csv", "NRB-02", {"fee_kes": ""}, "price-missing"),
        ("services.csv", "NRB-01", {"fee_note": "50 access fee"}, "access-fee"),
        ("services.csv", "NRB-01", {"fee_note": "50 access fee"}, "more-costs"),
        ("services.csv", "DCI-01", {"fee_note": "Plus 50", "more_costs": "no"}, "more-costs"),
        ("services.csv", "CAJ-02", {"more_costs": "no"}, "more-costs"),
        ("agencies.csv", "COUNTY", {"name_en": "County (to be confirmed)"}, "agency-name"),
        ("agencies.csv", "COUNTY", {"name_sw": "Kaunti [mfano]"}, "agency-name"),
        ("agencies.csv", "CRB", {"name_en": "Credit Reference Bureau TBC"}, "agency-name"),
        ("services.csv", "NITA-01", {"fee_words": "Good for 2 years"}, "price-words"),
        ("services.csv", "NITA-01", {"fee_words_sw": "Kila mwaka"}, "price-words"),
        ("services.csv", "KNEC-01", {"more_costs": "no"}, "more-costs"),
        ("services.csv", "CRS-04", {"fee_note": "For each page"}, "more-costs"),
        ("services.csv", "CRS-04", {"fee_note": "+ 50 at the bank"}, "more-costs"),
        ("services.csv", "CRS-04", {"fee_note_sw": "Nyongeza ya 50 benki"}, "more-costs"),
        ("services.csv", "CRS-04", {"fee_note": "50 convenience fee"}, "access-fee"),
    ],
)
def test_each_kind_is_named(sources, table, key, cells, code):
    assert code in codes(changed(sources, table, key, **cells))


def test_notes_that_stood_for_a_price_in_older_packs_are_named_too(sources):
    rows = list(csv.DictReader(io.StringIO(sources["services.csv"].decode(), newline="")))
    out = io.StringIO(newline="")
    old = [name for name in rows[0] if not name.startswith("fee_words")]
    writer = csv.DictWriter(out, old, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    assert "price-words" in codes({**sources, "services.csv": out.getvalue().encode()})


def test_an_error_stops_the_build_in_one_sentence(sources):
    files = changed(sources, "agencies.csv", "JUD", name_en="The Judiciary")
    with pytest.raises(SourcesRefused, match=r"agency-name: .*'The Judiciary' begins with") as seen:
        refuse_problems(files)
    assert seen.value.code == 33


def test_a_warning_does_not(sources):
    files = changed(sources, "services.csv", "NRB-01", fee_note="Access fee", more_costs="yes")
    refuse_problems(files)
    assert codes(files)


def test_nothing_is_written_of_a_refused_pack(sources, signer, tmp_path):
    files = changed(sources, "services.csv", "KPLC-01", fee_words="", fee_words_sw="")
    made = tmp_path / "sources"
    shutil.copytree(DEFAULT_SOURCES / "forms", made / "forms")
    for path, content in files.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes(content)
    target = tmp_path / "pack"
    with pytest.raises(SourcesRefused, match=r"price-missing: .*KPLC-01"):
        build(made, target, signer, datetime(2026, 11, 30, tzinfo=UTC), pack_id="test")
    assert not target.exists()


def test_the_age_of_values_is_a_number_of_the_pack(sources):
    conventions = json.loads(sources["conventions.json"])
    assert conventions["checked_months_max"] == 12
    short = json.dumps({**conventions, "checked_months_max": 6}).encode()
    fees = Catalogue({**sources, "conventions.json": short}, None, strict=True).fees
    assert fees.checked_months_max == 6
