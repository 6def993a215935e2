"""Gallery: a sample view of every screen in both languages, made from the default pack's texts.

For pictures, the layout lint and benchmarks; never part of a visit. The same element ids as the
core's views, so what is drawn here is drawn there. Nobody in it exists.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.ui import gallery_questions
from kiosk.ui.gallery_words import Words, element, words_of
from kiosk.view import Block, BlockKind, Element, Keyboard, Place, Role, View

DATA = Path(__file__).resolve().parents[2] / "content" / "default"
PER_PAGE = 6
HOME = (("find", "search"), ("ticket", "ticket"), ("form", "description"),
        ("status", "fact_check"), ("feedback", "sentiment_satisfied"), ("help", "help"))  # fmt: skip


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


def action(w: Words, name: str, key: str, icon: str, **more: Any) -> Element:
    return element(name, Role.BUTTON, w(key), icon=icon, place=more.pop("place", Place.ACTIONS), **more)


def done(w: Words) -> Element:
    return action(w, "done", "shell.done", "check", primary=True)


def paging(w: Words) -> list[Element]:
    return [
        action(w, "page.previous", "shell.page_previous", "chevron_left"),
        action(w, "page.next", "shell.page_next", "chevron_right"),
    ]


def shell(w: Words, *, back: bool = True, home: bool = True, theme: str = "light") -> list[Element]:
    """Header, navigation and footer as the core gives them."""
    found = [
        element(f"language.{code}", Role.BUTTON, w(f"language.{code}"), place=Place.HEADER,
                selected=code == w.language)
        for code in ("en", "sw")
    ]  # fmt: skip
    if back:
        found.append(action(w, "back", "shell.back", "arrow_back", place=Place.NAV))
    if home:
        found.append(action(w, "home", "shell.home", "home", place=Place.NAV))
    feet = (("listen", "shell.listen", "volume_up"), ("text-size", "shell.text_size", "text_increase"),
            ("theme", f"theme.{theme}", "contrast"), ("call-staff", "shell.call_staff", "support_agent"),
            ("stop", "shell.stop", "cancel"))  # fmt: skip
    found += [action(w, name, key, icon, place=Place.FOOTER) for name, key, icon in feet]
    return found


def service_card(w: Words, row: dict[str, str], role: Role) -> Element:
    agency = next(a for a in table("agencies.csv") if a["code"] == row["agency_code"])
    return element(
        f"service.{row['code']}", role, row[f"service_{w.language}"], hint=agency[f"name_{w.language}"],
        icon=agency["icon"], colour=agency["colour_hex"],
    )  # fmt: skip


def longest_services(w: Words) -> list[dict[str, str]]:
    """The six services with the longest names: if these fit, all fit."""
    rows = sorted(table("services.csv"), key=lambda r: -len(r[f"service_{w.language}"]))
    return rows[:PER_PAGE]


Parts = dict[str, Any]


def attract(w: Words) -> Parts:
    other = words_of("sw" if w.language == "en" else "en")
    start = element("start", Role.TILE, w("attract.touch"), icon="touch_app", primary=True)
    texts = (other("attract.touch"), w("attract.slogan"))
    return {
        "title": w("attract.welcome"), "subtitle": w("attract.other_welcome"),
        "blocks": [*(Block(kind=BlockKind.TEXT, text=t) for t in texts),
                   notice(w("attract.offline"), "good", "wifi_off")],
        "elements": [start], "nav": (False, False),
    }  # fmt: skip


def language(w: Words) -> Parts:
    other = words_of("sw" if w.language == "en" else "en")
    tiles = [element(f"choose.{code}", Role.TILE, w(f"language.{code}"), icon="language")
             for code in ("en", "sw")]  # fmt: skip
    return {"title": w("language.title"), "subtitle": other("language.title"), "elements": tiles,
            "nav": (True, False)}  # fmt: skip


def home(w: Words) -> Parts:
    tiles = [element(name, Role.TILE, w(f"home.{name}"), icon=icon, hint=w(f"home.{name}_hint"))
             for name, icon in HOME]  # fmt: skip
    return {"title": w("home.title"), "elements": tiles, "nav": (True, False)}


def find(w: Words) -> Parts:
    tiles = [element(f"category.{r['key']}", Role.TILE, r[f"name_{w.language}"], icon=r["icon"])
             for r in table("categories.csv")[:PER_PAGE]]  # fmt: skip
    ways = [action(w, "by-office", "find.by_office", "account_balance"),
            action(w, "search", "find.search", "search")]  # fmt: skip
    return {"title": w("find.title"), "elements": [*tiles, *ways, *paging(w)], "page": (1, 3)}


def offices(w: Words) -> Parts:
    rows = sorted(table("agencies.csv"), key=lambda r: -len(r[f"name_{w.language}"]))[:PER_PAGE]
    tiles = [element(f"agency.{r['code']}", Role.TILE, r[f"name_{w.language}"], icon=r["icon"],
                     colour=r["colour_hex"]) for r in rows]  # fmt: skip
    return {"title": w("offices.title"), "elements": [*tiles, *paging(w)], "page": (2, 6)}


def search(w: Words) -> Parts:
    field = element("query", Role.FIELD, w("search.prompt"), hint=w("search.example"),
                    value="kitambulisho" if w.language == "sw" else "lost id")  # fmt: skip
    most = {1.0: 4, 1.25: 3, 1.5: 2}.get(w.scale, 2)
    rows = [service_card(w, row, Role.ROW) for row in table("services.csv")[1 : 1 + most]]
    return {"title": w("search.title"), "elements": [field, *rows], "keyboard": Keyboard.TEXT}


def services(w: Words) -> Parts:
    tiles = [service_card(w, row, Role.TILE) for row in longest_services(w)]
    return {"title": w("services.title"), "elements": [*tiles, *paging(w)], "page": (1, 2)}


def service(w: Words) -> Parts:
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")
    keys = row["requirement_keys"].split()
    needs = {r["key"]: r for r in table("requirements.csv")}
    ticks = [element(f"need.{key}", Role.TICK, needs[key][f"text_{w.language}"], icon=needs[key]["icon"],
                     selected=at == 1) for at, key in enumerate(keys)]  # fmt: skip
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    cost = "KSh 1,000" if w.language == "en" else "KSh 1,000"
    time = row["turnaround"] if w.language == "en" else row["turnaround_sw"]
    blocks = [
        fact(w("service.bring"), w("service.bring_hint"), "checklist"),
        fact(w("service.cost"), f"{cost}. {w('service.confirm')}", "payments", w("service.no_money_here")),
        fact(w("service.time"), time, "schedule"),
        fact(w("service.who"), agency, "account_balance"),
        fact(w("service.where"), w("service.where_desk", agency=agency), "place"),
    ]
    actions = [
        action(w, "print-list", "service.print_list", "print"),
        action(w, "fill-form", "service.fill_form", "description"),
        action(w, "take-ticket", "service.take_ticket", "ticket", primary=True),
    ]
    return {"title": row[f"service_{w.language}"], "subtitle": agency, "blocks": blocks,
            "elements": [*ticks, *actions]}  # fmt: skip


def priority(w: Words) -> Parts:
    rows = table("priority_classes.csv")[:5]
    tiles = [element(f"class.{r['key']}", Role.TILE, r[f"name_{w.language}"], icon=r["icon"]) for r in rows]
    tiles.append(element("class.none", Role.TILE, w("priority.none"), icon="person"))
    return {"title": w("priority.title"), "subtitle": w("priority.text"), "elements": tiles}


def ticket(w: Words) -> Parts:
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")
    blocks = [
        Block(kind=BlockKind.NUMBER, value="B 047", text="B 047", label=w("slip.ticket")),
        fact(w("ticket.service"), row[f"service_{w.language}"], "info"),
        fact(w("ticket.ahead", n=12), "", "groups"),
        fact(w("ticket.wait", a=20, b=35), "", "schedule"),
        notice(w("ticket.printing"), "info", "print"),
        step(w("ticket.next"), "weekend"),
        Block(kind=BlockKind.QR, value="HK1:WJR:20261122:B047:8Q4F7ZK2M9XT6R3P", text=w("ticket.scan")),
    ]
    actions = [action(w, "rate", "ticket.rate", "sentiment_satisfied"), done(w)]
    return {"title": w("ticket.title"), "blocks": blocks, "elements": actions, "nav": (False, True)}


def forms(w: Words) -> Parts:
    rows = [r for r in table("services.csv") if r["code"] in {"NRB-01", "NRB-02", "CRS-01", "CRS-02"}]
    tiles = []
    for row in rows:
        card = service_card(w, row, Role.TILE)
        tiles.append(element(f"form.{row['code'].lower()}", Role.TILE, card.label, icon=card.icon,
                             hint=w("forms.minutes", n=11), colour=card.colour))  # fmt: skip
    return {"title": w("forms.title"), "elements": tiles}


def consent(w: Words) -> Parts:
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")[f"service_{w.language}"]
    lines = ((w("consent.who", agency=agency), "account_balance"), (w("consent.why", service=row), "task_alt"),
             (w("consent.stays", agency=agency), "lock"), (w("consent.keep", n=30), "delete_sweep"),
             (w("consent.rights"), "verified_user"))  # fmt: skip
    blocks = [*(step(text, icon) for text, icon in lines), notice(w("consent.refusing"), icon="ticket")]
    actions = [action(w, "refuse", "consent.refuse", "block"),
               action(w, "agree", "consent.agree", "check", primary=True)]  # fmt: skip
    return {"title": w("consent.title"), "subtitle": row, "blocks": blocks, "elements": actions}


def repeat(w: Words) -> Parts:
    tiles = [element("repeat.add", Role.TILE, w("repeat.add"), icon="add"),
             element("repeat.done", Role.TILE, w("repeat.done"), icon="check")]  # fmt: skip
    blocks = [Block(kind=BlockKind.TEXT, text=w("repeat.count", n=2))]
    return {"title": w("repeat.title"), "blocks": blocks, "elements": tiles}


def review(w: Words) -> Parts:
    answers = (("full_name", "Wanjikũ Njeri Kamau"), ("id_number", "•••••678"), ("date_of_birth", "27/03/1990"),
               ("phone_number", "•••• ••• 678"), ("county", "Wajir"), ("place_lost", ""))  # fmt: skip
    rows = [element(f"change.{key}", Role.ROW, w(key), value=value or w("review.not_answered"),
                    hint=w("review.change"), icon="edit") for key, value in answers[:5]]  # fmt: skip
    blocks = [Block(kind=BlockKind.TEXT, text=w("review.declare"))]
    submit = action(w, "submit", "review.submit", "send", primary=True)
    return {"title": w("review.title"), "blocks": blocks, "page": (1, 3),
            "elements": [*rows, *paging(w), submit]}  # fmt: skip


def submitted(w: Words) -> Parts:
    blocks = [
        Block(kind=BlockKind.NUMBER, value="WJR-7F3K-22", text="WJR-7F3K-22", label=w("submitted.reference")),
        notice(w("submitted.not_approved"), "good", "task_alt"),
        step(w("submitted.next_offline"), "send"), step(w("submitted.next_desk"), "ticket"),
        step(w("submitted.ask"), "call"), notice(w("ticket.printed"), "good", "check_circle"),
    ]  # fmt: skip
    actions = [action(w, "rate", "ticket.rate", "sentiment_satisfied"),
               action(w, "take-ticket", "submitted.take_ticket", "ticket"), done(w)]  # fmt: skip
    return {"title": w("submitted.title"), "blocks": blocks, "elements": actions, "nav": (False, True)}


def status(w: Words) -> Parts:
    field = element("answer", Role.FIELD, w("status.reference"), hint=w("status.hint"), value="WJR-7F3K")
    go = action(w, "next", "shell.next", "arrow_forward", primary=True)
    return {"title": w("status.title"), "subtitle": w("status.reference"), "elements": [field, go],
            "keyboard": Keyboard.ID}  # fmt: skip


def status_answer(w: Words) -> Parts:
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    blocks = [notice(w("status_answer.processing", agency=agency), "info", "fact_check"),
              Block(kind=BlockKind.TEXT, text=w("status_answer.updated", date="21/11/2026 14:30")),
              Block(kind=BlockKind.TEXT, text=w("status_answer.age", n=3))]  # fmt: skip
    actions = [action(w, "complain", "status_answer.complain", "rate_review"), done(w)]
    return {"title": w("status_answer.title"), "subtitle": "WJR-7F3K-22", "blocks": blocks,
            "elements": actions}  # fmt: skip


def complain(w: Words) -> Parts:
    kinds = (("praise", "thumb_up"), ("idea", "lightbulb"), ("complaint", "rate_review"), ("bribe", "gpp_maybe"))
    tiles = [element(f"kind.{kind}", Role.TILE, w(f"complain.{kind}"), icon=icon) for kind, icon in kinds]
    return {"title": w("complain.title"), "elements": tiles,
            "blocks": [notice(w("complain.anonymous"), "good", "no_accounts")]}  # fmt: skip


def feedback(w: Words) -> Parts:
    faces = [element(f"face.{n}", Role.FACE, w(f"feedback.{n}"), selected=n == 4) for n in range(1, 6)]
    field = element("words", Role.FIELD, w("feedback.words"))
    send = action(w, "send", "feedback.send", "send", primary=True)
    return {"title": w("feedback.title"), "elements": [*faces, field, send]}


def feedback_words(w: Words) -> Parts:
    parts = feedback(w)
    parts["elements"][5] = element("words", Role.FIELD, w("feedback.words"), value="Asante sana")
    return {**parts, "keyboard": Keyboard.TEXT, "state": "feedback"}


def thanks(w: Words) -> Parts:
    blocks = [Block(kind=BlockKind.TEXT, text=w("thanks.text")),
              notice(w("thanks.reference", reference="WJR-7F3K-22"), "good")]  # fmt: skip
    return {"title": w("thanks.title"), "blocks": blocks, "elements": [done(w)], "nav": (False, True)}


def help_(w: Words) -> Parts:
    icons = ("touch_app", "checklist", "ticket", "weekend")
    steps = [step(w(f"help.step{n}"), icon) for n, icon in enumerate(icons, 1)]
    return {"title": w("help.title"), "blocks": [*steps, notice(w("help.call"), icon="call")],
            "elements": [done(w)]}  # fmt: skip


def said(title: str, text: str, icon: str, tone: str = "good") -> Callable[[Words], Parts]:
    """A screen with one sentence on it."""
    return lambda w: {"title": w(title), "blocks": [notice(w(text), tone, icon)], "elements": [done(w)],
                      "nav": (False, False)}  # fmt: skip


SCREENS: dict[str, Callable[[Words], Parts]] = {
    "attract": attract, "language": language, "home": home, "find": find, "offices": offices,
    "search": search, "services": services, "service": service, "priority": priority,
    "ticket": ticket, "forms": forms, "consent": consent, "repeat": repeat, "review": review,
    "submitted": submitted, "status": status, "status-answer": status_answer,
    "complain": complain, "feedback": feedback, "feedback-words": feedback_words, "thanks": thanks,
    "help": help_,
    "staff-called": said("staff_called.title", "staff_called.text", "support_agent"),
    "unavailable": said("unavailable.title", "unavailable.text", "support_agent", "warn"),
    "goodbye": said("goodbye.title", "goodbye.text", "verified_user"),
    **gallery_questions.QUESTIONS,
}  # fmt: skip


def view(
    name: str, language: str = "en", *, scale: float = 1.0, theme: str = "light",
    countdown: int = 0, online: bool = False, longer: float = 1.0,
) -> View:  # fmt: skip
    """The sample of screen `name`. `longer` stretches every text, as a longer language would."""
    w = words_of(language, scale, longer)
    parts = SCREENS[name](w)
    nav = parts.pop("nav", (True, True))
    elements = [*parts.pop("elements"), *shell(w, back=nav[0], home=nav[1], theme=theme)]
    if countdown:
        elements += [action(w, "more-time", "idle.more_time", "more_time", place=Place.OVERLAY, primary=True),
                     action(w, "end-now", "idle.end_now", "delete_sweep", place=Place.OVERLAY)]  # fmt: skip
    return View(
        number=1, state=parts.pop("state", name), language=language, blocks=tuple(parts.pop("blocks", ())),
        elements=tuple(elements), theme=theme, text_scale=scale, site="Huduma Centre Wajir",
        badge=w("shell.online" if online else "shell.offline"), badge_tone="good" if online else "calm",
        countdown=countdown, overlay_title=w("idle.title"), overlay_text=w("idle.text", n=countdown),
        **parts,
    )  # fmt: skip
