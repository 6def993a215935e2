"""Units: density- and text-size-independent lengths, as floats (Kivy ships no types)."""

from __future__ import annotations

from kivy import metrics


def dp(length: float) -> float:
    """Px of `length` density-independent pixels."""
    return float(metrics.dp(length))


def sp(length: float) -> float:
    """Px of `length` dp at the visit's text size."""
    return float(metrics.sp(length))
