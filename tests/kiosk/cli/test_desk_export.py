"""`huduma desk export`: forms, and the words that came without one, none left out."""

from __future__ import annotations

import argparse
import csv
from uuid import UUID

import pytest

from kiosk.cli.agency_desk import run_export
from sync.agency.inbox import Opened
from sync.batches.batch import Stream
from sync.national.store import Stored


def opened(number: int, kind: str, words: str, xml: bytes = b"") -> Opened:
    body = {"reference": f"EACC-{number}", "kind": kind}
    stream = Stream("kiosk-1", b"epoch--1")
    entry = Stored(stream, number, 1, "complaint.filed", UUID(int=number), "agency:EACC", body)
    return Opened(entry, xml, {}, 1_795_413_600_000, {"words": words})


@pytest.mark.parametrize("kind", ["bribe", "complaint", "praise", "idea"])
def test_words_without_a_form_are_exported(site, tmp_path, kind):
    arguments = argparse.Namespace(site=site.dir, out=tmp_path / "out", format="csv", json=False)
    given = [opened(1, kind, "At counter 4"), opened(2, kind, "Njooni, \u0169")]
    assert run_export(arguments, given) == 0
    with (tmp_path / "out" / "feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["reference"], row["kind"], row["words"]) for row in rows] == [
        ("EACC-1", kind, "At counter 4"),
        ("EACC-2", kind, "Njooni, \u0169"),
    ]


def test_where_nobody_wrote_words_there_is_no_such_table(site, tmp_path):
    arguments = argparse.Namespace(site=site.dir, out=tmp_path / "out", format="csv", json=False)
    assert run_export(arguments, []) == 0
    assert not (tmp_path / "out" / "feedback.csv").exists()
