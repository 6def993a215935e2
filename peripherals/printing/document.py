"""Document: the content of a slip, independent of any printer.

A document is a frozen list of blocks in reading order. It has no columns, code pages or dots:
`layout.py` breaks it into lines for a width, `escpos/encoder.py` turns those into bytes. One
document is one slip: the cut at its end and the mark on a repeat are added when it is printed, so
no caller can forget or forge them.

Text is plain Unicode in the language of the citizen; the slip is what was promised on the
screen, so a builder never puts anything here that was not committed in the same transaction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from provisioning.faults import Fault


class DocumentFault(Fault):
    """Stored or given bytes are not a document."""

    code = 27


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


Scale = Annotated[int, msgspec.Meta(ge=1, le=8)]
"""How many times the normal character, in both directions: 1 is 3 mm high, 4 is 12 mm."""


class TextLine(msgspec.Struct, frozen=True, tag="line"):
    """A paragraph: broken at words where the paper ends. `small` is the printer's font B.

    `page` forces the printer's own code page of that number, right or wrong: for the test slip,
    which shows what a page really holds. Nothing for a citizen uses it.
    """

    text: str
    align: Align = Align.LEFT
    scale: Scale = 1
    bold: bool = False
    inverse: bool = False
    small: bool = False
    page: int = -1


class TwoColumns(msgspec.Struct, frozen=True, tag="pair"):
    """Two columns: `left` and, at the right margin, `right` ("Ada" ... "KES 1,000")."""

    left: str
    right: str
    bold: bool = False


class Item(msgspec.Struct, frozen=True, tag="item"):
    """A line of a list: a mark, then text whose later lines hang under the first."""

    text: str
    mark: str = "[ ]"
    bold: bool = False


class HorizontalRule(msgspec.Struct, frozen=True, tag="rule"):
    """A line across the paper."""

    double: bool = False


class Qr(msgspec.Struct, frozen=True, tag="qr"):
    """A QR code, centred, with its quiet zone. `module_dots` 0 lets the paper width decide."""

    payload: str
    module_dots: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0
    level: Annotated[str, msgspec.Meta(pattern="^[LMQH]$")] = "M"


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """Empty lines."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1


class Logo(msgspec.Struct, frozen=True, tag="logo"):
    """The logo kept in the printer (put there by an operator); nothing where there is none."""

    name: str = "HU"


Block = TextLine | TwoColumns | Item | HorizontalRule | Qr | Feed | Logo


class Document(msgspec.Struct, frozen=True):
    """One slip. `label` is what staff see in lists: a ticket number or a reference, no name."""

    blocks: tuple[Block, ...]
    language: str = "sw"
    label: str = ""

    def to_bytes(self) -> bytes:
        """The document as MessagePack, for the spool."""
        return _ENCODER.encode(self)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Document:
        """The document again; raises `DocumentFault`."""
        try:
            return _DECODER.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            msg = f"The stored slip cannot be read ({error}); print it again from the desk."
            raise DocumentFault(msg) from error

    def text(self) -> str:
        """Every word of the slip, for searches and tests; not for printing."""
        words: list[str] = []
        for block in self.blocks:
            match block:
                case TextLine(text=text) | Item(text=text):
                    words.append(text)
                case TwoColumns(left=left, right=right):
                    words += [left, right]
                case _:
                    pass
        return "\n".join(words)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Document)
