"""Events: preloaded values of the device, and actions that run when their event occurs.

Preloads (`jr:preload`) fill a node when a record or row is made, or when it is finished; actions
run on the events of ODK XForms (Actions and Events).
"""

from __future__ import annotations

from content.xforms.parse.actions import Action, ActionEvent
from content.xforms.parse.form import Form
from content.xforms.session.answers import calculated, default
from content.xforms.session.context import SessionContext
from content.xforms.session.recalculation import Recalculation, nodes_at
from content.xforms.tree import RecordNode, XmlNode
from content.xforms.xpath.functions.dates import moment_text
from content.xforms.xpath.values import Context

_DEPTH_MAX = 40
_PROPERTY_NAMES = {"device id": "deviceid"}


class Events:
    """The actions of one session."""

    def __init__(self, form: Form, evaluation: SessionContext, engine: Recalculation) -> None:
        self._form = form
        self._evaluation = evaluation
        self._engine = engine
        self._depth = 0
        self.changed: list[tuple[RecordNode, str]] = []
        """What actions changed since the session last cleared it, with the values before."""

    def fire_load(self, *, first: bool) -> None:
        """The form was opened, for the first time or again."""
        if first:
            self._fire(ActionEvent.FIRST_LOAD, None)
        self._fire(ActionEvent.LOAD, None)

    def new_row(self, row: RecordNode) -> None:
        """A row was added by a person or a count."""
        for action in self._form.actions.get((ActionEvent.NEW_REPEAT, row.place), ()):
            for node in self._targets(action, row):
                self._run(action, node)

    def value_changed(self, node: RecordNode) -> None:
        """The value of `node` really changed."""
        actions = self._form.actions.get((ActionEvent.VALUE_CHANGED, node.place))
        if not actions or self._depth > _DEPTH_MAX:
            return
        self._depth += 1
        try:
            for action in actions:
                for target in self._targets(action, node):
                    self._run(action, target)
        finally:
            self._depth -= 1

    def _fire(self, event: ActionEvent, row: RecordNode | None) -> None:
        for action in self._form.actions.get((event, None), ()):
            for node in self._targets(action, row):
                self._run(action, node)

    def _targets(self, action: Action, near: RecordNode | None) -> list[RecordNode]:
        """The action's nodes: those in the same rows as `near`."""
        if near is None:
            return nodes_at(self._evaluation.root, action.target)
        shared = [row for row in action.target.rows if row in near.place.rows]
        start: XmlNode | None = near
        if shared:
            while start is not None and start.place is not shared[-1]:
                start = start.parent
        else:
            start = self._evaluation.root
        return nodes_at(start, action.target) if isinstance(start, RecordNode) else []

    def _run(self, action: Action, node: RecordNode) -> None:
        if action.kind == "recordaudio" or node.children:
            return  # a kiosk never records without being asked
        text = action.literal
        if action.kind == "setgeopoint":
            text = self._evaluation.location()
        elif action.source:
            where = f"setvalue of {node.place.path}"
            run = self._form.expressions.text(action.source, node.place, where)
            text = run(Context(node, self._evaluation))
        text = calculated(text, node.place.type, self._evaluation.zone)
        if text != node.value:
            self.changed.append((node, node.value))
            node.value = text
            self._engine.value_changed(node)
            self._engine.settle()
            self.value_changed(node)


def begin(node: RecordNode, evaluation: SessionContext) -> None:
    """Give a node of a new record or row its first value: a preload, or its default tidied."""
    value = preload(node, evaluation)
    if value is not None:
        node.value = value
    elif node.value:
        node.value = default(node.value, node.place.type, evaluation.zone)


def preload(node: RecordNode, evaluation: SessionContext) -> str | None:
    """The value a new record's node starts with, or None where the bind asks for none."""
    bind = node.place.bind
    if bind is None or not bind.preload:
        return None
    moment = evaluation.now().astimezone(evaluation.zone)
    match (bind.preload, bind.preload_parameters):
        case ("uid", _):
            return f"uuid:{evaluation.uuid()}" if node.value == "" else None
        case ("date", "today"):
            return moment.date().isoformat()
        case ("timestamp", "start"):
            return moment_text(moment)
        case ("property" | "context" | "session", name):
            return property_value(evaluation, name)
        case _:
            return None


def property_value(evaluation: SessionContext, name: str) -> str | None:
    """A device property by the names forms use for it; None where this device has none."""
    return evaluation.property(_PROPERTY_NAMES.get(name, name)) or None


def at_end(node: RecordNode, evaluation: SessionContext) -> str | None:
    """The value finalising gives a node (`timestamp end`), or None."""
    bind = node.place.bind
    if bind is None or bind.preload != "timestamp" or bind.preload_parameters != "end":
        return None
    return moment_text(evaluation.now().astimezone(evaluation.zone))
