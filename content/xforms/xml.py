"""XML at the edge: bytes to an lxml tree, with nothing hostile able to happen.

No DTD (so no entities), no network, bounded size and depth; comments and processing
instructions are dropped.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from content.xforms.faults import FormTooLarge, NotAForm
from content.xforms.limits import FORM_BYTES_MAX, TREE_DEPTH_MAX

XFORMS = "http://www.w3.org/2002/xforms"
JAVAROSA = "http://openrosa.org/javarosa"
ODK = "http://www.opendatakit.org/xforms"
OPENROSA = "http://openrosa.org/xforms"
XHTML = "http://www.w3.org/1999/xhtml"
ENTITIES = "http://www.opendatakit.org/xforms/entities"

Element = Any
"""An lxml element; lxml ships no types."""


def parse_xml(content: bytes, what: str) -> Element:
    """The root element of `content`; raises `NotAForm`, `FormTooLarge`, naming `what`."""
    if len(content) > FORM_BYTES_MAX:
        raise FormTooLarge(f"{what} has {len(content)} bytes, more than {FORM_BYTES_MAX}.")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAForm(f"{what} is not well-formed XML: {error}.") from error
    if root.getroottree().docinfo.doctype:
        raise NotAForm(f"{what} has a DOCTYPE, which forms must not have; remove it.")
    return root


def check_depth(depth: int, what: str) -> None:
    """Raise where a tree nests deeper than `TREE_DEPTH_MAX`."""
    if depth > TREE_DEPTH_MAX:
        raise FormTooLarge(f"{what} nests deeper than {TREE_DEPTH_MAX} levels; flatten its groups.")


def local(element: Element) -> str:
    """The local name of an element."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of an element, empty if none."""
    tag: str = element.tag
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def elements(parent: Element) -> list[Element]:
    """Child elements; comments and instructions were dropped when the document was read."""
    return list(parent)
