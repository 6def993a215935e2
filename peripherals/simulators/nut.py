"""A simulated NUT server (upsd): a UPS whose mains and battery are set by order.

Orders: `status FLAGS` (such as `status OB LB`), `charge N`, `stale`, `mute`, `fresh`.
"""

from __future__ import annotations

import argparse
import re

from peripherals.simulators import harness

_QUESTION = re.compile(r"GET VAR (\S+) (\S+)")


class NutSimulator(harness.ImmediateSimulator):
    """Answers `GET VAR`, like upsd 2.8."""

    def __init__(self, unit: str = "ups") -> None:
        self.unit = unit
        self.variables = {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1800"}
        self.mode = "fresh"
        self._in = b""
        self._out = b""

    def status(self, flags: str, charge: int | None = None) -> None:
        self.variables["ups.status"] = flags
        if charge is not None:
            self.variables["battery.charge"] = str(charge)

    def heard(self, chunk: bytes, now: float) -> None:
        del now
        *lines, self._in = (self._in + chunk).split(b"\n")
        for line in lines:
            if self.mode != "mute":
                self._out += self._answer(line.decode("ascii", "replace")).encode("ascii") + b"\n"

    def order(self, words: list[str], now: float) -> str:
        del now
        match words:
            case ["status", *flags] if flags:
                self.status(" ".join(flags))
            case ["charge", percent] if percent.isdigit():
                self.variables["battery.charge"] = percent
            case ["stale" | "mute" | "fresh" as mode]:
                self.mode = mode
            case _:
                return "orders: status FLAGS, charge N, stale, mute, fresh"
        return ""

    def _answer(self, line: str) -> str:
        question = _QUESTION.fullmatch(line.strip())
        if question is None:
            return "ERR UNKNOWN-COMMAND"
        if question[1] != self.unit:
            return "ERR UNKNOWN-UPS"
        if self.mode == "stale":
            return "ERR DATA-STALE"
        value = self.variables.get(question[2])
        if value is None:
            return "ERR VAR-NOT-SUPPORTED"
        return f'VAR {question[1]} {question[2]} "{value}"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    harness.add_arguments(parser)
    parser.add_argument("--unit", default="ups")


def run(arguments: argparse.Namespace) -> int:
    if arguments.tcp is None:
        arguments.tcp = 0
    return harness.serve(NutSimulator(arguments.unit), harness.open_port(arguments), arguments)
