"""What an author is told in plain words, with sheet, row and column: kinds from public bugs."""

from __future__ import annotations

from datetime import datetime

import pytest

from content.authoring.lint.form import lint
from content.authoring.repair import straightened
from content.authoring.xlsform import compile_form
from content.xforms.faults import FormRefused
from content.xforms.parse.reader import parse_form
from tests.content.authoring.xlsx import EN, SW, ask, choice, form, write
from tests.content.xforms.bench import session_of

SETTINGS = [{"form_id": "t", "form_title": "T", "version": "1"}]
YES_NO = [choice("yn", "y"), choice("yn", "n")]


def told(path, code):
    return [(p.sheet, p.row, p.column) for p in lint(path) if p.code == code]


# Headers.


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("relevent", "relevant"),
        ("constrain", "constraint"),
        ("requierd", "required"),
        ("calcualtion", "calculation"),
        ("Choice Filtr", "choice_filter"),
        ("apearance", "appearance"),
    ],
)
def test_a_misspelt_column_is_named(tmp_path, written, meant):
    path = form(tmp_path / "f.xlsx", ask("text", "a", **{written: "x"}))
    (found,) = [p for p in lint(path) if p.code == "misspelt-column"]
    assert (found.sheet, found.row, found.column) == ("survey", 1, written)
    assert meant in found.remedy


@pytest.mark.parametrize(
    "written",
    ["Read only", "Repeat_Count", "remarks", "source", "bind::odk:length", "label::Dholuo (luo)"],
)
def test_a_column_that_is_known_or_the_authors_own_is_not_blamed(tmp_path, written):
    path = form(tmp_path / "f.xlsx", ask("text", "a", **{written: ""}), ask("text", "b"))
    assert told(path, "misspelt-column") == []


@pytest.mark.parametrize("header", ["a:b", "a/b", "#x", "order?", "-dash", "1st"])
def test_a_choices_column_that_is_no_name_is_left_out_and_told(tmp_path, header):
    rows = [{**row, header: "1"} for row in YES_NO]
    path = form(tmp_path / "f.xlsx", ask("select_one yn", "q"), choices=rows)
    compiled = compile_form(path)
    assert compiled.usable
    assert ("choices", 1, header) in told(path, "odd-column")
    assert header.encode() + b">" not in compiled.xml


@pytest.mark.parametrize("header", ["region", "Grid-ref", "icon", "ward_no", "media::image"])
def test_a_choices_column_that_is_a_name_stays(tmp_path, header):
    rows = [{**row, header: "x"} for row in YES_NO]
    path = form(tmp_path / "f.xlsx", ask("select_one yn", "q"), choices=rows)
    assert told(path, "odd-column") == []


def test_a_header_that_differs_by_a_blank_at_its_end_is_told(tmp_path):
    rows = [{"list_name": "yn", "name": "y", "label": "Yes", "label ": "stray"}]
    path = write(
        tmp_path / "f.xlsx", survey=[ask("select_one yn", "q")], choices=rows, settings=SETTINGS
    )
    assert told(path, "double-column") == [("choices", 1, "label")]


# Cells a spreadsheet changed.


@pytest.mark.parametrize("broken", ["#REF!", "#NAME?", "=#REF!", "count: #N/A"])
def test_an_error_of_the_spreadsheet_is_named(tmp_path, broken):
    path = form(tmp_path / "f.xlsx", ask("text", "a"), ask("text", "b", **{EN: f"'{broken}"}))
    assert ("survey", 3, EN) in told(path, "spreadsheet-error")


@pytest.mark.parametrize("column", ["name", SW])
def test_a_date_the_spreadsheet_made_is_named(tmp_path, column):
    rows = [choice("l", "a"), {**choice("l", "b"), column: datetime(2026, 2, 1)}]  # noqa: DTZ001 - a cell has no zone
    path = form(tmp_path / "f.xlsx", ask("select_one l", "q"), choices=rows)
    assert ("choices", 3, column) in told(path, "spreadsheet-date")


def test_a_date_that_is_meant_is_not_blamed(tmp_path):
    path = form(tmp_path / "f.xlsx", ask("date", "d", default="2026-02-01"))
    assert told(path, "spreadsheet-date") == []


# Rules that never hold.


@pytest.mark.parametrize(
    "rule", [". > '10:00'", "${t} <= '17:30:00'", ". >= ${t}", "'08:00' < ${t}"]
)
def test_a_time_of_day_compared_as_a_number_is_told(tmp_path, rule):
    path = form(tmp_path / "f.xlsx", ask("time", "t"), ask("time", "u", constraint=rule))
    assert ("survey", 3, "constraint") in told(path, "time-compared")


def test_a_time_of_day_compared_as_part_of_a_day_is_fine(tmp_path):
    rule = "decimal-time(.) > 0.5"
    path = form(tmp_path / "f.xlsx", ask("time", "t", constraint=rule))
    assert told(path, "time-compared") == []


@pytest.mark.parametrize(
    "calculation",
    [
        "date(int(decimal-date-time(${d})) + 280)",
        "date(decimal-date-time(${d}) + 280)",
        "round(decimal-date-time(today()))",
    ],
)
def test_a_way_to_add_days_that_comes_out_early_is_told(tmp_path, calculation):
    row = {"type": "calculate", "name": "c", "calculation": calculation}
    path = form(tmp_path / "f.xlsx", ask("date", "d"), row)
    assert ("survey", 3, "calculation") in told(path, "day-early")


def test_the_linters_own_advice_adds_days_that_come_out_right(tmp_path):
    advice = "format-date(date-time(decimal-date-time(${d}) + 7), '%Y-%m-%d')"
    row = {"type": "calculate", "name": "c", "calculation": advice}
    path = form(tmp_path / "f.xlsx", ask("date", "d"), row)
    assert lint(path) == []
    session = session_of(parse_form(compile_form(path).xml))
    session.set("/data/d", "2026-03-10")
    assert session.node("/data/c").value == "2026-03-17"


# Lists.

LISTS = {
    "tabs": ("name\tlabel\tchief\nw1\tKisumu\tOtieno\n", ""),
    "semicolons": ("name;label;chief\nw1;Kisumu;Otieno\n", ""),
    "capitals": ("Name,Label,Chief\nw1,Kisumu,Otieno\n", "no column 'name'"),
    "no-label": ("name,title,chief\nw1,Kisumu,Otieno\n", "no column 'label'"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_without_the_columns_a_select_reads_is_refused_with_its_row(tmp_path, name):
    content, refusal = LISTS[name]
    (tmp_path / "wards.csv").write_text(content)
    path = form(tmp_path / "f.xlsx", ask("text", "a"), ask("select_one_from_file wards.csv", "w"))
    found = [(p.sheet, p.row, p.text) for p in lint(path) if p.code == "refused"]
    compiled = compile_form(path)
    if not refusal:
        assert found == []
        session = session_of(parse_form(compiled.xml, compiled.media))
        assert [c.label for c in session.node("/data/w").choices] == ["Kisumu"]
        return
    assert [(sheet, row) for sheet, row, _ in found] == [("survey", 3)]
    assert "wards.csv" in found[0][2]
    assert refusal in found[0][2]
    with pytest.raises(FormRefused, match=refusal):
        parse_form(compiled.xml, compiled.media)


@pytest.mark.parametrize(
    "calculation",
    [
        "pulldata('wards', 'nocol', 'name', ${a})",
        "pulldata('wards', 'label', 'nokey', ${a})",
        "instance('wards')/root/item[name = ${a}]/nocol",
        "instance('wards')/root/item[nokey = ${a}]/label",
    ],
)
def test_a_look_up_in_a_column_that_is_not_there_is_told(tmp_path, calculation):
    (tmp_path / "wards.csv").write_text("name,label\nw1,Kisumu\n")
    row = {"type": "calculate", "name": "c", "calculation": calculation}
    path = form(
        tmp_path / "f.xlsx",
        ask("select_one_from_file wards.csv", "w"), ask("text", "a"), row,
    )  # fmt: skip
    assert told(path, "unknown-column") == [("survey", 4, "calculation")]
    compiled = compile_form(path)
    with pytest.raises(FormRefused, match="column no"):
        parse_form(compiled.xml, compiled.media, strict=True)


def test_a_look_up_in_a_column_that_is_there_is_fine(tmp_path):
    (tmp_path / "wards.csv").write_text("name,label\nw1,Kisumu\n")
    row = {
        "type": "calculate",
        "name": "c",
        "calculation": "pulldata('wards', 'label', 'name', ${w})",
    }
    path = form(tmp_path / "f.xlsx", ask("select_one_from_file wards.csv", "w"), row)
    assert lint(path) == []


def test_a_select_that_can_offer_nothing_is_told(tmp_path):
    (tmp_path / "wards.csv").write_text("name,label\n")
    path = form(tmp_path / "f.xlsx", ask("text", "a"), ask("select_one_from_file wards.csv", "w"))
    assert told(path, "no-choices") == [("survey", 3, "type")]


# Texts.


def test_markdown_and_tags_are_named_where_they_stand(tmp_path):
    rows = [choice("yn", "y", **{EN: "**Yes** please"}), choice("yn", "n")]
    path = form(
        tmp_path / "f.xlsx",
        ask("text", "nm", **{EN: '**Name** as on <span style="color:red">ID</span>'}),
        ask("select_one yn", "q", **{f"hint::{EN[7:]}": "See [help](https://example.org)"}),
        choices=rows,
    )  # fmt: skip
    assert told(path, "markup") == [
        ("choices", 2, "label"), ("survey", 2, "label"), ("survey", 3, "hint"),
    ]  # fmt: skip


def test_markdown_around_a_value_is_named_too(tmp_path):
    note = ask("note", "n", **{EN: "Thank you **${nm}**", SW: "Asante ${nm}"})
    path = form(tmp_path / "f.xlsx", ask("text", "nm"), note)
    assert told(path, "markup") == [("survey", 3, "label")]


def test_a_missing_translation_of_a_choice_names_its_list_and_row(tmp_path):
    rows = [choice("yn", "y"), choice("yn", "n", **{SW: None})]
    path = form(tmp_path / "f.xlsx", ask("select_one yn", "q"), choices=rows)
    (found,) = lint(path)
    assert (found.sheet, found.row, found.column) == ("choices", 3, "label")
    assert "'yn n'" in found.text


# Curly signs.

CURLY = [
    ("regex(., '^[A-Za-z\u2019 -]+$')", "regex(., '^[A-Za-z\ue019 -]+$')"),
    ("\u2018a\u2019 = 'b'", "'a' = 'b'"),
    (". = 'Ng\u2019ombe' or . = \u201cx\u201d", ". = 'Ng\ue019ombe' or . = \"x\""),
    ("${a}\u00a0= 'b'", "${a} = 'b'"),
    ("'abc\u2019", "'abc'"),
]


@pytest.mark.parametrize(("written", "read"), CURLY)
def test_curly_quotes_are_straightened_but_an_apostrophe_in_a_text_stays(written, read):
    assert straightened(written) == read


@pytest.mark.parametrize("name", ["Ng\u2019ombe", "Wanjiru"])
def test_a_pattern_with_a_curly_apostrophe_means_it(tmp_path, name):
    row = ask("text", "q", constraint="regex(., '^[A-Za-z\u2019 -]+$')")
    path = form(tmp_path / "f.xlsx", row)
    session = session_of(parse_form(compile_form(path).xml))
    assert session.set("/data/q", name).valid
    assert lint(path) == []
