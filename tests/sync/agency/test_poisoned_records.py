"""Records of an enrolled node that are anything but a form: each is named, the others open."""

from __future__ import annotations

import dataclasses
import json

import pytest

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.agency.inbox import file_names, open_all, write_tree
from sync.agency.openrosa.submission import Submission
from sync.agency.table_export import tables, write_csv
from sync.batches.batch import Stream
from sync.national.store import stored_entry
from sync.sealing.sealer import Sealer
from tests.sync.agency.test_inbox import EPOCH, Shelf, form
from tests.sync.world import AGENCIES, Registry

AUDIENCE = "agency:NRB"


def poisoned(change):
    """A shelf of two good forms and, between them, one that `change` made of a good one."""
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", form())
    shelf.submit("NRB", "NRB-2", form(b"<data>mine</data>"))
    place = len(shelf.entries) - 1
    bad = shelf.entries[place]
    shelf.entries[place] = dataclasses.replace(bad, body={**bad.body, **change})
    shelf.submit("NRB", "NRB-3", form())
    return shelf, place + 1


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": 20_000_000_000},
        {"sealed": "text"},
        {"sealed": None},
        {"sealed": [b"x"] * 40},
        {"index": True},
        {"index": "0"},
        {"index": 1 << 62},
        {"index": 60_000},
        {"capsule": [1]},
        {"form": [1]},
        {"form": {"a": 1}},
        {"reference": b"bytes"},
        {"reference": "NRB-1\x1b[2J"},
        {"service": "x" * 5_000},
    ],
)
def test_a_poisoned_record_is_named_and_the_others_open(change):
    shelf, seq = poisoned(change)
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert [each.entry.body["reference"] for each in result.opened] == ["NRB-1", "NRB-3"]
    assert [entry.seq for entry, _ in result.failed] == [seq]
    assert result.failed[0][1].code in {43, 44}


@pytest.mark.parametrize(
    "raw",
    [b"\x05", b"\xff\xff", b"\x81" * 100_000 + b"\0", b"", b"\x9b" + b"\xff" * 8, encode("text")],
)
def test_a_body_that_is_no_map_is_named_and_the_others_open(raw):
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", form())
    subject = SeededIds(1).uuid7()
    shelf.entries.append(
        stored_entry(Stream("van-1", EPOCH), 9, 9, "form.submitted", subject, AUDIENCE, raw)
    )
    shelf.submit("NRB", "NRB-3", form())
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert len(result.opened) == 2
    assert [(entry.seq, fault.code) for entry, fault in result.failed] == [(9, 43)]


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": 20_000_000_000},
        {"sealed": b""},
        {"sealed": b"\x81" * 1_000},
        {"epoch": "text"},
        {"capsule": 5},
        {"agency": [1]},
    ],
)
def test_a_poisoned_capsule_is_named_and_those_of_others_open(change):
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", form())
    good = shelf.entries[0]
    body = {**good.body, "capsule": b"another capsule.", **change}
    shelf.entries.append(dataclasses.replace(good, seq=9, body=body))
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert len(result.opened) == 1
    assert [entry.seq for entry, _ in result.failed] == [9]


@pytest.mark.parametrize(
    "plain",
    [
        form(b"<data id='a'><not closed"),
        form(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        form(b"\x00\xff"),
        form(b"<data>" + b"<a/>" * 60_000 + b"</data>"),
        encode({"xml": b"<data/>", "submitted_at": b"bytes"}),
        encode({"xml": b"<data/>", "submitted_at": [1]}),
        encode({"xml": b"<data/>", "attachments": {str(at): b"" for at in range(300)}}),
    ],
)
def test_a_sealed_record_that_is_no_form_is_named_and_the_others_open(plain):
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", form())
    shelf.submit("NRB", "NRB-2", plain)
    shelf.submit("NRB", "NRB-3", form())
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert len(result.opened) == 2
    assert [fault.code for _, fault in result.failed] == [43]


def test_what_is_sealed_cannot_say_who_sent_it():
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", encode({"xml": b"", "node": "centre", "kind": "x", "seq": 0}))
    (opened,) = open_all(shelf, "NRB", AGENCIES["NRB"]).opened
    told = opened.as_json()
    assert (told["node"], told["kind"], told["seq"]) == ("kiosk-1", "form.submitted", 2)
    assert json.dumps(told)


def test_another_node_cannot_make_a_form_count_as_sent_twice():
    shelf = Shelf()
    subject = shelf.submit("NRB", "NRB-1", form())
    rogue = Shelf()
    rogue.sealer = Sealer(Registry(), SeededIds(6), VirtualClock(), node="van-1", db_epoch=EPOCH)
    rogue.submit("NRB", "NRB-1", form(), subject=subject)
    moved = [
        dataclasses.replace(each, stream=Stream("van-1", EPOCH), seq=0) for each in rogue.entries
    ]
    shelf.entries = [*moved, *shelf.entries]
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert [each.entry.stream.node for each in result.opened] == ["van-1", "kiosk-1"]
    assert result.duplicates == 0


def test_names_in_a_record_lead_nowhere_and_hide_nothing(tmp_path):
    names = {"../../x.sh": b"1", "entry.json": b"2", "Submission.XML": b"3", "ĩ" * 200: b"4"}
    shelf = Shelf()
    shelf.submit("NRB", "NRB-1", form(**names))
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert write_tree(result.opened, tmp_path / "out") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    place = tmp_path / "out" / str(result.opened[0].entry.subject)
    assert len(list(place.iterdir())) == 6
    assert json.loads((place / "entry.json").read_bytes())["reference"] == "NRB-1"
    assert file_names(["a", "A", "a"]) == ["a", "2-A", "3-a"]


@pytest.mark.parametrize("form_id", ["/path", "../up", "a/b", "", "..", "a\nb", "x" * 400, ".h"])
def test_the_name_of_a_form_leads_no_table_out_of_its_folder(tmp_path, form_id):
    made = [Submission("uuid:1", form_id, "1", b"<data><a>1</a></data>")]
    made.append(Submission("uuid:2", "lost_id", "1", b"<data><KEY>x</KEY><a>1</a></data>"))
    written = write_csv(tables(made, {}), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert written[0].name in {"1-table.csv", "table.csv"}
    assert written[1].name == "lost_id.csv"
    assert written[1].read_text("utf-8-sig").splitlines() == ["KEY,_KEY,a", "uuid:2,x,1"]
