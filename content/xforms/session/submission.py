"""Submission: a finished record as OpenRosa XML, and the entities it creates or updates.

The XML is exactly the bytes that are stored and sent. Nodes that are not relevant are left out;
`meta/instanceID` is always there. The bytes are made once, when the form is finalised, and never
again (servers compare resends byte by byte). Entities (ODK entities spec, to 2025.1) are what a
record creates or updates in shared lists: the form itself fills `meta/entity` (pyxform writes its
binds); here it is completed, read and returned to the caller, who keeps the lists.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.xforms.parse.form import Form
from content.xforms.results import EntityChange
from content.xforms.session.context import SessionContext
from content.xforms.tree import RecordNode, XmlNode
from content.xforms.xml import JAVAROSA, OPENROSA

_TRUE = frozenset({"1", "true"})
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\n": "&#10;",
        "\r": "&#13;",
        "\t": "&#9;",
    }
)
_ILLEGAL = {code: None for code in range(32) if code not in {9, 10, 13}} | {
    0xFFFE: None,
    0xFFFF: None,
}


def clean(text: str) -> str:
    """`text` without the characters XML 1.0 cannot carry."""
    cleaned = text.translate(_ILLEGAL)
    if cleaned.isascii():
        return cleaned
    return "".join(char for char in cleaned if not 0xD800 <= ord(char) <= 0xDFFF)


def to_xml(form: Form, root: RecordNode, instance_id: str, deprecated_id: str = "") -> bytes:
    """The submission document of `root`, UTF-8 without a declaration's guesswork.

    `deprecated_id` names the submission that this one corrects; it stands beside the instanceID
    (OpenRosa metadata schema).
    """
    out: list[str] = []
    _write(root, out, _root_attributes(form, root), instance_id)
    if deprecated_id:
        _deprecate(out, root, deprecated_id)
    return "".join(out).encode()


def _deprecate(out: list[str], root: RecordNode, deprecated_id: str) -> None:
    node = instance_id_node(root)
    if node is None:
        ours = "</orx:instanceID>"
        at = max(number for number, text in enumerate(out) if ours in text)
        named = f"{ours}<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>"
        out[at] = out[at].replace(ours, named)
        return
    end = f"</{node.place.tag}>"
    at = max(number for number, text in enumerate(out) if text.endswith(end))
    tag = node.place.tag.replace("instanceID", "deprecatedID")
    out.insert(at + 1, f"<{tag}>{deprecated_id}</{tag}>")


def _root_attributes(form: Form, root: RecordNode) -> str:
    spaces = {"jr": JAVAROSA, "orx": OPENROSA} | form.record.prefixes
    text = "".join(f' xmlns:{name}="{uri.translate(_QUOTED)}"' for name, uri in spaces.items())
    default = form.record.default_namespace
    if default:
        text = f' xmlns="{default.translate(_QUOTED)}"' + text
    if root.attributes is None or "id" not in root.attributes:
        text += f' id="{form.id.translate(_QUOTED)}"'
    return text


def _write(node: RecordNode, out: list[str], extra: str = "", instance_id: str = "") -> None:
    if not node.relevant:
        return
    tag = node.place.tag
    attributes = extra
    if node.attributes:
        for attribute in node.attributes.values():
            if attribute.relevant:
                assert isinstance(attribute, RecordNode)
                name = attribute.place.tag
                attributes += f' {name}="{clean(attribute.value).translate(_QUOTED)}"'
    if node.children or instance_id:
        out.append(f"<{tag}{attributes}>")
        for child in node.children:
            assert isinstance(child, RecordNode)
            _write(child, out)
        if instance_id and not has_instance_id(node):
            out.append(f"<orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta>")
        out.append(f"</{tag}>")
    elif node.value:
        out.append(f"<{tag}{attributes}>{clean(node.value).translate(_TEXT)}</{tag}>")
    else:
        out.append(f"<{tag}{attributes}/>")


def has_instance_id(root: RecordNode) -> bool:
    """Whether the form's own record carries `meta/instanceID`."""
    return instance_id_node(root) is not None


def instance_id_node(root: RecordNode) -> RecordNode | None:
    """The `meta/instanceID` node, or None."""
    for meta in root.by_name.get("meta", ()):
        for node in meta.by_name.get("instanceID", ()):
            assert isinstance(node, RecordNode)
            return node
    return None


def complete_entities(root: RecordNode, evaluation: SessionContext) -> None:
    """Give every entity that is created an id, where the form itself gave none."""
    for entity in _entities(root):
        if _flag(entity, "create") and not _attribute(entity, "id"):
            node = (entity.attributes or {}).get("id")
            if node is not None:
                node.value = evaluation.uuid()


def entity_changes(root: RecordNode) -> tuple[EntityChange, ...]:
    """What a finished record says of entities; those neither created nor updated are left out."""
    found: list[EntityChange] = []
    for entity in _entities(root):
        creates, updates = _flag(entity, "create"), _flag(entity, "update")
        meta = entity.parent
        if not (creates or updates) or meta is None or not isinstance(meta.parent, RecordNode):
            continue
        labels = entity.by_name.get("label", [])
        label = labels[0].text() if labels else ""
        if creates and not updates and not label.strip():
            continue  # as servers have it: nothing is created without a name
        found.append(
            EntityChange(
                dataset=_attribute(entity, "dataset"),
                id=_attribute(entity, "id"),
                label=label,
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
