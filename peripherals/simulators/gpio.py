"""A simulated call button and light on a pty (`gpio+simulated:PATH`).

Orders: `press` (down and up, with contact bounce), `down`, `up`. The light's level is logged.
"""

from __future__ import annotations

import argparse

from peripherals.simulators import harness


class GpioSimulator:
    """Edges out as `1` and `0`; the light's level in."""

    def __init__(self, press_s: float = 0.2) -> None:
        self._press_s = press_s
        self._edges: list[tuple[float, bytes]] = []
        self.light = False
        self.light_changes = 0

    def press(self, now: float) -> None:
        """A finger: bounces for a few milliseconds at both ends."""
        for start in (now, now + self._press_s):
            first, second = (b"1", b"0") if start == now else (b"0", b"1")
            for step, level in enumerate((first, second, first, second, first)):
                self._edges.append((start + step * 0.003, level))

    def heard(self, chunk: bytes, now: float) -> None:
        del now
        for byte in chunk:
            level = byte == ord("1")
            self.light_changes += level != self.light
            self.light = level

    def due(self, now: float) -> bytes:
        ripe = [level for at, level in self._edges if at <= now]
        self._edges = [(at, level) for at, level in self._edges if at > now]
        return b"".join(ripe)

    def order(self, words: list[str], now: float) -> str:
        match words:
            case ["press"]:
                self.press(now)
            case ["down"]:
                self._edges.append((now, b"1"))
            case ["up"]:
                self._edges.append((now, b"0"))
            case _:
                return f"orders: press, down, up; the light is {'on' if self.light else 'off'}"
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    return harness.serve(GpioSimulator(), harness.open_port(arguments), arguments)
