"""The panel of a window with the default content: for tools, tests and a window run by hand."""

from __future__ import annotations

from pathlib import Path

from content.default_sources import DEFAULT_ASSETS, DEFAULT_SOURCES
from kiosk.ui.panel import DEFAULT_HEIGHT, DEFAULT_WIDTH, PanelSettings


def default_panel(
    *,
    width: int = DEFAULT_WIDTH,
    height: int = DEFAULT_HEIGHT,
    media: Path = DEFAULT_SOURCES,
    mm_per_px: float = 0.0,
    floor_mm: int = 0,
) -> PanelSettings:
    """Px; `media` is the folder that the paths in a view are relative to."""
    return PanelSettings(
        assets=DEFAULT_ASSETS, media=media, width=width, height=height,
        panel_mm_per_px=mm_per_px, panel_floor_mm=floor_mm,
    )  # fmt: skip
