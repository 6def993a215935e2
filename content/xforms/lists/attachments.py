"""Attachments: lists from a form or its media files (CSV, XML, GeoJSON), bounded and safe.

A `jr://file-csv/name.csv` means the media file of that bare name: any folder in it is dropped, so
a path cannot leave the form's media.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from content.xforms.faults import FormTooLarge, NotAForm
from content.xforms.limits import MEDIA_BYTES_MAX, TABLE_ROWS_MIN
from content.xforms.lists.choice_tables import ChoiceTables, TableList
from content.xforms.lists.lists import ChoiceList, NodeList, document_of, node_tree
from content.xforms.tree import XmlNode
from content.xforms.xml import elements, parse_xml
from provisioning.faults import INPUT_ERRORS
from provisioning.xml_reader import Element, local_name

LAST_SAVED = "jr://instance/last-saved"
_SEPARATOR = re.compile(r"sep=([,;\t])", re.IGNORECASE)
"""The line with which spreadsheets say how the columns are parted."""


def file_name(source: str) -> str:
    """The bare file name a `jr://` source means."""
    return source.replace("\\", "/").rpartition("/")[2]


def read_list(  # noqa: PLR0911 - one a kind of source
    name: str, element: Element, media: Mapping[str, bytes], tables: ChoiceTables
) -> tuple[ChoiceList, str]:
    """The list of a secondary instance element, and its source; a missing file is empty."""
    source = (element.get("src") or "").strip()
    inline = elements(element)
    if source == LAST_SAVED or (not source and not inline):
        return NodeList(document_of(None)), source
    if not source:
        return _from_xml(name, inline[0], tables), ""
    file = file_name(source)
    content = media.get(file)
    if content is None:
        if inline:
            return _from_xml(name, inline[0], tables), source
        return NodeList(document_of(XmlNode("root"))), source
    if len(content) > MEDIA_BYTES_MAX:
        raise FormTooLarge(f"The list {file} has {len(content)} bytes; split it.")
    kind = file.rpartition(".")[2].lower()
    if kind == "csv" or source.startswith("jr://file-csv/"):
        return _from_csv(name, file, content, tables), source
    if kind in {"geojson", "json"}:
        return _from_geojson(name, file, content, tables), source
    return _from_xml(name, parse_xml(content, f"The list {file}"), tables), source


def _from_xml(name: str, root: Element, tables: ChoiceTables) -> ChoiceList:
    items = elements(root)
    columns = _flat_columns(root, items) if len(items) > TABLE_ROWS_MIN else None
    if columns is None:
        return NodeList(document_of(node_tree(root)))
    names = tuple(tag.rpartition("}")[2] for tag in columns)
    table = tables.keep(name, names, _cells(items, columns))
    return TableList(table, (local_name(root), local_name(items[0])))


def _flat_columns(root: Element, items: list[Element]) -> list[str] | None:
    """Tags of the columns where items are rows of text cells.

    None where they are not: other row names, attributes, nesting, or a cell twice in a row.
    """
    if root.xpath("boolean(*/@* | */*/@* | */*/*)") or {item.tag for item in items} != {
        items[0].tag
    }:
        return None
    columns: dict[str, None] = {}
    for item in items:
        tags = [cell.tag for cell in item]
        if len(set(tags)) < len(tags):
            return None
        columns.update(dict.fromkeys(tags))
    return list(columns)


def _cells(items: list[Element], columns: list[str]) -> Iterator[list[str]]:
    for item in items:
        found = {cell.tag: cell.text or "" for cell in item}
        yield [found.get(column, "") for column in columns]


def _from_csv(name: str, file: str, content: bytes, tables: ChoiceTables) -> ChoiceList:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotAForm(f"The list {file} is not UTF-8; save it as CSV UTF-8.") from error
    if "\0" in text:
        raise NotAForm(f"The list {file} has characters that are no text; save it as CSV UTF-8.")
    head, _, rest = text.partition("\n")
    named = _SEPARATOR.fullmatch(head.strip())
    text, sign = (rest, named[1]) if named else (text, _delimiter(text))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        header = [column.strip() for column in next(reader, [])]
        rows = _wide_rows(reader, len(header))
        names = tuple(header)
        first = [row for row, _ in zip(rows, range(TABLE_ROWS_MIN + 1), strict=False)]
        if len(first) <= TABLE_ROWS_MIN:
            return NodeList(document_of(_items(names, first)))
        table = tables.keep(name, names, _chain(first, rows))
    except csv.Error as error:
        raise NotAForm(f"The list {file} is not a CSV file: {error}.") from error
    return TableList(table, ("root", "item"))


def _delimiter(text: str) -> str:
    """What parts the names of the header: whichever of the three stands in it most often."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _wide_rows(reader: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    for row in reader:
        if row:
            yield (row + [""] * width)[:width]


def _chain(first: list[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from first
    yield from rest


def _items(columns: tuple[str, ...], rows: list[list[str]]) -> XmlNode:
    root = XmlNode("root")
    for row in rows:
        item = XmlNode("item")
        for column, cell in zip(columns, row, strict=True):
            item.append(XmlNode(column, cell))
        root.append(item)
    return root


def _from_geojson(name: str, file: str, content: bytes, tables: ChoiceTables) -> ChoiceList:
    """A FeatureCollection: properties are columns, geometry an ODK geo text, id kept."""
    try:
        document: Any = json.loads(content)
        features = document["features"]
        rows = [_feature(feature) for feature in features]
    except (*INPUT_ERRORS, AttributeError) as error:
        raise NotAForm(f"The list {file} is not a GeoJSON FeatureCollection.") from error
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
    names = tuple(columns)
    cells = [[row.get(column, "") for column in names] for row in rows]
    if len(cells) <= TABLE_ROWS_MIN:
        return NodeList(document_of(_items(names, cells)))
    return TableList(tables.keep(name, names, cells), ("root", "item"))


def _feature(feature: Any) -> dict[str, str]:
    row = {"geometry": _geometry(feature.get("geometry"))}
    if feature.get("id") is not None:
        row["id"] = str(feature["id"])
    for key, value in (feature.get("properties") or {}).items():
        row[str(key)] = _plain(value)
    return row


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _geometry(geometry: Any) -> str:
    if not geometry:
        return ""
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return _point(coordinates)
        case "LineString":
            return "; ".join(_point(point) for point in coordinates)
        case "Polygon":
            return "; ".join(_point(point) for point in coordinates[0])
        case _:
            return ""


def _point(coordinates: Any) -> str:
    longitude, latitude = coordinates[0], coordinates[1]
    return f"{latitude} {longitude} 0 0"
