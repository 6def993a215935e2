"""Store: durable or refused; several processes, power cuts, full and damaged disks."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

import sync.store.database
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import (
    SAFE_SQLITE,
    Conflict,
    DiskFull,
    MigrationSet,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreFault,
    version_problem,
)

ROOT = Path(__file__).resolve().parents[3]

THINGS = MigrationSet("things", ("CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER)",))


@pytest.fixture
def things(tmp_path):
    opened = Store.open(tmp_path / "huduma.db", [JOURNAL_TABLES, THINGS])
    yield opened
    opened.close()


def add(store: Store, name: str, size: int = 1) -> None:
    with store.transaction() as tx:
        tx.execute("INSERT INTO thing VALUES (?, ?)", (name, size))


def names(store: Store) -> list[str]:
    return [row[0] for row in store.all("SELECT name FROM thing ORDER BY name")]


def test_it_is_durable_private_and_checks_itself(things):
    pragmas = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "wal_autocheckpoint": sync.store.database.WAL_PAGES_MAX,
    }
    assert {each: things.one(f"PRAGMA {each}")[0] for each in pragmas} == pragmas
    add(things, "x")
    for path in things.path.parent.glob("huduma.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert things.page_problems() == []


def test_a_block_that_raises_leaves_nothing(things):
    add(things, "before")

    def half(tx):
        tx.execute("INSERT INTO thing VALUES ('half', 1)")
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError), things.transaction() as tx:
        half(tx)
    assert names(things) == ["before"]
    add(things, "after")
    assert names(things) == ["after", "before"]


def test_what_follows_a_commit_happens_after_it_and_only_then(things):
    seen = []
    with things.transaction() as tx:
        tx.execute("INSERT INTO thing VALUES ('a', 1)")
        other = Store.read_only(things.path)
        tx.after_commit(lambda: seen.append(names(other)))
    assert seen == [["a"]]

    def fails(tx):
        tx.after_commit(lambda: seen.append("told too early"))
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError), things.transaction() as tx:
        fails(tx)
    assert seen == [["a"]]
    other.close()


def test_each_commit_is_announced_and_nothing_else(tmp_path):
    heard = []
    Store.open(tmp_path / "x.db", [THINGS]).close()
    other = Store.read_only(tmp_path / "x.db")
    store = Store.open(tmp_path / "x.db", [THINGS], notify=lambda: heard.append(names(other)))
    add(store, "a")
    with pytest.raises(Conflict):
        add(store, "a")
    names(store)
    add(store, "b")
    assert heard == [["a"], ["a", "b"]]
    store.close()
    other.close()


def test_a_rule_broken_is_a_conflict_and_wrong_sql_is_a_bug(things):
    add(things, "a")
    with pytest.raises(Conflict, match="UNIQUE"):
        add(things, "a")
    with pytest.raises(Exception, match="no such table") as caught:
        things.all("SELECT * FROM nowhere")
    assert not isinstance(caught.value, StoreFault | Conflict)


def test_steps_run_once_in_order_and_a_broken_one_leaves_the_old_version(tmp_path):
    path = tmp_path / "x.db"
    first = MigrationSet("set", ("CREATE TABLE a (x); CREATE TABLE b (x)",))
    second = MigrationSet("set", (*first.steps, "ALTER TABLE a ADD y; INSERT INTO a VALUES (1, 2)"))
    broken = MigrationSet(
        "set", (*second.steps, "CREATE TABLE c (x); INSERT INTO nowhere VALUES (1)")
    )
    Store.open(path, [first]).close()
    for _ in range(2):
        store = Store.open(path, [second])
        assert store.all("SELECT * FROM a") == [(1, 2)]
        store.close()
    with pytest.raises(Exception, match="no such table: nowhere"):
        Store.open(path, [broken])
    store = Store.read_only(path)
    assert not store.has_table("c")
    assert store.all("SELECT * FROM migration") == [("set", 0), ("set", 1)]
    store.close()


def test_a_step_with_a_trigger_is_one_statement(tmp_path):
    trigger = (
        "CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN"
        " UPDATE a SET x = x + 1; UPDATE a SET x = x + 1; END; CREATE TABLE b (x)"
    )
    store = Store.open(tmp_path / "x.db", [MigrationSet("t", (trigger,))])
    with store.transaction() as tx:
        tx.execute("INSERT INTO a VALUES (0)")
    assert store.one("SELECT x FROM a") == (2,)
    assert store.has_table("b")
    store.close()


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    newer = MigrationSet("things", (*THINGS.steps, "CREATE TABLE more (x)"))
    Store.open(tmp_path / "x.db", [newer]).close()
    with pytest.raises(StoreFault, match="newer version"):
        Store.open(tmp_path / "x.db", [THINGS])


def test_opening_up_to_date_tables_does_not_wait_for_a_writer(things):
    with things.transaction() as tx:
        tx.execute("INSERT INTO thing VALUES ('slow', 1)")
        other = Store.open(things.path, [JOURNAL_TABLES, THINGS])
        assert names(other) == []
        other.close()
    assert names(things) == ["slow"]


def test_a_faulty_sqlite_is_refused_in_the_field_only(tmp_path, monkeypatch):
    assert version_problem() == ""
    monkeypatch.setattr(sync.store.database.apsw, "sqlite_lib_version", lambda: "3.51.2")
    assert SAFE_SQLITE == (3, 51, 3)
    with pytest.raises(StoreFault, match=r"3\.51\.3 or later") as caught:
        Store.open(tmp_path / "x.db", [], strict=True)
    assert caught.value.code == 42
    Store.open(tmp_path / "x.db", []).close()


def test_a_full_disk_is_a_fault_with_its_remedy_and_keeps_what_was(things):
    add(things, "before")
    pages = things.one("PRAGMA page_count")[0]
    things._connection.execute(f"PRAGMA max_page_count={pages + 2}")
    rows = ((f"{number:>200}", number) for number in range(10_000))
    with pytest.raises(DiskFull, match="free some space") as caught, things.transaction() as tx:
        tx.executemany("INSERT INTO thing VALUES (?, ?)", rows)
    assert caught.value.code == 42
    assert names(things) == ["before"]
    things._connection.execute("PRAGMA max_page_count=1000000")
    add(things, "after")
    assert names(things) == ["after", "before"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_that_is_really_full_refuses_and_recovers(tmp_path, clock, ids):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no mounting here")
    with ExitStack() as undo:
        undo.callback(subprocess.run, ["umount", str(disk)], check=True)
        store = Store.open(disk / "huduma.db", [JOURNAL_TABLES])
        undo.callback(store.close)
        journal = Journal(store, "kiosk-1", clock)
        told = [0]

        def until_full():
            while True:
                with store.transaction() as tx:
                    entry = journal.append(tx, "node.fault", ids.uuid7(), {"text": "x" * 500})
                told.append(entry.seq)

        with pytest.raises(StoreFault) as caught:
            until_full()
        assert caught.value.code == 42
        assert journal.last_seq() == told[-1] > 50
        assert journal.first_bad() is None
        subprocess.run([*mount[:4], "remount,size=4m", *mount[5:]], check=True)
        with store.transaction() as tx:
            assert journal.append(tx, "node.fault", ids.uuid7(), {}).seq == told[-1] + 1
        assert journal.first_bad() is None


def test_a_database_held_by_another_is_busy_not_a_crash(things):
    other = Store.open(things.path, [])
    other._connection.execute("PRAGMA busy_timeout=1")
    with things.transaction(), pytest.raises(StoreBusy, match="try again"), other.transaction():
        pass
    add(other, "later")
    assert names(things) == ["later"]
    other.close()


@pytest.mark.parametrize("damage", ["not a database", "cut in half", "page overwritten"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path, damage):
    path = tmp_path / "x.db"
    store = Store.open(path, [THINGS])
    with store.transaction() as tx:
        tx.executemany("INSERT INTO thing VALUES (?, 1)", ((f"{n:0>60}",) for n in range(2_000)))
    assert store.checkpoint()
    store.close()
    whole = path.read_bytes()
    match damage:
        case "not a database":
            path.write_bytes(b"A letter to my aunt. " * 1_000)
        case "cut in half":
            path.write_bytes(whole[: len(whole) // 8192 * 4096])
        case "page overwritten":
            path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with pytest.raises(StoreDamaged, match="restore a backup") as caught:
        names(Store.open(path, [THINGS]))
    assert str(path) in caught.value.message


def test_an_opening_that_fails_leaves_no_lock_behind(tmp_path):
    path = tmp_path / "x.db"
    broken = MigrationSet("set", ("CREATE TABLE a (x); INSERT INTO nowhere VALUES (1)",))
    with pytest.raises(Exception, match="no such table: nowhere") as kept:
        Store.open(path, [broken])
    store = Store.open(path, [THINGS])  # the failed one is still alive in the traceback
    assert kept.value is not None
    add(store, "a")
    assert store.checkpoint()
    store.close()


def test_a_path_that_cannot_be_is_a_fault(tmp_path):
    with pytest.raises(StoreFault, match="cannot be opened"):
        Store.open(tmp_path / "no" / "x.db", [])
    with pytest.raises(StoreFault, match="There is no database"):
        Store.read_only(tmp_path / "x.db")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreFault, match="cannot be"):
        Store.open(tmp_path / "folder.db", [])


def test_a_reader_sees_everything_and_changes_nothing(things):
    add(things, "a")
    reader = Store.read_only(things.path)
    assert names(reader) == ["a"]
    with pytest.raises(StoreFault), reader.transaction() as tx:
        tx.execute("DELETE FROM thing")
    add(things, "b")
    assert names(reader) == ["a", "b"]
    with reader.snapshot():
        assert names(reader) == ["a", "b"]
        add(things, "c")
        assert names(reader) == ["a", "b"]
    assert names(reader) == ["a", "b", "c"]
    reader.close()


def test_a_reader_opens_what_was_closed_cleanly(things):
    add(things, "a")
    copy = things.path.with_name("copy.db")
    things.checkpoint()
    shutil.copy(things.path, copy)
    reader = Store.read_only(copy)
    assert names(reader) == ["a"]
    reader.close()


def test_the_log_stays_bounded_and_is_emptied_when_idle(things):
    wal = things.path.with_name("huduma.db-wal")
    for number in range(300):
        add(things, f"{number:>3}" * 1_500)
    assert wal.stat().st_size < 3 * sync.store.database.WAL_PAGES_MAX * 4096
    reader = Store.read_only(things.path)
    with reader.snapshot():
        names(reader)
        add(things, "while somebody reads")
        things._connection.execute("PRAGMA busy_timeout=1")
        assert not things.checkpoint()
    assert things.checkpoint()
    assert wal.stat().st_size == 0
    reader.close()


def test_what_is_deleted_is_overwritten_on_disk(things):
    add(things, "Wanjiku-Kamau-27458812")
    with things.transaction() as tx:
        tx.execute("DELETE FROM thing")
    assert things.checkpoint()
    for path in things.path.parent.iterdir():
        assert b"27458812" not in path.read_bytes(), path


def process(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


WRITER = """
import sys
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import MigrationSet, Store
clock = SystemClock()
ids = SystemIds(clock)
told = MigrationSet("told", ("CREATE TABLE told (seq INTEGER PRIMARY KEY)",))
store = Store.open(sys.argv[1], [JOURNAL_TABLES, told])
journal = Journal(store, "kiosk-1", clock)
for number in range(int(sys.argv[2])):
    with store.transaction() as tx:
        seqs = [
            journal.append(tx, "node.fault", ids.uuid7(), {"count": number}).seq for _ in "123"
        ]
        tx.executemany("INSERT INTO told VALUES (?)", [(seq,) for seq in seqs])
    print(*seqs, flush=True)
"""


def test_several_processes_write_one_gapless_journal(tmp_path, clock):
    path, writers, rounds = tmp_path / "huduma.db", 5, 40
    running = [process(WRITER, str(path), str(rounds)) for _ in range(writers)]
    told = []
    for each in running:
        out, errors = each.communicate(timeout=60)
        assert each.returncode == 0, errors
        told += [int(seq) for seq in out.split()]
    assert sorted(told) == list(range(1, writers * rounds * 3 + 1))
    store = Store.open(path, [])
    journal = Journal(store, "kiosk-1", clock)
    assert [entry.seq for entry in journal.entries()] == sorted(told)
    assert journal.first_bad() is None
    store.close()


@pytest.mark.parametrize("lines", [1, 7, 20, 41, 90])
def test_after_a_kill_there_is_all_that_was_told_and_nothing_half(tmp_path, clock, lines):
    path = tmp_path / "huduma.db"
    running = process(WRITER, str(path), "100000")
    told = 0
    for _ in range(lines):
        told = int(running.stdout.readline().split()[-1])
    running.send_signal(signal.SIGKILL)
    running.communicate()
    store = Store.open(path, [])
    journal = Journal(store, "kiosk-1", clock)
    assert journal.last_seq() >= told
    assert journal.last_seq() % 3 == 0
    assert store.one("SELECT count(*) FROM told") == (journal.last_seq(),)
    assert journal.first_bad() is None
    assert store.page_problems() == []
    store.close()
