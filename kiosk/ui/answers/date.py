"""Dates and times: a wheel for each part, turned by big buttons above and below; no dragging."""

from __future__ import annotations

from kiosk.ui.widgets.wheels import Wheels

__all__ = ["Wheels"]
