"""XML from outside: bytes to a tree, of one strictness for forms, submissions and lists.

No DTD (so no entities), nothing loaded from the network or the disk, bounded size and depth;
comments and processing instructions are dropped.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""


class XmlRefused(ValueError):
    """Why a document is refused, as the rest of a sentence that begins with what it is."""


class XmlTooLarge(XmlRefused):
    """The document is larger than its reader allows."""


def parse_xml(content: bytes, bytes_max: int) -> Element:
    """The root element of `content`; raises `XmlRefused`."""
    if len(content) > bytes_max:
        raise XmlTooLarge(f"has {len(content)} bytes, more than {bytes_max}")
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
        raise XmlRefused(f"is not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise XmlRefused("has a DOCTYPE, which it must not have; remove it")
    return root


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]
