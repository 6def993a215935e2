"""One answer of several, as cards; six a page."""

from __future__ import annotations

from kiosk.ui.widgets.display.grid import Choices

__all__ = ["Choices"]
