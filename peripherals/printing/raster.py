"""Raster: text and QR codes as dots, for what a printer's own characters cannot say.

Pure pictures of one bit; how a printer is told them is its protocol's affair.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from unicodedata import combining, normalize

import segno
from PIL import Image, ImageDraw, ImageFont

from peripherals.printing.layout import width_of

_FONTS = Path(__file__).parent / "fonts"
CELL = (12, 24)
CELL_SMALL = (9, 17)


@lru_cache(maxsize=16)
def slip_font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """The slip font at a pixel size; monospaced, with the letters of all Kenyan languages."""
    name = "slip-bold.ttf" if bold else "slip-regular.ttf"
    return ImageFont.truetype(_FONTS / name, size)


MISSING = "\u25a1"
"""Stands for a letter the slip font does not have either: seen to be missing, never left out."""


@lru_cache(maxsize=1024)
def legible(cluster: str) -> str:
    """A character with its marks, as far as the slip font has it: its base letter, or a box."""
    for shape in (cluster, normalize("NFKC", cluster), normalize("NFKD", cluster)[:1]):
        if all(combining(char) or _has(char) for char in shape):
            return shape
    return MISSING


@lru_cache(maxsize=2048)
def _has(char: str) -> bool:
    """Whether the slip font has a shape of its own for it."""
    font = slip_font(20, bold=False)
    return char.isascii() or bytes(font.getmask(char)) != bytes(font.getmask("\U0010ffff"))


def draw_text(
    canvas: Image.Image,
    position: tuple[int, int],
    text: str,
    cell: tuple[int, int],
    *,
    bold: bool,
    ink: int = 0,
) -> None:
    """Draw `text` on a cell grid, as a printer's own font would stand; marks stay on letters."""
    pencil = ImageDraw.Draw(canvas)
    pencil.fontmode = "1"
    font = slip_font(round(cell[1] * 0.83), bold=bold)
    left, top = position
    cells = 0
    cluster = ""
    for char in [*text, ""]:
        if char and cluster and width_of(cluster + char) == 1:
            cluster += char
            continue
        if cluster.strip():
            cluster = legible(cluster)
            middle = left + cells * cell[0] + cell[0] / 2
            baseline = top + round(cell[1] * 0.79)
            pencil.text((middle, baseline), cluster, font=font, fill=ink, anchor="ms")
        cells += width_of(cluster)
        cluster = char


def text_picture(
    text: str, *, scale: int = 1, bold: bool = False, inverse: bool = False, small: bool = False
) -> Image.Image:
    """One row of text as a 1-bit picture (0 is ink), as large as the printer's own row."""
    cell = CELL_SMALL if small else CELL
    size = (max(1, width_of(text)) * cell[0], cell[1])
    picture = Image.new("1", size, 0 if inverse else 1)
    draw_text(picture, (0, 0), text, cell, bold=bold or inverse, ink=1 if inverse else 0)
    if scale > 1:
        picture = picture.resize((size[0] * scale, size[1] * scale), Image.Resampling.NEAREST)
    return picture


def clusters(text: str) -> list[str]:
    """Characters with the marks that stand on them: one for each cell of the paper."""
    found: list[str] = []
    for char in text:
        if found and width_of(found[-1] + char) == 1:
            found[-1] += char
        else:
            found.append(char)
    return found


def qr_picture(payload: str, level: str, module_dots: int) -> Image.Image:
    """A QR code without its quiet zone as a 1-bit picture (0 is ink)."""
    code = segno.make(payload, error=level.lower(), boost_error=False, micro=False)
    side = len(code.matrix)
    picture = Image.new("1", (side, side), 1)
    picture.putdata([0 if dark else 1 for row in code.matrix for dark in row])
    scaled = (side * module_dots, side * module_dots)
    return picture.resize(scaled, Image.Resampling.NEAREST)


def qr_side(payload: str, level: str) -> int:
    """Modules along one side of the QR code of `payload` in byte mode (ISO/IEC 18004, table 7)."""
    length = len(payload.encode())
    for version, room in enumerate(_BYTE_ROOM[level], start=1):
        if length <= room:
            return 17 + 4 * version
    return 17 + 4 * 40


_BYTE_ROOM = {
    "L": (17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520),
    "M": (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412),
    "Q": (11, 20, 32, 46, 60, 74, 86, 108, 130, 151, 177, 203, 241, 258, 292),
    "H": (7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220),
}


def raster_bytes(picture: Image.Image) -> tuple[int, int, bytes]:
    """(bytes a row, rows, dots) of a 1-bit picture; a set bit is ink, the first is left."""
    width, height = picture.size
    padded = Image.new("1", ((width + 7) // 8 * 8, height), 1)
    padded.paste(picture, (0, 0))
    inverted = bytes(octet ^ 0xFF for octet in padded.tobytes())
    return padded.size[0] // 8, height, inverted
