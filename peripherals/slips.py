"""Slips this package makes by itself: a plain ticket for the command line, and the test slip.

The kiosk's own slips (tickets with their estimate, receipts, checklists) are built where their
facts are, in `kiosk/receipts.py`; these two need nothing but what is given here.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from peripherals.device import BadDeviceUrl
from peripherals.document import Align, Block, Document, Feed, Item, Line, Pair, Qr, Rule
from peripherals.profiles import Profile

_WORDS = {
    "sw": {
        "your-number": "Nambari yako",
        "service": "Huduma",
        "centre": "Kituo",
        "time": "Wakati",
        "ahead": "Waliotangulia",
        "name": "Jina",
        "bring": "Leta",
        "wait": "Tafadhali subiri nambari yako iitwe.",
    },
    "en": {
        "your-number": "Your number",
        "service": "Service",
        "centre": "Centre",
        "time": "Time",
        "ahead": "People ahead",
        "name": "Name",
        "bring": "Bring",
        "wait": "Please wait until your number is called.",
    },
}


def ticket_from_json(text: str) -> Document:
    """A ticket slip from `{"number", "service", "language"}` and more; raises `BadDeviceUrl`.

    More: `title`, `centre`, `time`, `ahead`, `name`, `qr`, `bring` (a list).
    """
    try:
        ticket = json.loads(text)
        number, service = str(ticket["number"]), str(ticket["service"])
    except (ValueError, KeyError, TypeError) as error:
        msg = 'The ticket must be JSON like {"number":"A101","service":"NRB-02","language":"sw"}.'
        raise BadDeviceUrl(msg) from error
    language = "en" if ticket.get("language") == "en" else "sw"
    words = _WORDS[language]
    blocks: list[Block] = [
        Line(str(ticket.get("title", "HUDUMA CENTRE")), Align.CENTRE, bold=True),
        Rule(),
        Line(words["your-number"], Align.CENTRE),
        Line(number, Align.CENTRE, scale=4, bold=True),
        Rule(),
        Pair(words["service"], service),
    ]
    blocks += [
        Pair(words[key], str(ticket[key])) for key in ("centre", "time", "ahead") if key in ticket
    ]
    if "name" in ticket:
        blocks.append(Line(f"{words['name']}: {ticket['name']}"))
    if "bring" in ticket:
        blocks.append(Line(words["bring"], bold=True))
        blocks += [Item(str(thing)) for thing in ticket["bring"]]
    blocks.append(Qr(str(ticket.get("qr", f"HUDUMA/{number}/{service}"))))
    blocks.append(Line(words["wait"], Align.CENTRE))
    return Document(tuple(blocks), language, number)


def test_slip(profile: Profile, when: datetime, facts: dict[str, Any]) -> Document:
    """The operator's slip: widths, styles, every code page to compare by eye, QR, cutter."""
    ruler = "".join(str(n % 10) for n in range(1, profile.columns + 1))
    blocks: list[Block] = [
        Line("JARIBIO / TEST", Align.CENTRE, scale=2, bold=True),
        Line(profile.title, Align.CENTRE),
        Line(when.strftime("%Y-%m-%d %H:%M UTC"), Align.CENTRE),
        Rule(double=True),
        *(Pair(name, str(value)) for name, value in facts.items()),
        Rule(),
        Line(ruler),
        Line("Bold", bold=True),
        Line("Inverse", inverse=True),
        Line("Small font B", small=True),
        Line("x2", scale=2),
        Line("x4", scale=4),
        Rule(),
        Line("Raster: \u0129 \u0169 \u0128 \u0168 \u014b \u0268 \u0289 \u025b \u0254"),
        Line("Wanjir\u0169 wa K\u0129mani"),
    ]
    for number, codec in profile.pages:
        blocks.append(Line(f"Page {number} ({codec})", bold=True))
        blocks += [Line(row, page=number) for row in page_rows(codec)]
    blocks += [
        Rule(),
        Qr("HUDUMA/TEST/0123456789"),
        Line("The code above must scan.", Align.CENTRE),
        Line("Msimbo hapo juu lazima usomeke.", Align.CENTRE),
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
