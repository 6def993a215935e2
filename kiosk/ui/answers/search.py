"""One answer out of thousands: type a few letters, touch the right line."""

from __future__ import annotations

from kiosk.ui.widgets.input.strip import ChoiceStrip

__all__ = ["ChoiceStrip"]
