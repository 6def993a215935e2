"""PanelSettings: size, scale and asset folders of one panel. Frozen, pure, no Kivy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.ui.theme.tokens import MM_PER_DP

DESIGN_WIDTH, DESIGN_HEIGHT = 1280, 800  # dp: the canvas every screen is drawn for


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """One kiosk's panel. `assets` is the folder of fonts and icons, `media` the folder that the
    paths in a view are relative to.
    """

    assets: Path
    media: Path
    width: int = DESIGN_WIDTH  # px
    height: int = DESIGN_HEIGHT  # px
    fullscreen: bool = False
    panel_mm_per_px: float = 0.0  # 0: the smallest panel supported at this resolution

    @property
    def density(self) -> float:
        """Px per dp: the whole design grows with the resolution."""
        return min(self.width / DESIGN_WIDTH, self.height / DESIGN_HEIGHT)

    @property
    def mm_per_px(self) -> float:
        """Size of a pixel; 15.6 inch panels and up keep every target at 20 mm."""
        return self.panel_mm_per_px or MM_PER_DP / self.density
