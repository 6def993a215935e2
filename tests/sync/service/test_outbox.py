"""Outbox, relay, peers, status and checks: the parts of a sending node."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest

from provisioning.clock import SystemClock, VirtualClock
from provisioning.enrolment.site_layout import demo_plan, free_ports, lay_out
from provisioning.identity.certificates import IdentityFault
from provisioning.ids import SeededIds, SystemIds
from provisioning.node.site import Site
from provisioning.process_lock import ProcessLock
from sync.batches.batch import Stream, read_entries, read_envelope
from sync.batches.chain import StreamProgress
from sync.faults import Fork, NotSigned
from sync.service import outbox as outbox_module
from sync.service.doctor_checks import checks
from sync.service.outbox import Outbox
from sync.service.peer_registry import PeerRegistry
from sync.service.status import LinkLog, read
from tests.sync.world import MemoryNet, NodeWorld, signing


@pytest.fixture
def node(tmp_path):
    made = NodeWorld("kiosk-1", tmp_path, VirtualClock(), MemoryNet(), 1)
    yield made
    made.store.close()


def close(node, *, entries_max=500, older=None, line_free=True):
    return node.outbox.close_segment(
        entries_max=entries_max,
        young=None if older is None else range(older, older + (1 << 40)),
        line_free=line_free,
    )


def note(node, kind="visit.started", body=None):
    with node.store.transaction() as tx:
        node.journal.append(tx, kind, node.ids.uuid7(), body or {"site": "HC-001"})


def ack(node, no, national):
    (offer,) = node.outbox.offers()
    raw = node.store.one("SELECT hash FROM outbox_segment WHERE no = ?", (no,))
    mark = bytes(raw[0])[:8] if raw else bytes(8)
    return node.outbox.acked(StreamProgress(offer.stream, no, mark, national), node.clock.now())


def past(node, seconds):
    moment = node.clock.now() - timedelta(seconds=seconds)
    return int(moment.timestamp() * 1000) << 16


def test_a_form_leaves_at_once_and_other_facts_wait_their_time(node):
    note(node)
    assert not close(node, older=past(node, 60))
    node.clock.advance(seconds=61)
    assert close(node, older=past(node, 60))
    ack(node, 1, 1)
    node.submit()
    assert close(node, older=past(node, 60))


def test_entries_of_the_site_alone_make_no_segment(node):
    note(node, "staff.called", {"site": "HC-001", "state": "home"})
    assert not close(node)
    assert node.outbox.waiting() == 0


def test_with_the_line_down_or_a_segment_under_way_entries_gather(node):
    node.submit()
    assert not close(node, line_free=False)
    assert close(node)
    node.submit()
    assert not close(node)
    ack(node, 1, 0)
    assert close(node)


def test_enough_entries_are_a_reason_whatever_the_line(node):
    for _ in range(7):
        note(node)
    assert close(node, entries_max=3, line_free=False)
    assert close(node, entries_max=3, line_free=False)
    assert not close(node, entries_max=3, line_free=False)
    envelope = read_envelope(node.outbox.raw(node.stream, 2))
    assert [fact.seq for fact in read_entries(envelope).facts] == [4, 5, 6]


def test_large_bodies_close_a_segment_early(node, monkeypatch):
    monkeypatch.setattr(outbox_module, "BODY_BYTES_MAX", 100)
    for _ in range(3):
        note(node, body={"site": "x" * 60})
    for no in (1, 2, 3):
        assert close(node)
        ack(node, no, no)
    rows = node.store.all("SELECT entries FROM outbox_segment ORDER BY no")
    assert [row[0] for row in rows] == [1, 1, 1]


@pytest.mark.parametrize(("over", "entries"), [(0, [2]), (1, [1, 1])])
def test_a_segment_closes_at_256_kibibytes_of_bodies(node, over, entries):
    """The byte more may be the first entry's: one larger entry makes a segment of its own."""
    note(node, body={"site": "x" * 1_000})
    note(node, body={"site": ""})
    size = node.store.one("SELECT sum(length(body)) FROM journal")[0]
    with node.store.transaction() as tx:
        tx.execute("DELETE FROM journal")
        tx.execute("UPDATE journal_head SET seq = 0, hash = zeroblob(32)")
    # Texts of 1,000 and of 200,000 letters have heads of 3 and 5 bytes.
    note(node, body={"site": "x" * 1_000})
    note(node, body={"site": "x" * (262_144 - size - 4 + over)})
    assert node.store.one("SELECT sum(length(body)) FROM journal")[0] == 262_144 + over
    for no in range(1, len(entries) + 1):
        assert close(node)
        ack(node, no, no)
    rows = node.store.all("SELECT entries FROM outbox_segment ORDER BY no")
    assert [row[0] for row in rows] == entries


def test_one_entry_larger_than_a_segment_goes_alone(node, monkeypatch):
    monkeypatch.setattr(outbox_module, "BODY_BYTES_MAX", 10)
    note(node, "staff.called", {"site": "HC-001", "state": "home"})
    note(node)
    note(node)
    assert close(node)
    row = node.store.one("SELECT first, last, entries FROM outbox_segment")
    assert tuple(row) == (1, 2, 1)


def test_a_long_run_of_entries_of_the_site_is_cut_where_a_segment_must_end(node, monkeypatch):
    monkeypatch.setattr(outbox_module, "SPAN_MAX", 4)
    for _ in range(5):
        note(node, "staff.called", {"site": "HC-001", "state": "home"})
    note(node)
    for no in (1, 2):
        assert close(node)
        ack(node, no, no)
    rows = node.store.all("SELECT first, last, entries FROM outbox_segment ORDER BY no")
    assert [tuple(row) for row in rows] == [(1, 4, 0), (5, 6, 1)]


def test_a_segment_under_way_is_one_the_relay_has_not_stored(node):
    node.submit()
    assert close(node)
    node.submit()
    assert not close(node), "nothing acknowledged the first"
    ack(node, 1, 0)
    assert close(node), "the relay has it"


def test_bytes_go_once_national_and_come_back_the_same_when_asked(node):
    node.submit()
    node.submit()
    close(node)
    before = node.outbox.raw(node.stream, 1)
    assert ack(node, 1, 1)
    assert not ack(node, 1, 1)
    assert node.store.one("SELECT bytes FROM outbox_segment")[0] is None
    assert node.outbox.raw(node.stream, 1) == before
    assert node.outbox.raw(node.stream, 2) is None
    assert node.outbox.raw(Stream("other", b"epoch--1"), 1) is None


def test_an_acknowledgement_for_another_segment_is_not_believed(node):
    node.submit()
    close(node)
    for no, mark in ((1, b"wrong---"), (2, bytes(8))):
        with pytest.raises(Fork):
            node.outbox.acked(StreamProgress(node.stream, no, mark, no), node.clock.now())
    assert read(node.store).segments_acked == 0
    other = StreamProgress(Stream("van-1", b"epoch--1"), 1, b"wrong---", 1)
    assert not node.outbox.acked(other, node.clock.now())


def test_an_acknowledgement_of_an_earlier_epoch_is_never_news(node):
    node.submit()
    close(node)
    ack(node, 1, 1)
    earlier = node.stream
    mark = node.outbox.offers()[0].mark
    later = Stream(earlier.node, b"epoch--9")
    outbox = Outbox(node.store, later, signing("kiosk-1"))
    own, before = outbox.offers()
    assert (own.stream, own.no) == (later, 0)
    assert before == StreamProgress(earlier, 1, mark, 1)
    for no, said in ((1, mark), (7, b"unknown-")):
        claimed = StreamProgress(earlier, no, said, no)
        assert outbox.acked(claimed, node.clock.now()) is False
    with pytest.raises(Fork, match="earlier epoch"):
        outbox.acked(StreamProgress(earlier, 1, b"wrong---", 1), node.clock.now())


def test_segments_chain_over_restarts(node):
    node.submit()
    close(node)
    ack(node, 1, 0)
    node.crash()
    node.submit()
    close(node)
    first, second = (read_envelope(node.outbox.raw(node.stream, no)) for no in (1, 2))
    second.verify(signing("kiosk-1").public_key())
    assert second.prev_segment == first.hash
    assert second.prev_entry == read_entries(first).head


def test_status_counts_what_waits_and_never_claims_too_much(node):
    assert not read(node.store).online
    node.submit()
    status = read(node.store)
    assert (status.waiting, status.segments, status.sent_seq) == (2, 0, 0)
    close(node)
    ack(node, 1, 0)
    assert read(node.store).waiting == 2  # at the relay is not sent
    ack(node, 1, 1)
    status = read(node.store)
    assert (status.waiting, status.sent_seq, status.segments_acked) == (0, 2, 1)
    assert status.as_json()["last_ack_at"] == node.clock.now().isoformat()


def test_the_line_is_what_happened_last_and_silence_is_down(node):
    log = LinkLog(node.store, node.stream)
    log.sent(100)
    log.up(node.clock.now())
    assert read(node.store, node.clock.now()).online
    assert read(node.store).bytes_sent == 100
    later = node.clock.now() + timedelta(seconds=91)
    assert not read(node.store, later).online
    log.down()
    assert not read(node.store, node.clock.now()).online
    log.blocked(node.stream, 46)
    log.blocked(Stream("other", b"epoch--1"), 49)
    assert read(node.store).fault == 46
    LinkLog(node.store, node.stream).accepted(node.stream)
    assert read(node.store).fault == 0
    log.sent(11)
    log.flush()
    assert read(node.store).bytes_sent == 111


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    clock = SystemClock()
    ids = SystemIds(clock)
    folder = tmp_path_factory.mktemp("peers") / "site"
    lay_out(folder, demo_plan(("NRB",), free_ports(4, ids)), ids, clock.now())
    return Site.open(folder)


def test_who_sends_to_whom_and_what_they_may_bring(site):
    clock = VirtualClock(site.registry.issued)
    node = site.node("national")
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)
    assert peers.upstream_of("kiosk-1").name == "centre"
    assert peers.upstream_of("van-1").name == "national"
    assert peers.upstream_of("centre").name == "national"
    assert peers.may_send("kiosk-1", "kiosk-1")
    assert peers.may_send("centre", "kiosk-2")
    assert not peers.may_send("kiosk-1", "kiosk-2")
    assert peers.may_send("centre", "van-1")  # a stick of a van is emptied at any centre
    assert not peers.may_send("stranger", "stranger")
    assert peers.named(site.node("van-1").keys.curve_public) == "van-1"
    assert peers.named(b"x" * 32) is None
    assert peers.signing_key("van-1").public_bytes_raw() == site.node("van-1").keys.signing_public
    with pytest.raises(NotSigned):
        peers.signing_key("stranger")
    with pytest.raises(IdentityFault):
        peers.upstream_of("stranger")


def test_a_changed_registry_is_believed_only_when_it_verifies(site, tmp_path):
    clock = VirtualClock(site.registry.issued)
    path = tmp_path / "registry.cbor"
    good = (site.node("national").dir / "keys" / "registry.cbor").read_bytes()
    path.write_bytes(good)
    peers = PeerRegistry(path, site.node("national").root_public, clock)
    path.write_bytes(good[:-1] + b"\0")
    os.utime(path, (1, 1))
    clock.advance(seconds=2)
    assert peers.named(site.node("van-1").keys.curve_public) == "van-1"
    path.unlink()
    clock.advance(seconds=2)
    assert peers.may_send("kiosk-1", "kiosk-1")


@dataclass
class Fake:
    """As much of a site's node as the checks look at."""

    role: str
    db_path: object
    now: VirtualClock
    name: str = "kiosk-1"
    field: bool = True

    @property
    def settings(self):
        return SimpleNamespace(node=SimpleNamespace(field=self.field))

    def lock_path(self, name):
        return self.dir / f"{name}.lock"

    @property
    def dir(self):
        return self.db_path.parent

    def clock(self):
        return self.now


def test_the_doctor_is_told_what_is_wrong_and_what_to_do(node):
    fake = Fake("kiosk", node.path, node.clock)
    names = ("sync line", "sync backlog", "sync refusals")
    found = {check.name: check for check in checks(fake)}
    assert all(found[name].run().ok for name in names)
    log = LinkLog(node.store, node.stream)
    log.up(node.clock.now())
    assert found["sync line"].run().ok
    log.down()
    log.blocked(node.stream, 46)
    stopped = found["sync line"].run()
    assert (stopped.ok, stopped.code) == (False, 47)
    assert "does not run" in stopped.text
    assert "start the sync service" in stopped.remedy
    fake.field = False
    assert found["sync line"].run().ok, "on a demo site nothing runs between two tries"
    lock = ProcessLock(fake.lock_path("sync"), Fork("runs already"))
    line, backlog, refusals = (found[name].run() for name in names)
    assert (line.ok, line.code, backlog.ok) == (False, 47, True)
    assert (refusals.ok, refusals.code) == (False, 46)
    assert "huduma journal restore" in refusals.remedy
    assert "network" in line.remedy
    lock.release()
    national = checks(Fake("national", node.path, node.clock))
    assert [check.name for check in national] == ["node quotas"]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(46, "huduma journal restore --site"), (49, "its device.toml"), (43, "huduma journal")],
)
def test_the_doctor_names_what_a_relay_refused(node, code, remedy):
    fake = Fake("centre", node.path, node.clock, "centre")
    (relay,) = [check for check in checks(fake) if check.name == "sync relay"]
    assert relay.run().ok
    at = node.clock.now().isoformat()
    with node.store.transaction() as tx:
        for no in range(3):
            row = ("kiosk-2", b"epoch--1", no, bytes([no]) * 8, code, at)
            tx.execute("INSERT INTO relay_refused VALUES (?, ?, ?, ?, ?, ?)", row)
    finding = relay.run()
    assert (finding.ok, finding.code) == (False, code)
    assert f"kiosk-2: 3 (code {code})" in finding.text
    assert remedy in finding.remedy
    node.clock.advance(seconds=8 * 86_400)
    assert relay.run().ok, "nobody is sent after what has not come back for a week"
    assert "none refused since" in relay.run().text


def test_the_outbox_of_a_new_node_is_empty(node):
    fresh = Outbox(node.store, node.stream, signing("kiosk-1"))
    assert fresh.offers() == [StreamProgress(node.stream, 0, bytes(8), 0)]
    assert isinstance(SeededIds(1).token(1), bytes)
