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
from sync.batches.claims import Claims
from sync.journal.journal import GENESIS
from sync.national.open_store import DATABASES, open_database
from sync.service.relay import RELAY_TABLES, Relay
from sync.store.database import Store
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


def claiming(bodies, kind="visit.started"):
    """One segment for each body, chained."""
    made = facts(A, [(kind, "national", body) for body in bodies])
    covers, before, prev = [], GENESIS, GENESIS
    for no, fact in enumerate(made, start=1):
        raw = build(signing(A.node), A, no, before, prev, [fact])
        covers.append(read_envelope(raw))
        before, prev = hashlib.sha256(raw).digest(), fact.hash
    return covers


def ticket(site, series):
    return {"site": site, "day": "2026-11-23", "series": series, "number": 1}


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("visit.started", {"site": "HC-015"}, "site HC-015"),
        ("visit.started", {"aside": "roadside", "site": "HC-01"}, "site HC-01,"),
        ("ticket.issued", ticket("HC-015", "A"), "site HC-015"),
        ("visit.started", {"a": {"site": "HC-001"}, "site": "HC-015"}, "site HC-015"),
        ("visit.started", {"a": [{"site": "HC-001"}, "site"], "site": "HC-015"}, "site HC-015"),
        ("ticket.issued", ticket("HC-001", "A-K2-"), "unit 2"),
        ("ticket.issued", ticket("HC-001", "A-K11-"), "unit 11"),
    ],
)
def test_entries_of_another_site_or_unit_are_set_aside_and_stop_nothing(store, kind, body, why):
    own = ticket("HC-001", "A-K1-")
    claims = Claims("HC-001", 1)
    for envelope in claiming([own, body, own], kind):
        assert store.take(envelope, "centre", NOW, claims).verdict is AppendCheck.NEXT
    assert [each.seq for each in store.entries_for("national")] == [1, 3]
    [aside] = store.quarantine()
    assert (aside.no, aside.code) == (2, 49)
    assert why in aside.why
    assert store.progress(A).no == 3


@pytest.mark.parametrize(
    ("claims", "body"),
    [
        (Claims("HC-001", 1), ticket("HC-001", "A-K1-")),
        (Claims("HC-001", None), ticket("HC-001", "A-K7-")),  # an old certificate names no unit
        (Claims("HC-001", 1), {"words": "dsite HC-015"}),
        (Claims("HC-001", 1), {"place": {"site": "HC-015"}}),
        (Claims("HC-001", 1), {"service": "A-K9-"}),
        (None, {"site": "HC-015"}),
    ],
)
def test_what_a_certificate_covers_is_taken(store, claims, body):
    [envelope] = claiming([body], "ticket.issued")
    store.take(envelope, "centre", NOW, claims)
    assert store.quarantine() == []


def test_a_relay_names_it_and_carries_it_on(tmp_path):
    opened = Store.open(tmp_path / "relay.db", [RELAY_TABLES])
    relay, claims = Relay(opened), Claims("HC-001", 1)
    covers = claiming([{"site": "HC-001"}, {"site": "HC-015"}, {"site": "HC-001"}])
    for envelope in covers:
        assert relay.take(envelope, "kiosk-1", NOW, claims).verdict is AppendCheck.NEXT
    assert opened.all("SELECT no, code FROM relay_refused") == [(2, 49)]
    assert [relay.raw(A, no) for no in (1, 2, 3)] == [each.raw for each in covers]
    opened.close()
