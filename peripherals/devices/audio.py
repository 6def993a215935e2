"""Audio volume: the level of the kiosk's voice. The rule of a `Knob`; 0 is allowed (mute)."""

from __future__ import annotations

from peripherals.devices.levels import Knob, Level, SetLevel

__all__ = ["Knob", "Level", "SetLevel", "volume"]


def volume(initial: int | None = None) -> Knob:
    """The dialogue of a volume control."""
    return Knob(initial, least=0)
