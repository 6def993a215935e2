"""Sign or draw with one finger. The only dragging in the product, and it can be skipped."""

from __future__ import annotations

from kiosk.ui.widgets.input.pad import Pad

__all__ = ["Pad"]
