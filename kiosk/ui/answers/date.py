"""Dates and times: a wheel for each part, turned by big buttons or typed; no dragging."""

from __future__ import annotations

from kiosk.ui.widgets.input.wheels import DateEntry

__all__ = ["DateEntry"]
