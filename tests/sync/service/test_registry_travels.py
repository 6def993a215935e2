"""A new registry travels down the line: asked for with the number had, in parts, believed by nobody
before its signature; and a device that it revokes is refused at its next message.
"""

from __future__ import annotations

import pytest

from provisioning.clock import VirtualClock
from sync.protocol.frames import CHUNK_MAX, RegistryPart
from sync.protocol.registry_parts import ASK_S, REGISTRY_MAX, RegistryParts
from sync.service.gateway import Gateway
from sync.service.uplink import Uplink
from sync.transports.memory import FrameOutcome, MemoryClient, MemoryNet, MemoryServer
from tests.sync.world import NationalWorld, NodeWorld

LARGE = bytes(range(256)) * 600  # three parts


@pytest.fixture
def world(tmp_path):
    clock, net = VirtualClock(), MemoryNet()
    return (
        clock,
        net,
        NationalWorld(tmp_path, clock, net),
        NodeWorld("kiosk", tmp_path, clock, net, 1),
    )


def linked(world, had: list[int], newest: list[tuple[int, bytes]]):
    """The kiosk asks with the last of `had`; the national node gives the last of `newest`."""
    clock, net, national, kiosk = world
    told: list[bytes] = []
    national.gateway = Gateway(
        MemoryServer(net),
        national.store,
        national.peers,
        national.store.server_epoch,
        clock,
        lambda: newest[-1],
    )
    kiosk.uplink = Uplink(
        [kiosk.outbox, kiosk.relay],
        MemoryClient(net, "kiosk"),
        clock,
        kiosk.ids,
        kiosk.log,
        registry=RegistryParts(lambda: had[-1]),
        on_registry=lambda encoded: (told.append(encoded), had.append(newest[-1][0])),
    )

    def turns(seconds: float) -> list[bytes]:
        for _ in range(int(seconds * 2)):
            kiosk.turn()
            national.turn()
            clock.advance(seconds=0.5)
        return told

    return turns


def test_a_newer_registry_comes_in_parts_and_an_old_one_does_not(world):
    had, newest = [3], [(3, b"old")]
    turns = linked(world, had, newest)
    assert turns(2 * ASK_S) == []
    newest.append((4, LARGE))
    assert len(LARGE) > 2 * CHUNK_MAX
    assert turns(ASK_S + 5) == [LARGE]
    assert turns(2 * ASK_S) == [LARGE]


def test_a_part_lost_on_the_way_is_asked_for_again(world):
    turns = linked(world, [3], [(4, LARGE)])
    lost = [2]

    def outcome(frame: bytes) -> FrameOutcome:
        if len(frame) > CHUNK_MAX and lost[0]:
            lost[0] -= 1
            return FrameOutcome.DROP
        return FrameOutcome.DELIVER

    world[1].outcome = outcome
    assert turns(4 * ASK_S) == [LARGE]


@pytest.mark.parametrize(
    "part",
    [
        RegistryPart(bytes(4), 3, 0, 6, b"abcdef"),  # not newer
        RegistryPart(bytes(4), 4, 3, 6, b"def"),  # not from the beginning
        RegistryPart(bytes(4), 4, 0, 3, b"abcdef"),  # more than there is
        RegistryPart(bytes(4), 4, 0, REGISTRY_MAX + 1, b"abcdef"),
    ],
)
def test_parts_that_make_no_sense_are_dropped(part):
    parts = RegistryParts(lambda: 3)
    assert parts.take(part, 0.0) is None
    assert parts.take(RegistryPart(bytes(4), 4, 0, 3, b"abc"), 0.0) == b"abc"


def test_a_registry_that_is_exchanged_half_way_begins_anew():
    parts = RegistryParts(lambda: 3)
    parts.take(RegistryPart(bytes(4), 4, 0, 6, b"abc"), 0.0)
    assert parts.due(0.0) == (3, 3)
    assert parts.take(RegistryPart(bytes(4), 5, 3, 6, b"def"), 1.0) is None
    assert parts.take(RegistryPart(bytes(4), 5, 0, 3, b"xyz"), 1.0) == b"xyz"
