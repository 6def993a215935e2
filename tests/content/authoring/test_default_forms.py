"""The ten starter forms: the workbooks match their source, and their rules hold in the engine."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from content.authoring import workbook
from content.authoring.build import DEFAULT_SOURCES
from content.authoring.starter_forms import write_workbooks
from content.authoring.starter_forms.write_workbooks import sheets
from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from provisioning.clock import EAT
from provisioning.ids import SeededIds

FORMS = DEFAULT_SOURCES / "forms"
SOURCE = tomllib.loads((FORMS / "forms.toml").read_text())
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=EAT)


def session(catalogue, form_id: str) -> FormSession:
    asset = catalogue.form(form_id)
    form = parse_form(asset.xml, asset.media)
    return FormSession(form, now=lambda: NOW, tz=EAT, seed=1, preload={}, ids=SeededIds())


@pytest.mark.parametrize("form", SOURCE["form"], ids=lambda form: form["id"])
def test_the_workbook_says_what_its_readable_source_says(form):
    """After editing either, run `python -m content.authoring.starter_forms.write_workbooks` or carry the change over."""
    book = workbook.read(FORMS / f"{form['id']}.xlsx")
    for sheet, (_, rows) in sheets(SOURCE, form, DEFAULT_SOURCES).items():
        expected = [{key: value for key, value in row.items() if value} for row in rows]
        assert book.sheets[sheet] == expected, (form["id"], sheet)


def test_writing_the_workbooks_again_gives_the_same_cells(tmp_path):
    (tmp_path / "forms").mkdir()
    for name in ("services.csv", "counties.csv", "agencies.csv"):
        (tmp_path / name).write_bytes((DEFAULT_SOURCES / name).read_bytes())
    (tmp_path / "forms" / "forms.toml").write_bytes((FORMS / "forms.toml").read_bytes())
    for path in write_workbooks.write_all(tmp_path / "forms"):
        assert workbook.read(path).sheets == workbook.read(FORMS / path.name).sheets
    assert (tmp_path / "forms.csv").read_bytes() == (DEFAULT_SOURCES / "forms.csv").read_bytes()


def test_every_form_belongs_to_its_agency_and_has_both_languages(catalogue):
    for asset in catalogue.forms():
        assert f'huduma:agency="{asset.agency}"'.encode() in asset.xml
        assert f'huduma:service="{asset.service}"'.encode() in asset.xml
        opened = session(catalogue, asset.id)
        assert list(opened.languages) == ["English (en)", "Kiswahili (sw)"]
        assert asset.questions >= 5
        assert asset.version == "2026112301"


def test_every_question_has_an_icon_words_and_a_message_with_an_example(catalogue):
    for form in SOURCE["form"]:
        for _, row in workbook.read(FORMS / f"{form['id']}.xlsx").rows("survey"):
            if row["type"].startswith(("begin", "end", "calculate")):
                continue
            assert row["body::huduma:icon"], (form["id"], row["name"])
            for language in ("English (en)", "Kiswahili (sw)"):
                assert row[f"label::{language}"]
                assert len(row[f"label::{language}"].split()) <= 25
                if "regex" in row.get("constraint", "") or row["type"] == "date":
                    message = row[f"constraint_message::{language}"]
                    assert re.search(r"for example|kwa mfano|[0-9]", message, re.IGNORECASE), (
                        message
                    )


ANSWERS = [
    ("lost_id", "/data/full_name", "Amina Wanjiku", True),
    ("lost_id", "/data/full_name", "Ng'ang'a wa Mũthoni", True),
    ("lost_id", "/data/full_name", "A1", False),
    ("lost_id", "/data/full_name", "X", False),
    ("lost_id", "/data/id_number", "12345678", True),
    ("lost_id", "/data/id_number", "0123456", True),
    ("lost_id", "/data/id_number", "123456789", True),
    ("lost_id", "/data/id_number", "123456", False),
    ("lost_id", "/data/id_number", "12345678a", False),
    ("lost_id", "/data/phone_number", "0712 345 678", True),
    ("lost_id", "/data/phone_number", "+254712345678", True),
    ("lost_id", "/data/phone_number", "254110123456", True),
    ("lost_id", "/data/phone_number", "0712-345-678", True),
    ("lost_id", "/data/phone_number", "0612345678", False),
    ("lost_id", "/data/phone_number", "07123456789", False),
    ("lost_id", "/data/date_lost", "2026-11-23", True),
    ("lost_id", "/data/date_lost", "2026-11-24", False),
    ("lost_id", "/data/date_of_birth", "1899-12-31", False),
    ("first_id", "/data/date_of_birth", "2008-11-23", True),
    ("first_id", "/data/date_of_birth", "2008-11-24", False),
    ("first_id", "/data/date_of_birth", "2008-02-29", True),
    ("inua_jamii", "/data/date_of_birth", "1956-11-23", True),
    ("inua_jamii", "/data/date_of_birth", "1956-11-24", False),
    ("ati_request", "/data/contact", "0712 345 678", True),
    ("ati_request", "/data/contact", "amina@example.co.ke", True),
    ("ati_request", "/data/contact", "P.O. Box 33 - 90200 Kitui", True),
    ("ati_request", "/data/contact", "my house", False),
    ("public_participation", "/data/id_or_passport", "AK1234567", True),
    ("public_participation", "/data/id_or_passport", "12345678", True),
    ("public_participation", "/data/id_or_passport", "12", False),
    ("complaint", "/data/ticket", "B 042", True),
    ("complaint", "/data/ticket", "B/042", False),
]


@pytest.mark.parametrize(("form_id", "path", "answer", "valid"), ANSWERS)
def test_an_answer_is_taken_or_refused_with_words_in_both_languages(
    catalogue, form_id, path, answer, valid
):
    opened = session(catalogue, form_id)
    for language in opened.languages:
        opened.language = language
        opened.set(path, answer)
        node = opened.node(path)
        assert node.valid is valid
        if not valid:
            assert node.violation.value == "constraint"
            assert node.message


def group(opened: FormSession, kind: str, **members: int) -> bool:
    opened.set("/data/group_type", kind)
    for name in ("female", "intersex", "male"):
        opened.set(f"/data/members_{name}", str(members[name]) if name in members else None)
    return opened.node("/data/members_male").valid


@pytest.mark.parametrize(
    ("kind", "members", "valid"),
    [
        ("youth", {"female": 6, "male": 4}, True),
        ("youth", {"female": 5, "male": 4}, False),
        ("youth", {"female": 5, "intersex": 1, "male": 4}, True),
        ("women", {"female": 10, "male": 0}, True),
        ("pwd", {"female": 3, "male": 2}, True),
        ("older", {"female": 3, "male": 1}, False),
    ],
)
def test_a_group_needs_ten_members_or_five(catalogue, kind, members, valid):
    assert group(session(catalogue, "group_reg"), kind, **members) is valid


def test_a_share_of_members_cannot_be_more_than_all(catalogue):
    opened = session(catalogue, "group_reg")
    assert group(opened, "youth", female=6, male=4)
    opened.set("/data/members_pwd", "10")
    assert opened.node("/data/members_pwd").valid
    opened.set("/data/members_pwd", "11")
    assert not opened.node("/data/members_pwd").valid


def test_inua_jamii_stops_politely_when_a_pension_is_received(catalogue):
    opened = session(catalogue, "inua_jamii")
    opened.set("/data/receives_pension", "yes")
    assert opened.node("/data/pension_stop").relevant
    assert not opened.node("/data/claim/county").relevant
    opened.set("/data/receives_pension", "no")
    assert not opened.node("/data/pension_stop").relevant
    assert opened.node("/data/claim/county").relevant


def test_a_complaint_may_be_anonymous_but_a_reply_needs_a_phone(catalogue):
    opened = session(catalogue, "complaint")
    opened.set("/data/want_reply", "no")
    assert not opened.node("/data/phone_number").relevant
    opened.set("/data/want_reply", "yes")
    assert opened.node("/data/phone_number").relevant
    assert opened.node("/data/phone_number").required
    assert not opened.node("/data/full_name").required


def test_a_complaint_offers_only_the_services_of_its_office(catalogue):
    opened = session(catalogue, "complaint")
    opened.set("/data/about_agency", "DIS")
    offered = {choice.value for choice in opened.node("/data/about_service").choices}
    assert offered == {service.code for service in catalogue.services(agency="DIS")}


def test_parents_are_a_repeat_that_may_stay_empty(catalogue):
    opened = session(catalogue, "lost_id")
    opened.add("/data/parents")
    opened.set("/data/parents[1]/parent_name", "Peter Mutua")
    assert not opened.node("/data/parents[1]/parent_name").required


def test_the_forms_csv_names_files_that_are_there():
    for line in (DEFAULT_SOURCES / "forms.csv").read_text().splitlines()[1:]:
        assert Path(FORMS / line.split(",")[1]).exists()
