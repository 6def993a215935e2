"""Given answers: what one form of a visit was told, to be offered by the next. Pure, in memory.

A question is the same when its name and its kind are. Files, notes and questions of a repeat are
never offered; a choice only where the other form has it too.
"""

from __future__ import annotations

from collections.abc import Mapping

from content.xforms.results import NodeState
from kiosk.filling.filling import Filling
from kiosk.filling.question_widgets import kind_of

_OFFERED = frozenset({"string", "int", "date", "select1"})


def given_in(filling: Filling) -> dict[str, str]:
    """The answers of a form that another may ask for, by the key of their question."""
    asked = (filling.record.node(path) for path in filling.record.asked() if "[" not in path)
    return {key_of(each): each.value for each in asked if each.value and kind_of(each) in _OFFERED}


def offered(given: Mapping[str, str], asked: NodeState) -> str:
    """The answer `asked` was given before in this visit; empty when there is none for it."""
    value = given.get(key_of(asked), "") if "[" not in asked.path and not asked.readonly else ""
    if value and asked.choices is not None:
        return value if any(each.value == value for each in asked.choices) else ""
    return value


def key_of(asked: NodeState) -> str:
    """What makes a question of one form that of another."""
    return f"{asked.path.rpartition('/')[2]} {kind_of(asked)}"
