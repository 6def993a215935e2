"""Snapshots: a record's values and rows as bytes, pinned to the form they were made with.

Format 1, JSON in UTF-8: `{"v":1,"form":digest,"language":…,"record":[name,value,children]}`, a
node being `[name, value | [children], {attributes}]`. Derived facts are not stored: they are
worked out again when the draft is opened.
"""

from __future__ import annotations

import json
from typing import Any

from content.xforms.faults import SnapshotRefused
from content.xforms.parse.form import Form
from content.xforms.tree import RecordNode

_VERSION = 1


def write(form: Form, root: RecordNode, language: str) -> bytes:
    """The snapshot of a record."""
    body = {"v": _VERSION, "form": form.digest, "language": language, "record": _pack(root)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _pack(node: RecordNode) -> list[Any]:
    packed: list[Any] = [node.name]
    packed.append([_pack(c) for c in node.children if isinstance(c, RecordNode)] or node.value)
    if node.attributes:
        packed.append({name: attribute.value for name, attribute in node.attributes.items()})
    return packed


def read(form: Form, snapshot: bytes) -> tuple[RecordNode, str]:
    """The record and language of a snapshot; raises `SnapshotRefused`."""
    try:
        body = json.loads(snapshot)
        version, digest, language = body["v"], body["form"], body["language"]
        packed = body["record"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SnapshotRefused("The saved draft is damaged; start the form again.") from error
    if version != _VERSION or digest != form.digest:
        raise SnapshotRefused(
            "The saved draft belongs to another version of the form; open it with that version."
        )
    try:
        root = _unpack(packed, form.record.root)
    except (IndexError, TypeError, KeyError, AttributeError) as error:
        raise SnapshotRefused("The saved draft is damaged; start the form again.") from error
    known = language in form.languages or not form.languages
    return root, language if known else form.default_language


def _unpack(packed: Any, like: RecordNode) -> RecordNode:
    place = like.place
    return _node(packed, place)


def _node(packed: Any, place: Any) -> RecordNode:
    if packed[0] != place.name:
        raise KeyError(packed[0])
    node = RecordNode(place)
    if isinstance(packed[1], list):
        for child in packed[1]:
            node.append(_node(child, place.children[child[0]]))
    else:
        node.value = str(packed[1])
    for name, value in (packed[2] if len(packed) > 2 else {}).items():
        node.set_record_attribute(RecordNode(place.children[f"@{name}"], str(value)))
    return node
