"""Screen brightness: a `Knob` that never goes below what can be read in a dark hall."""

from __future__ import annotations

from peripherals.devices.levels import Knob, Level, SetLevel

LEAST_PERCENT = 10

__all__ = ["LEAST_PERCENT", "Knob", "Level", "SetLevel", "brightness"]


def brightness(initial: int | None = None) -> Knob:
    """The dialogue of a backlight."""
    return Knob(initial, least=LEAST_PERCENT)
