"""ESC/POS as a printer protocol: what `peripherals.printing.protocol_port` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from peripherals.printing.document import Document
from peripherals.printing.escpos.client import EscposClient
from peripherals.printing.escpos.encoder import encode, store_logo, warm
from peripherals.printing.escpos.profiles import Profile, profile_named
from peripherals.printing.escpos.test_page import test_slip
from peripherals.printing.protocol_port import EncodedSlip
from peripherals.transport_port import Transport
from provisioning.clock import Clock


@dataclass(frozen=True, slots=True)
class EscposProtocol:
    """ESC/POS with one model's profile."""

    profile: Profile

    def warm(self) -> None:
        """Import the library and draw Kenya's letters now."""
        warm()

    def encode(self, document: Document, *, copy: int = 1) -> EncodedSlip:
        """The bytes of one slip."""
        return encode(document, self.profile, copy=copy)

    def client(self, transport: Transport, clock: Clock) -> EscposClient:
        """Questions to the printer at the other end."""
        return EscposClient(transport, self.profile, clock)

    def test_slip(self, when: datetime, facts: Mapping[str, Any]) -> Document:
        """Widths, styles, every code page to compare by eye, QR, cutter."""
        return test_slip(self.profile, when, facts)

    def stored_logo(self, name: str, picture: Path) -> bytes:
        """`GS ( L`: the logo in NV memory."""
        return store_logo(name, picture, self.profile)


def open_escpos(options: Mapping[str, str], *, answers: bool) -> EscposProtocol:
    """The protocol for the options of a URL; `answers` is no for a file. `BadDeviceUrl`."""
    default = "generic-80" if answers else "write-only"
    return EscposProtocol(profile_named(options.get("profile", default), options))
