"""Slip samples: every slip of the product as a picture, on both paper widths, in both languages.

The real builders, the default content, the real encoder, and the simulated printer's paper;
`huduma pictures` puts them beside the screens. Nothing in them was ever issued.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from content.catalogue.catalogue import Catalogue
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.numbering import service_day
from kiosk.queue.signed_code import ticket_payload
from kiosk.simulation.site.demo_site import new_demo_site
from kiosk.slips.builder import DocumentBuilder
from kiosk.visit.ports import FormReceipt, KioskLocation
from peripherals.printing.document import Document
from peripherals.printing.escpos.encoder import encode
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.simulators.printer.paper import save_png
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from provisioning.clock import VirtualClock

PAPERS = {"80mm": "tm-t20", "58mm": "generic-58"}
LANGUAGES = ("en", "sw")
BUFFER_BYTES = 1 << 18
_NOBODY = Ed25519PrivateKey.from_private_bytes(bytes(32))  # so that pictures stay the same
_AT = datetime(2026, 11, 23, 6, 42, tzinfo=UTC)
_VISIT = UUID("01937b2e-5c00-7000-8000-000000000000")
_DRAFT, _REFERENCE, _DAYS = "7K2M 9QXT 4WZD", "W1-7K2M-9QXT", 3


def draw(out: Path) -> int:
    """Write `NAME-LANGUAGE-PAPER.png` for every slip into `out`; how many."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huduma-slips-") as folder:
        site = new_demo_site(Path(folder) / "site")
        catalogue = Catalogue.open(site.dir / "pack", site.root_public)
        count = 0
        for name, document, copy in _slips(catalogue):
            for paper, profile in PAPERS.items():
                _print(document, profile, copy, out / f"{name}-{document.language}-{paper}.png")
                count += 1
    return count


def _slips(catalogue: Catalogue) -> Iterator[tuple[str, Document, int]]:
    clock = VirtualClock(_AT)
    place = KioskLocation("HC-001", "Huduma Centre Wajir", "HC-001", demo=False)
    receipts = DocumentBuilder(catalogue, place, clock)
    services = sorted(catalogue.services(), key=lambda each: len(each.title("en")))
    longest, lost = services[-1], catalogue.service("NRB-02")
    form = max(catalogue.forms(), key=lambda each: len(each.title["en"]))
    code = ticket_payload(_NOBODY, "HC-001", service_day(_AT), "A1047", _VISIT)
    given = FormReceipt(_VISIT, _REFERENCE, form.agency, form.id, _AT)
    for language in LANGUAGES:
        for name, service, ahead, wait in (
            ("ticket", lost, 12, (20, 35)),
            ("ticket-longest", longest, None, None),
        ):
            issued = IssuedTicket(_VISIT, "A1047", service.code, "normal", ahead, wait, code, _AT)
            slip = receipts.ticket(issued, service, language)
            yield name, slip, 1
        yield "ticket-copy", slip, 2
        yield "receipt", receipts.received(given, form, language), 1
        yield "draft-code", receipts.draft_code(_DRAFT, form, language, _DAYS), 1
        have = frozenset(each.key for each in catalogue.requirements(lost)[:1])
        yield "checklist", receipts.checklist(lost, have, language), 1


def _print(document: Document, profile: str, copy: int, path: Path) -> None:
    paper = PROFILES[profile]
    printer = SimulatedPrinter(lambda: 0.0, Model(dots=paper.dots, buffer=BUFFER_BYTES))
    printer.receive(encode(document, paper, copy=copy).octets)
    printer.step()
    save_png(printer.slips[0].strip if printer.slips else printer.hanging, path)
