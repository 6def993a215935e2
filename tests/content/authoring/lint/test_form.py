"""The linter names every construct on which engines disagree, with sheet, row and remedy."""

from __future__ import annotations

import pytest

from content.authoring.build import DEFAULT_SOURCES
from content.authoring.lint.expressions import anchored, inspect
from content.authoring.lint.form import lint
from content.authoring.lint.source_rows import SourceExpression, SourcePlace
from content.faults import FormUnreadable
from content.xforms.definition import NodeDefinition
from tests.content.authoring.xlsx import EN, SW, ask, choice, form, write

TEXT = ask("text", "a")
NUMBER = ask("integer", "n")
DATE = ask("date", "d")


BOOLEAN_CALL = [
    NUMBER,
    {"type": "calculate", "name": "big", "calculation": "not(${n} > 5)"},
    ask("text", "a", relevant="${big} = 1"),
]


def calculate(expression: str) -> dict[str, object]:
    return {"type": "calculate", "name": "c", "calculation": expression}


def repeat(*rows: dict[str, object]) -> list[dict[str, object]]:
    return [ask("begin_repeat", "rep"), *rows, {"type": "end_repeat"}]


EXPRESSIONS = [
    ("regex-unanchored", [ask("text", "a", constraint="regex(., '[0-9]{7}')")]),
    ("regex-unanchored", [ask("text", "a", constraint="regex(., '^a|b$')")]),
    ("blank-condition", [TEXT, calculate("if(${a}, 1, 2)")]),
    ("blank-condition", [TEXT, calculate("boolean(${a})")]),
    ("blank-aggregate", [*repeat(NUMBER), calculate("sum(${n})")]),
    ("blank-aggregate", [*repeat(NUMBER), calculate("max(${n})")]),
    ("aggregate-own-repeat", repeat(NUMBER, calculate("sum(${n})"))),
    ("round-negative", [NUMBER, calculate("round(-1.5 * ${n})")]),
    ("absolute-in-repeat", repeat(NUMBER, calculate("/data/rep/n + 1"))),
    ("several-nodes", [*repeat(NUMBER), calculate("/data/rep/n + 1")]),
    ("position-predicate", [*repeat(NUMBER), calculate("count(/data/rep[2]/n)")]),
    ("date-as-text", [ask("date", "d", constraint=". > '2020-01-01'")]),
    ("date-number", [calculate("number('2020-01-02')")]),
    ("date-number", [DATE, calculate("number(${d})")]),
    ("date-arithmetic", [calculate("today() + 1")]),
    ("date-arithmetic", [DATE, calculate("${d} - 7")]),
    ("date-with-time", [calculate("date('2020-01-02T10:00:00+03:00')")]),
    ("zoned-time", [calculate("format-date-time('2020-01-02T10:00:00+05:00', '%H:%M')")]),
    ("long-number", [calculate("string(123456789012)")]),
    ("number-in-text", [TEXT, calculate("concat('n ', number(${a}))")]),
    ("indexed-repeat-zero", [*repeat(NUMBER), calculate("indexed-repeat(${n}, ${rep}, 0)")]),
    ("selected-empty", [TEXT, calculate("selected(${a}, '')")]),
    ("choice-name-path", [TEXT, calculate("jr:choice-name(${a}, ${a})")]),
    ("wide-letters", [calculate("string-length('\U0001f600')")]),
    ("not-portable", [TEXT, calculate("substring(${a}, 1, 2)")]),
    ("not-portable", [NUMBER, calculate("floor(${n})")]),
    ("not-portable", [TEXT, calculate("count(//a)")]),
    ("not-portable", [TEXT, NUMBER, calculate("count(${a} | ${n})")]),
    ("not-portable", [*repeat(NUMBER), calculate("count(/data/rep/preceding-sibling::*)")]),
    ("unknown-function", [NUMBER, calculate("z-score('x', ${n})")]),
    ("unknown-path", [calculate("/data/nowhere")]),
    ("self-reference", [ask("text", "a", relevant="${a} = 'x'")]),
    ("made-again", [calculate("random()")]),
    ("boolean-compare", BOOLEAN_CALL),
    (
        "boolean-compare",
        [
            NUMBER,
            {"type": "calculate", "name": "big", "calculation": "${n} > 5"},
            ask("text", "a", relevant="${big} = 'true'"),
        ],
    ),
]

FINE = [
    [ask("text", "a", constraint="regex(., '^(a|b)[0-9|]{7}$')")],
    [TEXT, calculate("if(${a} != '', 1, 2)")],
    [*repeat(NUMBER), calculate("count(${rep})")],
    [*repeat(NUMBER), calculate("join(' ', ${n})")],
    [ask("date", "d", constraint=". <= today() and . >= date('1900-01-01')")],
    [DATE, calculate("format-date(${d}, '%Y')")],
    [DATE, calculate("int(format-date(today(), '%Y')) - int(format-date(${d}, '%Y'))")],
    [TEXT, calculate("once(uuid())")],
    [NUMBER, calculate("${n} > 5"), ask("text", "a", relevant="${n} > 5")],
    [TEXT, calculate("concat(${a}, '-', 'div')")],
    repeat(NUMBER, calculate("position(..)"), ask("text", "a", relevant="${n} > 1")),
]


def codes(path) -> set[str]:
    return {problem.code for problem in lint(path)}


@pytest.mark.parametrize(("code", "survey"), EXPRESSIONS)
def test_a_disputed_construct_is_named_with_its_row(tmp_path, code, survey):
    found = [p for p in lint(form(tmp_path / "f.xlsx", TEXT_FIRST, *survey)) if p.code == code]
    assert found, codes(tmp_path / "f.xlsx")
    expressions = ("calculation", "constraint", "relevant")
    row = max(i for i, r in enumerate(survey) if any(k in r for k in expressions)) + 3
    assert (found[0].sheet, found[0].row) == ("survey", row)
    assert found[0].remedy
    assert found[0].column in expressions


TEXT_FIRST = ask("text", "first")


@pytest.mark.parametrize("survey", FINE)
def test_a_plain_construct_is_not_blamed(tmp_path, survey):
    assert lint(form(tmp_path / "f.xlsx", *survey)) == []


QUESTIONS = [
    ("numeric-identifier", [ask("integer", "phone_number")]),
    ("numeric-identifier", [ask("integer", "x", **{EN: "Your national ID number"})]),
    ("numeric-identifier", [ask("decimal", "x", **{SW: "Nambari ya simu"})]),
    ("cannot-show", [ask("geotrace", "g")]),
    ("cannot-show", [ask("video", "film")]),
    ("cannot-show", [ask("file", "proof")]),
    ("cannot-show", [{"type": "background-audio", "name": "sound"}, TEXT]),
    ("location-noted", [{"type": "start-geopoint", "name": "where"}, TEXT]),
    ("cannot-show", [ask("date", "d", appearance="ethiopian")]),
    ("cannot-show", [ask("text", "a", appearance="ex:org.example.app")]),
    ("missing-translation", [ask("text", "a", **{SW: None}), ask("text", "b")]),
    ("missing-translation", [ask("text", "a", **{"hint::English (en)": "only"}), ask("text", "b")]),
    ("one-language", [{"type": "text", "name": "a", "label": "Only this"}]),
    ("unknown-type", [ask("tel", "mobile")]),
    ("meta-group", [ask("begin_group", "meta"), ask("text", "a"), {"type": "end_group"}]),
]


@pytest.mark.parametrize(("code", "survey"), QUESTIONS)
def test_a_question_that_would_fail_a_citizen_is_named(tmp_path, code, survey):
    found = {p.code: p for p in lint(form(tmp_path / "f.xlsx", *survey))}
    assert code in found
    assert found[code].remedy
    if code != "one-language":
        assert found[code].row == 2


def test_a_long_list_belongs_into_a_csv(tmp_path):
    survey = [ask("select_one villages", "village")]
    rows = [choice("villages", f"v{i}") for i in range(501)]
    assert "long-list" in codes(form(tmp_path / "f.xlsx", *survey, choices=rows))
    assert "long-list" not in codes(form(tmp_path / "g.xlsx", *survey, choices=rows[:500]))


def test_a_choice_without_its_translation_is_named(tmp_path):
    rows = [choice("l", "x"), choice("l", "y", **{SW: None})]
    found = lint(form(tmp_path / "f.xlsx", ask("select_one l", "q"), choices=rows))
    assert [p.code for p in found] == ["missing-translation"]
    assert found[0].sheet == "choices"


def test_a_form_without_a_version_is_named(tmp_path):
    path = write(tmp_path / "f.xlsx", survey=[TEXT], settings=[{"form_id": "t"}])
    assert [problem.code for problem in lint(path)] == ["no-version"]


@pytest.mark.parametrize("path", sorted((DEFAULT_SOURCES / "forms").glob("*.xlsx")))
def test_the_default_forms_are_clean(path):
    assert lint(path) == []


def test_a_fault_has_one_code_and_is_told_once(tmp_path):
    survey = [TEXT, calculate("if(${a}, 1, 2) + nothing(${a})"), ask("date", "d")]
    survey += [ask("text", "b", relevant="${d} > '2020-01-01' and ${d} > '2020-01-01'")]
    path = form(tmp_path / "f.xlsx", *survey)
    assert [(p.code, p.row) for p in lint(path)] == [("unknown-function", 3), ("date-as-text", 5)]


def test_a_circle_of_questions_is_told_with_its_row(tmp_path):
    first = {"type": "calculate", "name": "x", "calculation": "${y} + 1"}
    second = {"type": "calculate", "name": "y", "calculation": "${x} + 1"}
    (found,) = lint(form(tmp_path / "f.xlsx", TEXT, first, second))
    assert (found.code, found.severity, found.row) == ("circle", "error", 3)
    assert "/data/x" in found.text
    assert "/data/y" in found.text


def test_everything_is_told_at_once_though_the_engine_would_stop_at_the_first(tmp_path):
    survey = [TEXT, calculate("regex(${a}, '(')"), ask("text", "b", constraint="nothing(.)")]
    found = lint(form(tmp_path / "f.xlsx", *survey))
    assert {"regex-refused", "unknown-function"} <= {problem.code for problem in found}


def test_a_ready_xform_is_linted_too(tmp_path):
    from content.authoring.xlsform import compile_form

    compiled = compile_form(form(tmp_path / "f.xlsx", TEXT, calculate("if(${a}, 1, 2)")))
    ready = tmp_path / "ready.xml"
    ready.write_bytes(compiled.xml)
    (found,) = lint(ready)
    assert (found.code, found.row) == ("blank-condition", None)
    assert "c:" in found.text


@pytest.mark.parametrize(
    "content", [b"", b"not a form", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
@pytest.mark.parametrize("suffix", [".xml", ".xlsx"])
def test_what_is_no_form_is_refused(tmp_path, content, suffix):
    path = tmp_path / f"f{suffix}"
    path.write_bytes(content)
    with pytest.raises(FormUnreadable) as refused:
        lint(path)
    assert refused.value.code == 35


@pytest.mark.parametrize(
    "hostile", ["if((" * 60_000, "a/" * 400_000, "f(" * 5_000 + "1" + ")" * 5_000, "-" * 60_000]
)
def test_a_megabyte_expression_is_looked_at_in_time(hostile):
    document = NodeDefinition("", None)
    home = NodeDefinition("c", document)
    expression = SourceExpression(home, hostile, SourcePlace("survey", 2, "calculation"))
    found = {remark.code for remark in inspect(expression, document)}
    assert found <= {"too-long", "bad-expression", "unknown-function"}


@pytest.mark.parametrize(
    ("pattern", "ok"),
    [
        ("^[0-9]+$", True),
        ("^(a|b)$", True),
        ("^a|b$", False),
        ("^[|]$", True),
        ("^a\\|b$", True),
        ("[0-9]+", False),
        ("^a", False),
        ("^a\\$", False),
    ],
)
def test_anchoring(pattern, ok):
    assert anchored(pattern) is ok
