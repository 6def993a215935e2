"""A plain ticket for the command line: JSON becomes a document.

The kiosk's own slips (tickets with their estimate, receipts, checklists) are built where their
facts are, in `kiosk/slips/builder.py`; this needs nothing but what is given here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from peripherals.printing.document import (
    Align,
    Block,
    Document,
    HorizontalRule,
    Item,
    Qr,
    TextLine,
    TwoColumns,
)
from provisioning.clock import EAT
from provisioning.faults import UsageFault

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


Word = Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | int | float


class _Ticket(msgspec.Struct):
    """What `--ticket` must and may say; what else is there is left out."""

    number: Word
    service: Word
    language: Literal["en", "sw"] = "sw"
    title: Word = "HUDUMA CENTRE"
    centre: Word | None = None
    time: Word | None = None
    ahead: Word | None = None
    name: Word | None = None
    qr: Word | None = None
    bring: list[Word] = []


def ticket_from_json(text: str) -> Document:
    """A ticket slip from `{"number", "service", "language"}` and more; raises `UsageFault`.

    More: `title`, `centre`, `time`, `ahead`, `name`, `qr`, `bring` (a list).
    """
    try:
        ticket = msgspec.json.decode(text, type=_Ticket)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        msg = (
            f"The ticket cannot be read ({error}); write JSON like "
            '{"number":"A101","service":"NRB-02","language":"sw"}.'
        )
        raise UsageFault(msg) from error
    language, words = ticket.language, _WORDS[ticket.language]
    number, service = str(ticket.number), str(ticket.service)
    blocks: list[Block] = [
        TextLine(str(ticket.title), Align.CENTRE, bold=True),
        HorizontalRule(),
        TextLine(words["your-number"], Align.CENTRE),
        TextLine(number, Align.CENTRE, scale=4, bold=True),
        HorizontalRule(),
        TwoColumns(words["service"], service),
    ]
    known = {"centre": ticket.centre, "time": ticket.time, "ahead": ticket.ahead}
    blocks += [TwoColumns(words[key], str(word)) for key, word in known.items() if word is not None]
    if ticket.name is not None:
        blocks.append(TextLine(f"{words['name']}: {ticket.name}"))
    if ticket.bring:
        blocks.append(TextLine(words["bring"], bold=True))
        blocks += [Item(str(thing)) for thing in ticket.bring]
    blocks.append(Qr(str(ticket.qr or f"HUDUMA/{number}/{service}")))
    blocks.append(TextLine(words["wait"], Align.CENTRE))
    return Document(tuple(blocks), language, number[:40])


def moment_from(text: str) -> datetime:
    """A print-by time in UTC; without an offset it is East Africa Time. Raises `UsageFault`."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=EAT)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        msg = f"--by {text!r} is not a moment such as 2026-11-23T17:00:00+03:00."
        raise UsageFault(msg) from error
