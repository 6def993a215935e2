"""The panel of a window with the default content: for tools, tests and a window run by hand."""

from __future__ import annotations

from pathlib import Path

from content.default_sources import DEFAULT_ASSETS, DEFAULT_SOURCES
from kiosk.ui.panel import DESIGN_HEIGHT, DESIGN_WIDTH, PanelSettings


def default_panel(
    *, width: int = DESIGN_WIDTH, height: int = DESIGN_HEIGHT, media: Path = DEFAULT_SOURCES
) -> PanelSettings:
    """Px; `media` is the folder that the paths in a view are relative to."""
    return PanelSettings(assets=DEFAULT_ASSETS, media=media, width=width, height=height)
