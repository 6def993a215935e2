"""What an agency believes: what nodes signed, not what the national table says."""

from __future__ import annotations

import pytest

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.agency.inbox import open_all
from sync.agency.signed_records import SignedRecords
from sync.transports.memory import MemoryNet
from tests.sync.world import AGENCIES, NationalWorld, NodeWorld, signing


@pytest.fixture
def world(tmp_path):
    clock, net = VirtualClock(), MemoryNet()
    national = NationalWorld(tmp_path, clock, net)
    van = NodeWorld("van-1", tmp_path, clock, net, 1)
    for _ in range(3):
        van.submit()
        for _ in range(10):
            van.work()
            national.work()
            clock.advance(seconds=1)
    yield van, national
    van.store.close()
    national.store.close()


def change(national, statement, values=()):
    with national.store._store.transaction() as tx:
        tx.execute(statement, values)


def look(national):
    """(references that open, codes and sentences of what is named)."""
    records = SignedRecords(national.store, lambda node: signing(node).public_key())
    result = open_all(records, "NRB", AGENCIES["NRB"])
    assert result.failed == []
    named = sorted((fault.code, fault.message) for fault in records.faults)
    return [each.entry.body["reference"] for each in result.opened], named


def test_what_was_signed_opens_and_nothing_is_named(world):
    van, national = world
    assert look(national) == (van.told, [])


def test_a_forged_form_is_named_and_a_deleted_one_is_opened_and_named(world):
    van, national = world
    row = national.store._store.one(
        "SELECT max(seq) FROM national_entry WHERE kind = 'form.submitted'"
    )
    change(
        national,
        "INSERT INTO national_entry SELECT node, db_epoch, 90000, hlc, kind, ?, audience, body,"
        " hash FROM national_entry WHERE seq = ?",
        (SeededIds(7).uuid7().bytes, row[0]),
    )
    change(national, "DELETE FROM national_entry WHERE seq = ?", (row[0],))
    opened, named = look(national)
    assert opened == van.told
    assert [code for code, _ in named] == [48, 49]
    assert f"van-1 entry {row[0]} is signed and missing" in named[0][1]
    assert "van-1 entry 90000" in named[1][1]


def test_an_altered_form_is_named_and_opens_as_it_was_signed(world):
    van, national = world
    change(
        national,
        "UPDATE national_entry SET body = ? WHERE seq ="
        " (SELECT max(seq) FROM national_entry WHERE kind = 'form.submitted')",
        (encode({"reference": "other"}),),
    )
    opened, named = look(national)
    assert opened == van.told
    assert [code for code, _ in named] == [49]


def test_a_segment_taken_out_is_named_and_the_others_open(world):
    van, national = world
    change(national, "DELETE FROM national_segment WHERE no = 2")
    opened, named = look(national)
    assert van.told[0] in opened
    assert 48 in [code for code, _ in named]
    assert any("batches 2 to 2 before it are gone" in text for _, text in named)


def test_a_segment_that_was_touched_is_named_and_not_believed(world):
    _, national = world
    change(
        national, "UPDATE national_segment SET bytes = CAST(bytes || x'00' AS BLOB) WHERE no = 3"
    )
    opened, named = look(national)
    assert len(opened) == 2
    assert any(code == 43 and "van-1 batch 3" in text for code, text in named)


def test_a_segment_set_aside_by_the_node_is_named(world):
    _, national = world
    change(national, "UPDATE national_segment SET head = NULL WHERE no = 3")
    opened, named = look(national)
    assert len(opened) == 2
    assert any("set aside" in text for _, text in named)


@pytest.mark.parametrize("value", [20_000_000_000, "text", b"", None, 1.5])
@pytest.mark.parametrize("column", ["body", "subject"])
def test_values_of_any_type_in_the_national_table_stop_nothing(world, column, value):
    van, national = world
    statement = f"UPDATE OR IGNORE national_entry SET {column} = ?"
    change(national, statement, (b"" if value is None else value,))
    opened, named = look(national)
    assert opened == van.told
    assert {code for code, _ in named} == {49}
