"""Doorbell: wakes the other processes of a node when the store has something new.

A ring carries no content and may be lost; then the waiting process sees the change at its next
poll (design D6). Any number of processes wait and ring on one path with no process in the middle:
each waiter binds a datagram socket of its own beside the path, a ring is one byte to each of them,
and the kernel reports which are gone. (ZeroMQ's PUB/SUB needs one process that binds, and its
first ring after a connect is always lost.)
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from pathlib import Path

_WAITERS_MAX = 64
_PATH_MAX = 107  # bytes of sun_path on Linux, less the final zero


class Doorbell:
    """One process's end of the doorbell at `path`, a file name that need not exist.

    Waiters appear beside it as `NAME.PID.N` (without its suffix); the folder must be the
    node's own (0700) and short.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path).with_suffix("")
        self._socket: socket.socket | None = None
        self._name: Path | None = None
        self._bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._bell.setblocking(False)

    def ring(self) -> None:
        """Wake every other waiter; never blocks, never fails."""
        for waiter in self._waiters():
            try:
                self._bell.sendto(b"!", str(waiter))
            except ConnectionRefusedError:  # its process died: nobody will read this any more
                with contextlib.suppress(OSError):
                    waiter.unlink()
            except OSError:  # full means already woken; gone means gone
                continue

    def wait(self, timeout_s: float) -> bool:
        """True as soon as somebody rang since the last wait; False after `timeout_s`."""
        ears = self._listen()
        readable, _, _ = select.select([ears], [], [], timeout_s)
        if not readable:
            return False
        with contextlib.suppress(BlockingIOError):
            while ears.recv(1):
                pass
        return True

    def fileno(self) -> int:
        """The descriptor that turns readable at a ring."""
        return self._listen().fileno()

    def close(self) -> None:
        self._bell.close()
        if self._socket is not None:
            self._socket.close()
        if self._name is not None:
            self._name.unlink(missing_ok=True)

    def _waiters(self) -> list[Path]:
        pattern = f"{self._path.name}.*.*"
        found = sorted(self._path.parent.glob(pattern))
        return [waiter for waiter in found if waiter != self._name][:_WAITERS_MAX]

    def _listen(self) -> socket.socket:
        if self._socket is not None:
            return self._socket
        ears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ears.setblocking(False)
        for number in range(_WAITERS_MAX):
            name = self._path.with_name(f"{self._path.name}.{os.getpid()}.{number}")
            assert len(str(name)) <= _PATH_MAX, f"{name} is too long for a socket"
            try:
                ears.bind(str(name))
            except OSError:
                if number + 1 == _WAITERS_MAX:
                    raise
                continue
            name.chmod(0o600)
            self._name = name
            break
        self._socket = ears
        return ears
