"""Cards: NFC and chip cards through a child process that may die at any time. Pure.

PC/SC can block or crash inside C (a reader pulled in the middle of a command; a stuck service), so
pyscard lives in a child (`drivers/pcsc_card.py`) that exchanges JSON lines with this module:
  child:  {"beat": n} every second  {"reader": name or null}  {"in": {"atr": hex, "uid": hex}}
          {"out": true}  {"answer": id, "apdu": hex}  {"refused": id}  {"mute": true}
          {"service": false}
  parent: {"ask": id, "apdu": hex}
No beat for five seconds means the child is stuck: the line is closed, which kills it, and a
fresh one is started. A card's UID follows a person, so it is never printed or logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from peripherals.line_protocol import DeviceCondition, DeviceEvent, ProtocolBroken, TextLineProtocol
from peripherals.status import Cause, DeviceState

BEAT_S_MAX = 5.0
START_S_MAX = 10.0
ANSWER_S = 3.0
APDU_MAX = 261  # a short command APDU (ISO 7816-4)


@dataclass(frozen=True, slots=True, repr=False)
class CardIn:
    """A card lies on the reader. `uid` is empty for contact cards, which have none."""

    atr: bytes
    uid: bytes

    def __repr__(self) -> str:
        return f"CardIn({'contactless' if self.uid else 'contact'})"


@dataclass(frozen=True, slots=True)
class CardOut:
    """The card was taken away."""


@dataclass(frozen=True, slots=True, repr=False)
class CardCommand:
    """A command: send this APDU to the card. `id` comes back with the answer."""

    id: int
    apdu: bytes

    def __repr__(self) -> str:
        return f"CardCommand({self.id})"


@dataclass(frozen=True, slots=True, repr=False)
class CardResponse:
    """The card's answer, status word last; None when it gave none in time."""

    id: int
    apdu: bytes | None

    def __repr__(self) -> str:
        return f"CardResponse({self.id}, {'nothing' if self.apdu is None else len(self.apdu)})"


class CardReader(TextLineProtocol):
    """The dialogue with the child."""

    def __init__(self) -> None:
        super().__init__(4_096)
        self._beat_by: float | None = None
        self._asked: tuple[int, float] | None = None
        self._present = False

    def begin(self, now: float) -> list[DeviceEvent]:
        self._lines.wipe()
        self._out, self._asked, self._present = b"", None, False
        self._beat_by = now + START_S_MAX
        return []

    def tell(self, command: object, now: float) -> None:
        """Only one question at a time; a second one replaces nothing and is dropped."""
        if (
            isinstance(command, CardCommand)
            and self._asked is None
            and len(command.apdu) <= APDU_MAX
        ):
            self._asked = (command.id, now + ANSWER_S)
            self._out += msgspec.json.encode({"ask": command.id, "apdu": command.apdu.hex()})
            self._out += b"\n"

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        for line in self._lines.feed(chunk):
            try:
                said: Any = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                continue
            if isinstance(said, dict):
                events += self._said(said, now)
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        if self._asked and now >= self._asked[1]:
            events.append(CardResponse(self._asked[0], None))
            self._asked = None
        if self._beat_by is not None and now >= self._beat_by:
            self._beat_by = None
            events.append(ProtocolBroken(Cause.NO_ANSWER))
        return events

    def wakes_at(self) -> float | None:
        times = [self._beat_by, self._asked[1] if self._asked else None]
        return min((t for t in times if t is not None), default=None)

    def ended(self, now: float) -> list[DeviceEvent]:
        del now
        events: list[DeviceEvent] = [CardResponse(self._asked[0], None)] if self._asked else []
        if self._present:
            events.append(CardOut())
        self._asked, self._present, self._beat_by = None, False, None
        self.wipe()
        return events

    def _said(self, said: dict[str, Any], now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        if "beat" in said:
            self._beat_by = now + BEAT_S_MAX
        elif "reader" in said:
            found = said["reader"] is not None
            events = [
                DeviceCondition(DeviceState.READY)
                if found
                else DeviceCondition(DeviceState.ABSENT, Cause.NO_READER)
            ]
        elif "service" in said:
            events = [DeviceCondition(DeviceState.FAULT, Cause.CARD_SERVICE)]
        elif "mute" in said:
            events = [DeviceCondition(DeviceState.LOW, Cause.CARD_MUTE)]
        elif "in" in said:
            events = self._card(said["in"])
        elif "out" in said and self._present:
            self._present = False
            events = [DeviceCondition(DeviceState.READY), CardOut()]
        elif "answer" in said or "refused" in said:
            events = self._answer(said)
        return events

    def _card(self, card: Any) -> list[DeviceEvent]:
        atr = _octets(card.get("atr")) if isinstance(card, dict) else None
        uid = _octets(card.get("uid", "")) if isinstance(card, dict) else None
        if atr is None or uid is None:
            return []
        self._present = True
        return [DeviceCondition(DeviceState.READY), CardIn(atr, uid)]

    def _answer(self, said: dict[str, Any]) -> list[DeviceEvent]:
        number = said.get("answer", said.get("refused"))
        if self._asked is None or number != self._asked[0]:
            return []  # late: its question was given up
        self._asked = None
        return [CardResponse(int(number), _octets(said.get("apdu")))]


def _octets(text: Any) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return None
