"""Links over loopback: what a pipe of this project must and must not do."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass

import pytest
import zmq

from sync.transports import zmq_transport
from sync.transports.zmq_transport import (
    Doorbell,
    LinkFault,
    ZmqClient,
    ZmqServer,
    point_at,
    ready,
)


@dataclass(frozen=True)
class Pair:
    curve_secret: bytes
    curve_public: bytes


def pair() -> Pair:
    public, secret = zmq.curve_keypair()
    return Pair(zmq.utils.z85.decode(secret), zmq.utils.z85.decode(public))


def serve(server: ZmqServer, answer=lambda payload: b"re " + payload, tries: int = 40):
    """Poll until one frame has come; answer it and return it."""
    for _ in range(tries):
        for request in server.poll(0.05):
            server.reply(request, answer(request.payload))
            return request
    return None


@pytest.fixture
def links():
    opened = []
    yield opened
    for link in opened:
        link.close()


def test_ask_answer_and_push_over_ipc(tmp_path, links):
    server = ZmqServer(f"ipc://{tmp_path}/s")
    client = ZmqClient(f"ipc://{tmp_path}/s")
    links += [server, client]
    assert client.send(b"hello", timeout_s=2)
    request = serve(server)
    assert request is not None
    assert request.payload == b"hello"
    assert client.receive(2) == b"re hello"  # the answer to a send is a push
    assert server.push(request.peer, b"news")
    assert client.receive(2) == b"news"
    assert not server.push("nobody", b"news")


def test_a_request_without_an_answer_ends_at_its_deadline_and_a_late_answer_is_dropped(
    tmp_path, links
):
    server = ZmqServer(f"ipc://{tmp_path}/s")
    client = ZmqClient(f"ipc://{tmp_path}/s")
    links += [server, client]
    assert client.request(b"one", 0.2) is None
    late = serve(server)
    assert late is not None
    assert client.send(b"two", timeout_s=2)
    assert serve(server, lambda payload: b"for " + payload) is not None
    assert client.receive(2) == b"for two"


def test_a_request_to_nobody_is_none(tmp_path, links):
    client = ZmqClient(f"ipc://{tmp_path}/absent")
    links.append(client)
    assert client.request(b"one", 0.1) is None
    assert not client.send(b"two")


def test_curve_names_the_peer_by_its_key(links):
    ours, theirs = pair(), pair()
    names = {theirs.curve_public: "kiosk-1"}
    server = ZmqServer("tcp://127.0.0.1:0", ours, names.get)
    client = ZmqClient(server.endpoint, theirs, ours.curve_public)
    links += [server, client]
    # CURVE is shaken hands on inside poll, so the first send is tried while polling.
    sent = False
    for _ in range(40):
        sent = sent or client.send(b"hello")
        got = server.poll(0.05)
        if got:
            break
    assert [request.peer for request in got] == ["kiosk-1"]
    assert server.push("kiosk-1", b"news")
    assert client.receive(2) == b"news"


def test_an_unknown_key_is_refused(links):
    ours, stranger = pair(), pair()
    server = ZmqServer("tcp://127.0.0.1:0", ours, {}.get)
    client = ZmqClient(server.endpoint, stranger, ours.curve_public)
    links += [server, client]
    for _ in range(20):
        client.send(b"let me in")
        assert server.poll(0.02) == []
    assert server.refused >= 1


def test_a_client_without_keys_is_refused(links):
    server = ZmqServer("tcp://127.0.0.1:0", pair(), {}.get)
    client = ZmqClient(server.endpoint)
    links += [server, client]
    for _ in range(10):
        client.send(b"let me in")
        assert server.poll(0.02) == []


def test_a_revoked_key_falls_silent_although_its_connection_is_open(links):
    ours, theirs = pair(), pair()
    names = {theirs.curve_public: "kiosk-1"}
    server = ZmqServer("tcp://127.0.0.1:0", ours, names.get)
    client = ZmqClient(server.endpoint, theirs, ours.curve_public)
    links += [server, client]
    for _ in range(40):
        client.send(b"hello")
        if server.poll(0.05):
            break
    names.clear()
    refused = server.refused
    assert client.send(b"again", timeout_s=1)
    assert server.poll(0.2) == []
    assert server.refused > refused


def test_a_server_that_is_nobody_any_more_is_not_spoken_to_and_its_successor_is(links, monkeypatch):
    monkeypatch.setattr(zmq_transport, "_LOOK_S", 0.0)
    ours, theirs, successor = pair(), pair(), pair()
    names = {theirs.curve_public: "kiosk-1"}
    key = [ours.curve_public]
    server = ZmqServer("tcp://127.0.0.1:0", ours, names.get)
    client = ZmqClient(server.endpoint, theirs, lambda: key[0])
    links += [server, client]
    for _ in range(40):
        client.send(b"hello")
        if server.poll(0.05):
            break
    assert server.push("kiosk-1", b"news")
    key[0] = None  # revoked
    assert client.receive(0.2) is None
    assert not client.send(b"again", timeout_s=0.2)
    assert client.request(b"again", 0.2) is None
    assert server.poll(0.1) == []
    other = ZmqServer("tcp://127.0.0.1:0", successor, names.get)
    links.append(other)
    key[0], client.endpoint = successor.curve_public, other.endpoint
    for _ in range(40):
        client.send(b"hello")
        if other.poll(0.05):
            return
    pytest.fail("the successor was never spoken to")


def test_a_client_whose_server_is_nobody_at_the_start_sends_nothing(links):
    ours, theirs = pair(), pair()
    server = ZmqServer("tcp://127.0.0.1:0", ours, {theirs.curve_public: "kiosk-1"}.get)
    client = ZmqClient(server.endpoint, theirs, lambda: None)
    links += [server, client]
    assert not client.send(b"hello", timeout_s=0.2)
    assert server.poll(0.1) == []


def test_an_address_in_use_is_a_fault(links):
    server = ZmqServer("tcp://127.0.0.1:0")
    links.append(server)
    with pytest.raises(LinkFault) as fault:
        ZmqServer(server.endpoint)
    assert fault.value.code == 45
    with pytest.raises(LinkFault):
        ZmqClient("nonsense")


def test_a_client_finds_a_server_that_came_back(tmp_path, links):
    server = ZmqServer(f"ipc://{tmp_path}/s")
    client = ZmqClient(f"ipc://{tmp_path}/s")
    links.append(client)
    assert client.send(b"one", timeout_s=2)
    assert serve(server) is not None
    server.close()
    server = ZmqServer(f"ipc://{tmp_path}/s")
    links.append(server)
    client.rebuild()
    assert client.send(b"two", timeout_s=2)
    again = serve(server)
    assert again is not None
    assert again.payload == b"two"


def test_a_server_that_moves_on_loses_and_doubles_no_request(tmp_path, links):
    path = str(tmp_path / "core")
    asked, answers = [], []

    def answer(payload):
        asked.append(payload)
        return b"re " + payload

    servers = [ZmqServer(f"ipc://{path}-{number}") for number in range(2)]
    point_at(path, f"{path}-0")
    clients = [ZmqClient(f"ipc://{path}") for _ in range(4)]
    links += [*servers, *clients]
    for client in clients:  # the server knows all of them
        assert client.send(b"hello", 5.0)
        serve(servers[0], answer)
    asked.clear()

    def ask(number):
        answers.append(clients[number].request(b"%d" % number, 10.0))

    people = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for person in people:
        person.start()
    point_at(path, f"{path}-1")
    servers[0].move_on()
    while len(answers) < 3:
        for request in servers[1].poll(0.05):
            servers[1].reply(request, answer(request.payload))
    for person in people:
        person.join()
    assert sorted(answers) == [b"re 0", b"re 1", b"re 2"]
    assert sorted(asked) == [b"0", b"1", b"2"]
    clients[3].send(b"who did not read it comes by itself", 5.0)
    assert serve(servers[1]) is not None


def test_a_ring_wakes_every_other_waiter_and_a_dead_one_is_forgotten(tmp_path, links):
    core, devices, dead = (Doorbell(tmp_path / "bell") for _ in range(3))
    links += [core, devices]
    assert not core.wait(0)
    assert not devices.wait(0)
    assert not dead.wait(0)
    dead._socket.close()  # as a SIGKILL would: the file stays
    core.ring()
    assert devices.wait(1)
    assert not devices.wait(0)
    assert not core.wait(0)
    assert len(list(tmp_path.iterdir())) == 2


def test_one_loop_waits_on_several_links(tmp_path, links):
    server = ZmqServer(f"ipc://{tmp_path}/s")
    client = ZmqClient(f"ipc://{tmp_path}/s")
    bell, ringer = Doorbell(tmp_path / "bell"), Doorbell(tmp_path / "bell")
    links += [server, client, bell, ringer]
    assert ready([server, bell], 0) == []
    assert client.send(b"hello", timeout_s=2)
    assert ready([server, bell], 2) == [server]
    assert len(server.poll(0)) == 1
    ringer.ring()
    assert ready([server, bell], 2) == [bell]


FORGOTTEN = """
import gc, zmq
from sync.transports.zmq_transport import ZmqClient, ZmqServer
from tests.sync.transports.test_zmq_transport import pair
for round in range(20):
    keys = pair()
    server = ZmqServer("tcp://127.0.0.1:0", keys, lambda key: "somebody")
    client = ZmqClient(server.endpoint if round % 2 else "tcp://127.0.0.1:9", pair(),
                       keys.curve_public)
    client.send(b"x", 0.02 if round % 2 else 0)
    if round % 3 == 0:
        client.rebuild()
    client.me, server.me = client, server  # only the garbage collector finds them
    del client, server
    gc.collect()
print("went on")
"""


def test_links_that_nobody_closed_never_hold_up_the_process():
    played = subprocess.run(
        [sys.executable, "-c", FORGOTTEN], capture_output=True, text=True, timeout=60, check=True
    )
    assert played.stdout == "went on\n"
    assert not played.stderr


def test_a_link_may_be_closed_twice(tmp_path):
    for link in (ZmqServer(f"ipc://{tmp_path}/s"), ZmqClient(f"ipc://{tmp_path}/s")):
        link.close()
        link.close()
