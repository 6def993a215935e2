"""ALSA volume through `amixer`, one short run per change; its output is the confirmation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from peripherals.drivers.subprocess_line import CommandLine
from peripherals.faults import BadDeviceUrl

_NAME = re.compile(r"[\w .:,-]{1,64}")


def open_volume(card: str, control: str, program: Sequence[str] = ("amixer",)) -> CommandLine:
    """A line whose words are `?` and a percentage. `program` is replaced in simulations."""
    if not _NAME.fullmatch(card) or not _NAME.fullmatch(control):
        raise BadDeviceUrl("An audio URL is audio+alsa://CARD/CONTROL.")

    def argv_for(word: str) -> list[str] | None:
        if word == "?":
            return [*program, "-D", card, "sget", control]
        return [*program, "-D", card, "sset", control, f"{int(word)}%"] if word.isdigit() else None

    return CommandLine(argv_for)
