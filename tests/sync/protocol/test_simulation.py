"""The whole way, kiosks to centre to national node and a van beside, under every accident we can
think of: frames dropped, doubled, overtaken; lines down; the power cut between any two commits
at any party. Nothing that a citizen was told is lost, nothing is applied twice.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioning.clock import VirtualClock
from sync.agency.inbox import open_all
from sync.batches.chain import StreamProgress
from sync.service.status import read
from sync.transports.memory import FrameOutcome, MemoryNet
from tests.sync.world import AGENCIES, CentreWorld, NationalWorld, NodeWorld, PowerCut

# Memory-backed where there is such a folder: these tests cut processes, not disks.
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None
NODES = ("kiosk-1", "kiosk-2", "van-1", "centre", "national")
SENDERS = ("kiosk-1", "kiosk-2", "van-1")


class World:
    """Two kiosks behind a centre, a van, a national node."""

    def __init__(self, folder: Path):
        self.clock = VirtualClock()
        self.fates: list[FrameOutcome] = []
        self.low, self.high = MemoryNet(self.outcome), MemoryNet(self.outcome)
        self.nodes = {
            "kiosk-1": NodeWorld("kiosk-1", folder, self.clock, self.low, 1),
            "kiosk-2": NodeWorld("kiosk-2", folder, self.clock, self.low, 2),
            "van-1": NodeWorld("van-1", folder, self.clock, self.high, 3),
            "centre": CentreWorld("centre", folder, self.clock, self.high, 4, self.low),
            "national": NationalWorld(folder, self.clock, self.high),
        }

    def outcome(self, frame: bytes) -> FrameOutcome:
        return self.fates.pop() if self.fates else FrameOutcome.DELIVER

    def do(self, step):  # noqa: C901 - one case a kind of step
        match step:
            case ("submit", name, agency):
                node = self.nodes[name]
                try:
                    node.submit(agency)
                except PowerCut:
                    node.crash()
            case ("turn", name):
                self.nodes[name].work()
            case ("kill", name):
                self.nodes[name].crash()
            case ("fuse", name, commits):
                self.nodes[name].fuse.commits = commits
            case ("cut", net):
                line = self.low if net else self.high
                line.cut()
                line.up = not line.up
            case ("fates", fates):
                self.fates = list(fates)
            case ("run", rounds):
                for _ in range(rounds):
                    for name in NODES:
                        self.nodes[name].work()
                        self.nothing_is_claimed_before_it_is_so()
                    self.clock.advance(seconds=1)
            case ("wait", seconds):
                self.clock.advance(seconds=seconds)

    def nothing_is_claimed_before_it_is_so(self):
        """At every moment: acknowledged means committed, at the node that is said to have it."""
        national, relay = self.nodes["national"].store, self.nodes["centre"].relay
        for name in SENDERS:
            node = self.nodes[name]
            status = read(node.store)
            assert status.segments_acked <= national.progress(node.stream).no
            if name.startswith("kiosk"):
                assert status.segments_at_relay <= relay.progress(node.stream).no

    def heal(self, rounds=120):
        """All lines up, no more accidents: turns until all is national."""
        self.low.up = self.high.up = True
        self.fates = []
        for node in self.nodes.values():
            node.fuse.commits = 0
        for _ in range(rounds):
            for name in NODES:
                self.nodes[name].work()
            self.clock.advance(seconds=4)
            if all(read(self.nodes[name].store).waiting == 0 for name in SENDERS):
                return
        waiting = {name: read(self.nodes[name].store) for name in SENDERS}
        raise AssertionError(waiting)

    def check(self):
        store = self.nodes["national"].store
        opened = []
        for agency, key in AGENCIES.items():
            result = open_all(store, agency, key)
            assert result.failed == []
            assert result.duplicates == 0
            opened += [each.entry.body["reference"] for each in result.opened]
        told = [reference for name in SENDERS for reference in self.nodes[name].told]
        assert len(opened) >= len(set(told))
        assert set(told) <= set(opened)
        assert store.quarantine() == []
        for count in store.counts():
            journal = self.nodes[count.stream.node].journal
            shared = [each.seq for each in journal.entries() if each.audience != "site"]
            assert count.entries == len(shared)
            assert count.last_seq == shared[-1]
            assert journal.first_bad() is None

    def close(self):
        for node in self.nodes.values():
            node.store.close()


names = st.sampled_from(NODES)
steps = st.one_of(
    st.tuples(st.just("submit"), st.sampled_from(SENDERS), st.sampled_from(sorted(AGENCIES))),
    st.tuples(st.just("submit"), st.sampled_from(SENDERS), st.sampled_from(sorted(AGENCIES))),
    st.tuples(st.just("turn"), names),
    st.tuples(st.just("run"), st.integers(1, 4)),
    st.tuples(st.just("run"), st.integers(1, 4)),
    st.tuples(st.just("kill"), names),
    st.tuples(st.just("fuse"), names, st.integers(1, 6)),
    st.tuples(st.just("cut"), st.booleans()),
    st.tuples(st.just("fates"), st.lists(st.sampled_from(FrameOutcome), max_size=8)),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 5, 13, 40])),
)


def play(plan):
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        try:
            for step in plan:
                world.do(step)
                world.nothing_is_claimed_before_it_is_so()
            world.heal()
            world.check()
        finally:
            world.close()


plans = st.lists(steps, min_size=30, max_size=80)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plans)
def test_nothing_is_lost_and_nothing_is_applied_twice(plan):
    play(plan)


@pytest.mark.prove
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans)
def test_nothing_is_lost_in_hundreds_of_histories(plan):
    play(plan)


def test_a_kiosk_knows_what_the_centre_has_and_what_the_nation_has():
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        kiosk, centre = world.nodes["kiosk-1"], world.nodes["centre"]
        world.high.up = False
        kiosk.submit()
        for _ in range(6):
            kiosk.work()
            centre.work()
            world.clock.advance(seconds=1)
        status = read(kiosk.store)
        assert (status.segments_at_relay, status.segments_acked, status.waiting) == (1, 0, 2)
        assert status.online
        assert read(centre.store).relayed_waiting == 1
        world.heal()
        status = read(kiosk.store)
        assert (status.segments_at_relay, status.segments_acked, status.waiting) == (1, 1, 0)
        assert read(centre.store).relayed_waiting == 0
        world.check()
        world.close()


def national_image(folder):
    """The national database as it is on the disk now, its log included."""
    return {each: each.read_bytes() for each in Path(folder).glob("national.db*")}


def test_a_word_overtaken_on_its_way_makes_a_relay_forget_nothing():
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        kiosk, relay = world.nodes["kiosk-1"], world.nodes["centre"].relay
        for _ in range(3):
            kiosk.submit()
            world.heal()
        known = relay.progress(kiosk.stream)
        assert known.no == known.national == 3
        old = StreamProgress(kiosk.stream, 0, bytes(8), 0)
        assert not relay.acked(old, world.clock.now())
        assert relay.progress(kiosk.stream) == known
        assert not relay.acked(old, world.clock.now(), fresh=True)
        assert relay.progress(kiosk.stream).no == 0
        world.close()


@pytest.mark.parametrize("sender", ["van-1", "kiosk-1"])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_restored_national_database_is_sent_again_what_it_lost(sender, before):
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        node, national = world.nodes[sender], world.nodes["national"]
        for _ in range(before):
            node.submit()
            world.heal()
        national.store.close()
        kept = national_image(folder)
        national.boot()
        for _ in range(4):
            node.submit()
            world.heal()
        world.low.up = False  # what a kiosk brings from now on waits behind the gap
        national.store.close()
        for each in Path(folder).glob("national.db*"):
            each.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        national.boot()
        world.low.up = True
        node.submit()
        for _ in range(60):
            for name in NODES:
                world.nodes[name].work()
            world.clock.advance(seconds=5)
        world.heal()
        world.check()
        centre = read(world.nodes["centre"].store)
        assert (read(node.store).waiting, centre.relayed_waiting) == (0, 0)
        world.close()


def test_a_copied_node_is_caught_and_quarantined():
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        van, national = world.nodes["van-1"], world.nodes["national"]
        van.store.checkpoint()
        image = van.path.read_bytes()
        van.submit()
        world.heal()
        van.store.close()
        for each in Path(folder).glob("van-1.db*"):
            each.unlink()
        van.path.write_bytes(image)
        van.boot()  # the same epoch: an image somebody copied, not a proper restore
        van.submit(text=b"<other/>")
        for _ in range(50):
            van.work()
            national.work()
            world.clock.advance(seconds=2)
        assert [(each.no, each.code) for each in national.store.quarantine()] == [(1, 46)]
        assert read(van.store).fault == 46
        assert read(van.store).waiting > 0
        world.close()


def test_a_properly_restored_node_goes_on_under_a_new_epoch():
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        world = World(Path(folder))
        van = world.nodes["van-1"]
        van.submit()
        world.heal()
        van.store.close()
        kept = {each: each.read_bytes() for each in Path(folder).glob("van-1.db*")}
        van.boot()
        van.submit()
        world.heal()
        van.store.close()
        for each in Path(folder).glob("van-1.db*"):
            each.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        van.boot()
        with van.store.transaction() as tx:
            van.journal.renew_epoch(tx, b"renewed!")
        van.crash()
        assert van.stream.db_epoch == b"renewed!"
        van.submit()
        world.heal()
        national = world.nodes["national"].store
        result = open_all(national, "NRB", AGENCIES["NRB"])
        assert {each.entry.body["reference"] for each in result.opened} == set(van.told)
        assert result.failed == []
        assert national.quarantine() == []
        assert len(national.counts()) == 2
        world.close()
