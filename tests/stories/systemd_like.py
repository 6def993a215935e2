"""Supervision like systemd's, for unit files as written: starts what ExecStart says, with a real
notify socket; waits for READY=1; kills what misses its watchdog; starts again within its limits.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provisioning.clock import SystemClock

monotonic = SystemClock().monotonic
KEPT = ("PATH", "PYTHONPATH", "LANG", "HOME")


@dataclass
class Unit:
    """One unit file and its process."""

    name: str
    command: list[str]
    watchdog_s: float
    burst: int
    environment: Mapping[str, str]
    log: Path
    socket: socket.socket
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    beaten_at: float = 0.0
    beats: int = 0
    starts: list[float] = field(default_factory=list)


class SystemdLike:
    """Runs the unit files of some folders."""

    def __init__(self, run: Path, extra: Mapping[str, str] | None = None) -> None:
        self.run = run
        self.units: dict[str, Unit] = {}
        self._extra = extra or {}
        run.mkdir(mode=0o700)

    def load(self, path: Path) -> Unit:
        """Read a unit file: only what systemd would do with the keys used here."""
        keys = dict(
            line.split("=", 1) for line in path.read_text().splitlines() if "=" in line[:40]
        )
        assert (keys["Type"], keys["NotifyAccess"] in {"main", "all"}) == ("notify", True)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = self.run / f"{len(self.units)}.notify"
        notify.bind(str(address))
        watchdog = float(keys["WatchdogSec"])
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment["SDL_VIDEODRIVER"] = "offscreen"  # a screen, without a display
        environment |= {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": str(int(watchdog * 1e6))}
        unit = Unit(
            path.name,
            shlex.split(keys["ExecStart"]),
            watchdog,
            int(keys.get("StartLimitBurst", "0")),
            environment | dict(self._extra),
            self.run / f"{path.name}.log",
            notify,
        )
        self.units[path.name] = unit
        return unit

    def start(self, *names: str) -> None:
        """Start units and wait until each is ready."""
        for name in names:
            self._launch(self.units[name])
        self.wait_for(lambda: all(self.units[name].ready for name in names), 60)

    def wait_for(self, true: Callable[[], bool], seconds: float) -> None:
        """Supervise until `true`."""
        end = monotonic() + seconds
        while not true():
            self.tick()
            assert monotonic() < end, self.logs()

    def tick(self, timeout_s: float = 0.1) -> None:
        """Hear what the services say; restart what ended or hangs."""
        readable, _, _ = select.select([u.socket for u in self.units.values()], [], [], timeout_s)
        for unit in self.units.values():
            if unit.socket in readable:
                self._hear(unit)
            if unit.process is None:
                continue
            if unit.ready and monotonic() - unit.beaten_at > unit.watchdog_s:
                unit.process.send_signal(signal.SIGKILL)
                unit.process.wait()
            if unit.process.poll() is not None:
                assert not unit.burst or len(unit.starts) < unit.burst, self.logs()
                self._launch(unit)

    def stop(self) -> list[str]:
        """SIGTERM to all; the names of what did not end well within two seconds."""
        running = [unit for unit in self.units.values() if unit.process is not None]
        for unit in running:
            unit.process.terminate()
        late, end = [], monotonic() + 2.0
        for unit in running:
            try:
                code = unit.process.wait(max(0.0, end - monotonic()))
            except subprocess.TimeoutExpired:
                unit.process.kill()
                code = unit.process.wait()
            late += [f"{unit.name} ({code})"] if code else []
            unit.socket.close()
        return late

    def logs(self) -> str:
        """What every service wrote."""
        return "\n".join(
            f"== {unit.name}: {unit.log.read_text()[-2000:]}"
            for unit in self.units.values()
            if unit.log.exists()
        )

    def _launch(self, unit: Unit) -> None:
        unit.ready, unit.beaten_at = False, monotonic()
        unit.starts.append(monotonic())
        with unit.log.open("ab") as log:
            unit.process = subprocess.Popen(
                unit.command, env=dict(unit.environment), stdout=log, stderr=log, cwd="/"
            )

    def _hear(self, unit: Unit) -> None:
        for word in unit.socket.recv(4096).split(b"\n"):
            unit.ready = unit.ready or word == b"READY=1"
            if word in {b"READY=1", b"WATCHDOG=1"}:
                unit.beaten_at = monotonic()
                unit.beats += word == b"WATCHDOG=1"
