"""The expression corpus: what each stores, with the referees' verdicts beside it.

Where the referees agreed (`rule` is `agreed`) ours is theirs; elsewhere the rule is a row of
docs/forms-differences.md.
"""

import json
from pathlib import Path

import pytest

from content.xforms.faults import BadExpression, EvaluationFault
from content.xforms.xpath.regex.matcher import matches
from tests.content.xforms.bench import NOON, open_form, value
from tests.content.xforms.referees.expressions import form_of

HERE = Path(__file__).parent
CORPUS = [json.loads(line) for line in (HERE / "expressions.jsonl").read_text().splitlines()]
DIFFERENCES = HERE.parents[3] / "docs/forms-differences.md"


def same(mine: str, theirs: str | None) -> bool:
    """Equal as stored, numbers as numbers; the referees write truth as 1/0 or true/false."""
    words = {"true": "1", "false": "0"}
    if theirs is None:
        return False
    try:
        return f"{float(mine):.9g}" == f"{float(theirs):.9g}"
    except ValueError:
        return words.get(mine, mine) == words.get(theirs, theirs)


@pytest.mark.parametrize("row", CORPUS, ids=[row["expression"][:60] for row in CORPUS])
def test_expression_stores_what_is_expected(row):
    session = open_form(form_of(row["expression"]).encode(), now=NOON)
    assert value(session, "/data/out") == row["expect"]


def test_the_corpus_is_large_and_agrees_where_the_referees_do():
    agreed = [row for row in CORPUS if row["rule"] == "agreed"]
    assert len(CORPUS) >= 400
    assert len(agreed) >= 400
    for row in agreed:
        assert same(row["expect"], row["javarosa"]), row
        assert same(row["expect"], row["web_forms"]), row


def test_every_disagreement_has_a_written_rule():
    written = DIFFERENCES.read_text()
    rules = {row["rule"] for row in CORPUS if row["rule"] != "agreed"}
    assert {rule for rule in rules if f"`{rule}`" not in written} == set()


@pytest.mark.parametrize(
    "expression",
    ["if(true(), 'a')", "if(/data/i > 3, /data/d)", "concat('x', if(false(), 'a'))", "if(true())",
     "if(false(), 'a', 'b', 'c')", "coalesce()", "selected('a')", "regex('a')", "substr('a')"],
)  # fmt: skip
def test_too_few_or_too_many_arguments_are_refused_when_the_form_is_read(expression):
    """As both referees do: a form with `if()` of two arguments is loaded by none of the three."""
    with pytest.raises(BadExpression):
        open_form(form_of(expression).encode(), now=NOON)


@pytest.mark.parametrize("pattern", ["(a)\\1", "(?>a|ab)b", "(?U)a", "\\x{e9}", "[a", "a)", "(a"])
def test_a_pattern_that_cannot_be_run_is_a_fault_of_its_own(pattern):
    with pytest.raises(EvaluationFault):
        matches(pattern, "a")


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("\\w+(?<=ki)", "toki", True),
        ("\\w+(?<=ki)", "toka", False),
        (".*(?<!KES )\\d+", "KES 5", False),
        ("(?<!a).", "b", True),
        ("(?<=^)a", "a", True),
        ("[a-z&&[^aeiou]&&[^xyz]]+", "bcd", True),
        ("[a-z&&[^aeiou]]+", "bce", False),
        ("[^a[0-9]]", "5", False),
        ("[\\[\\]]", "[", True),
        ("\\Q(*)\\E+", "(*))))", True),
        ("a\\Q\\Eb", "ab", True),
    ],
)
def test_patterns_of_java_match_as_in_java(pattern, text, found):
    assert matches(pattern, text) is found


def test_a_look_behind_at_every_character_takes_a_bounded_time():
    with pytest.raises(EvaluationFault):
        matches("(.(?<=a*b*c*d*))*", "abcd" * 5_000)


def test_an_identifier_has_the_length_that_is_asked_for():
    for asked, length in ((8, 8), (40, 40), (0, 36), (-1, 36), (5_000, 36)):
        session = open_form(form_of(f"string-length(uuid({asked}))").encode(), now=NOON)
        assert value(session, "/data/out") == str(length)


def test_a_moment_before_1928_has_an_offset_that_xml_knows():
    session = open_form(
        form_of("date-time(decimal-date-time('1901-03-01') + 1)").encode(), now=NOON
    )
    text = value(session, "/data/out")
    assert text.startswith("1901-03-02T00:00:00")
    assert text.endswith("+02:27")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(/data/rep[n > 1 and position() < 3])", "1"),
        ("count(/data/rep[position() = 3 and n = 3])", "1"),
        ("count(/data/rep[n > 1 and position() = 1])", "0"),
        ("count(/data/rep[n > 1 and position() = last()])", "1"),
        ("count(/data/rep[n != 2 and position() != 1 and t = 'z'])", "1"),
        ("join(',', /data/rep[n > 1 and position() > 1]/t)", "y,z"),
        ("count(/data/rep[n > 5 and position() = 1])", "0"),
        ("count(/data/rep[position() > 1 and position() < 3])", "1"),
        ("count(/data/rep[2 and position() = 1])", "1"),
        ("count(instance('fruit')/root/item[kind = 'x' and position() = 2])", "1"),
    ],
)
def test_a_place_is_the_one_among_all_also_beside_other_conditions(expression, expected):
    session = open_form(form_of(expression).encode(), now=NOON)
    assert value(session, "/data/out") == expected
