"""One answer of several pictures."""

from __future__ import annotations

from kiosk.ui.widgets.display.grid import PictureChoices

__all__ = ["PictureChoices"]
