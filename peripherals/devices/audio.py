"""Audio volume: the limits of a `LevelControl` for the loudspeaker; 0 (mute) is allowed."""

from __future__ import annotations

from peripherals.devices.levels import Level, LevelControl, SetLevel

__all__ = ["Level", "LevelControl", "SetLevel", "volume"]


def volume(initial: int | None = None) -> LevelControl:
    """The dialogue of a volume control."""
    return LevelControl(initial, least=0)
