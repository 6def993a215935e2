"""The gallery's screens up to the counter: attract, finding a service, its charter."""

from __future__ import annotations

from kiosk.tools.gallery.gallery_parts import (
    Parts,
    action,
    fact,
    notice,
    paging,
    service_card,
    table,
)
from kiosk.tools.gallery.gallery_words import GalleryWords, element, words_of
from kiosk.ui_protocol.view import Block, BlockKind, KeyboardKind, Role

PER_PAGE = 6
HOME = (
    ("find", "search"),
    ("ticket", "ticket"),
    ("form", "description"),
    ("status", "fact_check"),
    ("feedback", "sentiment_satisfied"),
    ("help", "help"),
)


def attract(w: GalleryWords) -> Parts:
    other = words_of("sw" if w.language == "en" else "en")
    start = element("start", Role.TILE, w("attract.touch"), icon="touch_app", primary=True)
    texts = (other("attract.touch"), w("attract.slogan"))
    return {
        "title": w("attract.welcome"),
        "subtitle": w("attract.other_welcome"),
        "blocks": [
            *(Block(kind=BlockKind.TEXT, text=t) for t in texts),
            notice(w("attract.offline"), "good", "wifi_off"),
        ],
        "elements": [start],
        "nav": (False, False),
    }


def language(w: GalleryWords) -> Parts:
    other = words_of("sw" if w.language == "en" else "en")
    tiles = [
        element(f"choose.{code}", Role.TILE, w(f"language.{code}"), icon="language")
        for code in ("en", "sw")
    ]
    return {
        "title": w("language.title"),
        "subtitle": other("language.title"),
        "elements": tiles,
        "nav": (True, False),
    }


def home(w: GalleryWords) -> Parts:
    tiles = [
        element(name, Role.TILE, w(f"home.{name}"), icon=icon, hint=w(f"home.{name}_hint"))
        for name, icon in HOME
    ]
    return {"title": w("home.title"), "elements": tiles, "nav": (True, False)}


def find(w: GalleryWords) -> Parts:
    tiles = [
        element(f"category.{r['key']}", Role.TILE, r[f"name_{w.language}"], icon=r["icon"])
        for r in table("categories.csv")[:PER_PAGE]
    ]
    ways = [
        action(w, "by-office", "find.by_office", "account_balance"),
        action(w, "search", "find.search", "search"),
    ]
    return {"title": w("find.title"), "elements": [*tiles, *ways, *paging(w)], "page": (1, 3)}


def offices(w: GalleryWords) -> Parts:
    rows = sorted(table("agencies.csv"), key=lambda r: -len(r[f"name_{w.language}"]))[:PER_PAGE]
    tiles = [
        element(
            f"agency.{r['code']}",
            Role.TILE,
            r[f"name_{w.language}"],
            icon=r["icon"],
            colour=r["colour_hex"],
        )
        for r in rows
    ]
    return {"title": w("offices.title"), "elements": [*tiles, *paging(w)], "page": (2, 6)}


def search(w: GalleryWords) -> Parts:
    field = element(
        "query",
        Role.FIELD,
        w("search.prompt"),
        hint=w("search.example"),
        value="kitambulisho" if w.language == "sw" else "lost id",
    )
    most = {1.0: 4, 1.25: 3, 1.5: 2}.get(w.scale, 2)
    rows = [service_card(w, row, Role.ROW) for row in table("services.csv")[1 : 1 + most]]
    return {"title": w("search.title"), "elements": [field, *rows], "keyboard": KeyboardKind.TEXT}


def longest_services(w: GalleryWords) -> list[dict[str, str]]:
    """The six services with the longest names: if these fit, all fit."""
    rows = sorted(table("services.csv"), key=lambda r: -len(r[f"service_{w.language}"]))
    return rows[:PER_PAGE]


def services(w: GalleryWords) -> Parts:
    tiles = [service_card(w, row, Role.TILE) for row in longest_services(w)]
    return {"title": w("services.title"), "elements": [*tiles, *paging(w)], "page": (1, 2)}


def service(w: GalleryWords) -> Parts:
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")
    keys = row["requirement_keys"].split()
    needs = {r["key"]: r for r in table("requirements.csv")}
    ticks = [
        element(
            f"need.{key}",
            Role.TICK,
            needs[key][f"text_{w.language}"],
            icon=needs[key]["icon"],
            selected=at == 1,
        )
        for at, key in enumerate(keys)
    ]
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    cost = "KSh 1,000"
    time = row["turnaround"] if w.language == "en" else row["turnaround_sw"]
    blocks = [
        fact(w("service.bring"), w("service.bring_hint"), "checklist"),
        fact(
            w("service.cost"),
            f"{cost}. {w('service.confirm')}",
            "payments",
            w("service.no_money_here"),
        ),
        fact(w("service.time"), time, "schedule"),
        fact(w("service.who"), agency, "account_balance"),
        fact(w("service.where"), w("service.where_desk", agency=agency), "place"),
    ]
    actions = [
        action(w, "print-list", "service.print_list", "print"),
        action(w, "fill-form", "service.fill_form", "description"),
        action(w, "take-ticket", "service.take_ticket", "ticket", primary=True),
    ]
    return {
        "title": row[f"service_{w.language}"],
        "subtitle": agency,
        "blocks": blocks,
        "elements": [*ticks, *actions],
    }


def priority(w: GalleryWords) -> Parts:
    rows = table("priority_classes.csv")[:5]
    tiles = [
        element(f"class.{r['key']}", Role.TILE, r[f"name_{w.language}"], icon=r["icon"])
        for r in rows
    ]
    tiles.append(element("class.none", Role.TILE, w("priority.none"), icon="person"))
    return {"title": w("priority.title"), "subtitle": w("priority.text"), "elements": tiles}
