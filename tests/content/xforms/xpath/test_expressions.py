"""The expression corpus: what each stores, with the referees' verdicts beside it.

Where the referees agreed (`rule` is `agreed`) ours is theirs; elsewhere the rule is a row of
docs/forms-differences.md.
"""

import json
from pathlib import Path

import pytest

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
