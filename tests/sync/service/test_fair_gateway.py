"""What one enrolled node can make a gateway do: a bounded amount, and never in a neighbour's turn."""

from __future__ import annotations

import hashlib

import pytest

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.batches.batch import Stream, build
from sync.faults import BadBatch
from sync.journal.journal import GENESIS
from sync.national.sqlite_store import EmbeddedStore
from sync.national.store import QUARANTINE_MAX
from sync.protocol import frames
from sync.protocol.frames import from_bytes, to_bytes
from sync.service.gateway import Gateway
from sync.service.relay import RELAY_TABLES, Relay
from sync.store.database import Store
from sync.transports.memory import MemoryClient, MemoryNet, MemoryServer
from tests.sync.world import Roll, facts, signing

S = b"sess"


def segment(stream):
    made = facts(stream, [("visit.started", "national", {"site": "a"})])
    return build(signing(stream.node), stream, 1, GENESIS, GENESIS, made)


def said(stream, raw, mark=None):
    mark = hashlib.sha256(raw).digest()[:8] if mark is None else mark
    return [
        to_bytes(frames.Hello(S, [frames.Offer(stream, 1, mark)])),
        to_bytes(frames.Chunk(S, 0, 1, 0, len(raw), raw)),
    ]


class Counted:
    """An intake that notes in which order segments came."""

    def __init__(self, inner):
        self._inner = inner
        self.order = []

    def take(self, envelope, *rest):
        self.order.append(envelope.stream.node)
        return self._inner.take(envelope, *rest)

    def __getattr__(self, name):
        return getattr(self._inner, name)


class Hall:
    def __init__(self, intake):
        self.clock, self.net = VirtualClock(), MemoryNet()
        self.intake = Counted(intake)
        self.gateway = Gateway(MemoryServer(self.net), self.intake, Roll(), b"server-1", self.clock)

    def client(self, name):
        return MemoryClient(self.net, name)


@pytest.fixture(params=["national", "relay"])
def hall(request, tmp_path):
    if request.param == "national":
        store = EmbeddedStore.open(tmp_path / "n.db", SeededIds(1))
        hall = Hall(store)
        hall.kept = lambda: len(store.quarantine())
    else:
        store = Store.open(tmp_path / "r.db", [RELAY_TABLES])
        hall = Hall(Relay(store))
        hall.kept = lambda: store.one("SELECT count(*) FROM relay_refused")[0]
    yield hall
    store.close()


def test_a_hello_names_each_stream_once():
    stream = Stream("van-1", b"epoch--1")
    offers = [frames.Offer(stream, 1, bytes([at] * 8)) for at in range(256)]
    with pytest.raises(BadBatch):
        from_bytes(to_bytes(frames.Hello(S, offers)))


def test_contradictions_of_one_node_are_kept_up_to_a_limit(hall):
    van = hall.client("van-1")
    streams = [Stream("van-1", at.to_bytes(8, "big")) for at in range(12)]
    for stream in streams:
        for frame in said(stream, segment(stream)):
            van.send(frame)
        hall.gateway.turn()
        hall.clock.advance(seconds=5)
    for at in range(40):
        marks = [frames.Offer(each, 1, bytes([at + 1] * 8)) for each in streams]
        van.send(to_bytes(frames.Hello(S, marks)))
        hall.gateway.turn()
        hall.clock.advance(seconds=5)
    assert hall.kept() == QUARANTINE_MAX


def test_hellos_of_one_node_are_bounded_in_time_and_a_neighbours_are_not(hall):
    van, kiosk = hall.client("van-1"), hall.client("kiosk-1")
    greeting = to_bytes(frames.Hello(S, [frames.Offer(Stream("van-1", b"epoch--1"), 0, bytes(8))]))
    for _ in range(100):
        van.send(greeting)
    stream = Stream("kiosk-1", b"epoch--1")
    for frame in said(stream, segment(stream)):
        kiosk.send(frame)
    hall.gateway.turn()
    assert hall.gateway.refusals == 84
    assert hall.intake.order == ["kiosk-1"]
    hall.clock.advance(seconds=1)
    van.send(greeting)
    hall.gateway.turn()
    assert hall.gateway.refusals == 84


def test_a_flood_of_one_node_leaves_its_neighbour_its_turn(hall):
    van, kiosk = hall.client("van-1"), hall.client("kiosk-1")
    for at in range(12):
        stream = Stream("van-1", at.to_bytes(8, "big"))
        for frame in said(stream, segment(stream)):
            van.send(frame)
    stream = Stream("kiosk-1", b"epoch--1")
    for frame in said(stream, segment(stream)):
        kiosk.send(frame)
    hall.gateway.turn()
    assert hall.intake.order[:2] == ["van-1", "kiosk-1"]
    assert len(hall.intake.order) == 13


def test_a_frame_larger_than_any_chunk_is_not_kept(hall):
    van = hall.client("van-1")
    for _ in range(300):
        van.send(bytes(200_000))
    hall.gateway.turn()
    assert hall.gateway.refusals == 300
