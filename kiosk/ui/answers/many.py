"""Any number of answers, as cards with boxes to tick."""

from __future__ import annotations

from kiosk.ui.widgets.input.picks import TickCards

__all__ = ["TickCards"]
