"""Preloads: values the device gives when a record is made (`jr:preload`) or finished."""

from __future__ import annotations

from content.xforms.session.answers import default
from content.xforms.session.context import SessionContext
from content.xforms.tree import RecordNode
from content.xforms.xpath.functions.dates import moment_text


def begin(node: RecordNode, world: SessionContext) -> None:
    """Give a node of a new record or row its first value: a preload, or its default tidied."""
    value = preload(node, world)
    if value is not None:
        node.value = value
    elif node.value:
        node.value = default(node.value, node.place.type, world.zone)


def preload(node: RecordNode, world: SessionContext) -> str | None:
    """The value a new record's node starts with, or None where the bind asks for none."""
    bind = node.place.bind
    if bind is None or not bind.preload:
        return None
    moment = world.now().astimezone(world.zone)
    match (bind.preload, bind.preload_parameters):
        case ("uid", _):
            return f"uuid:{world.uuid()}" if node.value == "" else None
        case ("date", "today"):
            return moment.date().isoformat()
        case ("timestamp", "start"):
            return moment_text(moment)
        case ("property" | "context" | "session", name):
            return property_value(world, name)
        case _:
            return None


_NAMES = {
    "device id": "deviceid",
}


def property_value(world: SessionContext, name: str) -> str | None:
    """A device property by the names forms use for it; None where this device has none."""
    return world.property(_NAMES.get(name, name)) or None


def at_end(node: RecordNode, world: SessionContext) -> str | None:
    """The value finalising gives a node (`timestamp end`), or None."""
    bind = node.place.bind
    if bind is None or bind.preload != "timestamp" or bind.preload_parameters != "end":
        return None
    return moment_text(world.now().astimezone(world.zone))
