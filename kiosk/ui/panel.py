"""PanelSettings: size, scale and asset folders of one panel. Frozen, pure, no Kivy.

A dp is 0.2625 mm, and never less: the size of a pixel decides how many px that are, and so how many
dp the screens have to stand on. Where less fits, screens have more pages; nothing becomes smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from pathlib import Path

from kiosk.ui.theme.tokens import MM_PER_DP

DEFAULT_WIDTH, DEFAULT_HEIGHT = 1280, 800  # px
DEFAULT_INCHES = 15.6
"""What a panel is taken for that says nothing of its size and for which nothing is set."""
REACH_MM = 1220.0
"""Nobody who sits reaches higher than this over the floor."""
MM_PER_INCH = 25.4
ROOMY, ROOMY_UPRIGHT = (1310.0, 737.0), (800.0, 1400.0)
"""Dp on which the screens stand as they are drawn; on a panel with more, all is larger."""
MOST_LARGER = 1.4


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """One kiosk's panel. `assets` is the folder of fonts and icons, `media` the folder that the
    paths in a view are relative to.
    """

    assets: Path
    media: Path
    width: int = DEFAULT_WIDTH  # px
    height: int = DEFAULT_HEIGHT  # px
    fullscreen: bool = False
    panel_mm_per_px: float = 0.0  # 0: not known
    panel_floor_mm: int = 0  # lower edge of the picture over the floor; 0: not known

    @property
    def mm_per_px(self) -> float:
        """Size of a pixel."""
        default = DEFAULT_INCHES * MM_PER_INCH / hypot(self.width, self.height)
        return self.panel_mm_per_px or default

    @property
    def density(self) -> float:
        """Px per dp: 0.2625 mm; more where the panel is larger than the screens are drawn for."""
        least = MM_PER_DP / self.mm_per_px
        wide, high = ROOMY_UPRIGHT if self.upright else ROOMY
        if self.lower_buttons and not self.upright:
            high *= 2  # half the panel is not touched
        roomy = min(self.width / least / wide, self.height / least / high)
        return least * min(MOST_LARGER, max(1.0, roomy))

    @property
    def upright(self) -> bool:
        """Whether the panel is higher than wide."""
        return self.height > self.width

    @property
    def lower_buttons(self) -> bool:
        """Whether all that is touched stands in the lower half: on an upright panel, and on one
        that reaches higher than a person who sits.
        """
        top_mm = self.panel_floor_mm + self.height * self.mm_per_px
        return self.upright or (self.panel_floor_mm > 0 and top_mm > REACH_MM)
