"""The gallery's questions: one sample for every look, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from content.i18n.kenyan_formats import MONTHS
from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import (
    Block,
    BlockKind,
    Element,
    FormProgress,
    KeyboardKind,
    Region,
    Role,
)

Parts = dict[str, Any]
NEXT, SKIP = "next", "skip"


def text(words: str) -> Block:
    return Block(kind=BlockKind.TEXT, text=words)


def question(w: GalleryWords, look: str, title: str, elements: list[Element], **more: Any) -> Parts:
    """The parts every question has."""
    ways = [
        element("keep", Role.BUTTON, w("question.keep"), icon="save", place=Region.NAV),
        element(SKIP, Role.BUTTON, w("shell.skip"), icon="skip_next", place=Region.ACTIONS),
        element(
            NEXT,
            Role.BUTTON,
            w("shell.next"),
            icon="arrow_forward",
            place=Region.ACTIONS,
            primary=True,
        ),
    ]
    if not more.pop("skip", True):
        del ways[1]
    hint = more.pop("hint", "")
    blocks = [*more.pop("blocks", []), *([text(hint)] if hint else [])]
    return {
        "state": "question",
        "look": look,
        "title": title,
        "elements": [*elements, *ways],
        "blocks": blocks,
        "progress": FormProgress(3, 9, w("question.progress", n=3, m=9)),
        **more,
    }


def typed(
    look: str, key: str, value: str, keyboard: KeyboardKind, hint: str = ""
) -> Callable[[GalleryWords], Parts]:
    def build(w: GalleryWords) -> Parts:
        note = w(hint) if hint else ""
        field = element(
            "answer", Role.FIELD, w(key), value=value, masked=look in {"phone", "identity"}
        )
        return question(w, look, w(key), [field], keyboard=keyboard, hint=note)

    return build


def wrong(w: GalleryWords) -> Parts:
    """A field with its problem: summary on top, the same words at the field."""
    problem = w("err_phone")
    field = element("answer", Role.FIELD, w("phone_number"), value="07123", error=problem)
    notice = Block(kind=BlockKind.NOTICE, text=problem, tone="problem", icon="error")
    return question(
        w, "phone", w("phone_number"), [field], keyboard=KeyboardKind.PHONE, blocks=[notice]
    )


def choices(
    w: GalleryWords, pairs: list[tuple[str, str]], chosen: set[str], **more: Any
) -> list[Element]:
    return [
        element(f"choice.{key}", Role.CHOICE, w(key), icon=icon, selected=key in chosen, **more)
        for key, icon in pairs
    ]


SEXES = [("female", "female"), ("male", "male"), ("intersex", "transgender")]
REASONS = [
    ("too_long_wait", "schedule"),
    ("rude_staff", "sentiment_dissatisfied"),
    ("asked_bribe", "gpp_maybe"),
    ("wrong_info", "info"),
    ("not_accessible", "wheelchair"),
]
DEGREES = ("fb_very_poor", "fb_poor", "fb_fair", "fb_good", "fb_very_good")


def choose(w: GalleryWords) -> Parts:
    return question(w, "choose", w("sex"), choices(w, SEXES, {"female"}))


def many(w: GalleryWords) -> Parts:
    return question(
        w,
        "many",
        w("reason"),
        choices(w, REASONS, {"too_long_wait", "wrong_info"}),
        hint=w("question.choose_many"),
    )


def likert(w: GalleryWords) -> Parts:
    pairs = [(key, "") for key in DEGREES]
    return question(w, "likert", w("fb_how_was"), choices(w, pairs, {"fb_good"}))


def rank(w: GalleryWords) -> Parts:
    found = [
        element(f"choice.{key}", Role.CHOICE, w(key), icon=icon, value=place, selected=bool(place))
        for (key, icon), place in zip(REASONS, ("2", "", "1", "", "3"), strict=True)
    ]
    return question(w, "rank", w("reason"), found)


def wheels(
    look: str, key: str, parts: tuple[tuple[str, str], ...]
) -> Callable[[GalleryWords], Parts]:
    def build(w: GalleryWords) -> Parts:
        found = [
            element(
                f"wheel.{part}",
                Role.WHEEL,
                w(f"question.{part}"),
                value=value,
                hint=MONTHS[w.language][int(value) - 1] if part == "month" else "",
            )
            for part, value in parts
        ]
        return question(w, look, w(key), found)

    return build


def scale(w: GalleryWords) -> Parts:
    wheel = element("wheel.range", Role.WHEEL, w("fb_how_was"), value="7")
    extra = {
        "start": "0",
        "end": "10",
        "step": "1",
        "start_label": w("fb_very_poor"),
        "end_label": w("fb_very_good"),
    }
    return question(w, "range", w("fb_how_was"), [wheel], look_data=extra)


def search(w: GalleryWords) -> Parts:
    field = element("filter", Role.FIELD, w("question.search_list"), value="Wa")
    found = [
        element(f"choice.{at}", Role.CHOICE, name, selected=name == "Wajir")
        for at, name in enumerate(("Wajir", "Wote", "Watamu", "Wamba"))
    ]
    return question(w, "search", w("ward"), [field, *found], keyboard=KeyboardKind.TEXT)


def pictures(w: GalleryWords) -> Parts:
    return question(w, "pictures", w("sex"), choices(w, SEXES, {"male"}))


def note(w: GalleryWords) -> Parts:
    return question(
        w, "note", w("privacy_title"), [], blocks=[text(w("privacy_stays")), text(w("privacy_why"))]
    )


def agree(w: GalleryWords) -> Parts:
    box = element("choice.OK", Role.CHOICE, w("consent.agree"), selected=True)
    return question(w, "agree", w("declare_true"), [box], blocks=[text(w("consent.rights"))])


def sign(w: GalleryWords) -> Parts:
    strokes = "[[[0.2,0.6],[0.24,0.35],[0.29,0.62],[0.33,0.4],[0.38,0.6],[0.45,0.5],[0.6,0.52]]]"
    pad = element("answer", Role.PAD, w("question.sign"), value=strokes)
    mark = element("mark", Role.BUTTON, w("question.mark"), icon="close")
    return question(w, "sign", w("sign_here"), [pad, mark])


def draw(w: GalleryWords) -> Parts:
    strokes = (
        "[[[0.3,0.7],[0.3,0.3],[0.7,0.3],[0.7,0.7],[0.3,0.7]],[[0.25,0.3],[0.5,0.1],[0.75,0.3]]]"
    )
    pad = element("answer", Role.PAD, w("question.sign"), value=strokes)
    return question(w, "draw", w("landmark"), [pad])


def stop(w: GalleryWords) -> Parts:
    """A note at which the form ends unsent: the queue is open all the same."""
    found = question(w, "note", w("status_answer.needs_more", agency="NTSA"), [], skip=False)
    ways = [
        element("take-ticket", Role.BUTTON, w("submitted.take_ticket"), icon="ticket",
                place=Region.ACTIONS),
        element("done", Role.BUTTON, w("shell.done"), icon="check", place=Region.ACTIONS,
                primary=True),
    ]  # fmt: skip
    found["blocks"] = [text(w("submitted.next_desk"))]
    return {**found, "elements": ways}


def group(w: GalleryWords) -> Parts:
    fields = [
        element(f"answer.{key}", Role.FIELD, w(key), value=value, selected=key == "other_names")
        for key, value in (("surname", "Kamau"), ("other_names", "Wanjikũ"))
    ]
    return question(w, "group", w("full_name"), fields, keyboard=KeyboardKind.TEXT)


QUESTIONS: dict[str, Callable[[GalleryWords], Parts]] = {
    "question-text": typed("text", "full_name", "Wanjikũ Nj", KeyboardKind.TEXT),
    "question-multiline": typed(
        "multiline", "fb_what_happened", "Nilingoja kwa saa tatu", KeyboardKind.TEXT
    ),
    "question-number": typed("number", "age", "34", KeyboardKind.NUMBER),
    "question-decimal": typed("decimal", "pay_amount", "12.5", KeyboardKind.DECIMAL),
    "question-phone": typed(
        "phone", "phone_number", "0712345678", KeyboardKind.PHONE, "phone_hint"
    ),
    "question-identity": typed("identity", "kra_pin", "A00123", KeyboardKind.ID, "pin_hint"),
    "question-wrong": wrong,
    "question-date": wheels(
        "date", "date_of_birth", (("day", "27"), ("month", "9"), ("year", "1990"))
    ),
    "question-moment": wheels(
        "date",
        "fb_what_happened",
        (("day", "27"), ("month", "9"), ("year", "2025"), ("hour", "8"), ("minute", "30")),
    ),
    "question-draw": draw,
    "question-stop": stop,
    "question-time": wheels("time", "opening_hours", (("hour", "8"), ("minute", "30"))),
    "question-range": scale,
    "question-choose": choose,
    "question-many": many,
    "question-likert": likert,
    "question-rank": rank,
    "question-search": search,
    "question-pictures": pictures,
    "question-note": note,
    "question-agree": agree,
    "question-sign": sign,
    "question-group": group,
    "question-scan": typed("scan", "ref_number", "", KeyboardKind.ID),
}
