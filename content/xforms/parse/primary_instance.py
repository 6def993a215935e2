"""PrimaryInstance: the primary instance of a form as a prototype tree, with its definitions and row
templates.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from content.xforms.definition import NodeDefinition
from content.xforms.tree import RecordNode, copy_record
from content.xforms.xml import JAVAROSA, XFORMS, check_depth, elements, namespace
from provisioning.xml_reader import Element, local_name

_TEMPLATE = f"{{{JAVAROSA}}}template"


@dataclass(slots=True)
class PrimaryInstance:
    """The prototype of every new record of a form."""

    document: NodeDefinition
    root: RecordNode
    places: dict[str, NodeDefinition]
    templates: dict[NodeDefinition, RecordNode] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    """Namespace prefixes the submission declares."""
    default_namespace: str = ""


def read_record(element: Element) -> PrimaryInstance:
    """Places and prototype of the primary instance whose root is `element`."""
    document = NodeDefinition("", None)
    document.path = ""
    record = PrimaryInstance(document, RecordNode(document), {})
    record.default_namespace = _own_namespace(element)
    record.root = _node(element, document, record, 0)
    return record


def _own_namespace(element: Element) -> str:
    """The root's namespace unless it is only the form document's default (XForms)."""
    space = namespace(element)
    return "" if space == XFORMS else space


def _node(
    element: Element, parent: NodeDefinition, record: PrimaryInstance, depth: int
) -> RecordNode:
    check_depth(depth, "The record")
    place = _place(element, parent, record)
    children = elements(element)
    node = RecordNode(place, "" if children else (element.text or ""))
    for key, value in element.attrib.items():
        if key == _TEMPLATE:
            continue
        attribute = _attribute_place(element, key, place, record)
        node.set_record_attribute(RecordNode(attribute, value))
    for child in children:
        below = _node(child, place, record, depth + 1)
        if child.get(_TEMPLATE) is not None:
            record.templates.setdefault(below.place, below)
        else:
            node.append(below)
    return node


def _place(element: Element, parent: NodeDefinition, record: PrimaryInstance) -> NodeDefinition:
    name = local_name(element)
    place = parent.children.get(name)
    if place is None:
        place = NodeDefinition(name, parent, _tag(element, element.tag, record))
        place.number = len(record.places)
        parent.children[name] = place
        record.places[place.path] = place
    return place


def _attribute_place(
    element: Element, key: str, owner: NodeDefinition, record: PrimaryInstance
) -> NodeDefinition:
    name = "@" + key.rpartition("}")[2]
    place = owner.children.get(name)
    if place is None:
        place = NodeDefinition(name, owner, _tag(element, key, record))
        place.number = len(record.places)
        owner.children[name] = place
        record.places[place.path] = place
    return place


def _tag(element: Element, name: str, record: PrimaryInstance) -> str:
    """The name as the submission writes it, with the prefix its namespace has in the form."""
    if not name.startswith("{"):
        return name
    space, _, plain = name[1:].partition("}")
    if space in {XFORMS, record.default_namespace}:
        return plain
    for prefix, uri in element.nsmap.items():
        if uri == space and prefix:
            record.prefixes[prefix] = uri
            return f"{prefix}:{plain}"
    return plain


def settle_templates(record: PrimaryInstance) -> None:
    """Give every repeat a template: its declared one, else a copy of its first row."""
    for place in record.places.values():
        if place.repeat and place not in record.templates:
            row = _first_row(record.root, place)
            if row is None:
                row = next(
                    (
                        found
                        for template in record.templates.values()
                        if (found := _first_row(template, place)) is not None
                    ),
                    None,
                )
            if row is not None:
                template = record.templates[place] = copy_record(row)
                # Both reference engines make such rows blank, whatever the first row held.
                for node in template.each():
                    if not node.place.is_attribute:
                        node.value = ""


def _first_row(node: RecordNode, place: NodeDefinition) -> RecordNode | None:
    if node.place is place:
        return node
    if not place.is_within(node.place):
        return None
    for child in node.children:
        assert isinstance(child, RecordNode)
        found = _first_row(child, place)
        if found is not None:
            return found
    return None
