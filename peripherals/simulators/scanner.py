"""A simulated serial barcode scanner. Orders: `scan TEXT`, `cut TEXT` (no suffix), `noise N`."""

from __future__ import annotations

import argparse

from peripherals.devices.scanner import AIM, SUFFIXES, Symbology
from peripherals.simulators import harness
from provisioning.ids import SeededIds

_PREFIX = {kind: f"]{letter}0".encode("ascii") for letter, kind in AIM.items()}


class ScannerSimulator:
    """Sends what it is told to scan, at the speed of its line."""

    def __init__(
        self, *, suffix: bytes = b"\r", aim: bool = False, seed: int = 1, bytes_per_s: float = 960
    ) -> None:
        self._suffix = suffix
        self._aim = aim
        self._ids = SeededIds(seed)
        self._rate = bytes_per_s
        self._queue = b""
        self._from = 0.0

    def scan(self, text: str, now: float, kind: Symbology = Symbology.QR) -> None:
        prefix = _PREFIX[kind] if self._aim else b""
        self._say(prefix + text.encode() + self._suffix, now)

    def cut(self, text: str, now: float) -> None:
        """A scan whose end never comes: the cable was pulled, or the line was disturbed."""
        self._say((_PREFIX[Symbology.QR] if self._aim else b"") + text.encode(), now)

    def noise(self, length: int, now: float) -> None:
        self._say(self._ids.token(length), now)

    def heard(self, chunk: bytes, now: float) -> None:
        """A scanner listens to nobody."""

    def due(self, now: float) -> bytes:
        count = int((now - self._from) * self._rate) + 1 if self._queue else 0
        octets, self._queue = self._queue[:count], self._queue[count:]
        self._from = now
        return octets

    def order(self, words: list[str], now: float) -> str:
        match words:
            case ["scan", *text] if text:
                self.scan(" ".join(text), now)
            case ["cut", *text] if text:
                self.cut(" ".join(text), now)
            case ["noise", count] if count.isdigit():
                self.noise(min(int(count), 100_000), now)
            case _:
                return "orders: scan TEXT, cut TEXT, noise N"
        return ""

    def _say(self, octets: bytes, now: float) -> None:
        if not self._queue:
            self._from = now
        self._queue += octets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)
    parser.add_argument("--suffix", choices=sorted(SUFFIXES), default="cr")
    parser.add_argument("--aim", action="store_true", help="send AIM identifiers")


def run(arguments: argparse.Namespace) -> int:
    simulator = ScannerSimulator(
        suffix=SUFFIXES[arguments.suffix], aim=arguments.aim, seed=arguments.seed
    )
    return harness.serve(simulator, harness.open_port(arguments), arguments)
