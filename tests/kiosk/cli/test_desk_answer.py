"""The whole way of one form by command: a stick up, the agency's word, the same stick down; and the
timeline of its reference at every node.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli.main import main
from provisioning.node.site import Site
from sync.store.database import Store
from tests.kiosk.conftest import Visitor
from tests.kiosk.visit.test_visit import ask, report_lost_id


class Commands:
    """`huduma` on one site, with one stick."""

    def __init__(self, site: Site, stick: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.site, self.stick, self.capsys = site, stick, capsys

    def __call__(self, *words: str, code: int = 0) -> Any:
        self.capsys.readouterr()
        assert main([*words, "--site", str(self.site.dir)]) == code, self.capsys.readouterr()
        out = self.capsys.readouterr().out
        return json.loads(out) if "--json" in words else {}

    def carry(self, node: str) -> dict:
        return self("sync", "import", "--node", node, "--from", str(self.stick), "--json")

    def answer(self, reference: str, *words: str, code: int = 0) -> dict:
        agency = reference.upper().partition("-")[0]
        extra = () if code else ("--json",)
        about = ("--agency", agency, "--reference", reference)
        return self("desk", "answer", *about, *words, *extra, code=code)

    def case(self, node: str, reference: str) -> dict:
        return self("case", "show", "--node", node, "--reference", reference, "--json")


@pytest.fixture
def huduma(visitor: Visitor, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    stick = tmp_path / "stick"
    stick.mkdir()
    return Commands(Site.open(visitor.kiosk.counter.node.dir.parent), stick, capsys)


def test_up_and_down_again(visitor: Visitor, huduma: Commands) -> None:
    report_lost_id(visitor).tap("submit")
    reference, node = visitor.number(), visitor.kiosk.counter.node.name
    huduma.answer(reference, "--state", "ready", code=2)  # nothing of it has arrived yet
    huduma("sync", "export", "--node", node, "--to", str(huduma.stick))
    huduma.carry("national")
    huduma.answer(reference, "--state", "rejected", code=2)  # no reason, no rejection
    assert huduma.answer(reference.lower(), "--state", "received")["changed"]
    assert not huduma.answer(reference, "--state", "received")["changed"]
    told = huduma.answer(reference, "--state", "rejected", "--reason", "photo")
    assert (told["list"], told["reason"]) == (2, "photo")
    huduma.answer(reference, "--state", "ready", code=2)  # an appeal goes by working
    huduma.carry("national")
    assert huduma.carry(node)["answers"] == 2
    assert "the photo is not clear" in ask(visitor, reference)

    here, above = huduma.case(node, reference), huduma.case("national", reference)
    assert [each["what"] for each in here["events"]][:2] == ["reference given", "saved and sealed"]
    for timeline, where in ((here, node), (above, "national")):
        said = [each["what"] for each in timeline["events"] if "list" in each["more"]]
        assert said == ["received", "rejected"]
        assert {each["where"] for each in timeline["held"]} == {where}
        assert {each["class"] for each in timeline["held"]} == {"form", "answer"}
    assert any(each["what"] == "form.submitted" for each in above["events"])
    answer = next(each for each in here["held"] if each["class"] == "answer")
    assert answer["until"] is not None


def test_the_desk_lists_what_has_arrived_and_what_is_missing(
    visitor: Visitor, huduma: Commands
) -> None:
    report_lost_id(visitor).tap("submit")
    reference, node = visitor.number(), visitor.kiosk.counter.node.name
    about = ("--agency", reference.partition("-")[0], "--json")
    assert huduma("desk", "list", *about) == []
    huduma("sync", "export", "--node", node, "--to", str(huduma.stick))
    huduma.carry("national")
    [row] = huduma("desk", "list", *about)
    assert (row["reference"], row["state"], row["node"]) == (reference, "", node)
    assert row["submitted_at"]
    huduma.answer(reference, "--state", "more", "--reason", "papers")
    [row] = huduma("desk", "list", *about)
    assert (row["state"], row["reason"]) == ("more", "papers")
    huduma.answer(reference, "--state", "ready", "--factor", "0042")
    [row] = huduma("desk", "list", *about)
    assert row["state"] == "answered, with a second factor"
    assert huduma("desk", "missing", *about) == []
    [shown] = huduma("desk", "open", *about)
    assert shown["reference"] == reference
    # Its operator takes a row out of the national node's table.
    path = huduma.site.node("national").db_path
    with closing(Store.open(path, [])) as store, store.transaction() as tx:
        tx.execute("DELETE FROM national_entry WHERE kind = 'form.submitted'")
    [missed] = huduma("desk", "missing", *about, code=44)
    assert missed["code"] == 48
    assert "missing in the national table" in missed["what"]


def test_a_reference_that_nobody_knows(huduma: Commands) -> None:
    show = ("case", "show", "--node", "kiosk-1", "--reference")
    assert huduma(*show, "NRB-000000-00", code=2) == {}
    assert huduma(*show, "NRB-03AM-YEZX-B89QW", code=42) == {}
