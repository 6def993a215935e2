"""Screen: what a screen is made from, and the functions every screen uses. Pure.

A screen function takes a `ScreenContext` and gives a `Screen`; `kiosk/visit/controller/shell.py`
adds header, footer and overlay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from content.faults import NotInPack
from kiosk.language import Translator
from kiosk.ui_protocol.view import (
    Block,
    BlockKind,
    Element,
    FormProgress,
    KeyboardKind,
    Region,
    Role,
)
from kiosk.visit import ports
from kiosk.visit.flow import State
from kiosk.visit.ports import NetworkStatus, SlipState
from kiosk.visit.session import Session
from kiosk.visit.sms_port import SmsTicket
from kiosk.visit.staff_port import KioskReport, PinState, RemedyPage
from kiosk.visit.ticket_offer import NoTicket, why_no_ticket

PER_PAGE = 6
"""Most choices on a screen; more are paged, never scrolled."""

PAPER_WORDS = {
    SlipState.PRINTING: ("ticket.printing", "info", "print"),
    SlipState.PRINTED: ("ticket.printed", "good", "check_circle"),
    SlipState.UNKNOWN: ("ticket.print_unknown", "warn", "print_error"),
    SlipState.FAILED: ("ticket.print_failed", "warn", "print_disabled"),
    SlipState.BLOCKED: ("ticket.no_printer", "warn", "print_disabled"),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenContext:
    """A moment of a visit. `paper` is about the slip the screen talks of; `door` is where staff
    come in, None where this kiosk has none; `report` is for the staff screen alone.
    """

    session: Session
    catalogue: Catalogue
    translator: Translator
    place: ports.KioskLocation
    now: datetime
    network: NetworkStatus
    paper: SlipState = SlipState.NONE
    keep_days: int = 30
    draft_days: int = 7
    assisted: bool = False
    fix: bool = False
    """Whether the kiosk knows where it stands."""
    pin: PinState | None = None
    report: KioskReport | None = None
    remedy: RemedyPage | None = None
    sms: SmsTicket = field(default_factory=SmsTicket)

    def no_ticket(self, service: Service) -> NoTicket | None:
        """Why there is no queue ticket for `service` here and now; None when there is one."""
        return why_no_ticket(self.catalogue, self.place, self.now, service)

    def picture(self, form: str, name: str) -> str:
        """Where a form's picture lies on disk; empty when the pack has it no more."""
        try:
            return str(self.catalogue.asset(f"forms/{form}/{name}"))
        except NotInPack:
            return ""


@dataclass(slots=True)
class Screen:
    """The part of a view between header and footer."""

    title: str
    subtitle: str = ""
    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    keyboard: KeyboardKind = KeyboardKind.NONE
    progress: FormProgress | None = None
    page: tuple[int, int] = (1, 1)
    back: bool = True
    home: bool = True
    look: str = ""
    look_data: dict[str, Any] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    """Texts that stand here in the other language too, to be said by its voice."""


def button(context: ScreenContext, name: str, key: str, icon: str = "", **more: Any) -> Element:
    """An action at the bottom of the body, labelled with the text of `key`."""
    place = more.pop("place", Region.ACTIONS)
    return Element(
        id=name, role=Role.BUTTON, place=place, label=context.translator.say(key), icon=icon, **more
    )


def tile(name: str, label: str, icon: str, *, hint: str = "", colour: str = "") -> Element:
    """A large card."""
    return Element(id=name, role=Role.TILE, label=label, icon=icon, hint=hint, colour=colour)


def text(words: str) -> Block:
    """A paragraph."""
    return Block(kind=BlockKind.TEXT, text=words)


def notice(words: str, *, tone: str = "info", icon: str = "info") -> Block:
    """A calm box."""
    return Block(kind=BlockKind.NOTICE, text=words, tone=tone, icon=icon)


def fact(label: str, value: str, icon: str, hint: str = "") -> Block:
    """Icon, label and value."""
    return Block(kind=BlockKind.FACT, label=label, value=value, icon=icon, hint=hint)


def step(words: str, icon: str = "") -> Block:
    """One line of what happens next."""
    return Block(kind=BlockKind.STEP, text=words, icon=icon)


def paged(
    context: ScreenContext, items: Sequence[T], per_page: int = PER_PAGE
) -> tuple[Sequence[T], tuple[int, int], list[Element]]:
    """The items of this page, (page, pages), and the two paging buttons when there are pages."""
    pages = max(1, -(-len(items) // per_page))
    page = min(context.session.page, pages - 1)
    shown = items[page * per_page : (page + 1) * per_page]
    if pages == 1:
        return shown, (1, 1), []
    return shown, (page + 1, pages), page_arrows(context, before=page > 0, after=page < pages - 1)


def page_arrows(context: ScreenContext, *, before: bool, after: bool) -> list[Element]:
    """The two paging buttons: whether there is a page before this one, and one after it."""
    return [
        button(context, "page.previous", "shell.page_previous", "chevron_left", enabled=before),
        button(context, "page.next", "shell.page_next", "chevron_right", enabled=after),
    ]


def ticket_button(context: ScreenContext, service: Service, key: str, **more: Any) -> Element:
    """The way to a ticket, labelled `key`; or to where and when the service is given instead."""
    if context.no_ticket(service) is not None:
        return button(context, "take-ticket", "no_ticket.where", "place", **more)
    return button(context, "take-ticket", key, "ticket", **more)


def paper_notice(context: ScreenContext) -> list[Block]:
    """What is known about the slip, in calm words."""
    found = PAPER_WORDS.get(context.paper)
    if found is None:
        return []
    key, tone, icon = found
    return [notice(context.translator.say(key), tone=tone, icon=icon)]


ScreenTable = dict[State, Callable[[ScreenContext], Screen]]
"""A feature's screens; `kiosk/visit/controller/shell.py` merges them."""
