"""The control socket of a simulator: one JSON line in, one JSON line out, over a Unix socket.

    send("/tmp/printer.control", {"do": "paper-out"})  ->  {"ok": true}

Any simulator can have one: it hands `ControlServer` a function from a request to an answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from peripherals.faults import DeviceLost

_LINE_MAX = 65_536
Act = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def send(path: str | Path, request: Mapping[str, Any], *, deadline_s: float = 2.0) -> Any:
    """Ask the simulator behind `path` to do something; its answer. Raises `DeviceLost`."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(deadline_s)
            link.connect(str(path))
            link.sendall(json.dumps(dict(request)).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = link.recv(4096)
                if not part:
                    break
                answer += part
        return json.loads(answer)
    except (OSError, ValueError) as error:
        msg = f"No simulator answers at {path} ({error}); start huduma devices simulate first."
        raise DeviceLost(msg) from error


def answers(path: str | Path) -> bool:
    """Whether a simulator listens there now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        return link.connect_ex(str(path)) == 0


class ControlServer:
    """Serves the socket without blocking: `descriptors` to select on, `tend` to do the work."""

    def __init__(self, path: Path, act: Act) -> None:
        self._path = path
        self._act = act
        self._guests: dict[int, tuple[socket.socket, bytearray]] = {}
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            self._listener.bind(str(path))
        finally:
            os.umask(mask)
        self._listener.listen(8)
        self._listener.setblocking(False)

    def descriptors(self) -> list[int]:
        """What to select on."""
        return [self._listener.fileno(), *self._guests]

    def tend(self) -> None:
        """Take new guests, read what they want, answer."""
        with contextlib.suppress(BlockingIOError):
            guest, _ = self._listener.accept()
            guest.setblocking(False)
            self._guests[guest.fileno()] = (guest, bytearray())
        for descriptor, (guest, pending) in list(self._guests.items()):
            try:
                part = guest.recv(4096)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            pending.extend(part)
            if b"\n" in pending:
                guest.setblocking(True)
                with contextlib.suppress(OSError):
                    guest.sendall(self._answer(bytes(pending)) + b"\n")
            if not part or b"\n" in pending or len(pending) > _LINE_MAX:
                guest.close()
                del self._guests[descriptor]

    def close(self) -> None:
        for guest, _ in self._guests.values():
            guest.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _answer(self, line: bytes) -> bytes:
        try:
            request = json.loads(line)
            answer = self._act(request if isinstance(request, dict) else {})
        except (ValueError, KeyError, TypeError) as error:
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        return json.dumps(dict(answer)).encode()
