"""A simulated keyboard-wedge scanner: kernel input events on a FIFO.

Orders: `scan TEXT`, `cut TEXT` (no Enter), `drop` (the kernel lost events), `plug` and `unplug`
(the switch of a headphone socket). The kiosk opens the
FIFO with `scanner+hid:PATH?grab=no`; a real device is always grabbed.
"""

from __future__ import annotations

import argparse
from collections import deque
from pathlib import Path

from peripherals.devices.headphones import EV_SW, SW_HEADPHONE_INSERT
from peripherals.devices.keyboard_scanner import EV_KEY, EV_SYN, EVENT, KEYS, SYN_DROPPED
from peripherals.simulators import harness

_ENTER, _SHIFT = 28, 42
_CODES = {
    pair[shifted]: (code, bool(shifted))
    for shifted in (1, 0)
    for code, pair in reversed(list(KEYS.items()))
}


class HidSimulator:
    """Types what it is told to scan, one key every `key_s` seconds."""

    def __init__(self, key_s: float = 0.002) -> None:
        self._key_s = key_s
        self._keys: deque[tuple[float, bytes]] = deque()
        self._at = 0.0

    def scan(self, text: str, now: float) -> None:
        self.cut(text, now)
        self._press(_ENTER, shifted=False)

    def cut(self, text: str, now: float) -> None:
        self._at = max(self._at, now)
        for character in text:
            code, shifted = _CODES[character]
            self._press(code, shifted=shifted)

    def drop(self, now: float) -> None:
        self._at = max(self._at, now)
        self._keys.append((self._at, self._event(EV_SYN, SYN_DROPPED, 0)))

    def plug(self, now: float, *, plugged: bool) -> None:
        """Headphones go into the socket, or out of it."""
        self._at = max(self._at, now)
        self._keys.append((self._at, self._event(EV_SW, SW_HEADPHONE_INSERT, int(plugged))))

    def heard(self, chunk: bytes, now: float) -> None:
        """Nobody speaks to a keyboard here."""

    def due(self, now: float) -> bytes:
        octets = b""
        while self._keys and self._keys[0][0] <= now:
            octets += self._keys.popleft()[1]
        return octets

    def order(self, words: list[str], now: float) -> str:
        match words:
            case ["scan", *text] if text:
                self.scan(" ".join(text), now)
            case ["cut", *text] if text:
                self.cut(" ".join(text), now)
            case ["drop"]:
                self.drop(now)
            case ["plug" | "unplug" as what]:
                self.plug(now, plugged=what == "plug")
            case _:
                return "orders: scan TEXT, cut TEXT, drop, plug, unplug"
        return ""

    def _press(self, code: int, *, shifted: bool) -> None:
        events = b""
        if shifted:
            events += self._event(EV_KEY, _SHIFT, 1)
        events += self._event(EV_KEY, code, 1) + self._event(EV_KEY, code, 0)
        if shifted:
            events += self._event(EV_KEY, _SHIFT, 0)
        self._keys.append((self._at, events))
        self._at += self._key_s

    def _event(self, kind: int, code: int, value: int) -> bytes:
        seconds = int(self._at)
        micros = int(self._at % 1 * 1_000_000)
        key = EVENT.pack(seconds, micros, kind, code, value)
        return key + EVENT.pack(seconds, micros, EV_SYN, 0, 0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)
    parser.add_argument("--fifo", type=Path, required=True, help="named pipe to make")
    parser.add_argument("--key-ms", type=float, default=2.0)


def run(arguments: argparse.Namespace) -> int:
    simulator = HidSimulator(arguments.key_ms / 1000)
    return harness.serve(simulator, harness.FifoPort(arguments.fifo), arguments)
