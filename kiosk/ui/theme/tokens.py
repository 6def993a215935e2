"""Design tokens: colours of the four themes, sizes, and the WCAG contrast calculation.

Owns every colour and every size the screens use; pure (no Kivy). One dp is 0.2625 mm on every
panel (`kiosk/ui/panel.py`), so the sizes below are physical: 76.3 dp are 20 mm, 57.2 dp are 15 mm,
capitals of 25.2 dp text are 4.8 mm (ADA 707). A smaller panel has fewer dp, and so more pages.
"""

from __future__ import annotations

from dataclasses import dataclass

Rgba = tuple[float, float, float, float]

MM_PER_DP = 0.2625
TARGET_DP = 76.3  # 20 mm: every button, tile, row and digit key
KEY_DP = 57.2  # 15 mm: a letter key
GAP_DP = 11.45  # 3 mm between targets
LEGAL_TEXT_DP = 25.2  # 4.8 mm capitals in Inter (cap height 0.727 em); no text is smaller
NUMBER_CAP_MM = 10.0  # a ticket number's digits are at least this high
TEXT_SCALES = (1.0, 1.25, 1.55, 2.0)
"""The third has capitals of 7.4 mm, the largest of 9.6 mm."""


def rgba(text: str, alpha: float = 1.0) -> Rgba:
    """`#RRGGBB` as four floats 0..1. Raises ValueError on anything else."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"not a #RRGGBB colour: {text!r}")
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue, alpha)


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme. `flat` themes draw no shadows or tints, and thicker lines."""

    name: str
    flat: bool
    bg: Rgba
    surface: Rgba
    sunken: Rgba
    ink: Rgba
    muted: Rgba
    line: Rgba
    brand: Rgba
    on_brand: Rgba
    brand_soft: Rgba
    header: Rgba
    on_header: Rgba
    header_soft: Rgba
    focus: Rgba
    good: Rgba
    good_soft: Rgba
    warn: Rgba
    warn_soft: Rgba
    problem: Rgba
    problem_soft: Rgba
    calm: Rgba
    calm_soft: Rgba
    shade: Rgba
    key: Rgba
    key_alt: Rgba
    line_dp: float


LIGHT = Palette(
    name="light", flat=False,
    bg=rgba("#F2F4F0"), surface=rgba("#FFFFFF"), sunken=rgba("#E7ECE8"),
    ink=rgba("#0E1F17"), muted=rgba("#3F5048"), line=rgba("#75867D"),
    brand=rgba("#0A5B3E"), on_brand=rgba("#FFFFFF"), brand_soft=rgba("#DDEFE6"),
    header=rgba("#083D2B"), on_header=rgba("#FFFFFF"), header_soft=rgba("#155840"),
    focus=rgba("#1D4ED8"),
    good=rgba("#0A5B3E"), good_soft=rgba("#DDF1E6"),
    warn=rgba("#6E4200"), warn_soft=rgba("#FFF0D2"),
    problem=rgba("#A3161B"), problem_soft=rgba("#FDE8E7"),
    calm=rgba("#1B4B73"), calm_soft=rgba("#E3EEF7"),
    shade=rgba("#05140D", 0.62),
    key=rgba("#FFFFFF"), key_alt=rgba("#D6DED9"), line_dp=1.2,
)  # fmt: skip
CONTRAST = Palette(
    name="contrast", flat=True,
    bg=rgba("#000000"), surface=rgba("#000000"), sunken=rgba("#000000"),
    ink=rgba("#FFFFFF"), muted=rgba("#FFFFFF"), line=rgba("#FFFFFF"),
    brand=rgba("#FFD400"), on_brand=rgba("#000000"), brand_soft=rgba("#2B2500"),
    header=rgba("#000000"), on_header=rgba("#FFFFFF"), header_soft=rgba("#000000"),
    focus=rgba("#00E5FF"),
    good=rgba("#7CFFB2"), good_soft=rgba("#00240F"),
    warn=rgba("#FFD400"), warn_soft=rgba("#241E00"),
    problem=rgba("#FF9A94"), problem_soft=rgba("#2A0503"),
    calm=rgba("#9AD7FF"), calm_soft=rgba("#001A2B"),
    shade=rgba("#000000", 0.9),
    key=rgba("#000000"), key_alt=rgba("#2A2A2A"), line_dp=2.0,
)  # fmt: skip
SUNLIGHT = Palette(
    name="sunlight", flat=True,
    bg=rgba("#FFFFFF"), surface=rgba("#FFFFFF"), sunken=rgba("#FFFFFF"),
    ink=rgba("#000000"), muted=rgba("#000000"), line=rgba("#000000"),
    brand=rgba("#000000"), on_brand=rgba("#FFFFFF"), brand_soft=rgba("#FFFFFF"),
    header=rgba("#000000"), on_header=rgba("#FFFFFF"), header_soft=rgba("#000000"),
    focus=rgba("#0033CC"),
    good=rgba("#000000"), good_soft=rgba("#FFFFFF"),
    warn=rgba("#000000"), warn_soft=rgba("#FFFFFF"),
    problem=rgba("#8A0000"), problem_soft=rgba("#FFFFFF"),
    calm=rgba("#000000"), calm_soft=rgba("#FFFFFF"),
    shade=rgba("#FFFFFF", 0.93),
    key=rgba("#FFFFFF"), key_alt=rgba("#FFFFFF"), line_dp=2.6,
)  # fmt: skip
NIGHT = Palette(
    name="night", flat=False,
    bg=rgba("#0D1512"), surface=rgba("#17211D"), sunken=rgba("#0A100D"),
    ink=rgba("#F1F5F2"), muted=rgba("#C6D2CB"), line=rgba("#84958C"),
    brand=rgba("#7FDDB4"), on_brand=rgba("#04150D"), brand_soft=rgba("#12382A"),
    header=rgba("#06100B"), on_header=rgba("#FFFFFF"), header_soft=rgba("#1B2F26"),
    focus=rgba("#FFD400"),
    good=rgba("#8BE6BB"), good_soft=rgba("#0F2E20"),
    warn=rgba("#FFD27A"), warn_soft=rgba("#33240A"),
    problem=rgba("#FFB0AA"), problem_soft=rgba("#3B1211"),
    calm=rgba("#A9D6FF"), calm_soft=rgba("#10283C"),
    shade=rgba("#000000", 0.75),
    key=rgba("#22302A"), key_alt=rgba("#33443C"), line_dp=1.2,
)  # fmt: skip
PALETTES: dict[str, Palette] = {p.name: p for p in (LIGHT, NIGHT, CONTRAST, SUNLIGHT)}

# What an element is about, where the core gives no colour: a second sign beside the icon.
ACCENTS: dict[str, str] = {
    "find": "#0A5B3E", "ticket": "#A3161B", "form": "#1B4B73", "status": "#8A4B08",
    "feedback": "#5B2C6F", "help": "#00566B",
    "category.identity": "#0A5B3E", "category.civil": "#8A4B08", "category.police": "#1B2A49",
    "category.transport": "#0B5394", "category.travel": "#1F3A93", "category.tax": "#A3161B",
    "category.health": "#00695C", "category.social": "#7B1E3B", "category.education": "#4A5D23",
    "category.business": "#3E2723", "category.jobs": "#006064", "category.funds": "#A0410D",
    "category.land": "#5D4037", "category.law": "#37474F", "category.utility": "#8C3B00",
    "category.county": "#1B5E20", "category.oversight": "#283593", "category.huduma": "#A31621",
    "kind.praise": "#0A5B3E", "kind.idea": "#8A4B08", "kind.complaint": "#1B4B73",
    "kind.bribe": "#A3161B", "class.elderly": "#7B1E3B", "class.pwd": "#3949AB",
    "class.pregnant": "#AD1457", "class.infant": "#00566B", "class.unwell": "#00695C",
    "face.1": "#A3161B", "face.2": "#A0410D", "face.3": "#6B5B00", "face.4": "#33691E",
    "face.5": "#0A5B3E", "choose.en": "#1B4B73", "choose.sw": "#0A5B3E",
}  # fmt: skip

FLAG = (rgba("#000000"), rgba("#FFFFFF"), rgba("#BE1622"), rgba("#FFFFFF"), rgba("#0B6B3A"))


def luminance(colour: Rgba) -> float:
    """WCAG 2.2 relative luminance of an opaque colour."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(front: Rgba, back: Rgba) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def legible(colour: Rgba, least: float = 4.5) -> bool:
    """True when white text may stand on `colour`."""
    return ratio((1.0, 1.0, 1.0, 1.0), colour) >= least
