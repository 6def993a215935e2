"""The supervisor with real processes: what dies comes back, what is cut stays down, no orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.node.supervisor import ProcessSupervisor, ServiceProcess
from provisioning.clock import SystemClock

LOOP = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); print('up', flush=True); [time.sleep(0.05) for _ in range(600)]",
)
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)


def until(true: Callable[[], object], clock: SystemClock, seconds: float = 10) -> None:
    end = clock.monotonic() + seconds
    while not true():
        assert clock.monotonic() < end, "it did not happen in time"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state != "Z"


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


def test_a_killed_service_comes_back_and_a_cut_one_waits(
    tmp_path: Path, clock: SystemClock
) -> None:
    on_message: list[str] = []
    supervisor = ProcessSupervisor(clock, on_message.append)
    supervisor.add(ServiceProcess("core", LOOP, tmp_path / "core.log"))
    first = supervisor.pid("core")
    supervisor.kill("core")
    until(lambda: (supervisor.tick(), supervisor.pid("core") not in {None, first})[1], clock)
    assert supervisor.restarts("core") == 1
    assert "core ended (-9)" in on_message[0]
    supervisor.cut("core")
    for _ in range(50):
        supervisor.tick()
    assert supervisor.pid("core") is None
    supervisor.resume("core")
    assert supervisor.pid("core") is not None
    assert supervisor.stop() == []


def test_a_service_that_ignores_sigterm_is_killed_in_time(
    tmp_path: Path, clock: SystemClock
) -> None:
    supervisor = ProcessSupervisor(clock)
    supervisor.add(ServiceProcess("deaf", STUBBORN, tmp_path / "deaf.log"))
    until((tmp_path / "deaf.log").read_bytes, clock)
    started = clock.monotonic()
    assert supervisor.stop(deadline_s=0.3) == ["deaf"]
    assert clock.monotonic() - started < 3


def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path, clock: SystemClock) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom kiosk.node.supervisor import ProcessSupervisor, ServiceProcess\n"
        "from provisioning.clock import SystemClock\ns = ProcessSupervisor(SystemClock())\n"
        f"s.add(ServiceProcess('core', {LOOP!r}, Path({str(tmp_path / 'core.log')!r})))\n"
        "print(s.pid('core'), flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(child), clock)


def test_a_link_carries_counts_and_breaks_when_killed(tmp_path: Path, clock: SystemClock) -> None:
    far = socket.create_server(("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    supervisor = ProcessSupervisor(clock)
    argv = (
        sys.executable,
        "-m",
        "kiosk.simulation.site.tcp_proxy",
        str(port),
        "127.0.0.1",
        str(far.getsockname()[1]),
        str(tmp_path / "count"),
    )
    supervisor.add(ServiceProcess("link", argv, tmp_path / "link.log"))

    def connected() -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return None

    near: list[socket.socket] = []
    until(lambda: (found := connected()) and (near.append(found), True)[1], clock)
    other, _ = far.accept()
    near[0].sendall(b"hello")
    assert other.recv(5) == b"hello"
    other.sendall(b"habari")
    assert near[0].recv(6) == b"habari"
    supervisor.cut("link")
    with contextlib.suppress(ConnectionResetError):
        assert near[0].recv(1) == b""
    assert connected() is None
    assert int((tmp_path / "count").read_text()) in {5, 11}
    for each in (near[0], other, far):
        each.close()
    supervisor.stop()
