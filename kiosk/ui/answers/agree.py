"""Acknowledge: read, then tick one large box."""

from __future__ import annotations

from kiosk.ui.widgets.input.picks import TickCards

__all__ = ["TickCards"]
