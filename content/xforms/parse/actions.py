"""Actions: `setvalue` and the other actions, and the events that run them (ODK XForms, Actions)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from content.xforms.definition import NodeDefinition
from content.xforms.xml import JAVAROSA
from provisioning.xml_reader import Element, local_name

ACTIONS = frozenset({"setvalue", "setgeopoint", "recordaudio"})


class ActionEvent(Enum):
    """When an action runs."""

    FIRST_LOAD = "odk-instance-first-load"
    LOAD = "odk-instance-load"
    NEW_REPEAT = "odk-new-repeat"
    VALUE_CHANGED = "xforms-value-changed"


_NAMES = {event.value: event for event in ActionEvent} | {
    "xforms-ready": ActionEvent.FIRST_LOAD,
    "jr-insert": ActionEvent.NEW_REPEAT,
}


@dataclass(slots=True)
class Action:
    """Set `target` to the value of `source` (XPath) or to `literal`; `trigger` is the question
    or repeat whose event it is, None for the form's own events.
    """

    kind: str
    events: tuple[ActionEvent, ...]
    target: NodeDefinition
    source: str
    literal: str
    trigger: NodeDefinition | None


def read_action(element: Element, target: NodeDefinition, trigger: NodeDefinition | None) -> Action:
    """The action of `element`; unknown events are left out, as both reference engines do."""
    names = (element.get("event") or element.get(f"{{{JAVAROSA}}}event") or "").split()
    events = tuple(_NAMES[name] for name in names if name in _NAMES)
    source = element.get("value")
    # A `value` that is there but empty blanks the target; the element's text counts without one.
    literal = (element.text or "") if source is None else ""
    return Action(local_name(element), events, target, (source or "").strip(), literal, trigger)
