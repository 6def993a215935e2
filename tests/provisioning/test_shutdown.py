"""What a supervisor hears of a service: ready once, then beats, real datagrams."""

from __future__ import annotations

import socket

import pytest

from provisioning.clock import VirtualClock
from provisioning.shutdown import ServiceWatch


@pytest.fixture
def supervisor(tmp_path):
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.setblocking(False)
    yield heard
    heard.close()


def words(heard: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(heard.recv(100))
        except BlockingIOError:
            return found


def test_it_says_ready_once_and_beats_at_a_third_of_the_time(supervisor, clock: VirtualClock):
    given = {"NOTIFY_SOCKET": supervisor.getsockname(), "WATCHDOG_USEC": "30000000"}
    watch = ServiceWatch(given, clock.monotonic)
    watch.beat()
    watch.beat()
    assert words(supervisor) == [b"READY=1", b"WATCHDOG=1"]
    clock.advance(seconds=9.9)
    watch.beat()
    assert words(supervisor) == []
    clock.advance(seconds=0.2)
    watch.beat()
    watch.stopping()
    assert words(supervisor) == [b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "1"},
        {"NOTIFY_SOCKET": "@abstract", "WATCHDOG_USEC": "what"},
        {"NOTIFY_SOCKET": "x" * 500},
    ],
)
def test_a_supervisor_that_is_not_there_stops_nobody(given, clock: VirtualClock):
    watch = ServiceWatch(given, clock.monotonic)
    for tell in (watch.beat, watch.stopping):
        assert tell() is None, "told to nobody, and on it goes"


def test_a_watchdog_meant_for_another_process_is_not_beaten(supervisor, clock: VirtualClock):
    given = {"NOTIFY_SOCKET": supervisor.getsockname(), "WATCHDOG_USEC": "1", "WATCHDOG_PID": "2"}
    ServiceWatch(given, clock.monotonic).beat()
    assert words(supervisor) == [b"READY=1"]
