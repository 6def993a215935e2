"""The gallery's screens of a saved form, and pages of several questions."""

from __future__ import annotations

from kiosk.tools.gallery.gallery_parts import Parts, action, notice, step
from kiosk.tools.gallery.gallery_questions import question, text
from kiosk.tools.gallery.gallery_words import GalleryWords, element
from kiosk.ui_protocol.view import Block, BlockKind, KeyboardKind, Role

CODE = "7K3-MQ2-X9P"


def kept(w: GalleryWords) -> Parts:
    blocks = [
        Block(kind=BlockKind.NUMBER, value=CODE, text=CODE, label=w("kept.code")),
        step(w("kept.write_down"), "edit_note"),
        step(w("kept.days", n=7), "schedule"),
        step(w("kept.here_only"), "place"),
        step(w("kept.secret"), "lock"),
        notice(w("ticket.printing"), "info", "print"),
    ]
    actions = [
        action(w, "finish-today", "kept.finish", "logout"),
        action(w, "continue", "kept.continue", "arrow_forward", primary=True),
    ]
    return {
        "title": w("kept.title"),
        "blocks": blocks,
        "elements": actions,
        "nav": (False, False),
    }


def resume(w: GalleryWords) -> Parts:
    return _resume(w, "")


def resume_wrong(w: GalleryWords) -> Parts:
    return {**_resume(w, w("resume.not_found")), "state": "resume"}


def _resume(w: GalleryWords, problem: str) -> Parts:
    field = element("answer", Role.FIELD, w("resume.code"), value="7K3 MQ", error=problem)
    go = action(w, "next", "shell.next", "arrow_forward", primary=True)
    told = notice(problem, "problem", "error") if problem else text(w("resume.hint"))
    return {
        "title": w("resume.title"),
        "blocks": [told],
        "elements": [field, go],
        "keyboard": KeyboardKind.ID,
    }


def group_fields(w: GalleryWords) -> Parts:
    """Two fields over the keyboard, one of them wrong."""
    wrong = w("question.required")
    fields = [
        element(
            f"answer.{key}",
            Role.FIELD,
            w(key),
            value=value,
            selected=bool(error),
            error=error,
        )
        for key, value, error in (("surname", "Kamau", ""), ("other_names", "", wrong))
    ]
    summary = notice(f"{w('other_names')}: {wrong}", "problem", "error")
    return question(
        w,
        "fields",
        w("full_name"),
        fields,
        keyboard=KeyboardKind.TEXT,
        blocks=[summary],
        skip=False,
    )


def group_lines(w: GalleryWords) -> Parts:
    """The fullest page: six lines, one answered, one wrong."""
    wrong = w("question.required")
    keys = ("surname", "date_of_birth", "sex", "county", "ward", "phone_number")
    lines = [
        element(
            f"open.{key}",
            Role.ROW,
            w(key),
            value=("Kamau", wrong)[at] if at < 2 else w("question.open"),
            icon=("check_circle", "error")[at] if at < 2 else "edit",
            error=wrong if at == 1 else "",
        )
        for at, key in enumerate(keys)
    ]
    summary = notice(f"{w('date_of_birth')}: {wrong}", "problem", "error")
    return question(w, "group", w("full_name"), lines, blocks=[summary], skip=False)
