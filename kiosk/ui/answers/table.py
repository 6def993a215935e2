"""Which kv file draws which question widget.

`LOOKS` is the list: `View.look` names a row, `answers/<file>.kv` lays it out from the widgets of
`kiosk/ui/window/kv_widgets.py`. Pure: importing this table imports no Kivy.
"""

from __future__ import annotations

from typing import NamedTuple


class AnswerLayout(NamedTuple):
    """Where a look lives: the kv file of this folder, and the rule in it."""

    file: str
    rule: str


def _rule(file: str) -> AnswerLayout:
    return AnswerLayout(file, file.capitalize() + "Answer")


LOOKS: dict[str, AnswerLayout] = {
    "text": _rule("text"),
    "multiline": _rule("multiline"),
    "number": _rule("text"),
    "decimal": _rule("text"),
    "phone": _rule("text"),
    "identity": _rule("text"),
    "date": _rule("date"),
    "time": _rule("date"),
    "range": _rule("range"),
    "choose": _rule("choose"),
    "many": _rule("many"),
    "likert": _rule("likert"),
    "rank": _rule("rank"),
    "search": _rule("search"),
    "pictures": _rule("pictures"),
    "note": _rule("note"),
    "agree": _rule("agree"),
    "sign": _rule("sign"),
    "draw": _rule("sign"),
    "scan": _rule("scan"),
    "place": _rule("place"),
    "photo": _rule("photo"),
    "audio": _rule("photo"),
    "attach": _rule("photo"),
    "group": _rule("group"),
    "fields": _rule("fields"),
}
FALLBACK_LOOK = "group"
"""An unknown look is drawn from the roles of its elements, as a group is."""
