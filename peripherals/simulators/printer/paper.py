"""Paper: what a simulated printer puts on it, as words for tests and as a picture for people.

A `PaperStrip` is the paper between two cuts. Text stands in the cells of the printer's own fonts
(drawn with the slip font, 12x24 and 9x17 dots at 203 dpi), pictures and QR codes as dots.
Drawing happens only when a picture is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from peripherals.printing.layout import width_of
from peripherals.printing.raster import CELL, CELL_SMALL, draw_text, qr_picture

LINE_DOTS = 30
_PAPER = (251, 250, 246)
_INK = (32, 30, 36)
_TABLE = (205, 208, 212)
_MARGIN = 40
_TEETH = 10


@dataclass(frozen=True, slots=True)
class Style:
    """How the next characters look."""

    bold: bool = False
    inverse: bool = False
    small: bool = False
    wide: int = 1
    high: int = 1
    align: int = 0
    page: int = 0
    picture: Image.Image | None = None  # dots standing in the line, in place of a character


PICTURE = "\ufffc"
"""What a picture in a line is to those who read only the words."""

Paint = Callable[[Image.Image, int], None]


@dataclass(slots=True)
class PaperStrip:
    """Paper since the last cut: `lines` and `codes` are what it says, `height` in dots."""

    dots: int = 576
    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    height: int = 0
    octets: int = 0
    _paint: list[tuple[int, Paint]] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        """Nothing but white paper."""
        return not self._paint

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def put_line(self, cells: list[tuple[str, Style]]) -> None:
        """A finished line of characters, each with its style."""
        if not cells:
            self.feed(LINE_DOTS)
            return
        self.lines.append("".join(char for char, _ in cells).rstrip())
        tallest = max(style.high * _cell(style)[1] for _, style in cells)
        total = sum(width_in(char, style) for char, style in cells)
        left = self._left(total, cells[0][1].align)
        frozen = tuple(cells)
        self._add(lambda image, top: _paint_line(image, left, top, frozen, tallest))
        self.feed(max(LINE_DOTS, tallest + 6))

    def put_picture(self, picture: Image.Image, align: int) -> None:
        """Dots, 0 is ink."""
        left = self._left(picture.width, align)
        self._add(lambda image, top: image.paste(picture, (left, top)))
        self.feed(picture.height)

    def put_code(self, payload: str, level: str, module_dots: int, align: int) -> None:
        """A QR code made by the printer itself, without a quiet zone of its own."""
        self.codes.append(payload)
        self.put_picture(qr_picture(payload, level, module_dots), align)

    def feed(self, dots: int) -> None:
        self.height += dots

    def picture(self) -> Image.Image:
        """The strip as it lies in the hand: paper, ink, the cutter's teeth, a little shadow."""
        ink = Image.new("1", (self.dots, max(self.height, 8)), 1)
        for top, paint in self._paint:
            paint(ink, top)
        return _as_paper(ink)

    def facsimile(self) -> Image.Image:
        """Only the dots, black on white: what a test decodes."""
        ink = Image.new("1", (self.dots, max(self.height, 8)), 1)
        for top, paint in self._paint:
            paint(ink, top)
        return ink

    def _add(self, paint: Paint) -> None:
        self._paint.append((self.height, paint))

    def _left(self, width: int, align: int) -> int:
        room = max(0, self.dots - width)
        return (0, room // 2, room)[align if align in {0, 1, 2} else 0]


def width_in(char: str, style: Style) -> int:
    """Dots that a character takes across."""
    return _cell(style)[0] * style.wide if width_of(char) else 0


def _cell(style: Style) -> tuple[int, int]:
    if style.picture is not None:
        return style.picture.size
    return CELL_SMALL if style.small else CELL


def _paint_line(
    image: Image.Image, left: int, top: int, cells: tuple[tuple[str, Style], ...], tallest: int
) -> None:
    """Runs of one style at a time, standing on the same foot."""
    run: list[str] = []
    for n, (char, style) in enumerate(cells):
        run.append(char)
        last = n + 1 == len(cells)
        if style.picture is not None:
            image.paste(style.picture, (left, top + tallest - style.picture.height))
            left += style.picture.width
            run = []
            continue
        if not last and replace(cells[n + 1][1], align=style.align) == style:
            continue
        text = "".join(run)
        wide, high = _cell(style)
        size = (max(1, width_of(text)) * wide, high)
        piece = Image.new("1", size, 0 if style.inverse else 1)
        draw_text(piece, (0, 0), text, (wide, high), bold=style.bold, ink=int(style.inverse))
        piece = piece.resize((size[0] * style.wide, high * style.high), Image.Resampling.NEAREST)
        image.paste(piece, (left, top + tallest - high * style.high))
        left += piece.width
        run = []


def _as_paper(ink: Image.Image) -> Image.Image:
    """A photograph, more or less, of a slip on a table."""
    border = 32
    width = ink.width + 2 * border
    height = ink.height + 2 * _MARGIN
    paper = Image.new("RGB", (width, height), _PAPER)
    soft = ink.convert("L").filter(ImageFilter.GaussianBlur(0.45))
    paper.paste(Image.new("RGB", ink.size, _INK), (border, _MARGIN), soft.point(_invert))
    outline = Image.new("L", (width, height), 0)
    ImageDraw.Draw(outline).polygon(_edge(width, height), fill=255)
    table = Image.new("RGB", (width + 48, height + 48), _TABLE)
    shadow = Image.new("L", table.size, 0)
    shadow.paste(outline.point(_half), (28, 30))
    table.paste((120, 122, 126), (0, 0), shadow.filter(ImageFilter.GaussianBlur(8)))
    table.paste(paper, (24, 22), outline)
    return table


def _invert(level: int) -> int:
    return 255 - level


def _half(level: int) -> int:
    return level // 2


def _edge(width: int, height: int) -> list[tuple[int, int]]:
    """The outline of a slip: cut with teeth at both ends."""
    across = list(range(0, width + _TEETH, _TEETH))
    upper = [(min(x, width - 1), 6 if n % 2 else 0) for n, x in enumerate(across)]
    lower = [(min(x, width - 1), height - (1 if n % 2 else 7)) for n, x in enumerate(across)]
    return [*upper, *reversed(lower)]


def save_png(strip: PaperStrip, path: Any) -> None:
    """Write the strip's picture."""
    strip.picture().save(path, optimize=False)
