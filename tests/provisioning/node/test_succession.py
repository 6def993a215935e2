"""A service's process is replaced while the service goes on, and ends as one."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from provisioning.node.succession import HANDED_OVER

PROGRAM = """
import os, signal, sys
from provisioning.node.succession import HANDED_OVER, keep_place
place = keep_place()
if isinstance(place, int):
    print("kept", place, flush=True)
    sys.exit(place)
heard = place.inherited() if place.number else b"first"
if heard is None:
    sys.exit(0)
print(place.number, heard.decode(), os.getpid(), flush=True)
place.answer(b"here")
for line in sys.stdin:
    if line == "next\\n":
        place.call()
        place.call()
        place.hand(b"from %d" % place.number)
        assert place.heard(10.0) == b"here"
        os._exit(HANDED_OVER)
    if line == "ready\\n":
        place.call()
        print("called", flush=True)
    if line.startswith("end"):
        os._exit(int(line.split()[1]))
    if line == "die\\n":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def service() -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True, bufsize=1,
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate()


def said(running: subprocess.Popen[str]) -> list[str]:
    assert running.stdout is not None
    return running.stdout.readline().split()


def tell(running: subprocess.Popen[str], line: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{line}\n")


def gone(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = bool(select.select([descriptor], [], [], 10.0)[0])
    os.close(descriptor)
    return ended


def test_each_process_hands_to_the_next_and_is_gone() -> None:
    with service() as running:
        number, heard, *_ = first = said(running)
        assert (number, heard) == ("0", "first")
        for expected in range(1, 4):
            tell(running, "next")
            number, *heard, pid = said(running)
            assert (number, " ".join(heard)) == (str(expected), f"from {expected - 1}")
            assert gone(int(first[-1]))
            assert running.poll() is None, "whoever supervises it sees one process"
            first = [number, pid]


@pytest.mark.parametrize("status", [0, 1, 42])
def test_the_keeper_ends_as_the_process_that_served(status: int) -> None:
    with service() as running:
        said(running)
        tell(running, "ready")
        said(running)
        tell(running, f"end {status}")
        assert said(running) == ["kept", str(status)]
        assert running.wait(10) == status


def test_a_killed_process_ends_the_keeper_too() -> None:
    with service() as running:
        said(running)
        tell(running, "die")
        assert running.wait(10) == 128 + signal.SIGKILL


def test_a_killed_keeper_leaves_nobody_behind() -> None:
    with service() as running:
        said(running)
        tell(running, "next")
        pid = int(said(running)[-1])
        running.kill()
        assert gone(pid)


def test_the_signal_to_end_reaches_who_serves() -> None:
    with service() as running:
        pid = int(said(running)[-1])
        running.terminate()
        assert gone(pid)
        assert running.wait(10) == 0


def test_who_hands_over_without_a_successor_ends_the_keeper() -> None:
    with service() as running:
        said(running)
        tell(running, f"end {HANDED_OVER}")
        assert running.wait(10) == 0
