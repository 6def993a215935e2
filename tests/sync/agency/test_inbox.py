"""The desk: an agency's forms, once each, and nobody else's."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.identity.keys import AgencyKey
from provisioning.ids import SeededIds
from sync.agency.inbox import open_all, safe_name, write_tree
from sync.batches.batch import Stream
from sync.national.store import Stored
from sync.sealing.sealer import Sealer
from tests.sync.world import AGENCIES, Registry

EPOCH = b"epoch--1"


class Shelf:
    """A national store that holds just these entries."""

    def __init__(self):
        self.entries: list[Stored] = []
        self.ids = SeededIds(4)
        self.sealer = Sealer(
            Registry(), SeededIds(5), VirtualClock(), node="kiosk-1", db_epoch=EPOCH
        )

    def add(self, agency, kind, subject, body):
        stream = Stream("kiosk-1", EPOCH)
        seq = len(self.entries) + 1
        audience = f"agency:{agency}"
        self.entries.append(Stored(stream, seq, seq << 16, kind, subject, audience, body))

    def submit(self, agency, reference, plain, kind="form.submitted", subject=None):
        for capsule_kind, body in self.sealer.prepare(agency):
            self.add(agency, capsule_kind, self.ids.uuid7(), body)
            self.sealer.kept(agency)
        subject = subject or self.ids.uuid7()
        sealed = self.sealer.seal(agency, plain, subject)
        body = {"form": "lost_id", "version": "1", "reference": reference, "agency": agency}
        self.add(agency, kind, subject, {**body, **sealed})
        return subject

    def entries_for(self, audience):
        return iter([each for each in self.entries if each.audience == audience])


def form(xml=b"<data/>", **attachments):
    return encode({"xml": xml, "attachments": attachments, "submitted_at": 1_795_413_600_000})


@pytest.fixture
def shelf():
    made = Shelf()
    made.submit("NRB", "NRB-1", form("<data>Wanjirũ</data>".encode(), sign=b"\x89PNG"))
    made.submit("CRS", "CRS-1", form(b"<data>other</data>"))
    made.submit("NRB", "NRB-2", encode({"words": "asante", "submitted_at": 1}), "complaint.filed")
    return made


def test_an_agency_opens_its_own_and_only_its_own(shelf):
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert [each.entry.body["reference"] for each in result.opened] == ["NRB-1", "NRB-2"]
    assert (result.duplicates, result.failed) == (0, [])
    first, second = (each.as_json() for each in result.opened)
    assert first["xml"] == "<data>Wanjirũ</data>"
    assert first["attachments"] == {"sign": 4}
    assert (first["form"], first["node"], first["seq"]) == ("lost_id", "kiosk-1", 2)
    assert first["submitted_at"] == 1_795_413_600_000
    assert not {"sealed", "capsule", "index"} & set(first)
    assert (second["kind"], second["words"]) == ("complaint.filed", "asante")
    assert json.dumps(first)


@pytest.mark.parametrize("key", [AGENCIES["CRS"], AgencyKey(b"x" * 32)])
def test_a_wrong_key_opens_nothing_and_says_so_by_name(shelf, key):
    result = open_all(shelf, "NRB", key)
    assert result.opened == []
    assert [(entry.seq, fault.code) for entry, fault in result.failed] == [
        (1, 44),
        (2, 44),
        (5, 44),
    ]


def test_a_submission_that_arrives_again_counts_once(shelf):
    subject = shelf.submit("NRB", "NRB-3", form())
    shelf.submit("NRB", "NRB-3", form(), subject=subject)
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert [each.entry.body["reference"] for each in result.opened] == ["NRB-1", "NRB-2", "NRB-3"]
    assert result.duplicates == 1


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        (b"\xff\xff", 43),
        (encode([1]), 43),
        (encode({"xml": "text"}), 43),
        (encode({"xml": b"", "attachments": {"a": "text"}}), 43),
    ],
)
def test_a_record_that_is_no_submission_is_reported_and_the_rest_opens(shelf, plain, code):
    shelf.submit("NRB", "NRB-4", plain)
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert len(result.opened) == 2
    assert [fault.code for _, fault in result.failed] == [code]


def test_submissions_are_written_once_and_private(shelf, tmp_path):
    result = open_all(shelf, "NRB", AGENCIES["NRB"])
    assert write_tree(result.opened, tmp_path / "out") == 2
    assert write_tree(result.opened, tmp_path / "out") == 0
    place = tmp_path / "out" / str(result.opened[0].entry.subject)
    assert sorted(path.name for path in place.iterdir()) == ["entry.json", "sign", "submission.xml"]
    assert (place / "submission.xml").read_bytes() == "<data>Wanjirũ</data>".encode()
    assert stat.S_IMODE((place / "sign").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden", "hidden"),
        ("/", "_"),
        ("", "_"),
        ("a\0b", "a_b"),
        ("x" * 500, "x" * 128),
    ],
)
def test_an_attachments_name_cannot_leave_its_folder(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("first", ["a-van", "z-van"])
def test_who_takes_anothers_subject_takes_nothing_of_its_folder(shelf, tmp_path, first):
    """A subject stands in clear in a journal; an enrolled node may write it under its own name."""
    (honest, *_) = open_all(shelf, "NRB", AGENCIES["NRB"]).opened
    forged = replace(
        honest, xml=b"<data>forged</data>", entry=replace(honest.entry, stream=Stream(first, EPOCH))
    )
    for order in ([honest, forged], [forged, honest]):
        out = tmp_path / str(order.index(forged))
        assert write_tree(order, out) == 2
        assert write_tree(order, out) == 0
        found = {path.read_bytes() for path in out.rglob("submission.xml")}
        assert found == {honest.xml, forged.xml}
