"""Which layout draws which state: `screens/LAYOUT.kv` declares `<LayoutScreen@StateScreen>`.

A screen that looks like another takes its row; only a new arrangement is a new file. A state that
is not listed is drawn by `generic` from the roles of its elements alone. No Kivy.
"""

from __future__ import annotations

GENERIC = "generic"
LAYOUTS = {
    "attract": "attract",
    "language": "language",
    "home": "tiles",
    "find": "tiles",
    "offices": "tiles",
    "search": "search",
    "services": "tiles",
    "office": "message",
    "service": "service",
    "priority": "tiles",
    "ticket": "ticket",
    "ticket-sms": "typed",
    "no-ticket": "message",
    "forms": "tiles",
    "consent": "consent",
    "question": "question",
    "repeat": "repeat",
    "kept": "kept",
    "resume": "resume",
    "review": "review",
    "submitted": "submitted",
    "status": "typed",
    "status-answer": "message",
    "complain": "tiles",
    "feedback": "feedback",
    "thanks": "message",
    "help": "message",
    "sound": "tiles",
    "staff-called": "message",
    "staff-pin": "staff-pin",
    "staff": "staff",
    "remedy": "remedy",
    "unavailable": "message",
    "goodbye": "message",
}


def layout_of(state: str) -> str:
    """The layout of a state."""
    return LAYOUTS.get(state, GENERIC)


def rule_of(layout: str) -> str:
    """The kv rule of a layout: `staff-pin` is `StaffPinScreen`."""
    return "".join(part.capitalize() for part in layout.split("-")) + "Screen"
