"""Rows to choose from, defaults and codes that rules wait for: what an author is told of them."""

from __future__ import annotations

import pytest

from content.authoring.lint.form import lint
from content.authoring.xlsform import compile_form
from content.xforms.faults import NotAForm
from content.xforms.parse.reader import parse_form
from tests.content.authoring.xlsx import ask, choice, form
from tests.content.xforms.bench import session_of, value


def found(path, code):
    return [(p.severity, p.text) for p in lint(path) if p.code == code]


def with_list(tmp_path, content, kind="select_one_from_file", **more):
    path = form(tmp_path / "f.xlsx", ask(f"{kind} l.csv", "q", **more))
    media = tmp_path / "f-media"
    media.mkdir()
    (media / "l.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "code", "severity", "words"),
    [
        ("name,label\n#N/A,A\nb,B\n", "spreadsheet-error", "error", "row 2"),
        ("name,label\na,#REF!\n", "spreadsheet-error", "error", "row 2"),
        ("name,label\na,A\na,B\n", "choice-twice", "error", "row 3"),
        ("name,label\n,A\n", "choice-codeless", "error", "row 2"),
        ("name,label\na,A\nb\n", "choice-unworded", "warning", "row 3"),
        ("name,label\na b,A\n", "choice-blank", "warning", "'a b'"),
        ("name,label\n a,A\n", "choice-blank", "warning", "' a'"),
    ],
)
def test_a_row_nobody_can_choose_rightly_is_named(tmp_path, content, code, severity, words):
    ((told, text),) = found(with_list(tmp_path, content), code)
    assert told == severity
    assert "l.csv" in text
    assert words in text


def test_a_code_with_a_blank_is_an_error_where_several_are_chosen(tmp_path):
    path = with_list(tmp_path, "name,label\na b,A\nc,C\n", "select_multiple_from_file")
    assert [severity for severity, _ in found(path, "choice-blank")] == ["error"]


def test_a_code_with_a_blank_in_the_workbook_is_told_too(tmp_path):
    rows = [choice("l", "a"), choice("l", "b b")]
    path = form(tmp_path / "f.xlsx", ask("select_one l", "q"), choices=rows)
    ((severity, text),) = found(path, "choice-blank")
    assert (severity, "row 3" in text) == ("warning", True)


def test_codes_that_start_again_in_each_region_are_no_doubles(tmp_path):
    path = form(
        tmp_path / "f.xlsx",
        ask("text", "r"),
        ask("select_one_from_file l.csv", "q", choice_filter="region = ${r}"),
    )
    (tmp_path / "f-media").mkdir()
    (tmp_path / "f-media/l.csv").write_text("name,label,region\n1,A,c\n1,B,w\n")
    assert found(path, "choice-twice") == []


def test_a_kind_is_told_three_times_of_one_list(tmp_path):
    rows = "".join(f"{at} x,A\n" for at in range(40))
    assert len(found(with_list(tmp_path, f"name,label\n{rows}"), "choice-blank")) == 3


@pytest.mark.parametrize(
    "content",
    ["sep=;\nname;label\na;Ann\n", "\ufeffname\tlabel\na\tAnn\n",
     "name,label\r\na,Ann\r\n", "name , label \na,Ann\n", "name;label;a,b\na;Ann;1\n"],
)  # fmt: skip
def test_a_list_is_read_however_a_spreadsheet_parts_it(tmp_path, content):
    compiled = compile_form(with_list(tmp_path, content))
    session = session_of(parse_form(compiled.xml, compiled.media))
    session.set("/data/q", "b")
    assert value(session, "/data/q") == ""  # no row has it
    session.set("/data/q", "a")
    assert value(session, "/data/q") == "a"


@pytest.mark.parametrize("content", ["name,label\na\0,A\n", b"name,label\na,\xff\n"])
def test_a_list_that_is_no_text_is_refused(tmp_path, content):
    compiled = compile_form(with_list(tmp_path, content))
    with pytest.raises(NotAForm, match=r"l\.csv"):
        parse_form(compiled.xml, compiled.media)


@pytest.mark.parametrize(
    ("kind", "default", "told"),
    [
        ("date", "45123", True),
        ("date", "2024-02-30", True),
        ("date", "29/02/2024", True),
        ("integer", "1.5", True),
        ("time", "9am", True),
        ("date", "2024-02-29", False),
        ("date", "today()", False),
        ("integer", "7", False),
        ("decimal", "-2.5", False),
        ("text", "45123", False),
        ("integer", "${a}", False),
    ],
)
def test_a_default_its_question_cannot_hold_is_named(tmp_path, kind, default, told):
    path = form(tmp_path / "f.xlsx", ask("text", "a"), ask(kind, "q", default=default))
    assert bool(found(path, "default-type")) is told


YES_NO = [choice("yn", "yes"), choice("yn", "no")]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("${q} = 'Yes'", True),
        ("'maybe' = ${q}", True),
        ("${q} != 'n0'", True),
        ("selected(${m}, 'nope')", True),
        ("not(selected(${m}, 'yes ')) or ${q} = 'y'", True),
        ("${q} = 'yes'", False),
        ("${q} = ''", False),
        ("selected(${m}, 'no')", False),
        ("${m} = 'yes no'", False),
        ("${t} = 'Yes'", False),
    ],
)
def test_a_rule_that_waits_for_a_code_no_row_has_is_named(tmp_path, rule, told):
    path = form(
        tmp_path / "f.xlsx",
        ask("select_one yn", "q"),
        ask("select_multiple yn", "m"),
        ask("text", "t"),
        ask("text", "z", relevant=rule),
        choices=YES_NO,
    )
    assert bool(found(path, "unknown-choice")) is told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("int((decimal-date-time(today()) - decimal-date-time(${d})) div 365.25)", False),
        ("round(decimal-date-time(now()) - decimal-date-time(${d}), 0)", False),
        ("int(decimal-date-time(${d}))", True),
        ("date(decimal-date-time(${d}) - 7)", True),
    ],
)
def test_the_years_between_two_days_come_out_right(tmp_path, rule, told):
    path = form(tmp_path / "f.xlsx", ask("date", "d"), ask("calculate", "c", calculation=rule))
    assert bool(found(path, "day-early")) is told


@pytest.mark.parametrize(
    ("pattern", "told"),
    [(r"^\p{L}+$", True), ("^a++$", True), ("^[a-z&&[^b]]$", True), ("^[A-Z]{2}[0-9]+$", False)],
)
def test_a_pattern_that_browsers_cannot_read_is_named(tmp_path, pattern, told):
    path = form(tmp_path / "f.xlsx", ask("text", "a", constraint=f"regex(., '{pattern}')"))
    assert bool(found(path, "regex-java")) is told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("jr:choice-name(${m}, '${m}')", True),
        ("jr:choice-name(${q}, '${q}')", False),
        ("jr:choice-name(selected-at(${m}, 0), '${m}')", False),
    ],
)
def test_the_name_of_several_choices_at_once_is_told(tmp_path, rule, told):
    path = form(
        tmp_path / "f.xlsx",
        ask("select_one yn", "q"),
        ask("select_multiple yn", "m"),
        ask("calculate", "c", calculation=rule),
        choices=YES_NO,
    )
    assert bool(found(path, "choice-name-several")) is told


@pytest.mark.parametrize(("place", "told"), [("position(..) - 1", True), ("0", False)])
def test_rows_that_follow_the_order_of_ticks_are_told(tmp_path, place, told):
    path = form(
        tmp_path / "f.xlsx",
        ask("select_multiple yn", "m"),
        ask("begin repeat", "r", repeat_count="count-selected(${m})"),
        ask("calculate", "who", calculation=f"selected-at(${{m}}, {place})"),
        ask("text", "t"),
        {"type": "end repeat"},
        choices=YES_NO,
    )
    assert bool(found(path, "row-by-choice")) is told
