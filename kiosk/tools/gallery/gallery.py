"""Gallery: a sample view of every screen in both languages, made from the default pack's texts.

For pictures, the layout lint and benchmarks; never part of a visit. The same element ids as the
core's views, so what is drawn here is drawn there. Nobody in it exists.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.tools.gallery import (
    gallery_captures,
    gallery_drafts,
    gallery_find,
    gallery_questions,
    gallery_staff,
    gallery_visit,
)
from kiosk.tools.gallery.gallery_parts import Parts, action
from kiosk.tools.gallery.gallery_words import GalleryWords, element, words_of
from kiosk.ui_protocol.view import Element, Region, Role, View

SCREENS: dict[str, Callable[[GalleryWords], Parts]] = {
    "attract": gallery_find.attract,
    "language": gallery_find.language,
    "home": gallery_find.home,
    "find": gallery_find.find,
    "offices": gallery_find.offices,
    "search": gallery_find.search,
    "services": gallery_find.services,
    "service": gallery_find.service,
    "priority": gallery_find.priority,
    "ticket": gallery_visit.ticket,
    "forms": gallery_visit.forms,
    "consent": gallery_visit.consent,
    "repeat": gallery_visit.repeat,
    "review": gallery_visit.review,
    "kept": gallery_drafts.kept,
    "resume": gallery_drafts.resume,
    "resume-wrong": gallery_drafts.resume_wrong,
    "question-group-fields": gallery_drafts.group_fields,
    "question-group-lines": gallery_drafts.group_lines,
    "submitted": gallery_visit.submitted,
    "status": gallery_visit.status,
    "status-answer": gallery_visit.status_answer,
    "complain": gallery_visit.complain,
    "feedback": gallery_visit.feedback,
    "feedback-words": gallery_visit.feedback_words,
    "thanks": gallery_visit.thanks,
    "help": gallery_visit.help_,
    "staff-called": gallery_visit.said("staff_called.title", "staff_called.text", "support_agent"),
    **gallery_staff.SCREENS,
    "unavailable": gallery_visit.said(
        "unavailable.title", "unavailable.text", "support_agent", "warn"
    ),
    "goodbye": gallery_visit.said("goodbye.title", "goodbye.text", "verified_user"),
    **gallery_questions.QUESTIONS,
    **gallery_captures.CAPTURES,
}


def shell(
    w: GalleryWords, *, back: bool = True, home: bool = True, theme: str = "light"
) -> list[Element]:
    """Header, navigation and footer as the core gives them."""
    found = [
        element(
            f"language.{code}",
            Role.BUTTON,
            words_of(code)(f"language.{code}"),
            place=Region.HEADER,
            selected=code == w.language,
        )
        for code in ("en", "sw")
    ]
    found.append(action(w, "staff", "shell.staff", "", place=Region.HEADER))
    if back:
        found.append(action(w, "back", "shell.back", "arrow_back", place=Region.NAV))
    if home:
        found.append(action(w, "home", "shell.home", "home", place=Region.NAV))
    feet = (
        ("listen", "shell.listen", "volume_up"),
        ("text-size", "shell.text_size", "text_increase"),
        ("theme", f"theme.{theme}", "contrast"),
        ("call-staff", "shell.call_staff", "support_agent"),
        ("stop", "shell.stop", "cancel"),
    )
    found += [action(w, name, key, icon, place=Region.FOOTER) for name, key, icon in feet]
    return found


def view(
    name: str,
    language: str = "en",
    *,
    scale: float = 1.0,
    theme: str = "light",
    countdown: int = 0,
    online: bool = False,
    longer: float = 1.0,
) -> View:
    """The sample of screen `name`. `longer` stretches every text, as a longer language would."""
    w = words_of(language, scale, longer)
    parts = SCREENS[name](w)
    nav = parts.pop("nav", (True, True))
    elements = [*parts.pop("elements"), *shell(w, back=nav[0], home=nav[1], theme=theme)]
    if countdown:
        elements += [
            action(
                w, "more-time", "idle.more_time", "more_time", place=Region.OVERLAY, primary=True
            ),
            action(w, "end-now", "idle.end_now", "delete_sweep", place=Region.OVERLAY),
        ]
    return View(
        number=1,
        state=parts.pop("state", name),
        language=language,
        blocks=tuple(parts.pop("blocks", ())),
        elements=tuple(elements),
        theme=theme,
        text_scale=scale,
        site="Huduma Centre Wajir",
        badge=w("shell.online" if online else "shell.offline"),
        badge_tone="good" if online else "calm",
        countdown=countdown,
        overlay_title=w("idle.title"),
        overlay_text=w("idle.text", n=countdown),
        **parts,
    )
