"""Audio volume: the level of the kiosk's voice. The rule of a `LevelControl`; 0 is allowed
(mute).
"""

from __future__ import annotations

from peripherals.devices.levels import Level, LevelControl, SetLevel

__all__ = ["Level", "LevelControl", "SetLevel", "volume"]


def volume(initial: int | None = None) -> LevelControl:
    """The dialogue of a volume control."""
    return LevelControl(initial, least=0)
