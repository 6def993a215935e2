"""PC/SC cards: the child process that may block in C, and the line to it.

`python -m peripherals.drivers.pcsc_card [READER]` speaks the protocol of
`peripherals/devices/cards.py` on its stdin and stdout and ends when its stdin does, so it never
outlives the service. One thread does everything: if PC/SC hangs the heartbeat stops, and the
parent kills the process. pyscard is imported here only, and only in the child.
"""

from __future__ import annotations

import importlib.util
import os
import select
import sys
from types import ModuleType
from typing import Any

import msgspec

from peripherals.drivers.subprocess_line import SubprocessLine
from peripherals.faults import ProgramMissing

_WAIT_MS = 500
_GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]  # PC/SC part 3, "Get Data"


def open_reader(reader: str = "") -> SubprocessLine:
    """Start the child for the first reader whose name holds `reader`."""
    if importlib.util.find_spec("smartcard") is None:
        raise ProgramMissing("pyscard is not installed; run the device's installation again.")
    return SubprocessLine([sys.executable, "-m", __name__, reader])


class ReaderProcess:
    """One reader watched; `turn` waits at most `_WAIT_MS` inside PC/SC."""

    def __init__(self, scard: ModuleType, wanted: str) -> None:
        self._scard: Any = scard
        self._wanted = wanted
        self._context: Any = None
        self._reader: str | None = None
        self._told_reader: str | None = ""
        self._card: Any = None
        self._protocol: Any = None
        self._state = scard.SCARD_STATE_UNAWARE
        self._beats = 0

    def turn(self) -> None:
        self._beats += 1
        say({"beat": self._beats})
        if self._context is None and not self._connect():
            select.select([], [], [], _WAIT_MS / 1000)
            return
        self._find()
        if self._reader is None:
            select.select([], [], [], _WAIT_MS / 1000)
            return
        self._watch()

    def ask(self, number: int, apdu: bytes) -> None:
        """Send an APDU to the card that lies there."""
        if self._card is None:
            say({"refused": number})
            return
        outcome, answer = self._scard.SCardTransmit(self._card, self._protocol, list(apdu))
        if outcome == self._scard.SCARD_S_SUCCESS:
            say({"answer": number, "apdu": bytes(answer).hex()})
        else:
            say({"refused": number})

    def _connect(self) -> bool:
        outcome, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        if outcome != self._scard.SCARD_S_SUCCESS:
            say({"service": False})
            return False
        self._context, self._told_reader = context, ""
        return True

    def _find(self) -> None:
        outcome, readers = self._scard.SCardListReaders(self._context, [])
        if outcome in {self._scard.SCARD_E_NO_SERVICE, self._scard.SCARD_E_SERVICE_STOPPED}:
            self._context = None
            return
        found = next((r for r in readers or [] if self._wanted in r), None)
        if found != self._reader:
            self._gone()
            self._reader, self._state = found, self._scard.SCARD_STATE_UNAWARE
        if found != self._told_reader:
            self._told_reader = found
            say({"reader": found})

    def _watch(self) -> None:
        asked = [(self._reader, self._state)]
        outcome, states = self._scard.SCardGetStatusChange(self._context, _WAIT_MS, asked)
        if outcome != self._scard.SCARD_S_SUCCESS:
            if outcome != self._scard.SCARD_E_TIMEOUT:
                self._gone()
                self._reader = None
            return
        self._state = states[0][1]
        present = bool(self._state & self._scard.SCARD_STATE_PRESENT)
        if present and self._card is None:
            self._arrived(bytes(states[0][2]))
        elif not present:
            self._gone()

    def _arrived(self, atr: bytes) -> None:
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        outcome, card, protocol = scard.SCardConnect(
            self._context, self._reader, scard.SCARD_SHARE_SHARED, protocols
        )
        if outcome != scard.SCARD_S_SUCCESS:
            if not self._state & scard.SCARD_STATE_MUTE:
                self._state = scard.SCARD_STATE_UNAWARE  # just put down: ask once more
            say({"mute": True})
            return
        self._card, self._protocol = card, protocol
        outcome, answer = scard.SCardTransmit(card, protocol, _GET_UID)
        good = outcome == scard.SCARD_S_SUCCESS and list(answer[-2:]) == [0x90, 0x00]
        uid = bytes(answer[:-2]) if good else b""
        say({"in": {"atr": atr.hex(), "uid": uid.hex()}})

    def _gone(self) -> None:
        if self._card is not None:
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_LEAVE_CARD)
            self._card = None
            say({"out": True})


def say(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def main(wanted: str) -> int:
    from smartcard import scard  # noqa: PLC0415 - loads PC/SC, in this child only

    child = ReaderProcess(scard, wanted)
    pending = b""
    while True:
        while select.select([sys.stdin], [], [], 0)[0]:
            chunk = os.read(sys.stdin.fileno(), 4_096)
            if not chunk:
                return 0
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                question = msgspec.json.decode(line)
                child.ask(int(question["ask"]), bytes.fromhex(question["apdu"]))
        child.turn()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
    except BrokenPipeError:
        sys.exit(0)
