"""A simulated MRZ reader, and the writer of zones the tests use.

Orders: `id` and `passport` (a made-up person), `damage N` (one character of the next zone). All
persons are invented; no zone here was ever printed on a document.
"""

from __future__ import annotations

import argparse

from peripherals.devices.mrz import check_digit
from peripherals.simulators import harness

_FILL = "<"


def fitted(text: str, width: int) -> str:
    return text[:width].ljust(width, _FILL)


def kenyan_id(
    *,
    state: str = "KEN",
    serial: str = "234567890",
    id_number: str = "012345678",
    born: str = "850320",
    sex: str = "F",
    expires: str = "340101",
    names: str = "WANJIRU<<GRACE<NJERI",
    second_generation: bool = False,
) -> list[str]:
    """Three lines of a TD1 card (ICAO 9303-5 section 4.2)."""
    first = f"ID{state}{fitted(serial, 9)}"
    first = fitted(first + str(check_digit(first[5:14])), 30)
    dates = f"{born}{check_digit(born)}{sex}{expires}"
    dates += _FILL if expires == _FILL * 6 else str(check_digit(expires))
    rest = f"<B{id_number}Z<<" if second_generation else state + fitted(id_number, 11)
    whole = first[5:30] + dates[:7] + dates[8:15] + rest[3:]
    return [first, f"{dates}{rest}{check_digit(whole)}", fitted(names, 30)]


def passport(
    *,
    state: str = "KEN",
    number: str = "AK0123456",
    nationality: str = "KEN",
    born: str = "850320",
    sex: str = "F",
    expires: str = "340101",
    names: str = "WANJIRU<<GRACE<NJERI",
    personal: str = "",
) -> list[str]:
    """Two lines of a TD3 passport (ICAO 9303-4 section 4.2)."""
    first = fitted(f"P<{fitted(state, 3)}{names}", 44)
    number = fitted(number, 9)
    head = f"{number}{check_digit(number)}{fitted(nationality, 3)}"
    dates = f"{born}{check_digit(born)}{sex}{expires}{check_digit(expires)}"
    own = fitted(personal, 14)
    tail = own + (str(check_digit(own)) if personal else _FILL)
    whole = head[:10] + dates[:7] + dates[8:15] + tail
    return [first, f"{head}{dates}{tail}{check_digit(whole)}"]


class MrzSimulator(harness.ImmediateSimulator):
    """Sends zones the way readers do: each line ended by CR, or as told."""

    def __init__(self, line_end: bytes = b"\r") -> None:
        self._line_end = line_end
        self._out = b""
        self._damage: int | None = None

    def swipe(self, lines: list[str]) -> None:
        zone = bytearray(self._line_end.join(line.encode("ascii") for line in lines))
        if self._damage is not None:
            zone[self._damage % len(zone)] = ord("7")
            self._damage = None
        self._out += bytes(zone) + self._line_end

    def heard(self, chunk: bytes, now: float) -> None:
        """A reader listens to nobody."""

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["id"]:
                self.swipe(kenyan_id())
            case ["passport"]:
                self.swipe(passport())
            case ["damage", place] if place.isdigit():
                self._damage = int(place)
            case _:
                return "orders: id, passport, damage N"
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    return harness.serve(MrzSimulator(), harness.open_port(arguments), arguments)
