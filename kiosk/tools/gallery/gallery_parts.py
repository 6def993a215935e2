"""The gallery's small pieces: blocks, buttons, rows of the default pack."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import Block, BlockKind, Element, Region, Role

DATA = Path(__file__).resolve().parents[3] / "content" / "default"
Parts = dict[str, Any]


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a data file of the default pack."""
    with (DATA / name).open(newline="", encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


def notice(text: str, tone: str = "info", icon: str = "info") -> Block:
    return Block(kind=BlockKind.NOTICE, text=text, tone=tone, icon=icon)


def fact(label: str, value: str, icon: str, hint: str = "") -> Block:
    return Block(kind=BlockKind.FACT, label=label, value=value, icon=icon, hint=hint)


def step(text: str, icon: str = "") -> Block:
    return Block(kind=BlockKind.STEP, text=text, icon=icon)


def action(w: GalleryWords, name: str, key: str, icon: str, **more: Any) -> Element:
    return element(
        name, Role.BUTTON, w(key), icon=icon, place=more.pop("place", Region.ACTIONS), **more
    )


def done(w: GalleryWords) -> Element:
    return action(w, "done", "shell.done", "check", primary=True)


def paging(w: GalleryWords) -> list[Element]:
    return [
        action(w, "page.previous", "shell.page_previous", "chevron_left"),
        action(w, "page.next", "shell.page_next", "chevron_right"),
    ]


def service_card(w: GalleryWords, row: dict[str, str], role: Role) -> Element:
    agency = next(a for a in table("agencies.csv") if a["code"] == row["agency_code"])
    return element(
        f"service.{row['code']}",
        role,
        row[f"service_{w.language}"],
        hint=agency[f"name_{w.language}"],
        icon=agency["icon"],
        colour=agency["colour_hex"],
    )
