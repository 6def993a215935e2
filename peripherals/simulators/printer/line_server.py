"""The simulated printer on a real line: a pseudo-terminal or a TCP port, in one plain loop.

A pseudo-terminal buffers 19 KB, so the server reads no more than the printer has room for and no
faster than the baud rate says. Pulling the cable closes the terminal (the host sees a hang-up) and
removes the link; plugging it in makes a new one, as USB serial does.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from peripherals.faults import DeviceBusy, DeviceLost
from peripherals.simulators.printer.printer import SimulatedPrinter

_IDLE_S = 0.05


class PrinterLine(Protocol):
    """Where a simulated printer's bytes come from."""

    def fileno(self) -> int:
        """What to select on; -1 while there is nothing."""
        ...

    def read(self, limit: int) -> bytes: ...

    def write(self, octets: bytes) -> None: ...

    def plug(self) -> None: ...

    def unplug(self) -> None: ...


class PtyPrinterLine:
    """A pseudo-terminal whose slave is reachable under a stable link."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        if self._master >= 0:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        if self.link.exists() and not self.link.is_symlink():
            msg = f"{self.link} is there already and no simulator's; choose another --pty."
            raise DeviceBusy(msg)
        temporary = self.link.with_name(self.link.name + ".new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.replace(self.link)

    def unplug(self) -> None:
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1
        self.link.unlink(missing_ok=True)

    def fileno(self) -> int:
        return self._master

    def read(self, limit: int) -> bytes:
        with contextlib.suppress(BlockingIOError, OSError):
            return os.read(self._master, limit)
        return b""

    def write(self, octets: bytes) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._master, octets)


class TcpPrinterLine:
    """Port 9100 style: one host at a time, the next one waits."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self.plug()

    @property
    def port(self) -> int:
        return self._port

    def plug(self) -> None:
        if self._listener is not None:
            return
        try:
            self._listener = socket.create_server(("127.0.0.1", self._port))
        except (OSError, OverflowError) as error:
            msg = f"Port {self._port} cannot be opened ({error}); choose another with --tcp."
            raise DeviceLost(msg) from error
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]

    def unplug(self) -> None:
        for end in (self._host, self._listener):
            if end is not None:
                end.close()
        self._host = self._listener = None

    def fileno(self) -> int:
        end = self._host or self._listener
        return end.fileno() if end is not None else -1

    def read(self, limit: int) -> bytes:
        if self._host is None:
            self._accept()
            return b""
        try:
            octets = self._host.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            octets = b""
        if not octets:
            self._host.close()
            self._host = None
        return octets

    def write(self, octets: bytes) -> None:
        if self._host is not None:
            with contextlib.suppress(OSError):
                self._host.send(octets)

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError, OSError):
            self._host, _ = self._listener.accept()
            self._host.setblocking(False)


class LineServer:
    """Runs a printer on a line until `stop` says so."""

    def __init__(self, printer: SimulatedPrinter, line: PrinterLine, *, baud: float = 0) -> None:
        self._printer = printer
        self._line = line
        self._bytes_s = baud / 10
        self._credit = 0.0
        self._last = time.monotonic()

    def run(
        self,
        stop: Callable[[], bool],
        extra: Callable[[], list[int]] = list,
        tend: Callable[[], None] = lambda: None,
    ) -> None:
        """Loop; `extra` are more descriptors that wake it, and `tend` serves them."""
        while not stop():
            self.turn(extra())
            tend()

    def turn(self, extra: list[int]) -> None:
        """Wait for the line, the control socket or the mechanics; then do what is due."""
        printer, line = self._printer, self._line
        self._obey_cable()
        limit = self._limit()
        descriptor = line.fileno()
        watch = [*extra, *([descriptor] if descriptor >= 0 and limit > 0 else [])]
        event = printer.next_event_s()
        wait = _IDLE_S if event is None else min(_IDLE_S, event)
        if limit <= 0 < self._bytes_s and printer.room:
            wait = min(wait, 0.002)
        try:
            ready, _, _ = select.select(watch, [], [], wait)
        except (OSError, ValueError):
            return
        if descriptor in ready:
            octets = line.read(limit)
            self._credit -= len(octets)
            printer.receive(octets)
        printer.step()
        if said := printer.speak():
            line.write(said)

    def _limit(self) -> int:
        now = time.monotonic()
        passed, self._last = now - self._last, now
        if self._bytes_s <= 0:
            return min(self._printer.room, 4096)
        self._credit = min(self._credit + passed * self._bytes_s, 256.0)
        return min(self._printer.room, int(self._credit))

    def _obey_cable(self) -> None:
        if self._printer.connected:
            self._line.plug()
        else:
            self._line.unplug()
