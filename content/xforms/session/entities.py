"""Entities: what a record creates or updates in shared lists (ODK entities spec, to 2025.1).

The form itself fills `meta/entity` (pyxform writes its binds); here it is completed, read and
told to the caller, who keeps the lists: a person registered offline can be followed up before
any server has heard of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from content.xforms.faults import FormRefused
from content.xforms.session.context import SessionContext
from content.xforms.tree import RecordNode, XmlNode

NEWEST = (2025, 1)
"""The newest entities version this engine knows; a form that asks for more is refused."""
_TRUE = frozenset({"1", "true"})


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One entity created or updated by a record; versions are as the form carries them."""

    dataset: str
    id: str
    label: str
    creates: bool
    updates: bool
    properties: tuple[tuple[str, str], ...]
    base_version: str = ""
    trunk_version: str = ""
    branch_id: str = ""


def check_version(version: str) -> None:
    """Raise `FormRefused` where a form wants a newer entities spec than this engine knows."""
    parts = version.split(".")
    if not version:
        return
    if not all(part.isdigit() for part in parts[:2]) or len(parts) < 2:
        raise FormRefused(f"The form's entities version {version!r} is not one; write 2024.1.0.")
    if (int(parts[0]), int(parts[1])) > NEWEST:
        raise FormRefused(
            f"The form needs entities {version}; this engine knows {NEWEST[0]}.{NEWEST[1]}."
        )


def complete(root: RecordNode, world: SessionContext) -> None:
    """Give every entity that is created an id, where the form itself gave none."""
    for entity in _entities(root):
        if _flag(entity, "create") and not _attribute(entity, "id"):
            node = (entity.attributes or {}).get("id")
            if node is not None:
                node.value = world.uuid()


def changes(root: RecordNode) -> tuple[EntityChange, ...]:
    """What a finished record says of entities; those neither created nor updated are left out."""
    found: list[EntityChange] = []
    for entity in _entities(root):
        creates, updates = _flag(entity, "create"), _flag(entity, "update")
        meta = entity.parent
        if not (creates or updates) or meta is None or not isinstance(meta.parent, RecordNode):
            continue
        labels = entity.by_name.get("label", [])
        found.append(
            EntityChange(
                dataset=_attribute(entity, "dataset"),
                id=_attribute(entity, "id"),
                label=labels[0].text() if labels else "",
                creates=creates,
                updates=updates,
                properties=tuple(_properties(meta.parent)),
                base_version=_attribute(entity, "baseVersion"),
                trunk_version=_attribute(entity, "trunkVersion"),
                branch_id=_attribute(entity, "branchId"),
            )
        )
    return tuple(found)


def _entities(root: RecordNode) -> Iterator[RecordNode]:
    for node in root.each():
        parent = node.parent
        if node.name == "entity" and node.relevant and parent is not None and parent.name == "meta":
            yield node


def _properties(scope: RecordNode) -> Iterator[tuple[str, str]]:
    """Saved answers under `scope`, but not those of a row that is an entity of its own."""
    for child in scope.children:
        assert isinstance(child, RecordNode)
        if not child.relevant or _has_entity(child):
            continue
        bind = child.place.bind
        if bind is not None and bind.save_to:
            yield bind.save_to, child.text()
        yield from _properties(child)


def _has_entity(node: XmlNode) -> bool:
    return any("entity" in meta.by_name for meta in node.by_name.get("meta", ()))


def _attribute(entity: RecordNode, name: str) -> str:
    attribute = (entity.attributes or {}).get(name)
    return "" if attribute is None else attribute.text()


def _flag(entity: RecordNode, name: str) -> bool:
    return _attribute(entity, name) in _TRUE
