"""One answer out of thousands: type a few letters, touch the right line."""

from __future__ import annotations

from kiosk.ui.widgets.lists import SearchRows

__all__ = ["SearchRows"]
