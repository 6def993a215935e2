"""A scale of agreement in one row, a face or a mark for each step."""

from __future__ import annotations

from kiosk.ui.widgets.input.picks import Likert

__all__ = ["Likert"]
