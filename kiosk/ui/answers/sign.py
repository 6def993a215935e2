"""Sign or draw with one finger. It can be skipped."""

from __future__ import annotations

from kiosk.ui.widgets.input.pad import Pad

__all__ = ["Pad"]
