"""What one enrolled node may bring in a day; what is beyond it waits at the node, and arrives."""

from __future__ import annotations

import pytest

from provisioning.clock import VirtualClock
from sync.national.sqlite_store import EmbeddedStore
from sync.service.gateway import Gateway
from sync.service.node_quota import NodeQuota, NodeUsage
from sync.service.relay import Relay
from sync.service.status import read
from sync.transports.memory import MemoryNet, MemoryServer
from tests.sync.world import CentreWorld, NationalWorld, NodeWorld, Roll

_DAY = 86_400


@pytest.fixture
def world(tmp_path):
    clock, net = VirtualClock(), MemoryNet()
    national = NationalWorld(tmp_path, clock, net)
    vans = [NodeWorld(name, tmp_path, clock, net, at) for at, name in enumerate(("van-1", "van-2"))]
    yield national, vans
    for each in (*vans, national):
        each.store.close()


def narrow(national, quota):
    national.store._quota = quota


def run(national, nodes, seconds):
    for _ in range(seconds):
        for each in nodes:
            each.work()
        national.work()
        national.clock.advance(seconds=1)


def references(national):
    return {each.body["reference"] for each in national.store.entries_for("agency:NRB")
            if each.kind == "form.submitted"}  # fmt: skip


def submit(van, national, vans, number):
    for _ in range(number):
        van.submit()
        run(national, vans, 6)


def test_what_is_over_the_share_waits_at_the_node_and_arrives_the_next_day(world):
    national, vans = world
    narrow(national, NodeQuota(segments_max=3))
    submit(vans[0], national, vans, 5)
    assert len(references(national)) == 3
    assert read(vans[0].store).fault == 70
    assert read(vans[0].store).waiting > 0
    (usage,) = national.store.usages(national.clock.now())
    assert (usage.node, usage.segments) == ("van-1", 3)
    assert usage.refused >= 1
    national.clock.advance(seconds=_DAY)
    run(national, vans, 30)
    assert references(national) == set(vans[0].told)
    assert (read(vans[0].store).fault, read(vans[0].store).waiting) == (0, 0)


def test_a_neighbour_of_a_node_over_its_share_is_served(world):
    national, vans = world
    narrow(national, NodeQuota(segments_max=2))
    submit(vans[0], national, vans, 4)
    submit(vans[1], national, vans, 2)
    assert set(vans[1].told) <= references(national)


def test_the_share_counts_what_a_segment_becomes(world):
    national, vans = world
    narrow(national, NodeQuota(bytes_max=1))
    submit(vans[0], national, vans, 2)
    (usage,) = national.store.usages(national.clock.now())
    assert usage.segments == 1  # the first is looked at before it is counted
    assert usage.bytes > 2_000  # a capsule and a record, and their rows


@pytest.mark.parametrize("kind", ["national", "relay"])
def test_made_up_epochs_of_one_node_are_few(tmp_path, kind):
    from provisioning.ids import SeededIds
    from sync.batches.batch import Stream
    from sync.service.relay import RELAY_TABLES
    from sync.store.database import Store
    from sync.transports.memory import MemoryClient
    from tests.sync.service.test_fair_gateway import said, segment

    clock, net = VirtualClock(), MemoryNet()
    if kind == "national":
        store = EmbeddedStore.open(tmp_path / "n.db", SeededIds(1))
        intake = store
        table = "national_segment"
        inner = store._store
    else:
        inner = store = Store.open(tmp_path / "r.db", [RELAY_TABLES])
        intake, table = Relay(store), "relay_segment"
    gateway = Gateway(MemoryServer(net), intake, Roll(), b"server-1", clock)
    van = MemoryClient(net, "van-1")
    for at in range(40):
        stream = Stream("van-1", at.to_bytes(8, "big"))
        for frame in said(stream, segment(stream)):
            van.send(frame)
        gateway.turn()
        clock.advance(seconds=2)
    assert inner.one(f"SELECT count(*) FROM {table}") == (8,)
    store.close()


def test_a_relay_holds_no_more_of_a_kiosk_than_a_days_share(tmp_path):
    clock, net, kiosk_net = VirtualClock(), MemoryNet(), MemoryNet()
    net.up = False
    centre = CentreWorld("centre", tmp_path, clock, net, 3, kiosk_net)
    centre.relay._quota = NodeQuota(segments_max=2)
    kiosk = NodeWorld("kiosk-1", tmp_path, clock, kiosk_net, 4)
    national = NationalWorld(tmp_path, clock, net)
    for _ in range(4):
        for _ in range(3):
            kiosk.submit()
            run(national, [kiosk, centre], 8)
        clock.advance(seconds=_DAY)
    row = centre.store.one("SELECT count(*) FROM relay_segment WHERE bytes IS NOT NULL")
    assert row == (2,)
    net.up = True
    for _ in range(8):
        run(national, [kiosk, centre], 40)
        clock.advance(seconds=_DAY)
    assert references(national) == set(kiosk.told)
    for each in (kiosk, centre, national):
        each.store.close()


def test_a_quota_is_spent_by_any_of_its_three_numbers():
    quota = NodeQuota(bytes_max=10, segments_max=3, streams_max=2)
    assert not quota.spent(NodeUsage("a", "", 2, 9, 2))
    assert quota.spent(NodeUsage("a", "", 3, 0, 0))
    assert quota.spent(NodeUsage("a", "", 0, 10, 0))
    assert quota.spent(NodeUsage("a", "", 0, 0, 2), new_stream=True)
