"""What every national store keeps, whichever database it is: add a row to STORES and it is held
to all of it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from provisioning.cbor import decode, encode
from provisioning.faults import UsageFault
from provisioning.identity.cose_sign1 import signed_bytes
from provisioning.ids import SeededIds
from sync.batches.batch import Stream, build, read_envelope
from sync.batches.chain import START, AppendCheck, Tail, check_append, short_hash
from sync.journal.journal import GENESIS
from sync.national.open_store import DATABASES, open_database
from tests.sync.world import facts, signing

STORES = {"sqlite": lambda folder: f"sqlite:///{folder}/national.db"}
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
A = Stream("kiosk-1", b"epoch--1")


@pytest.fixture(params=sorted(STORES))
def url(request, tmp_path):
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(url):
    opened = open_database(url, SeededIds(1))
    yield opened
    opened.close()


def chain(stream=A, count=3, tag="a"):
    """`count` segments of three entries each, chained."""
    plan = [
        ("visit.started", "national", {"site": tag}),
        ("print.queued", "site", {"job": tag}),
        ("form.submitted", "agency:NRB", {"sealed": tag.encode(), "index": 0}),
    ] * count
    made = facts(stream, plan)
    covers, prev_segment, prev_entry = [], GENESIS, GENESIS
    for no in range(count):
        part = made[3 * no : 3 * no + 3]
        raw = build(signing(stream.node), stream, no + 1, prev_segment, prev_entry, part)
        covers.append(read_envelope(raw))
        prev_segment, prev_entry = hashlib.sha256(raw).digest(), part[-1].hash
    return covers


def take(store, envelope):
    return store.take(envelope, "centre", NOW).verdict


def test_segments_in_order_are_stored_with_their_entries(store):
    covers = chain()
    assert [take(store, envelope) for envelope in covers] == [AppendCheck.NEXT] * 3
    progress = store.progress(A)
    assert (progress.no, progress.national, progress.mark) == (3, 3, short_hash(covers[-1].hash))
    entries = list(store.entries_for("agency:NRB"))
    assert [(each.seq, each.kind, each.body["index"]) for each in entries] == [
        (3, "form.submitted", 0),
        (6, "form.submitted", 0),
        (9, "form.submitted", 0),
    ]
    assert list(store.entries_for("site")) == []
    (count,) = store.counts()
    assert (count.stream, count.segments, count.entries, count.last_seq) == (A, 3, 6, 9)


def test_the_same_segment_again_changes_nothing(store):
    covers = chain()
    for envelope in [*covers, *covers, covers[0]]:
        take(store, envelope)
    assert take(store, covers[1]) is AppendCheck.KNOWN
    assert store.counts()[0].segments == 3
    assert len(list(store.entries_for("national"))) == 3


def test_a_gap_is_not_stored_and_closes_when_filled(store):
    covers = chain()
    assert take(store, covers[0]) is AppendCheck.NEXT
    assert take(store, covers[2]) is AppendCheck.GAP
    assert store.progress(A).no == 1
    assert [take(store, envelope) for envelope in covers[1:]] == [AppendCheck.NEXT] * 2


def test_another_segment_of_the_same_number_is_a_fork_kept_once(store):
    first, other = chain(), chain(tag="b")
    take(store, first[0])
    assert [take(store, other[0]) for _ in range(3)] == [AppendCheck.FORK] * 3
    assert take(store, other[1]) is AppendCheck.FORK  # it follows a segment we do not have
    assert [(each.stream, each.no, each.code) for each in store.quarantine()] == [
        (A, 1, 46),
        (A, 2, 46),
    ]
    assert take(store, first[1]) is AppendCheck.NEXT


def test_a_sender_whose_newest_segment_is_another_is_noted(store):
    covers = chain()
    take(store, covers[0])
    assert not store.contradicts(A, 1, short_hash(covers[0].hash), NOW)
    assert not store.contradicts(A, 7, b"whatever", NOW)
    assert store.contradicts(A, 1, b"whatever", NOW)
    assert [each.no for each in store.quarantine()] == [1]


def test_a_signed_segment_that_does_not_unpack_is_set_aside_and_stops_nothing(store):
    good = chain()
    header, _, _ = decode(good[1].raw)
    poison = encode([b"", [["national", b"\x01 no zstd", b""]]])
    signature = signing("kiosk-1").sign(
        signed_bytes(header, external=hashlib.sha256(poison).digest())
    )
    broken = read_envelope(encode([header, poison, signature]))
    broken.verify(signing("kiosk-1").public_key())
    made = facts(A, [("visit.started", "national", {"site": "c"})] * 9)
    after = build(signing("kiosk-1"), A, 3, broken.hash, made[5].hash, made[6:])
    assert take(store, good[0]) is AppendCheck.NEXT
    assert take(store, broken) is AppendCheck.NEXT
    assert take(store, read_envelope(after)) is AppendCheck.NEXT
    assert [(each.no, each.code) for each in store.quarantine()] == [(2, 43)]
    assert store.progress(A).no == 3


def test_streams_do_not_touch_each_other(store):
    again = Stream("kiosk-1", b"epoch--2")
    for envelope in [*chain(), *chain(again, 2), *chain(Stream("van-1", b"epoch--1"), 1)]:
        assert take(store, envelope) is AppendCheck.NEXT
    assert [(each.stream.node, each.segments) for each in store.counts()] == [
        ("kiosk-1", 3),
        ("kiosk-1", 2),
        ("van-1", 1),
    ]


def test_two_gateways_on_one_database_agree(store, url):
    second = open_database(url, SeededIds(2))
    covers = chain()
    assert take(store, covers[0]) is AppendCheck.NEXT
    assert take(second, covers[0]) is AppendCheck.KNOWN
    assert take(second, covers[1]) is AppendCheck.NEXT
    assert store.progress(A).no == 2
    assert second.server_epoch == store.server_epoch
    second.close()


def test_a_database_of_an_unknown_kind_is_refused_by_name():
    with pytest.raises(UsageFault) as fault:
        open_database("oracle://there", SeededIds(1))
    assert "sqlite:///" in fault.value.message
    assert set(STORES) == set(DATABASES)  # whoever adds a database proves it here


def test_the_first_segment_of_a_restored_database_may_start_anywhere():
    later = facts(A, [("visit.started", "national", {})] * 2, first=41, prev=b"p" * 32)
    envelope = read_envelope(build(signing("kiosk-1"), A, 1, GENESIS, b"p" * 32, later))
    assert check_append(START, None, envelope) is AppendCheck.NEXT
    assert check_append(Tail(1, b"h" * 32, 9, None), b"other" * 6, envelope) is AppendCheck.FORK
