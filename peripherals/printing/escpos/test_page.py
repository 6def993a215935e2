"""The operator's test slip of an ESC/POS printer: widths, styles, every code page, QR, cutter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peripherals.printing.document import (
    Align,
    Block,
    Document,
    Feed,
    HorizontalRule,
    Qr,
    TextLine,
    TwoColumns,
)
from peripherals.printing.escpos.profiles import Profile


def test_slip(profile: Profile, when: datetime, facts: Mapping[str, Any]) -> Document:
    """The operator's slip: widths, styles, every code page to compare by eye, QR, cutter."""
    ruler = "".join(str(n % 10) for n in range(1, profile.columns + 1))
    blocks: list[Block] = [
        TextLine("JARIBIO / TEST", Align.CENTRE, scale=2, bold=True),
        TextLine(profile.title, Align.CENTRE),
        TextLine(when.strftime("%Y-%m-%d %H:%M UTC"), Align.CENTRE),
        HorizontalRule(double=True),
        *(TwoColumns(name, str(value)) for name, value in facts.items()),
        HorizontalRule(),
        TextLine(ruler),
        TextLine("Bold", bold=True),
        TextLine("Inverse", inverse=True),
        TextLine("Small font B", small=True),
        TextLine("x2", scale=2),
        TextLine("x4", scale=4),
        HorizontalRule(),
        TextLine("Raster: \u0129 \u0169 \u0128 \u0168 \u014b \u0268 \u0289 \u025b \u0254"),
        TextLine("Wanjir\u0169 wa K\u0129mani"),
    ]
    for number, codec in profile.pages:
        blocks.append(TextLine(f"Page {number} ({codec})", bold=True))
        blocks += [TextLine(row, page=number) for row in page_rows(codec)]
    blocks += [
        HorizontalRule(),
        Qr("HUDUMA/TEST/0123456789"),
        TextLine("The code above must scan.", Align.CENTRE),
        TextLine("Msimbo hapo juu lazima usomeke.", Align.CENTRE),
        Feed(),
    ]
    return Document(tuple(blocks), "sw", "TEST")


def page_rows(codec: str) -> list[str]:
    """The upper half of a code page, sixteen characters a row, as this page prints it."""
    rows = []
    for start in range(0x80, 0x100, 16):
        octets = bytes(range(start, start + 16))
        text = octets.decode(codec, "replace").replace("\ufffd", ".")
        rows.append(f"{start:02X} {text}")
    return rows
