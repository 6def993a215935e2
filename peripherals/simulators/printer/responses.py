"""The answers of a simulated printer, and what can happen to them on the way.

Answers can be late, dropped, muted, or mixed with garbage and automatic status bytes. Muting also
loses what was not yet delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from peripherals.simulators.printer.printer_state import MachineState


def status_byte(body: MachineState, n: int) -> int:
    """The answer to DLE EOT n."""
    if n == 1:
        return 0x12 | (0x08 if body.blocked else 0)
    if n == 2:
        error = body.cutter_jam or body.hot
        cover, paper = 0x04 * body.cover_open, 0x20 * body.paper_out
        return 0x12 | cover | paper | (0x40 if error else 0)
    if n == 3:
        return 0x12 | 0x08 * body.cutter_jam | 0x40 * body.hot
    near = 0x0C if body.near_end or body.paper_out else 0
    return 0x12 | near | (0x60 if body.paper_out else 0)


def full_status(body: MachineState) -> bytes:
    """The answer to DLE EOT 20 of a kiosk printer with a presenter."""
    near = 0x04 if body.near_end or body.paper_out else 0
    paper = 0x01 * body.paper_out | near | 0x20 * body.in_presenter
    return bytes((0x10, 0x0F, paper, 0x02 * body.cover_open, 0x01 * body.hot, body.cutter_jam))


def automatic_status(body: MachineState) -> bytes:
    """Four bytes of ASB."""
    error = 0x08 * body.cutter_jam | 0x40 * body.hot
    near = 0x03 if body.near_end or body.paper_out else 0
    first = 0x10 | (0x08 if body.blocked else 0) | 0x20 * body.cover_open
    return bytes((first, error, near | (0x0C if body.paper_out else 0), 0))


@dataclass(slots=True)
class ResponseQueue:
    """Answers on their way to the host."""

    now: Callable[[], float]
    muted: bool = False
    late_s: float = 0.0
    drop_next: int = 0  # answers of any kind that get lost
    drop_marks: int = 0  # process id answers that get lost
    noise: Callable[[], bytes] | None = None  # said in front of every answer
    automatic: int = 0
    _waiting: list[tuple[float, bytes]] = field(default_factory=list)

    def say(self, octets: bytes, *, mark: bool = False) -> None:
        """An answer; it leaves after the delay, unless something happens to it."""
        if self.muted:
            return
        if mark and self.drop_marks > 0:
            self.drop_marks -= 1
            return
        if self.drop_next > 0:
            self.drop_next -= 1
            return
        if self.noise is not None:
            octets = self.noise() + octets
        self._waiting.append((self.now() + self.late_s, octets))

    def take(self) -> bytes:
        """What has arrived by now, in the order in which it was said."""
        now, out = self.now(), b""
        while self._waiting and self._waiting[0][0] <= now:
            out += self._waiting.pop(0)[1]
        return out

    def times(self) -> list[float]:
        """When the next answer leaves."""
        return [self._waiting[0][0]] if self._waiting else []

    def hush(self) -> None:
        """Lose what has not been heard."""
        self._waiting.clear()
