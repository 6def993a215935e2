"""Screen brightness: the limits of a `LevelControl`; never too dark to read."""

from __future__ import annotations

from peripherals.devices.levels import Level, LevelControl, SetLevel

LEAST_PERCENT = 10

__all__ = ["LEAST_PERCENT", "Level", "LevelControl", "SetLevel", "brightness"]


def brightness(initial: int | None = None) -> LevelControl:
    """The dialogue of a backlight."""
    return LevelControl(initial, least=LEAST_PERCENT)
