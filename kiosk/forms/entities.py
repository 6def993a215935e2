"""Entities: what a submission says of an entity it creates or updates (ODK entities spec)."""

from __future__ import annotations

from kiosk.forms.model import Form
from kiosk.forms.tree import RecordNode
from kiosk.forms.world import SessionWorld


class Entities:
    """Completes `meta/entity` elements when a record is finalised."""

    def __init__(self, form: Form, world: SessionWorld) -> None:
        self._form = form
        self._world = world

    def fill(self, root: RecordNode) -> None:
        """Give every entity that is created an id, where the form itself gave none."""
        for node in root.each():
            if node.name != "entity" or node.parent is None or node.parent.name != "meta":
                continue
            attributes = node.attributes or {}
            entity_id = attributes.get("id")
            creates = attributes.get("create")
            if entity_id is not None and creates is not None and not entity_id.value:
                entity_id.value = self._world.uuid()
