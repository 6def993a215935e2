"""A simulated card reader: a child process that speaks the protocol of
`peripherals/devices/cards.py`.

`card+simulated:PATH` starts it on the FIFO or file PATH, which holds orders, one a line:
`in ATR UID`, `out`, `mute`, `unplug`, `plug`, `hang` (stuck inside C: no more beats), `die`.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
from pathlib import Path

import msgspec

from provisioning.clock import SystemClock

BEAT_S = 1.0
_CONTACTLESS = "3b8f8001804f0ca000000306030001000000006a"


class CardSimulator:
    """The child's half, as an object."""

    def __init__(self) -> None:
        self.present = False
        self.reader: str | None = "Simulated reader"
        self.hanging = False
        self._said: list[dict[str, object]] = [{"beat": 1}, {"reader": self.reader}]
        self._beats = 1
        self._next_beat: float | None = None
        self._in = b""

    def heard(self, chunk: bytes, now: float) -> None:
        del now
        if self.hanging:
            return
        *lines, self._in = (self._in + chunk).split(b"\n")
        for line in lines:
            question = msgspec.json.decode(line)
            if self.present:
                self._said.append({"answer": question["ask"], "apdu": "9000"})
            else:
                self._said.append({"refused": question["ask"]})

    def due(self, now: float) -> bytes:
        if self._next_beat is None:
            self._next_beat = now + BEAT_S
        if self.hanging:
            return b""
        while self._next_beat <= now:
            self._next_beat += BEAT_S
            self._beats += 1
            self._said.append({"beat": self._beats})
        said, self._said = self._said, []
        return b"".join(msgspec.json.encode(message) + b"\n" for message in said)

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["in", *card] if len(card) <= 2:
                atr, uid = (*card, *(_CONTACTLESS, "04a1b2c3d4e5f6")[len(card) :])
                self.present = True
                self._said.append({"in": {"atr": atr, "uid": uid}})
            case ["out"]:
                self.present = False
                self._said.append({"out": True})
            case ["mute"]:
                self._said.append({"mute": True})
            case ["unplug" | "plug" as state]:
                self.reader = "Simulated reader" if state == "plug" else None
                self._said.append({"reader": self.reader})
            case ["hang"]:
                self.hanging = True
            case ["die"]:
                raise SystemExit(1)
            case _:
                return "orders: in ATR UID, out, mute, unplug, plug, hang, die"
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("orders", type=Path, help="FIFO or file with orders, one a line")


def run(arguments: argparse.Namespace) -> int:
    """Speak on stdin and stdout; ends with its stdin."""
    simulator = CardSimulator()
    clock = SystemClock()
    start = clock.monotonic()
    orders = os.open(arguments.orders, os.O_RDONLY | os.O_NONBLOCK)
    pending = b""
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.05)
        now = clock.monotonic() - start
        if readable and not simulator.hanging:
            chunk = os.read(0, 65_536)
            if not chunk:
                return 0
            simulator.heard(chunk, now)
        try:
            *lines, pending = (pending + os.read(orders, 65_536)).split(b"\n")
        except BlockingIOError:
            lines = []
        for line in lines:
            simulator.order(line.decode("utf-8", "replace").split(), now)
        octets = simulator.due(now)
        if octets:
            os.write(1, octets)


if __name__ == "__main__":
    try:
        sys.exit(run(argparse.Namespace(orders=Path(sys.argv[1]))))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
