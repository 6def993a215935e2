"""The action table: which action each element of each screen runs, merged from all features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from kiosk.visit.actions import SHELL, Action, Edit
from kiosk.visit.case_status import actions as case_status
from kiosk.visit.draft import actions as draft
from kiosk.visit.feedback import actions as feedback
from kiosk.visit.find import actions as find
from kiosk.visit.flow import State
from kiosk.visit.form import actions as form
from kiosk.visit.staff import actions as staff
from kiosk.visit.start import actions as start
from kiosk.visit.ticket import actions as ticket

K = TypeVar("K")
V = TypeVar("V")


def united(*tables: Mapping[K, V]) -> dict[K, V]:
    """One table of all rows; a row that two tables have is a mistake."""
    found: dict[K, V] = {}
    for table in tables:
        twice = found.keys() & table.keys()
        assert not twice, f"two features claim {sorted(map(str, twice))}"
        found |= table
    return found


def merge(*tables: Mapping[State, Mapping[str, V]]) -> dict[State, dict[str, V]]:
    """One table a state; no element, and nothing under a prefix, is claimed twice."""
    found = {state: united(*(table.get(state, {}) for table in tables)) for state in State}
    for state, rows in found.items():
        for prefix in (name for name in rows if name.endswith(".")):
            under = [name for name in rows if name.startswith(prefix) and name != prefix]
            assert not under, f"{state}: {prefix} takes {under} too"
    return found


ACTIONS: dict[State, dict[str, Action]] = merge(
    start.ACTIONS,
    find.ACTIONS,
    ticket.ACTIONS,
    form.ACTIONS,
    draft.ACTIONS,
    case_status.ACTIONS,
    feedback.ACTIONS,
    staff.ACTIONS,
)
EDITS: dict[State, dict[str, Edit]] = merge(
    find.EDITS,
    ticket.EDITS,
    form.EDITS,
    draft.EDITS,
    case_status.EDITS,
    feedback.EDITS,
    staff.EDITS,
)
FIELD = "answer"
"""The element a scanned code is typed into, on a screen with no scan of its own."""


def action_for(state: State, element: str) -> tuple[Action, str] | None:
    """The action of an element id and the rest of the id after its prefix."""
    for table in (ACTIONS[state], SHELL, staff.ENTRANCE):
        found = _row(table, element)
        if found is not None:
            return found
    return None


def edit_for(state: State, element: str) -> tuple[Edit, str] | None:
    """What a text typed into an element does, and the rest of its id."""
    return _row(EDITS[state], element)


def scan_for(state: State) -> Edit | None:
    """What a scanned code does on a screen."""
    return form.SCANS.get(state) or EDITS[state].get(FIELD)


def _row(table: Mapping[str, V], element: str) -> tuple[V, str] | None:
    if element in table:
        return table[element], ""
    for name, row in table.items():
        if name.endswith(".") and element.startswith(name):
            return row, element.removeprefix(name)
    return None
