"""The catalogue answers from the pack, says what must be confirmed, and knows prices by date."""

from __future__ import annotations

import csv
import io
import re
import timeit
from datetime import date

import pytest

from content.authoring.build import DEFAULT_SOURCES, draft
from content.catalogue.geography import Geography
from content.catalogue.model import ResearchedValue, TranslatedText
from content.faults import NotInPack
from content.i18n import strings


def table(name):
    return list(csv.DictReader(io.StringIO((DEFAULT_SOURCES / name).read_text("utf-8"))))


def test_the_default_pack_is_whole(catalogue):
    assert len(catalogue.services()) == 118
    assert len(catalogue.agencies()) == 31
    assert len(catalogue.counties()) == 47
    assert len(catalogue.categories()) == 18
    assert len(catalogue.priority_classes()) == 9
    assert len(catalogue.forms()) == 10
    assert sum(centre.serving for centre in catalogue.centres()) == 53


def test_every_service_has_everything_a_charter_shows(catalogue):
    for service in catalogue.services():
        agency = catalogue.agency(service.agency)
        category = catalogue.category(service.category)
        needs = catalogue.requirements(service)
        assert needs
        for titled in (service, agency, category, *needs):
            assert titled.title("en")
            assert titled.title("sw")
        assert all(need.icon for need in needs)
        assert service.turnaround.value.say("sw") != ""
        for text in (service.fee_note, service.fee_words):
            assert not text or text.say("sw") != text.say("en"), service.code


def test_the_written_requirements_agree_with_the_keys():
    known = {row["key"]: row for row in table("requirements.csv")}
    for row in table("services.csv"):
        for language in ("en", "sw"):
            texts = [known[key][f"text_{language}"] for key in row["requirement_keys"].split()]
            assert row[f"requirements_{language}"] == "; ".join(texts), row["code"]


def test_only_a_verified_value_is_shown_plainly(catalogue):
    passport, abstract = catalogue.service("DIS-01"), catalogue.service("NPS-02")
    assert (passport.fee.value, passport.fee.confirm, passport.fee.known) == (7500, False, True)
    assert (abstract.fee.confirm, abstract.fee.known) == (True, False)
    assert catalogue.service("CRS-05").fee.confirm
    assert not ResearchedValue(None, "V").known
    assert not catalogue.service("KTU-02").fee.confirm
    assert catalogue.service("KTU-02").fee_words.say("en") == "Case by Case"
    assert catalogue.service("KTU-02").fee_words.say("sw") == "Kulingana na ombi"


@pytest.mark.parametrize(
    ("day", "fee", "status"),
    [
        (date(2025, 10, 30), 1000, "V"),
        (date(2025, 10, 31), 0, "R"),
        (date(2026, 4, 30), 0, "R"),
        (date(2026, 5, 1), 1000, "V"),
    ],
)
def test_a_dated_waiver_wins_between_its_days(catalogue, day, fee, status):
    lost = catalogue.service("NRB-02")
    assert catalogue.fee(lost, day) == ResearchedValue(fee, status)
    assert catalogue.fee(catalogue.service("NRB-07"), day).value == 1000


@pytest.mark.parametrize(
    ("amount", "fee"), [(0, 5), (199, 5), (200, 10), (500, 20), (1000, 50), (20000, 50)]
)
def test_the_access_fee_follows_its_bands(catalogue, amount, fee):
    assert catalogue.fees.access_fee(amount) == fee


def test_what_is_not_in_the_pack_says_so_with_34(catalogue):
    looks = (catalogue.service, catalogue.agency, catalogue.centre, catalogue.form)
    for look in (
        *looks,
        catalogue.county,
        catalogue.category,
        catalogue.requirement,
        catalogue.asset,
    ):
        with pytest.raises(NotInPack) as refused:
            look("NRB-99")
        assert refused.value.code == 34


def test_services_by_category_agency_and_county(catalogue):
    assert {s.agency for s in catalogue.services(category="identity")} == {"NRB"}
    assert len(catalogue.services(agency="DIS")) == 6
    here, elsewhere = catalogue.services(county="015"), catalogue.services(county="047")
    assert len(here) - len(elsewhere) == 6


def test_forms_start_their_service(catalogue):
    (form,) = catalogue.forms_for("NRB-02")
    assert (form.id, form.agency, form.title["sw"]) == (
        "lost_id",
        "NRB",
        "Kupata kitambulisho kipya badala ya kilichopotea",
    )
    assert catalogue.forms_for(catalogue.service("DIS-01")) == []


def test_priority_classes_that_are_asked(catalogue):
    asked = [one.key for one in catalogue.priority_classes(asked=True)]
    assert asked == ["elderly", "pwd", "pregnant", "infant", "unwell"]


@pytest.mark.parametrize(
    ("service", "centre", "offered", "nearest"),
    [
        ("NTSA-01", "HC-001", True, "HC-002"),
        ("NTSA-01", "HC-020", False, "HC-021"),
        ("JUD-03", "HC-020", False, "HC-027"),
        ("KTU-01", "HC-001", False, "HC-020"),
        ("KTU-01", "HC-020", True, None),
        ("NRB-02", "HC-020", None, "HC-022"),
        ("NRB-02", "HC-058", False, None),
    ],
)
def test_not_here_but_there(catalogue, service, centre, offered, nearest):
    assert catalogue.offered_at(service, centre) is offered
    found = catalogue.nearest(service, centre)
    if nearest is None and offered:
        assert found is None
    elif nearest is not None:
        assert found is not None
        assert found.county == catalogue.centre(nearest).county


def test_agency_colours_carry_white_text(catalogue):
    for agency in catalogue.agencies():
        channels = [int(agency.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, agency.code


def test_every_string_is_there_in_both_languages_once():
    rows = table("strings.csv")
    assert len({row["key"] for row in rows}) == len(rows)
    found = strings.read((DEFAULT_SOURCES / "strings.csv").read_bytes(), strict=True)
    for row in rows:
        assert found.tables["en"][row["key"]] == row["en"].strip()
        assert found.tables["sw"][row["key"]] == row["sw"].strip()


def test_citizen_strings_are_short_and_plain():
    """At most 25 words of body text, sentences to about 15 words, no technical words."""
    technical = re.compile(
        r"\b(server|database|sync|error code|null|file|JSON|USB port|timeout|exception)\b",
        re.IGNORECASE,
    )
    for row in table("strings.csv"):
        for language in ("en", "sw"):
            text = row[language]
            assert len(text.split()) <= 25, row
            assert not technical.search(text), row


def test_text_fills_placeholders(catalogue):
    assert catalogue.text("ticket.ahead", "en", n=3) == "People ahead of you: 3"
    assert catalogue.text("ticket.ahead", "sw", n=3) == "Watu walio mbele yako: 3"
    assert catalogue.text("home.title", "xx") == catalogue.text("home.title", "en")


def test_a_missing_string_raises_in_tests_and_shows_its_key_in_the_field(catalogue):
    with pytest.raises(NotInPack, match=r"no\.such"):
        catalogue.text("no.such", "en")
    field = strings.read((DEFAULT_SOURCES / "strings.csv").read_bytes())
    assert field.text("no.such", "sw") == "no.such"
    assert field.text("ticket.ahead", "en", other=1) == "People ahead of you: {n}"
    with pytest.raises(KeyError):
        catalogue.text("ticket.ahead", "en", other=1)


def test_a_string_look_up_takes_less_than_five_microseconds(catalogue):
    taken = min(timeit.repeat(lambda: catalogue.text("home.title", "sw"), number=2000, repeat=5))
    assert taken / 2000 < 5e-6


def test_a_draft_of_the_sources_needs_no_key(catalogue):
    sketch = draft(DEFAULT_SOURCES)
    assert [s.code for s in sketch.services()] == [s.code for s in catalogue.services()]


def test_words_fall_back_to_english():
    assert TranslatedText({"en": "Yes", "sw": ""}).say("sw") == "Yes"
    assert not TranslatedText({"en": "", "sw": ""})


def test_assets_and_dates(catalogue, made):
    assert catalogue.content_date == made.date()
    assert catalogue.asset("services.csv").read_bytes().startswith(b"agency,")


def test_every_picture_that_is_named_is_in_the_icon_font():
    import json
    import tomllib

    icons = json.loads((DEFAULT_SOURCES / "look" / "icons.json").read_text())
    named = {row["icon"] for name in ICON_TABLES for row in table(name)}
    forms = tomllib.loads((DEFAULT_SOURCES / "forms" / "forms.toml").read_text())
    named |= {question.get("icon", "") for question in forms["question"].values()}
    named |= {option[2] for option in forms["option"].values()}
    assert named - {""} <= set(icons)


ICON_TABLES = ("requirements.csv", "agencies.csv", "categories.csv", "priority_classes.csv")


def test_a_pack_made_before_the_areas_of_counties_still_opens(catalogue):
    older = b"county_code,latitude,longitude\n047,-1.286,36.817\n"
    geography = Geography(older, catalogue._tables)
    assert geography.middle("047") == (-1.286, 36.817)
    assert geography.reach_m("047") is None
