"""Submission: the record as OpenRosa XML, exactly the bytes that are stored and sent.

Nodes that are not relevant are left out; `meta/instanceID` is always there. The bytes are made
once, when the form is finalised, and never again (servers compare resends byte by byte).
"""

from __future__ import annotations

from content.xforms.parse.form import Form
from content.xforms.tree import RecordNode
from content.xforms.xml import JAVAROSA, OPENROSA

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
