"""The printer protocols there are: a second one is one folder beside `escpos/` and one row here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from peripherals.printing.escpos.profiles import OPTIONS
from peripherals.printing.escpos.protocol import open_escpos
from peripherals.printing.protocol_port import PrinterProtocol


class _Opens(Protocol):
    def __call__(self, options: Mapping[str, str], *, answers: bool) -> PrinterProtocol: ...


@dataclass(frozen=True, slots=True)
class ProtocolRow:
    """One protocol: how it is made from the options of a URL, and which options it has."""

    open: _Opens
    options: tuple[str, ...]


PROTOCOLS: Mapping[str, ProtocolRow] = {"escpos": ProtocolRow(open_escpos, OPTIONS)}
"""By the first half of a printer's URL."""
