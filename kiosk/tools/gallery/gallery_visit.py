"""The gallery's screens from the ticket on: forms, receipts, status, feedback, goodbye."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.tools.gallery.gallery_parts import (
    Parts,
    action,
    done,
    fact,
    notice,
    paging,
    service_card,
    step,
    table,
)
from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import Block, BlockKind, KeyboardKind, Role


def ticket(w: GalleryWords) -> Parts:
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")
    blocks = [
        Block(kind=BlockKind.NUMBER, value="B 047", text="B 047", label=w("slip.ticket")),
        fact(w("ticket.service"), row[f"service_{w.language}"], "info"),
        fact(w("ticket.ahead", n=12), "", "groups"),
        fact(w("ticket.wait", a=20, b=35), "", "schedule"),
        notice(w("ticket.printing"), "info", "print"),
        step(w("ticket.next"), "weekend"),
        Block(
            kind=BlockKind.QR, value="HK1:WJR:20261122:B047:8Q4F7ZK2M9XT6R3P", text=w("ticket.scan")
        ),
    ]
    actions = [action(w, "rate", "ticket.rate", "sentiment_satisfied"), done(w)]
    return {"title": w("ticket.title"), "blocks": blocks, "elements": actions, "nav": (False, True)}


def forms(w: GalleryWords) -> Parts:
    rows = [
        r for r in table("services.csv") if r["code"] in {"NRB-01", "NRB-02", "CRS-01", "CRS-02"}
    ]
    tiles = []
    for row in rows:
        card = service_card(w, row, Role.TILE)
        tiles.append(
            element(
                f"form.{row['code'].lower()}",
                Role.TILE,
                card.label,
                icon=card.icon,
                hint=w("forms.minutes", n=11),
                colour=card.colour,
            )
        )
    return {
        "title": w("forms.title"),
        "elements": [*tiles, action(w, "resume", "forms.resume", "history")],
    }


def consent(w: GalleryWords) -> Parts:
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    row = next(r for r in table("services.csv") if r["code"] == "NRB-02")[f"service_{w.language}"]
    lines = (
        (w("consent.who", agency=agency), "account_balance"),
        (w("consent.why", service=row), "task_alt"),
        (w("consent.stays", agency=agency), "lock"),
        (w("consent.keep", n=30), "delete_sweep"),
        (w("consent.rights"), "verified_user"),
    )
    blocks = [
        *(step(text, icon) for text, icon in lines),
        notice(w("consent.refusing"), icon="ticket"),
    ]
    actions = [
        action(w, "refuse", "consent.refuse", "block"),
        action(w, "agree", "consent.agree", "check", primary=True),
    ]
    return {"title": w("consent.title"), "subtitle": row, "blocks": blocks, "elements": actions}


def repeat(w: GalleryWords) -> Parts:
    tiles = [
        element("repeat.add", Role.TILE, w("repeat.add"), icon="add"),
        element("repeat.done", Role.TILE, w("repeat.done"), icon="check"),
    ]
    blocks = [Block(kind=BlockKind.TEXT, text=w("repeat.count", n=2))]
    return {"title": w("repeat.title"), "blocks": blocks, "elements": tiles}


def review(w: GalleryWords) -> Parts:
    answers = (
        ("full_name", "Wanjikũ Njeri Kamau"),
        ("id_number", "•••••678"),
        ("date_of_birth", "27/03/1990"),
        ("phone_number", "•••• ••• 678"),
        ("county", "Wajir"),
        ("place_lost", ""),
    )
    rows = [
        element(
            f"change.{key}",
            Role.ROW,
            w(key),
            value=value or w("review.not_answered"),
            hint=w("review.change"),
            icon="edit",
        )
        for key, value in answers[:5]
    ]
    blocks = [Block(kind=BlockKind.TEXT, text=w("review.declare"))]
    submit = action(w, "submit", "review.submit", "send", primary=True)
    return {
        "title": w("review.title"),
        "blocks": blocks,
        "page": (1, 3),
        "elements": [*rows, *paging(w), action(w, "keep", "question.keep", "save"), submit],
    }


def submitted(w: GalleryWords) -> Parts:
    blocks = [
        Block(
            kind=BlockKind.NUMBER,
            value="WJR-7F3K-22",
            text="WJR-7F3K-22",
            label=w("submitted.reference"),
        ),
        notice(w("submitted.not_approved"), "good", "task_alt"),
        step(w("submitted.next_offline"), "send"),
        step(w("submitted.next_desk"), "ticket"),
        step(w("submitted.ask"), "call"),
        notice(w("ticket.printed"), "good", "check_circle"),
    ]
    actions = [
        action(w, "rate", "ticket.rate", "sentiment_satisfied"),
        action(w, "take-ticket", "submitted.take_ticket", "ticket"),
        done(w),
    ]
    return {
        "title": w("submitted.title"),
        "blocks": blocks,
        "elements": actions,
        "nav": (False, True),
    }


def status(w: GalleryWords) -> Parts:
    field = element(
        "answer", Role.FIELD, w("status.reference"), hint=w("status.hint"), value="WJR-7F3K"
    )
    go = action(w, "next", "shell.next", "arrow_forward", primary=True)
    return {
        "title": w("status.title"),
        "subtitle": w("status.reference"),
        "elements": [field, go],
        "keyboard": KeyboardKind.ID,
    }


def status_answer(w: GalleryWords) -> Parts:
    agency = next(a for a in table("agencies.csv") if a["code"] == "NRB")[f"name_{w.language}"]
    blocks = [
        notice(w("status_answer.processing", agency=agency), "info", "fact_check"),
        Block(kind=BlockKind.TEXT, text=w("status_answer.updated", date="21/11/2026 14:30")),
        Block(kind=BlockKind.TEXT, text=w("status_answer.age", n=3)),
    ]
    actions = [action(w, "complain", "status_answer.complain", "rate_review"), done(w)]
    return {
        "title": w("status_answer.title"),
        "subtitle": "WJR-7F3K-22",
        "blocks": blocks,
        "elements": actions,
    }


def complain(w: GalleryWords) -> Parts:
    kinds = (
        ("praise", "thumb_up"),
        ("idea", "lightbulb"),
        ("complaint", "rate_review"),
        ("bribe", "gpp_maybe"),
    )
    tiles = [
        element(f"kind.{kind}", Role.TILE, w(f"complain.{kind}"), icon=icon) for kind, icon in kinds
    ]
    return {
        "title": w("complain.title"),
        "elements": tiles,
        "blocks": [notice(w("complain.anonymous"), "good", "no_accounts")],
    }


def feedback(w: GalleryWords) -> Parts:
    faces = [
        element(f"face.{n}", Role.FACE, w(f"feedback.{n}"), selected=n == 4) for n in range(1, 6)
    ]
    field = element("words", Role.FIELD, w("feedback.words"))
    send = action(w, "send", "feedback.send", "send", primary=True)
    return {"title": w("feedback.title"), "elements": [*faces, field, send]}


def feedback_words(w: GalleryWords) -> Parts:
    parts = feedback(w)
    parts["elements"][5] = element("words", Role.FIELD, w("feedback.words"), value="Asante sana")
    return {**parts, "keyboard": KeyboardKind.TEXT, "state": "feedback"}


def thanks(w: GalleryWords) -> Parts:
    blocks = [
        Block(kind=BlockKind.TEXT, text=w("thanks.text")),
        notice(w("thanks.reference", reference="WJR-7F3K-22"), "good"),
    ]
    return {
        "title": w("thanks.title"),
        "blocks": blocks,
        "elements": [done(w)],
        "nav": (False, True),
    }


def help_(w: GalleryWords) -> Parts:
    icons = ("touch_app", "checklist", "ticket", "weekend")
    steps = [step(w(f"help.step{n}"), icon) for n, icon in enumerate(icons, 1)]
    return {
        "title": w("help.title"),
        "blocks": [*steps, notice(w("help.call"), icon="call")],
        "elements": [done(w)],
    }


def said(title: str, text: str, icon: str, tone: str = "good") -> Callable[[GalleryWords], Parts]:
    """A screen with one sentence on it."""
    return lambda w: {
        "title": w(title),
        "blocks": [notice(w(text), tone, icon)],
        "elements": [done(w)],
        "nav": (False, False),
    }
