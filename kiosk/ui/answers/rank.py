"""Put in order by touching: first touch is first place, a second touch takes it back."""

from __future__ import annotations

from kiosk.ui.widgets.input.picks import RankCards

__all__ = ["RankCards"]
