"""The mark of how far the journal was: it notices an older copy, and a torn mark is none."""

from __future__ import annotations

import json

import pytest

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.faults import Fork
from sync.journal.head_mark import HeadMark
from sync.journal.journal import Journal


@pytest.fixture
def journal(store):
    found = Journal(store, "kiosk-1", VirtualClock())
    with store.transaction() as tx:
        found.append(tx, "visit.started", SeededIds(1).uuid7(), {"day": "x"})
    return found


def test_the_mark_of_this_journal_and_one_behind_it_are_fine(journal, store, tmp_path):
    mark = HeadMark(tmp_path / "journal-head")
    mark.check(journal, "restore it")
    mark.keep(journal)
    mark.check(journal, "restore it")
    with store.transaction() as tx:
        journal.append(tx, "visit.started", SeededIds(2).uuid7(), {"day": "x"})
    mark.check(journal, "restore it")
    mark.keep(journal)
    assert json.loads((tmp_path / "journal-head").read_text())[1] == 2
    assert [each.name for each in tmp_path.iterdir() if "journal-head" in each.name] == [
        "journal-head"
    ]


@pytest.mark.parametrize(("epoch", "more"), [(None, 1), ("00", 0), ("00", -1)])
def test_a_mark_ahead_or_of_another_epoch_is_an_older_copy(journal, tmp_path, epoch, more):
    kept = [epoch or journal.db_epoch.hex(), journal.last_seq() + more]
    (tmp_path / "journal-head").write_text(json.dumps(kept))
    with pytest.raises(Fork, match="older copy; restore it"):
        HeadMark(tmp_path / "journal-head").check(journal, "restore it")


@pytest.mark.parametrize(
    "torn",
    ["", "[", "5", "[1]", "[" * 100_000, '["EPOCH", {}]', '["EPOCH", []]', '["EPOCH", 1e400]'],
)
def test_a_torn_mark_is_none(journal, tmp_path, torn):
    torn = torn.replace("EPOCH", journal.db_epoch.hex())
    (tmp_path / "journal-head").write_text(torn)
    HeadMark(tmp_path / "journal-head").check(journal, "restore it")
