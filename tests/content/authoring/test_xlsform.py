"""Authors' forms come in: compiled, repaired where that is safe, and every trouble named."""

from __future__ import annotations

import json

import pytest

from content.authoring.xlsform import compile_form
from content.faults import FormUnreadable
from tests.content.authoring.xlsx import EN, ask, choice, form, write


def test_a_form_compiles_with_id_version_title_languages_and_questions(tmp_path):
    survey = [
        ask("text", "a"),
        ask("note", "n"),
        ask("integer", "i"),
        {"type": "start", "name": "s"},
    ]
    compiled = compile_form(form(tmp_path / "f.xlsx", *survey))
    assert compiled.usable
    assert (compiled.form_id, compiled.version, compiled.title) == ("t", "1", "T")
    assert compiled.languages == ("English (en)", "Kiswahili (sw)")
    assert compiled.questions == 2
    assert compiled.problems == []


REPAIRED = [
    ("unknown-type", ask("tel", "x"), b'type="string"', "text"),
    ("unknown-type", ask("phonenumber", "x"), b'type="string"', "numbers"),
    ("unknown-type", ask("email", "x"), b'type="string"', "text"),
    ("unknown-type", ask("textarea", "x"), b'appearance="multiline"', "multiline"),
    ("unknown-type", ask("signature", "x"), b'appearance="signature"', "image"),
    (
        "smart-quotes",
        ask("text", "x", relevant="${a} = \u2018b\u2019"),
        b"/data/a  = 'b'",
        "straight",
    ),
]


@pytest.mark.parametrize(("code", "row", "expected", "said"), REPAIRED)
def test_a_known_stumbling_block_is_repaired_and_told(tmp_path, code, row, expected, said):
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("text", "a"), row))
    assert compiled.usable
    assert expected in compiled.xml
    found = next(p for p in compiled.problems if p.code == code)
    assert (found.severity, found.sheet, found.row) == ("repaired", "survey", 3)
    assert said in found.text
    assert found.remedy


def test_a_device_preload_without_a_label_is_left_alone(tmp_path):
    row = {"type": "phonenumber", "name": "p"}
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("text", "a"), row))
    assert b'jr:preloadParams="phonenumber"' in compiled.xml or b"preload" in compiled.xml
    assert compiled.problems == []


def test_a_group_called_meta_is_renamed_everywhere(tmp_path):
    survey = [
        ask("begin_group", "meta"),
        ask("text", "a"),
        {"type": "end_group"},
        ask("text", "b", relevant="/data/meta/a = 'x'"),
    ]
    compiled = compile_form(form(tmp_path / "f.xlsx", *survey))
    assert compiled.usable
    assert b"/data/meta_group/a" in compiled.xml
    (found,) = compiled.problems
    assert "meta_group" in found.text
    assert (found.row, found.column) == (2, "name")


def test_a_choice_given_twice_is_left_out(tmp_path):
    rows = [choice("l", "x"), choice("l", "y"), choice("l", "x")]
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("select_one l", "q"), choices=rows))
    assert compiled.usable
    assert compiled.xml.count(b"<name>x</name>") == 1
    (found,) = compiled.problems
    assert (found.sheet, found.row, found.severity) == ("choices", 4, "repaired")
    assert "row 2" in found.text


def test_one_name_for_two_choices_is_allowed_and_told(tmp_path):
    rows = [choice("l", "x"), choice("l", "x", **{EN: "other"})]
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("select_one l", "q"), choices=rows))
    assert compiled.usable
    assert compiled.xml.count(b"<name>x</name>") == 2
    (found,) = compiled.problems
    assert "allow_choice_duplicates" in found.remedy


def test_a_form_without_settings_or_choices_compiles(tmp_path):
    compiled = compile_form(write(tmp_path / "alone.xlsx", survey=[ask("text", "a")]))
    assert compiled.usable
    assert compiled.form_id == "alone"
    rows = [choice("l", "x"), choice("l", "x", **{EN: "other"})]
    path = write(tmp_path / "twice.xlsx", survey=[ask("select_one l", "q")], choices=rows)
    assert compile_form(path).usable


BROKEN = [
    ([ask("text", "a"), ask("text", "a")], "survey", 3),
    ([ask("text", "a", relevant="${nobody} = 1")], "survey", 2),
    ([ask("select_one nowhere", "a")], "survey", 2),
    ([ask("begin_group", "g"), ask("text", "a")], "survey", 2),
    ([ask("text", "1 bad name")], "survey", 2),
    ([ask("frobnicate", "a")], "survey", 2),
    ([ask("text", "a"), ask("txt", "b")], "survey", 3),
    ([ask("calculate", "c")], "survey", 2),
    ([ask("text", None)], "survey", 2),
    ([ask("text", "a"), {"type": "end_group"}], "survey", 3),
    ([ask("range", "r", parameters="start=x")], "survey", 2),
    ([ask("select_one_from_file wards", "a")], "survey", 2),
]


@pytest.mark.parametrize(("survey", "sheet", "row"), BROKEN)
def test_what_cannot_be_repaired_names_sheet_row_and_reason(tmp_path, survey, sheet, row):
    compiled = compile_form(form(tmp_path / "f.xlsx", *survey))
    assert not compiled.usable
    assert compiled.xml == b""
    found = next(p for p in compiled.problems if p.severity == "error")
    assert found.text
    assert found.remedy
    assert (found.sheet, found.row) == (sheet, row), found
    json.dumps(found.json())


def test_a_list_nobody_wrote_and_a_misspelt_type_say_what_to_do(tmp_path):
    path = form(tmp_path / "f.xlsx", ask("select_one colour", "a"), choices=[choice("l", "x")])
    (found,) = compile_form(path).problems
    assert (found.sheet, found.row) == ("survey", 2)
    assert "colour" in found.text + found.remedy
    (found,) = compile_form(form(tmp_path / "g.xlsx", ask("intger", "a"))).problems
    assert found.remedy == "Did you mean integer?"


def test_media_come_from_the_folder_beside_the_form(tmp_path):
    survey = [
        ask("select_one_from_file wards.csv", "ward"),
        ask("text", "a", **{"media::image": "p.png"}),
    ]
    path = form(tmp_path / "f.xlsx", *survey)
    (tmp_path / "f-media").mkdir()
    (tmp_path / "f-media" / "wards.csv").write_bytes(b"name,label\n1,One\n")
    compiled = compile_form(path)
    assert compiled.media == {"wards.csv": b"name,label\n1,One\n"}
    (missing,) = [p for p in compiled.problems if p.code == "media-missing"]
    assert "p.png" in missing.text


def test_a_media_name_cannot_leave_the_folder(tmp_path):
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("text", "a")))
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "in").mkdir()
    ready = tmp_path / "in" / "f.xml"
    hostile = b'<instance id="x" src="jr://file-csv/../secret.csv"/></model>'
    ready.write_bytes(compiled.xml.replace(b"</model>", hostile))
    found = compile_form(ready)
    assert not found.usable
    assert found.media == {}


def test_a_ready_xform_is_taken_byte_for_byte(tmp_path):
    compiled = compile_form(form(tmp_path / "f.xlsx", ask("text", "a")))
    ready = tmp_path / "ready.xml"
    ready.write_bytes(compiled.xml)
    again = compile_form(ready)
    assert again.xml == compiled.xml
    assert (again.form_id, again.version, again.questions) == ("t", "1", 1)


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE h [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><h>&b;</h>',
        b'<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/passwd">]><h>&x;</h>',
        b"<h>" * 5000,
    ],
)
def test_hostile_xml_is_refused(tmp_path, hostile):
    path = tmp_path / "f.xml"
    path.write_bytes(hostile)
    with pytest.raises(FormUnreadable):
        compile_form(path)


def test_a_workbook_without_a_survey_is_refused(tmp_path):
    path = write(tmp_path / "f.xlsx", settings=[{"form_id": "t"}], choices=[choice("a", "b")])
    with pytest.raises(FormUnreadable):
        compile_form(path)
    with pytest.raises(FormUnreadable):
        compile_form(tmp_path / "none.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unfolded(tmp_path):
    import zipfile

    path = tmp_path / "f.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as entry,
    ):
        for _ in range(210):
            entry.write(bytes(1 << 20))
    with pytest.raises(FormUnreadable, match="unfold"):
        compile_form(path)
