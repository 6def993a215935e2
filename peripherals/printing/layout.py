"""Layout: a document broken into rows for one paper width. Pure; knows no printer command.

Words are never broken while they fit on a row of their own. Typographic quotes and dashes are
folded to ASCII (every printer has those), text is composed (NFC), control characters are removed:
nothing a person typed can reach the printer as a command.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from peripherals.printing.document import (
    Block,
    Document,
    Feed,
    HorizontalRule,
    Item,
    Logo,
    Qr,
    TextLine,
    TwoColumns,
)

_FOLD = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u2022": "*",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
    }
)

DUPLICATE_MARK = "NAKALA / DUPLICATE"
"""On every copy after the first: the citizen, the officer and the auditor can tell."""


Row = TextLine | Qr | Feed | Logo
"""What is left of the blocks: lines short enough for the paper, and what takes no line."""


def clean(text: str) -> str:
    """Composed, folded to what slips use, without control characters."""
    folded = unicodedata.normalize("NFC", text).translate(_FOLD)
    return "".join(
        " " if unicodedata.category(char)[0] in "ZC" and char != " " else char for char in folded
    )


def width_of(text: str) -> int:
    """Cells a text takes: combining marks stand on the character before them."""
    return sum(1 for char in text if not unicodedata.combining(char))


def wrap(text: str, columns: int) -> list[str]:
    """`text` in rows of at most `columns` cells; only a word longer than a row is broken."""
    rows: list[str] = []
    row = ""
    for word in clean(text).split():
        rest = word
        candidate = f"{row} {rest}" if row else rest
        if width_of(candidate) <= columns:
            row = candidate
            continue
        if row:
            rows.append(row)
        while width_of(rest) > columns:
            head = _head(rest, columns)
            rows.append(head)
            rest = rest[len(head) :]
        row = rest
    return [*rows, row] if row or not rows else rows


def _head(word: str, columns: int) -> str:
    """The first `columns` cells of a word, with the marks that belong to the last."""
    taken, cells = 0, 0
    for char in word:
        if not unicodedata.combining(char):
            cells += 1
            if cells > columns:
                break
        taken += 1
    return word[:taken]


def lay_out(
    document: Document, columns: int, columns_small: int, *, copy: int = 1
) -> Iterator[Row]:
    """The rows of a slip. From the second `copy` on, the mark stands first and last."""
    if copy > 1:
        yield from _mark(columns, copy)
    for block in document.blocks:
        yield from _rows(block, columns, columns_small)
    if copy > 1:
        yield from _mark(columns, copy)


def _mark(columns: int, copy: int) -> Iterator[Row]:
    text = f"{DUPLICATE_MARK} {copy}".center(columns)
    yield TextLine(text, inverse=True, bold=True)


def _rows(block: Block, columns: int, columns_small: int) -> Iterator[Row]:
    match block:
        case TextLine():
            room = (columns_small if block.small else columns) // block.scale
            style = (block.align, block.scale, block.bold, block.inverse, block.small, block.page)
            texts = wrap(block.text, max(1, room)) if block.page < 0 else [block.text]
            yield from (TextLine(text, *style) for text in texts)
        case TwoColumns():
            yield from (TextLine(text, bold=block.bold) for text in _pair(block, columns))
        case Item():
            yield from _item(block, columns)
        case HorizontalRule():
            yield TextLine(("=" if block.double else "-") * columns)
        case Qr():
            yield Qr(clean(block.payload), block.module_dots, block.level)
        case Feed() | Logo():
            yield block


def _item(item: Item, columns: int) -> Iterator[Row]:
    indent = " " * (width_of(item.mark) + 1)
    for n, text in enumerate(wrap(item.text, columns - len(indent))):
        yield TextLine((indent if n else f"{item.mark} ") + text, bold=item.bold)


def _pair(pair: TwoColumns, columns: int) -> Iterator[str]:
    """Left text and right text; when they do not share a row the right one ends the next."""
    right_rows = wrap(pair.right, columns)
    left_rows = wrap(pair.left, columns)
    gap = columns - width_of(left_rows[-1]) - width_of(right_rows[0])
    if len(right_rows) == 1 and gap >= 1:
        yield from left_rows[:-1]
        yield left_rows[-1] + " " * gap + right_rows[0]
        return
    yield from left_rows
    for row in right_rows:
        yield " " * (columns - width_of(row)) + row
