"""The engine's two halves against each other: what a gateway turns away, and what a sender makes
of it; and one suite of promises for every transport they can speak over.
"""

from __future__ import annotations

import hashlib

import pytest

from provisioning.clock import VirtualClock
from sync.batches.batch import Stream, build
from sync.journal.journal import GENESIS
from sync.national.sqlite_store import EmbeddedStore
from sync.protocol import frames
from sync.protocol.frames import from_bytes, to_bytes
from sync.service.gateway import Gateway
from sync.service.outbox import Outbox
from sync.service.status import read
from sync.transports import zmq_transport
from sync.transports.memory import MemoryClient, MemoryNet, MemoryServer
from tests.sync.world import NationalWorld, NodeWorld, Roll, facts, signing

A = Stream("kiosk-1", b"epoch--1")
S = b"sess"


@pytest.fixture
def world(tmp_path):
    clock, net = VirtualClock(), MemoryNet()
    national = NationalWorld(tmp_path, clock, net)
    van = NodeWorld("van-1", tmp_path, clock, net, 1)
    yield van, national
    van.store.close()
    national.store.close()


def run(van, national, seconds=30):
    for _ in range(seconds):
        van.work()
        national.work()
        van.clock.advance(seconds=1)


def test_what_waits_is_sent_and_acknowledged(world):
    van, national = world
    van.submit()
    run(van, national)
    assert read(van.store).waiting == 0
    assert national.gateway.refusals == 0


def test_a_revoked_node_is_refused_by_name_and_keeps_its_journal(world):
    van, national = world
    national.peers.revoked.add("van-1")
    van.submit()
    run(van, national)
    status = read(van.store)
    assert (status.fault, status.waiting, status.segments_acked) == (49, 2, 0)
    national.peers.revoked.clear()
    run(van, national, 1_000)
    status = read(van.store)
    assert (status.waiting, status.fault) == (0, 0)  # refused is not for ever


def test_a_node_with_another_key_is_refused_and_nothing_is_stored(world):
    van, national = world
    van.outbox = Outbox(van.store, van.stream, signing("impostor"))
    van.uplink = van.make_uplink()
    van.submit()
    run(van, national)
    assert read(van.store).fault == 49
    assert national.store.counts() == []
    assert national.gateway.refusals == 1


class Bare:
    """A gateway spoken to frame by frame."""

    def __init__(self, folder):
        self.clock, self.net = VirtualClock(), MemoryNet()
        self.store = EmbeddedStore.open(folder / "n.db", NationalIds())
        self.gateway = Gateway(MemoryServer(self.net), self.store, Roll(), b"server-1", self.clock)
        self.client = MemoryClient(self.net, "kiosk-1")

    def say(self, *said):
        for frame in said:
            self.client.send(frame if isinstance(frame, bytes) else to_bytes(frame))
        self.gateway.turn()
        heard = []
        while (raw := self.client.receive(0)) is not None:
            heard.append(from_bytes(raw))
        return heard


class NationalIds:
    def token(self, length):
        return bytes(length)


@pytest.fixture
def bare(tmp_path):
    made = Bare(tmp_path)
    yield made
    made.store.close()


def hello(stream=A, last=1):
    return frames.Hello(S, [frames.Offer(stream, last, bytes(8))])


def segment(no=1, prev=GENESIS):
    made = facts(A, [("visit.started", "national", {"site": "a"})])
    return build(signing("kiosk-1"), A, no, prev, GENESIS, made)


def test_noise_is_counted_and_answered_with_silence(bare):
    assert bare.say(b"noise", b"", to_bytes(frames.Again(S))) == []
    assert bare.gateway.refusals == 3


def test_a_segment_other_than_announced_is_refused(bare):
    raw = segment()
    other = frames.Hello(S, [frames.Offer(Stream("van-1", b"epoch--1"), 1, bytes(8))])
    heard = bare.say(other, frames.Chunk(S, 0, 1, 0, len(raw), raw))
    assert heard[-1] == frames.Nack(S, 0, 1, 43)


def test_an_altered_segment_is_refused(bare):
    raw = bytearray(segment())
    raw[-1] ^= 1
    heard = bare.say(hello(), frames.Chunk(S, 0, 1, 0, len(raw), bytes(raw)))
    assert heard[-1] == frames.Nack(S, 0, 1, 49)
    assert bare.store.counts() == []


def test_a_recorded_session_played_again_changes_nothing(bare):
    raw = segment()
    mark = hashlib.sha256(raw).digest()[:8]
    said = (hello(), frames.Chunk(S, 0, 1, 0, len(raw), raw))
    stored = frames.StreamPosition(1, mark, 0, 1)
    assert bare.say(*said)[-1] == frames.Ack(S, 0, stored, rewind=False)
    # The replayer has the old HELLO, whose mark is of no segment it could know: a fork, noted.
    assert bare.say(*said)[0] == frames.Cursor(S, 24 << 10, b"server-1", [stored])
    assert [each.segments for each in bare.store.counts()] == [1]


class Zmq:
    """Two ends over ipc."""

    def __init__(self, folder):
        self.server = zmq_transport.ZmqServer(f"ipc://{folder}/s")
        self.client = zmq_transport.ZmqClient(f"ipc://{folder}/s")

    def close(self):
        self.client.close()
        self.server.close()


class Memory:
    """Two ends without a wire."""

    def __init__(self, _):
        net = MemoryNet()
        self.server, self.client = MemoryServer(net), MemoryClient(net, "kiosk-1")

    def close(self):
        pass


@pytest.fixture(params=[Zmq, Memory], ids=["zmq", "memory"])
def line(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.close()


def test_frames_arrive_whole_in_order_and_the_answer_finds_its_way(line):
    said = [b"one", b"", bytes(range(256)) * 100]
    for each in said:
        assert line.client.send(each, timeout_s=2)
    heard = []
    for _ in range(100):
        heard += line.server.poll(0.02)
        if len(heard) == 3:
            break
    assert [each.payload for each in heard] == said
    assert len({each.peer for each in heard}) == 1
    assert line.server.push(heard[0].peer, b"answer")
    assert line.client.receive(2) == b"answer"
    assert line.client.receive(0) is None


def test_what_was_on_an_old_connection_does_not_reach_the_new_one(line):
    assert line.client.send(b"one", timeout_s=2)
    (request,) = line.server.poll(2)
    line.server.push(request.peer, b"late")
    line.client.rebuild()
    assert line.client.receive(0.1) is None
    assert line.client.send(b"two", timeout_s=2)
    assert [each.payload for each in line.server.poll(2)] == [b"two"]


def test_a_segment_that_cannot_be_had_again_stops_its_stream_and_is_reported(world):
    van, national = world
    van.submit()
    assert van.outbox.close_segment(entries_max=2, young=None, line_free=False)
    with van.store.transaction() as tx:
        tx.execute("UPDATE outbox_segment SET bytes = NULL, hash = zeroblob(32)")
    run(van, national)
    status = read(van.store)
    assert (status.fault, status.waiting, status.online) == (48, 2, True)


def test_somebody_elses_stream_is_refused_without_a_word_about_it(bare):
    raw = segment()
    bare.say(hello(), frames.Chunk(S, 0, 1, 0, len(raw), raw))
    bare.gateway._peers.revoked.add("kiosk-1")
    cursor, refusal = bare.say(hello())
    assert cursor.positions == [frames.StreamPosition(0, bytes(8), 0, 0)]
    assert refusal == frames.Nack(S, 0, 1, 49)


@pytest.mark.parametrize("raised", [MemoryError, RecursionError, OverflowError])
def test_a_frame_that_cannot_be_read_is_counted_and_the_next_is_served(bare, monkeypatch, raised):
    def fail(*_):
        raise raised

    with monkeypatch.context() as patched:
        patched.setattr("sync.protocol.receiver.from_bytes", fail)
        assert bare.say(hello()) == []
    assert bare.gateway.refusals == 1
    raw = segment()
    assert isinstance(bare.say(hello(), frames.Chunk(S, 0, 1, 0, len(raw), raw))[-1], frames.Ack)
