"""The power goes at any write: nothing told is lost, nothing is done twice, nothing is damaged.

The same harness must find a store that does not sync its commits and a kiosk that tells a number
before the commit; else it would prove nothing.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from sync.store import database
from tests.sync.store.power_cut_disk import (
    SECTOR,
    DiskFile,
    OpenFile,
    PowerIsCut,
    power_cut_disk,
)
from tests.sync.store.power_cut_node import Outcome, first_image, run

# A connection that is cut off while apsw makes it dies with an error that nobody can hear.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LIVES = 20
"""Power cuts of one node: one run."""
FRESH = 10
"""Every so many-th run begins on a disk never used, so that cuts fall into the first start."""


@pytest.fixture
def disk(tmp_path):
    with power_cut_disk(tmp_path) as made:
        yield made


def runs(disk, count, *, early=False):
    image = first_image(disk)
    for seed in range(count):
        yield run(disk, seed, image if seed % FRESH else {}, lives=LIVES, early=early)


def all_whole(disk, count):
    told = Counter()
    for seed, each in enumerate(runs(disk, count)):
        assert each.outcome is Outcome.WHOLE, f"run {seed}: {each.why}"
        outside = each.outside
        told["tickets"] += len(outside.tickets)
        told["facts"] += len(outside.facts)
        told["slips"] += sum(len(copies) for copies in outside.paper.values())
        told["batches"] += len(outside.batches)
    assert min(told.values()) > count
    print(f"\n{count * LIVES:,} power cuts; told, and all there once: {dict(told)}")


def found_share(disk, count, *, early=False):
    outcomes = Counter(each.outcome for each in runs(disk, count, early=early))
    print(f"\n{count} runs with a planted fault: { ({k.value: n for k, n in outcomes.items()}) }")
    return 1 - outcomes[Outcome.WHOLE] / count


@pytest.fixture
def unsynced(monkeypatch):
    changed = tuple(
        each.replace("synchronous=FULL", "synchronous=NORMAL") for each in database._PRAGMAS
    )
    assert changed != database._PRAGMAS
    monkeypatch.setattr(database, "_PRAGMAS", changed)


def test_a_node_stands_by_what_it_told(disk):
    all_whole(disk, 100)


def test_commits_that_are_not_synced_are_found(disk, unsynced):
    assert found_share(disk, 100) >= 0.99


def test_a_number_told_before_its_commit_is_found(disk):
    assert found_share(disk, 100, early=True) >= 0.99


@pytest.mark.prove
def test_a_hundred_thousand_power_cuts(disk):
    all_whole(disk, 100_000 // LIVES)


@pytest.mark.prove
def test_a_thousand_runs_with_commits_that_are_not_synced(disk, unsynced):
    assert found_share(disk, 1_000) >= 0.99


@pytest.mark.prove
def test_a_thousand_runs_with_numbers_told_before_their_commit(disk):
    assert found_share(disk, 1_000, early=True) >= 0.99


def written(disk, content, *, synced):
    """A new log on the disk, with `content`."""
    log = OpenFile(disk, disk.platter.files.setdefault("log", DiskFile()), new_log=True)
    log.xWrite(content, 0)
    if synced:
        log.xSync(0)
    return log


def test_what_is_synced_survives_and_the_rest_is_torn_by_sectors(disk):
    seen = set()
    for seed in range(60):
        disk.reset(seed)
        log = written(disk, b"s" * 4 * SECTOR, synced=True)
        log.xWrite(b"n" * 3 * SECTOR, SECTOR // 2)
        disk.cut()
        disk.power_on()
        found = disk.image()["log"]
        assert len(found) == 4 * SECTOR
        assert found[: SECTOR // 2] == b"s" * (SECTOR // 2)
        edges = [0, SECTOR // 2, SECTOR, 2 * SECTOR, 3 * SECTOR, 3 * SECTOR + SECTOR // 2]
        for start, end in pairwise(edges):
            assert len(set(found[start:end])) == 1, "a sector arrives whole or not at all"
        seen.add(found)
    assert len(seen) > 5


def test_after_the_cut_whoever_had_it_open_changes_nothing(disk):
    log = written(disk, b"safe", synced=True)
    disk.cut_after(0)
    with pytest.raises(PowerIsCut):
        log.xWrite(b"lost", 0)
    for act in (lambda: log.xWrite(b"late", 0), lambda: log.xTruncate(0)):
        with pytest.raises(PowerIsCut):
            act()
    log.xSync(0)
    disk.power_on()
    assert disk.image()["log"] in {b"safe", b"lost"}
    with pytest.raises(PowerIsCut):
        log.xWrite(b"late", 0)
    assert disk.image()["log"] in {b"safe", b"lost"}


def test_a_name_is_safe_once_its_folder_is_synced(disk):
    kept = Counter()
    for seed in range(60):
        disk.reset(seed)
        written(disk, b"x", synced=False)
        disk.cut()
        disk.power_on()
        kept["log" in disk.image()] += 1
    assert kept[True] > 5
    assert kept[False] > 5
