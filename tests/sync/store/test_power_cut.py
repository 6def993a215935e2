"""Power cuts: everything told is on a disk that keeps only what was synced.

Each cut keeps the files as of their last fsync and throws the rest away (see `shadow_fsync.c`).
The same cuts with `synchronous=NORMAL` lose entries, which proves that the test can fail.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from sync.journal.journal import Journal
from sync.store.database import Store, StoreFault

ROOT = Path(__file__).resolve().parents[3]

WRITER = """
import sys
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import Store
clock = SystemClock()
ids = SystemIds(clock)
store = Store.open(sys.argv[1], [JOURNAL_TABLES])
store._connection.execute(f"PRAGMA synchronous={sys.argv[2]}")
journal = Journal(store, "kiosk-1", clock)
while True:
    with store.transaction() as tx:
        entry = journal.append(tx, "node.fault", ids.uuid7(), {"text": "x" * 200})
    print(entry.seq, flush=True)
    if entry.seq % 97 == 0:
        store.checkpoint()
"""


@pytest.fixture(scope="module")
def shadow(tmp_path_factory) -> Path:
    library = tmp_path_factory.mktemp("shadow") / "shadow.so"
    source = Path(__file__).with_name("shadow_fsync.c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True
    )
    return library


def cut(tmp_path: Path, library: Path, level: str, entries: int) -> tuple[int, int]:
    """Write until `entries` were told, cut the power; (the last one told, how many survived)."""
    disk, synced = tmp_path / "disk", tmp_path / "synced"
    for folder in (disk, synced):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    running = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(disk / "huduma.db"), level],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LD_PRELOAD": str(library), "SHADOW": str(synced)},
    )
    told = 0
    while told < entries:
        told = int(running.stdout.readline())
    running.send_signal(signal.SIGKILL)
    rest = running.communicate()[0].split()
    told = int(rest[-1]) if rest else told
    # A rollback journal whose removal was not synced would be removed by the file system's log.
    (synced / "huduma.db-journal").unlink(missing_ok=True)
    try:
        store = Store.open(synced / "huduma.db", [])
        if not store.has_table("journal_head"):
            return told, 0
        journal = Journal(store, "kiosk-1", VirtualClock())
        assert journal.first_bad() is None, "what survived is whole"
        assert store.page_problems() == []
        survived = journal.last_seq()
        store.close()
    except StoreFault:
        return told, 0
    return told, survived


@pytest.mark.prove
def test_fifty_power_cuts_lose_nothing_that_was_told(tmp_path, shadow):
    chance = random.Random(20261122)
    cuts = [cut(tmp_path, shadow, "FULL", chance.randint(1, 400)) for _ in range(50)]
    lost = sum(max(0, told - survived) for told, survived in cuts)
    print(f"\n50 power cuts, {sum(told for told, _ in cuts)} entries told, {lost} lost")
    assert lost == 0


@pytest.mark.prove
def test_the_same_cuts_without_full_sync_do_lose_entries(tmp_path, shadow):
    chance = random.Random(20261122)
    cuts = [cut(tmp_path, shadow, "NORMAL", chance.randint(1, 400)) for _ in range(8)]
    lost = sum(max(0, told - survived) for told, survived in cuts)
    print(f"\n8 power cuts without full sync: {lost} lost")
    assert lost > 0


def test_a_power_cut_loses_nothing_that_was_told(tmp_path, shadow):
    told, survived = cut(tmp_path, shadow, "FULL", 130)
    assert survived >= told >= 130
