"""XML of forms: the namespaces, and a parser that raises the engine's own faults."""

from __future__ import annotations

from content.xforms.faults import FormTooLarge, NotAForm
from content.xforms.limits import FORM_BYTES_MAX, TREE_DEPTH_MAX
from provisioning import xml_reader
from provisioning.xml_reader import Element

XFORMS = "http://www.w3.org/2002/xforms"
JAVAROSA = "http://openrosa.org/javarosa"
OPENROSA = "http://openrosa.org/xforms"
ENTITIES = "http://www.opendatakit.org/xforms/entities"


def parse_xml(content: bytes, what: str) -> Element:
    """The root element of `content`; raises `NotAForm`, `FormTooLarge`, naming `what`."""
    try:
        return xml_reader.parse_xml(content, FORM_BYTES_MAX)
    except xml_reader.XmlTooLarge as error:
        raise FormTooLarge(f"{what} {error}.") from error
    except xml_reader.XmlRefused as error:
        raise NotAForm(f"{what} {error}.") from error


def check_depth(depth: int, what: str) -> None:
    """Raise where a tree nests deeper than `TREE_DEPTH_MAX`."""
    if depth > TREE_DEPTH_MAX:
        raise FormTooLarge(f"{what} nests deeper than {TREE_DEPTH_MAX} levels; flatten its groups.")


def namespace(element: Element) -> str:
    """The namespace of an element, empty if none."""
    tag: str = element.tag
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def elements(parent: Element) -> list[Element]:
    """Child elements; comments and instructions were dropped when the document was read."""
    return list(parent)
