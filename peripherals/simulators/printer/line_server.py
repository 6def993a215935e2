"""The simulated printer on a real line: a pseudo-terminal or a TCP port, in one plain loop.

A pseudo-terminal buffers 19 KB, so the server reads no more than the printer has room for and no
faster than the baud rate says. Pulling the cable closes the terminal (the host sees a hang-up) and
removes the link; plugging it in makes a new one, as USB serial does.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from peripherals.simulators.harness import PtyPort, TcpPort
from peripherals.simulators.printer.printer import SimulatedPrinter

_IDLE_S = 0.05


class LineServer:
    """Runs a printer on a line until `stop` says so."""

    def __init__(
        self, printer: SimulatedPrinter, line: PtyPort | TcpPort, *, baud: float = 0
    ) -> None:
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
            octets = line.take(limit)
            self._credit -= len(octets)
            printer.receive(octets)
        printer.step()
        if said := printer.speak():
            line.give(said)

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
