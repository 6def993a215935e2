"""Workbook: an XLSForm as rows of texts, each with its row number in the spreadsheet.

Reads what pyxform reads (.xlsx, .xls, .csv, .md) through pyxform's own reader, so a row here is
the row it compiles. Bounded: a file of more than 20 MB, or a zip that unfolds to more than
200 MB, is refused before it is opened.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import get_xlsform

from content.faults import FormUnreadable
from provisioning.faults import INPUT_ERRORS

FILE_BYTES_MAX = 20 * 1024 * 1024
UNFOLDED_BYTES_MAX = 200 * 1024 * 1024
SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")

_UNREADABLE = (
    *INPUT_ERRORS,
    AttributeError,
    EOFError,
    OSError,
    PyXFormError,
    RuntimeError,
    SyntaxError,  # of both XML libraries
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the libraries below raise for a spreadsheet that is none, or a damaged one."""

Row = dict[str, str]


@dataclass(slots=True)
class Workbook:
    """The sheets of a form. Row n of the list is row n + 2 of the spreadsheet."""

    stem: str
    sheets: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    """The header cells as they are written, of spreadsheets that can be asked for them."""

    def rows(self, sheet: str) -> Iterator[tuple[int, Row]]:
        """(row number, row) of every row that has anything in it."""
        for index, row in enumerate(self.sheets.get(sheet, ())):
            if row:
                yield index + 2, row

    def settings(self) -> Row:
        """The settings row, empty if there is none."""
        found = self.sheets.get("settings") or [{}]
        return found[0]

    def definition(self) -> dict[str, Any]:
        """As pyxform takes it, rows copied so that compiling changes nothing here."""
        made: dict[str, Any] = {"sheet_names": self.names, "fallback_form_name": self.stem}
        for sheet, rows in self.sheets.items():
            made[sheet] = [dict(row) for row in rows]
            made[f"{sheet}_header"] = [dict.fromkeys(self.columns[sheet])]
        return made


def read(path: Path) -> Workbook:
    """The workbook at `path`; raises `FormUnreadable` (35)."""
    try:
        _check_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drawings and the like that no form needs
            found = get_xlsform(path)
            headers = _headers(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else {}
    except _UNREADABLE as error:
        raise FormUnreadable(f"{path.name} is not an XLSForm that can be read: {error}") from error
    book = Workbook(stem=path.stem, names=list(found.sheet_names or ()))
    for sheet in SHEETS:
        rows = getattr(found, sheet)
        if rows is None:
            continue
        book.sheets[sheet] = [{str(k): str(v) for k, v in row.items() if v} for row in rows]
        header = getattr(found, f"{sheet}_header") or [{}]
        book.columns[sheet] = list(header[0])
    book.headers = headers
    if not book.sheets.get("survey"):
        raise FormUnreadable(f"{path.name} has no sheet called survey with questions in it.")
    return book


def _headers(path: Path) -> dict[str, list[str]]:
    """The first row of each sheet; pyxform's reader strips it and drops what comes twice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
    found: dict[str, list[str]] = {}
    try:
        for sheet in book.worksheets:
            if sheet.title in SHEETS:
                first = next(sheet.iter_rows(max_row=1, values_only=True), ())
                found[sheet.title] = [str(cell) for cell in first if cell]
    finally:
        book.close()
    return found


def _check_size(path: Path) -> None:
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ValueError("the file is larger than 20 MB")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNFOLDED_BYTES_MAX:
                raise ValueError("its contents unfold to more than 200 MB")


def cell(row: Mapping[str, str], *names: str) -> str:
    """The first of the columns `names` that the row has, by folded name; else ""."""
    folded = {column.casefold().replace(" ", "_"): value for column, value in row.items()}
    for name in names:
        if folded.get(name):
            return folded[name]
    return ""
