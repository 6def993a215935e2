"""ESC/POS: a document and a profile become bytes. Pure: opens nothing, asks nothing.

`python-escpos` encodes alignment, sizes, QR and cut (`Dummy`: no device, no transport); text
goes through the profile's proven code pages only; letters outside of them are drawn between the
printer's own (`ESC *`), or the whole row is (`GS v 0`) where that is shorter. Every slip begins
by undoing whatever the job before it may have left set, and ends with feed and cut. `pieces` are
whole commands: the device service may ask the printer for its status between two pieces, never
inside one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from peripherals.printing.document import Align, Document, Feed, Logo, Qr, TextLine
from peripherals.printing.escpos.library import align, code_page, cut, printer_class
from peripherals.printing.escpos.profiles import Profile
from peripherals.printing.escpos.raster_commands import LIVE, defuse, glyph_columns
from peripherals.printing.layout import lay_out, wrap
from peripherals.printing.protocol_port import EncodedSlip
from peripherals.printing.raster import (
    CELL,
    clusters,
    qr_picture,
    qr_side,
    raster_bytes,
    text_picture,
)

PIECE_MAX = 256
"""Bytes between two looks at the printer's status; a raster band may be longer."""

_BAND_BYTES = 1024

# ESC @ would switch automatic status off and is therefore not used here: the settings a slip
# relies on are set one by one (standard mode, font A, no styles, left, page 0, line spacing).
_BEGIN = b"\x1bS\x1b!\x00\x1d!\x00\x1dB\x00\x1bE\x00\x1ba\x00\x1bt\x00\x1b2"

_LETTERS_DRAWN = "\u0129\u0128\u0169\u0168\u014b\u014a\u0268\u0289\u025b\u0254"
"""Letters of Kenyan languages that no printer's page has: Kikuyu, Kamba, Meru, Luo, Maa ..."""

_GLYPH_BYTES = 5 + 3 * CELL[0]

_LEADING = b"\x1bJ\x06"
"""After a drawn row: the gap a printed row has below it (30 dots a line, 24 of them letters)."""

CLEAR_WITH_REPLY = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEAR_AFTER_ERROR = b"\x10\x05\x02"  # never DLE ENQ 1: it prints the old tail and says so


def warm() -> None:
    """Import the library and draw Kenya's letters now, not while the first citizen waits."""
    printer_class()
    for letter in _LETTERS_DRAWN:
        glyph_columns(letter, bold=False)


def encode(document: Document, profile: Profile, *, copy: int = 1) -> EncodedSlip:
    """The bytes of one slip; `copy` above 1 carries the duplicate mark."""
    escpos = printer_class()()
    commands = [_BEGIN]
    height = 0
    for row in lay_out(document, profile.columns, profile.columns_small, copy=copy):
        match row:
            case TextLine():
                commands += _text(escpos, row, profile)
                height += 30 * row.scale
            case Qr():
                qr, dots = _qr(escpos, row, profile)
                commands += qr
                height += dots
            case Feed(lines=lines):
                commands.append(b"\n" * lines)
                height += 30 * lines
            case Logo(name=name):
                if profile.logo:
                    commands.append(_nv_logo(name))
                    height += 96
    commands.append(cut() if profile.cutter else b"\n\n\n\n")
    return EncodedSlip(tuple(_pieces(commands)), height // 8 + 15)


def _text(escpos: Any, row: TextLine, profile: Profile) -> list[bytes]:
    """One row, by the printer's own letters where it has them all; styles end with the row."""
    if row.page < 0:
        found = page_for(row.text, profile) or mixed(row, profile)
    else:
        found = _forced(row, profile)
    if found is None:
        picture = text_picture(
            row.text, scale=row.scale, bold=row.bold, inverse=row.inverse, small=row.small
        )
        return [align(row.align), *raster(picture), _LEADING]
    page, octets = found
    escpos.clear()
    styles = {"bold": row.bold, "invert": row.inverse, "font": row.small}
    on: dict[str, Any] = {
        name: "b" if name == "font" else True for name, wanted in styles.items() if wanted
    }
    if row.scale > 1:
        on |= {"custom_size": True, "width": row.scale, "height": row.scale}
    if on:
        escpos.set(**on)
    opening, closing = bytes(escpos.output), b""
    if on:
        closing = b"\x1b!\x00\x1d!\x00" + (b"\x1dB\x00" if row.inverse else b"")
    if page:
        opening += code_page(dict(profile.pages)[page])
        closing += code_page("cp437")
    return [align(row.align) + opening + octets + b"\n" + closing]


def page_for(text: str, profile: Profile) -> tuple[int, bytes] | None:
    """(page number, bytes) of the first proven page that holds all of `text`; None: draw it."""
    if text.isascii():
        return 0, text.encode("ascii")
    for number, codec in profile.pages:
        try:
            return number, text.encode(codec)
        except UnicodeEncodeError:
            continue
    return None


def mixed(row: TextLine, profile: Profile) -> tuple[int, bytes] | None:
    """(page, bytes) of a row whose letters outside that page are drawn in between.

    None where the printer could not draw them as large, or where drawing the row is shorter.
    """
    if row.scale > 1 or row.inverse or row.small:
        return None
    cells = clusters(row.text)
    page, codec = min(profile.pages, key=lambda each: len(_drawn(cells, each[1])))
    drawn = _drawn(cells, codec)
    if len(drawn) * _GLYPH_BYTES + len(cells) > len(cells) * CELL[0] * CELL[1] // 8:
        return None
    octets = b"".join(
        _glyph(cell, bold=row.bold) if cell in drawn else cell.encode(codec) for cell in cells
    )
    return page, octets


def _drawn(cells: list[str], codec: str) -> list[str]:
    """The characters a page does not have."""
    return [cell for cell in cells if not cell.isascii() and not _encodes(cell, codec)]


@lru_cache(maxsize=1024)
def _encodes(cell: str, codec: str) -> bool:
    try:
        cell.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _glyph(cell: str, *, bold: bool) -> bytes:
    """`ESC * 33`: one drawn character of 24 dots in double density, on the printer's own foot."""
    dots, _ = defuse(glyph_columns(cell, bold=bold))
    return b"\x1b*\x21" + (len(dots) // 3).to_bytes(2, "little") + dots


def _forced(row: TextLine, profile: Profile) -> tuple[int, bytes]:
    """The test slip: the page itself, without control characters."""
    octets = row.text.encode(dict(profile.pages)[row.page], "replace")
    return row.page, bytes(octet if octet >= 0x20 else 0x3F for octet in octets)


def _qr(escpos: Any, row: Qr, profile: Profile) -> tuple[list[bytes], int]:
    """A centred QR code with an empty line (more than four modules) before and after it."""
    side = qr_side(row.payload, row.level)
    room = profile.dots // (side + 8)
    dots = min(row.module_dots or 6, room, 7)
    if dots < 3:
        return _spelt_out(escpos, row, profile)
    if profile.native_qr:
        escpos.clear()
        escpos.qr(row.payload, native=True, size=dots, ec="LMQH".index(row.level))
        code = [align(Align.CENTRE) + b"\n", bytes(escpos.output)]
    else:
        code = [align(Align.CENTRE) + b"\n", *raster(qr_picture(row.payload, row.level, dots))]
    return [*code, b"\n" + align(Align.LEFT)], side * dots + 60


def _spelt_out(escpos: Any, row: Qr, profile: Profile) -> tuple[list[bytes], int]:
    """A code with more in it than fits on the paper is printed as words: no slip is lost for it."""
    rows = wrap(row.payload, profile.columns)
    return [piece for text in rows for piece in _text(escpos, TextLine(text), profile)], 30 * len(
        rows
    )


def raster(picture: Image.Image) -> Iterator[bytes]:
    """`GS v 0` in bands, each without live real-time commands."""
    across, rows, dots = raster_bytes(picture)
    step = max(1, _BAND_BYTES // across)
    for top in range(0, rows, step):
        band, _ = defuse(dots[top * across : min(rows, top + step) * across])
        height = len(band) // across
        yield b"\x1dv0\x00" + across.to_bytes(2, "little") + height.to_bytes(2, "little") + band


def _nv_logo(name: str) -> bytes:
    """`GS ( L` function 69: print the NV graphics an operator stored under a two-letter key."""
    return align(Align.CENTRE) + b"\x1d(L\x06\x000E" + name.encode("ascii")[:2] + b"\x01\x01"


def store_logo(name: str, path: Path, profile: Profile) -> bytes:
    """`GS ( L` function 67: put a picture into NV memory (an operator's act: memory wears)."""
    with Image.open(path) as source:
        grey = source.convert("L")
    if grey.width > profile.dots:
        grey = grey.resize((profile.dots, grey.height * profile.dots // grey.width))
    width, height = grey.size
    _, _, dots = raster_bytes(grey.point(lambda level: 255 if level > 128 else 0).convert("1"))
    body = b"0C0" + name.encode("ascii")[:2] + b"\x01"
    body += ((width + 7) // 8 * 8).to_bytes(2, "little") + height.to_bytes(2, "little")
    body += b"1" + defuse(dots)[0]
    return b"\x1d(L" + len(body).to_bytes(2, "little") + body


def _pieces(commands: list[bytes]) -> Iterator[bytes]:
    """Whole commands gathered up to `PIECE_MAX` bytes."""
    piece = b""
    for command in commands:
        assert not LIVE.search(command), "a live real-time command"
        if piece and len(piece) + len(command) > PIECE_MAX:
            yield piece
            piece = b""
        piece += command
    if piece:
        yield piece


_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MARKS = len(_LETTERS) ** 4
"""Different process ids; the 14.7 million outlast a printer, and numbers go on past them."""


def process_mark(number: int) -> bytes:
    """The four characters a printer answers with for process `number`."""
    assert number > 0
    rest, out = number % MARKS, bytearray()
    for _ in range(4):
        rest, digit = divmod(rest, len(_LETTERS))
        out.insert(0, _LETTERS[digit])
    return bytes(out)


def mark_number(mark: bytes) -> int | None:
    """The process number (modulo `MARKS`) of four characters; None when they are not ours."""
    number = 0
    for octet in mark:
        digit = _LETTERS.find(octet)
        if digit < 0:
            return None
        number = number * len(_LETTERS) + digit
    return number


def ask_process_id(number: int) -> bytes:
    """`GS ( H` function 48: answer `37h 22h d1-d4 00h` when you get to this."""
    return b"\x1d(H\x06\x0000" + process_mark(number)
