"""A number on a scale: big minus and plus, and every mark of the scale can be touched."""

from __future__ import annotations

from kiosk.ui.widgets.input.scale import NumberScale

__all__ = ["NumberScale"]
