"""Our own forms against the recorded verdicts of both referees (no Java, no Node needed)."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from kiosk.tools.form_tryout import operations
from kiosk.tools.form_tryout.run import PROPERTIES, MediaFolder
from tests.content.xforms.bench import open_form
from tests.content.xforms.referees import own
from tests.content.xforms.referees.compare import differences

DIFFERENCES = Path(__file__).parents[3] / "docs/forms-differences.md"


@cache
def ours(name):
    session = open_form(own.xform(name).encode(), MediaFolder(own.MEDIA), preload=PROPERTIES)
    return own.dumps(list(operations.run(session, own.operations(name))))


@cache
def verdict(name, referee):
    return own.dumps(json.loads((own.FOLDER / f"{name}.json").read_text())[referee])


def differs(mine, theirs):
    if len(mine) != len(theirs):
        return ["another number of dumps"]
    return [d for one, two in zip(mine, theirs, strict=True) for d in differences(one, two)]


AHEAD = {"repeat-count"}
"""Rows of a lowered count keep what was typed: web-forms does so since July 2026, the recorded
verdict is older."""


@pytest.mark.parametrize("name", sorted(set(own.names()) - AHEAD))
def test_our_state_is_that_of_a_referee(name):
    mine = ours(name)
    with_java = differs(mine, verdict(name, "javarosa"))
    with_web = differs(mine, verdict(name, "web_forms"))
    assert not with_java or not with_web, (with_java[:5], with_web[:5])


def test_relevance_never_differs_from_both():
    for name in own.names():
        mine = ours(name)
        found = [
            {
                d.path
                for d in differs(mine, verdict(name, referee))
                if getattr(d, "what", "") == "relevant"
            }
            for referee in ("javarosa", "web_forms")
        ]
        assert not found[0] & found[1], name


def test_every_form_that_differs_from_one_referee_is_on_the_written_list():
    listed = set(re.findall(r"`own/([a-z-]+)`", DIFFERENCES.read_text()))
    differing = {
        name
        for name in own.names()
        if any(differs(ours(name), verdict(name, referee)) for referee in ("javarosa", "web_forms"))
    }
    assert differing == listed
