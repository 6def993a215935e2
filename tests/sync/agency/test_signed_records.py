"""What an agency believes: what nodes signed, not what the national table says."""

from __future__ import annotations

import pytest

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.agency.desk_memory import DESK_TABLES, DeskMemory
from sync.agency.inbox import open_all
from sync.agency.signed_records import SignedRecords
from sync.batches.batch import build, read_envelope
from sync.journal.node_database import NodeDatabase
from sync.service.witness import WITNESS_S, Witness
from sync.store.database import Store
from sync.transports.memory import MemoryNet
from tests.sync.world import AGENCIES, CentreWorld, NationalWorld, NodeWorld, facts, signing


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


def remembering(world, tmp_path):
    """A desk's memory, and a look through it: what is missed since the last time."""
    _, national = world
    store = Store.open(tmp_path / "desk.db", [DESK_TABLES])

    def look_back():
        records = SignedRecords(national.store, lambda node: signing(node).public_key())
        result = open_all(records, "NRB", AGENCIES["NRB"])
        memory = DeskMemory(store)
        missed = memory.compare(records.tails, records.marks)
        memory.remember(records.tails, result.opened)
        return [(each.code, each.message) for each in missed]

    return look_back


def cut_tail(national, after):
    change(national, "DELETE FROM national_segment WHERE node = 'van-1' AND no > ?", (after,))
    change(
        national,
        "DELETE FROM national_entry WHERE node = 'van-1' AND seq >"
        " (SELECT coalesce(max(last), 0) FROM national_segment WHERE node = 'van-1')",
    )


def test_a_tail_cut_off_is_missed_with_its_references_as_long_as_it_is_gone(world, tmp_path):
    van, national = world
    look_back = remembering(world, tmp_path)
    assert look_back() == []
    assert look_back() == []
    rows = national.store._store.all("SELECT * FROM national_segment ORDER BY no")
    cut_tail(national, 1)
    assert look(national)[1] == []  # what is left shows nothing
    for _ in range(2):
        ((code, text),) = look_back()
        assert code == 48
        assert f"van-1 batches 2 to {len(rows)}" in text
        assert text.endswith(f"forms seen before: {van.told[1]}, {van.told[2]}.")
    marks = ", ".join("?" * len(rows[0]))
    for row in rows[1:]:
        change(national, f"INSERT INTO national_segment VALUES ({marks})", row)
    assert look_back() == []


def test_a_whole_stream_taken_away_is_missed(world, tmp_path):
    _, national = world
    look_back = remembering(world, tmp_path)
    look_back()
    cut_tail(national, 0)
    ((code, text),) = look_back()
    assert (code, "van-1 batches 1 to" in text) == (48, True)


def test_a_tail_replaced_by_another_is_named(world, tmp_path):
    """Whoever has the device's key may sign another past; a desk that saw the first one knows."""
    van, national = world
    look_back = remembering(world, tmp_path)
    look_back()
    row = national.store._store.one("SELECT max(no) FROM national_segment")
    envelope = read_envelope(
        national.store._store.one("SELECT bytes FROM national_segment WHERE no = ?", row)[0]
    )
    other = facts(van.stream, [("visit.started", "national", {})], first=envelope.first)
    raw = build(
        signing("van-1"), van.stream, row[0], envelope.prev_segment, envelope.prev_entry, other
    )
    change(national, "UPDATE national_segment SET bytes = ? WHERE no = ?", (raw, row[0]))
    assert [code for code, _ in look_back()] == [46]


@pytest.fixture
def relayed(tmp_path):
    """A kiosk behind a centre, and what the centre witnessed."""
    clock, net, kiosk_net = VirtualClock(), MemoryNet(), MemoryNet()
    national = NationalWorld(tmp_path, clock, net)
    centre = CentreWorld("centre", tmp_path, clock, net, 3, kiosk_net)
    kiosk = NodeWorld("kiosk-1", tmp_path, clock, kiosk_net, 4)
    witness = Witness(NodeDatabase(centre.store, centre.journal, clock, centre.ids))

    def work(seconds):
        for _ in range(seconds):
            for each in (kiosk, centre, national):
                each.work()
            clock.advance(seconds=1)

    for _ in range(3):
        kiosk.submit()
        work(10)
    yield kiosk, national, witness, work, clock
    for each in (kiosk, centre, national):
        each.store.close()


def test_a_centre_witnesses_what_the_national_node_acknowledged_once(relayed):
    _, national, witness, work, clock = relayed
    assert witness.turn() == 0  # not at once
    clock.advance(seconds=WITNESS_S)
    assert witness.turn() == 1
    clock.advance(seconds=WITNESS_S)
    assert witness.turn() == 0  # nothing new
    work(10)
    assert look(national)[1] == []


def test_a_tail_nobody_looked_at_is_missed_by_what_its_centre_witnessed(relayed):
    _, national, witness, work, _ = relayed
    witness.tell()
    work(10)
    change(national, "DELETE FROM national_segment WHERE node = 'kiosk-1' AND no > 1")
    change(national, "DELETE FROM national_entry WHERE node = 'kiosk-1' AND seq > 3")
    _, named = look(national)
    assert any(
        code == 48 and "kiosk-1 batches 2 to" in text and "centre saw arrive" in text
        for code, text in named
    )
    change(national, "DELETE FROM national_segment WHERE node = 'kiosk-1'")
    assert any("kiosk-1 batches 1 to" in text for _, text in look(national)[1])


@pytest.mark.parametrize(
    "body",
    [
        {"node": 7, "epoch": b"epoch--1", "no": 5, "last": 9, "mark": b"12345678"},
        {"node": "kiosk-9", "epoch": b"epoch--1", "no": 1 << 60, "last": 9, "mark": b"12345678"},
        {"node": "kiosk-9", "no": True},
        {"node": "van-1", "epoch": b"epoch--1", "no": 99, "last": 9, "mark": b"12345678"},
    ],
)
def test_a_witness_that_makes_no_sense_or_speaks_of_others_counts_for_nothing(world, body):
    van, national = world
    with van.store.transaction() as tx:
        van.journal.append(tx, "stream.witnessed", van.ids.uuid7(), body)
    for _ in range(10):
        van.work()
        national.work()
        van.clock.advance(seconds=1)
    records = SignedRecords(
        national.store, lambda node: signing(node).public_key(), lambda *_: False
    )
    open_all(records, "NRB", AGENCIES["NRB"])
    assert records.faults == []
    if body.get("node") != "van-1":
        assert [text for _, text in look(national)[1] if "saw arrive" in text] == []


def test_records_may_be_read_again(world):
    """One reading for each kind of what an agency gets: the second finds what the first found."""
    van, national = world
    records = SignedRecords(national.store, lambda node: signing(node).public_key())
    for _ in range(2):
        assert len(open_all(records, "NRB", AGENCIES["NRB"]).opened) == len(van.told)
    assert records.faults == []
