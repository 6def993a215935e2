"""Snapshots: a record's values and rows as bytes, pinned to the form they were made with.

Format 1, JSON in UTF-8: `{"v":1,"form":digest,"language":…,"order":…,"record":node}`, a node being
`[name, value | [nodes], {attributes}, {repeat: [rows set aside]}]`, empty ends left out. `order` is
the seed of shuffled choices, so that a draft opens with them as they were. Derived facts are not
stored: they are worked out again when the draft is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from content.xforms.definition import NodeDefinition
from content.xforms.faults import SnapshotRefused
from content.xforms.parse.form import Form
from content.xforms.tree import RecordNode

_VERSION = 1
RowsAside: TypeAlias = dict[RecordNode, dict[NodeDefinition, list[RecordNode]]]
"""Rows a lowered count took out of the record: by the node they were under, and their repeat."""


@dataclass(slots=True)
class SavedRecord:
    """What a snapshot holds; `order_seed` is None in one made before there was any."""

    root: RecordNode
    language: str
    order_seed: int | None = None
    aside: RowsAside = field(default_factory=dict)


def write(form: Form, saved: SavedRecord) -> bytes:
    """The snapshot of a record."""
    body = {
        "v": _VERSION,
        "form": form.digest,
        "language": saved.language,
        "order": saved.order_seed,
        "record": _pack(saved.root, saved.aside),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _pack(node: RecordNode, aside: RowsAside) -> list[Any]:
    packed: list[Any] = [node.name]
    below = [_pack(child, aside) for child in node.children if isinstance(child, RecordNode)]
    packed.append(below or node.value)
    kept = aside.get(node)
    if node.attributes or kept:
        attributes: Mapping[str, Any] = node.attributes or {}
        packed.append({name: attribute.value for name, attribute in attributes.items()})
    if kept:
        packed.append(
            {place.name: [_pack(row, aside) for row in rows] for place, rows in kept.items()}
        )
    return packed


def read(form: Form, snapshot: bytes) -> SavedRecord:
    """What a snapshot holds; raises `SnapshotRefused`."""
    try:
        body = json.loads(snapshot)
        version, digest, language = body["v"], body["form"], body["language"]
        packed, order = body["record"], body.get("order")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SnapshotRefused("The saved draft is damaged; start the form again.") from error
    if version != _VERSION or digest != form.digest:
        raise SnapshotRefused(
            "The saved draft belongs to another version of the form; open it with that version."
        )
    aside: RowsAside = {}
    try:
        root = _node(packed, form.record.root.place, aside)
    except (IndexError, TypeError, KeyError, AttributeError) as error:
        raise SnapshotRefused("The saved draft is damaged; start the form again.") from error
    known = language in form.languages or not form.languages
    seed = order if isinstance(order, int) else None
    return SavedRecord(root, language if known else form.default_language, seed, aside)


def _node(packed: Any, place: NodeDefinition, aside: RowsAside) -> RecordNode:
    if packed[0] != place.name:
        raise KeyError(packed[0])
    node = RecordNode(place)
    if isinstance(packed[1], list):
        for child in packed[1]:
            node.append(_node(child, place.children[child[0]], aside))
    else:
        node.value = str(packed[1])
    for name, value in (packed[2] if len(packed) > 2 else {}).items():
        node.set_record_attribute(RecordNode(place.children[f"@{name}"], str(value)))
    for name, rows in (packed[3] if len(packed) > 3 else {}).items():
        repeat = place.children[name]
        aside.setdefault(node, {})[repeat] = [_node(row, repeat, aside) for row in rows]
    return node
