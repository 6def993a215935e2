"""Harness: runs simulated devices by hand, in demos and in tests on real descriptors.

A simulator is a pure object: `heard` takes what the kiosk wrote, `due` gives what the device sends
now, `order` takes a person's command ("scan", "unplug"). The harness puts it on a pty, a FIFO or a
TCP port and reads orders from stdin, from a control socket and from a fault script (lines of
`SECONDS ORDER`), in real time. It is refused on field devices.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import shlex
import socket
import sys
import termios
import tty
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from peripherals.faults import BadDeviceUrl, DeviceBusy
from peripherals.simulators.control_socket import ControlServer
from provisioning.clock import SystemClock

TICK_S = 0.02


class Simulated(Protocol):
    """What every simulator of this folder offers."""

    def heard(self, chunk: bytes, now: float) -> None:
        """The kiosk wrote `chunk`."""
        ...

    def due(self, now: float) -> bytes:
        """What the device says by `now`; empty when it is silent."""
        ...

    def order(self, words: list[str], now: float) -> str:
        """A command of a person or a script; the answer is shown to them."""
        ...


class ImmediateSimulator:
    """A simulator that says at once what it has to say."""

    _out = b""

    def due(self, now: float) -> bytes:
        del now
        octets, self._out = self._out, b""
        return octets


class Port(Protocol):
    """Where the kiosk finds the simulator."""

    address: str

    def fileno(self) -> int: ...

    def take(self) -> bytes: ...

    def give(self, octets: bytes) -> None: ...

    def close(self) -> None: ...


class PtyPort:
    """A pseudo terminal; `link`, when given, is a symbolic link to it that outlives nothing."""

    def __init__(self, link: Path | None = None) -> None:
        self.link = link
        self.address = ""
        self._host = self._device = -1
        self.plug()

    def plug(self) -> None:
        """Push the cable in: a new terminal, under the same link."""
        if self._host >= 0:
            return
        if self.link is not None and self.link.exists() and not self.link.is_symlink():
            raise DeviceBusy(f"{self.link} is no simulator's; choose another --pty.")
        # The device's end is kept open: without any opener a pty master reads EIO, not nothing.
        self._host, self._device = os.openpty()
        tty.setraw(self._device)
        os.set_blocking(self._host, False)
        self.address = os.ttyname(self._device)
        if self.link is not None:
            temporary = self.link.with_name(self.link.name + ".new")
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(self.address)
            temporary.replace(self.link)
            self.address = str(self.link)

    def unplug(self) -> None:
        """Pull the cable: the other side reads an error."""
        if self._host < 0:
            return
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._device, termios.TCIOFLUSH)
        os.close(self._device)
        os.close(self._host)
        self._host = self._device = -1
        if self.link is not None:
            self.link.unlink(missing_ok=True)

    def fileno(self) -> int:
        """What to select on; -1 while it is unplugged."""
        return self._host

    def take(self, limit: int = 65_536) -> bytes:
        try:
            return os.read(self._host, limit)
        except OSError:
            return b""

    def give(self, octets: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._host, octets)

    def close(self) -> None:
        self.unplug()


class FifoPort:
    """A named pipe, for event sources nobody writes to."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        # Read-write, the FIFO would call its own unread bytes readable: wait on silence instead.
        self._silence = os.pipe()
        self.address = str(path)

    def fileno(self) -> int:
        return self._silence[0]

    def take(self) -> bytes:
        return b""

    def give(self, octets: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._fd, octets)

    def close(self) -> None:
        for descriptor in (self._fd, *self._silence):
            os.close(descriptor)
        Path(self.address).unlink(missing_ok=True)


class TcpPort:
    """A TCP server on loopback with one client at a time."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.address = ""
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self.plug()

    def plug(self) -> None:
        """Listen, on the same port as before."""
        if self._listener is not None:
            return
        try:
            self._listener = socket.create_server(("127.0.0.1", self._port))
        except (OSError, OverflowError) as error:
            raise DeviceBusy(
                f"Port {self._port} cannot be listened at; choose a free one, 1 to 65535."
            ) from error
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self._port}"

    def unplug(self) -> None:
        """Break the connection and take no other."""
        self.hang_up()
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def fileno(self) -> int:
        """What to select on; -1 while it is unplugged."""
        end = self._client or self._listener
        return -1 if end is None else end.fileno()

    def take(self, limit: int = 65_536) -> bytes:
        if self._client is None:
            if self._listener is not None:
                with contextlib.suppress(OSError):
                    self._client, _ = self._listener.accept()
                    self._client.setblocking(False)
            return b""
        try:
            chunk = self._client.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            chunk = b""
        if not chunk:
            self.hang_up()
        return chunk

    def give(self, octets: bytes) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.send(octets)

    def hang_up(self) -> None:
        """Break the connection; the next client may come."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def close(self) -> None:
        self.unplug()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments every simulator shares."""
    parser.add_argument("--pty", type=Path, metavar="LINK", help="symbolic link to the pty")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="listen here instead of a pty")
    parser.add_argument("--faults", type=Path, help="script: lines of SECONDS ORDER")
    parser.add_argument("--control", type=Path, help="unix socket that takes orders, JSON lines")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, help="stop by itself after this long")


def open_port(arguments: argparse.Namespace) -> PtyPort | TcpPort:
    if arguments.tcp is not None:
        return TcpPort(arguments.tcp)
    return PtyPort(arguments.pty)


def read_script(path: Path | None) -> list[tuple[float, list[str]]]:
    """A fault script, sorted by time; `#` begins a comment. Raises `BadDeviceUrl`."""
    if path is None:
        return []
    script = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        try:
            script.append((float(words[0]), words[1:]))
        except ValueError:
            raise BadDeviceUrl(f"{path}:{number} does not begin with seconds.") from None
    return sorted(script, key=lambda step: step[0])


def serve(simulator: Simulated, port: Port, arguments: argparse.Namespace) -> int:
    """Run until stdin says `quit`, the time is over or someone interrupts."""
    clock = SystemClock()
    start = clock.monotonic()
    script = read_script(arguments.faults)
    orders = _Orders(arguments.control, lambda words: simulator.order(words, now))
    now = 0.0
    print(port.address, flush=True)
    try:
        while not orders.quit and (arguments.seconds is None or now < arguments.seconds):
            sources = [port.fileno(), *orders.sources()]
            readable, _, _ = select.select(sources, [], [], TICK_S)
            now = clock.monotonic() - start
            if port.fileno() in readable:
                simulator.heard(port.take(), now)
            while script and script[0][0] <= now:
                simulator.order(script.pop(0)[1], now)
            orders.tend(readable)
            octets = simulator.due(now)
            if octets:
                port.give(octets)
    except KeyboardInterrupt:
        return 0
    finally:
        orders.close()
        port.close()
    return 0


class _Orders:
    """A person's orders: lines on stdin, and requests `{"do": "ORDER"}` on the control socket."""

    def __init__(self, control: Path | None, order: Callable[[list[str]], str]) -> None:
        self._stdin = True
        self._order = order
        self._control = ControlServer(control, self._asked) if control is not None else None
        self.quit = False

    def sources(self) -> list[int]:
        found = [sys.stdin.fileno()] if self._stdin and not sys.stdin.closed else []
        return [*found, *self._control.descriptors()] if self._control else found

    def tend(self, readable: list[int]) -> None:
        """Carry out what was asked for."""
        if self._stdin and sys.stdin.fileno() in readable:
            chunk = os.read(sys.stdin.fileno(), 65_536)
            self._stdin = bool(chunk)
            for line in chunk.decode("utf-8", "replace").splitlines():
                if said := self._said(line):
                    print(said, file=sys.stderr, flush=True)
        if self._control is not None:
            self._control.tend()

    def close(self) -> None:
        if self._control is not None:
            self._control.close()

    def _asked(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"ok": True, "said": self._said(str(request["do"]))}

    def _said(self, line: str) -> str:
        words = shlex.split(line, comments=True)
        self.quit = self.quit or words == ["quit"]
        return "" if self.quit or not words else self._order(words) or "ok"
