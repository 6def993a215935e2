"""The journal in a damaged file: whatever is wrong with it, there is an entry to name."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.journal.file_check import inspect
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import MigrationSet, Store, StoreDamaged, StoreFault

OTHERS = MigrationSet("others", ("CREATE TABLE after_it (word TEXT NOT NULL)",))
ENTRIES = 60


@pytest.fixture
def path(tmp_path: Path, clock: VirtualClock) -> Path:
    store = Store.open(tmp_path / "x.db", [JOURNAL_TABLES, OTHERS])
    journal, ids = Journal(store, "kiosk-1", clock), SeededIds(5)
    for count in range(ENTRIES):
        with store.transaction() as tx:
            journal.append(tx, "node.fault", ids.uuid7(), {"count": count, "text": "x" * 70})
    store.checkpoint()
    store.close()
    return tmp_path / "x.db"


def test_one_altered_bit_anywhere_names_an_entry_or_touches_none(path: Path) -> None:
    whole, chance = path.read_bytes(), random.Random(7)
    before = Store.read_only(path).all("SELECT * FROM journal ORDER BY seq")
    bad = elsewhere = 0
    for at in range(400):
        # Every other one hits the first page: file header and schema.
        place = chance.randrange(4096 if at % 2 else len(whole))
        changed = whole[place] ^ (1 << chance.randrange(8))
        path.write_bytes(whole[:place] + bytes([changed]) + whole[place + 1 :])
        try:
            verdict = inspect(path, "kiosk-1")
        except StoreDamaged:
            elsewhere += 1
            continue
        if verdict.first_bad is None:
            assert Store.read_only(path).all("SELECT * FROM journal ORDER BY seq") == before
        else:
            assert 1 <= verdict.first_bad <= ENTRIES + 1
            assert verdict.reason
            bad += 1
    assert bad > 50
    assert elsewhere > 5


@pytest.mark.parametrize(
    ("statement", "bad", "reason"),
    [
        ("DROP TABLE journal", 1, "journal is missing"),
        ("DROP TABLE journal_head", 1, "journal_head is missing"),
        ("DELETE FROM journal_node", 1, "belongs to nobody"),
        ("UPDATE journal_node SET node = 'kiosk-9'", 1, "belongs to node kiosk-9"),
        ("DELETE FROM journal_head", ENTRIES + 1, "head"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 33", 33, "altered"),
    ],
)
def test_what_the_entries_stand_in_is_looked_at_too(
    path: Path, statement: str, bad: int, reason: str
) -> None:
    store = Store.open(path, [])
    with store.transaction() as tx:
        tx.execute(statement)
    store.close()
    verdict = inspect(path, "kiosk-1")
    assert (verdict.first_bad, reason in verdict.reason) == (bad, True)
    assert verdict.entries == (0 if "DROP" in statement else min(bad - 1 or ENTRIES, ENTRIES))


def test_an_entry_that_its_index_has_lost_is_named(path: Path) -> None:
    found = Store.read_only(path).one("SELECT subject FROM journal WHERE seq = 41")
    assert found is not None
    whole = path.read_bytes()
    spots = [at for at in range(len(whole)) if whole.startswith(found[0], at)]
    assert len(spots) == 2
    for spot in spots:  # the row itself, and its copy in the index
        path.write_bytes(whole[: spot + 15] + bytes([whole[spot + 15] ^ 1]) + whole[spot + 16 :])
        assert inspect(path, "kiosk-1").first_bad == 41


def test_a_definition_damaged_elsewhere_hides_no_entry(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"CREATE TABLE after_it (word", b"CREATE TABLE after_it {word"))
    with pytest.raises(StoreDamaged, match="after_it"):
        inspect(path, "kiosk-1")
    whole = path.read_bytes().replace(b"x" * 69, b"x" * 68 + b"y", 1)
    path.write_bytes(whole)
    assert inspect(path, "kiosk-1").first_bad is not None


def test_no_database_and_nobodys_database(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="start the node's services once"):
        inspect(tmp_path / "none.db", "kiosk-1")
    Store.open(tmp_path / "fresh.db", []).close()
    with pytest.raises(StoreFault, match="holds no journal"):
        inspect(tmp_path / "fresh.db", "kiosk-1")
    Store.open(tmp_path / "made.db", [JOURNAL_TABLES]).close()
    fresh = inspect(tmp_path / "made.db", "kiosk-1")
    assert (fresh.first_bad, fresh.entries) == (None, 0)
