"""Lint of a workbook's columns and cells: what the compiler passes over in silence.

A misspelt header takes all its rules out of the form; a spreadsheet turns what looks like a date
into one, and leaves its error values where a formula broke.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from difflib import get_close_matches

from content.authoring.problem import Problem
from content.authoring.workbook import Workbook
from content.xforms.faults import AnswerRefused
from content.xforms.session.answers import stored

_KNOWN = {
    "survey": (
        "type", "name", "label", "hint", "guidance_hint", "relevant", "relevance", "required",
        "required_message", "constraint", "constraint_message", "calculation", "calculate",
        "appearance", "default", "read_only", "readonly", "choice_filter", "repeat_count",
        "parameters", "trigger", "image", "big-image", "audio", "video", "media", "autoplay",
        "save_to", "bind", "body", "instance", "note", "disabled",
    ),
    "choices": ("list_name", "name", "value", "label", "image", "big-image", "audio", "video"),
    "settings": (
        "form_id", "form_title", "version", "default_language", "instance_name", "public_key",
        "submission_url", "style", "allow_choice_duplicates", "namespaces", "auto_send",
        "auto_delete", "name", "prefix", "attribute", "clean_text_values",
    ),
}  # fmt: skip
_LIKENESS = 0.8
_TYPED = {
    "integer": "int", "int": "int", "decimal": "decimal", "date": "date", "time": "time",
    "datetime": "dateTime", "dateTime": "dateTime",
}  # fmt: skip
_EXPRESSION = re.compile(r"[(${]")
_BROKEN = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|N/A)")
_DATED = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_NAMES = frozenset({"name", "value", "list_name", "type", "label", "hint", "version"})
"""Columns in which nobody means a date and a time of day."""


def inspect_workbook(book: Workbook) -> Iterator[Problem]:
    """Every remark on headers and cells."""
    for sheet, known in _KNOWN.items():
        yield from _misspelt(sheet, book.columns.get(sheet, []), known)
    for sheet in book.sheets:
        for number, row in book.rows(sheet):
            for column, text in row.items():
                yield from _cell(sheet, number, column, text)
            if sheet == "survey":
                yield from _default(number, row)


def plain(header: str) -> str:
    """The part of a header before its language, as the compiler compares it."""
    return "_".join(re.split(r"::?", header.strip())[0].split()).casefold()


def _misspelt(sheet: str, columns: list[str], known: tuple[str, ...]) -> Iterator[Problem]:
    there = {plain(column) for column in columns}
    for column in columns:
        name = plain(column)
        near = [] if name in known else get_close_matches(name, known, n=1, cutoff=_LIKENESS)
        if near and near[0] not in there:
            text = f"The column {column!r} is not known and nothing in it counts."
            remedy = f"Did you mean {near[0]}?"
            yield Problem(sheet, 1, column, "error", "misspelt-column", text, remedy)


def is_broken(text: str) -> bool:
    """Whether a cell holds an error value that a spreadsheet wrote."""
    return _BROKEN.fullmatch(text.strip()) is not None


def _default(number: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """A default that its question cannot hold is dropped without a word."""
    kind, text = row.get("type", "").strip(), row.get("default", "").strip()
    if kind not in _TYPED or not text or _EXPRESSION.search(text):
        return
    try:
        stored(text, _TYPED[kind], UTC)
    except AnswerRefused as fault:
        said = f"The default {text!r} is dropped: {fault.message}"
        remedy = "Write it as the type wants it; a spreadsheet keeps dates as numbers."
        yield Problem("survey", number, "default", "error", "default-type", said, remedy)


def _cell(sheet: str, number: int, column: str, text: str) -> Iterator[Problem]:
    if _BROKEN.search(text):
        said = f"The cell holds {text[:40]!r}, an error of the spreadsheet."
        remedy = "Mend its formula, or write the text itself."
        yield Problem(sheet, number, column, "error", "spreadsheet-error", said, remedy)
    if plain(column) in _NAMES and _DATED.fullmatch(text.strip()):
        said = f"The spreadsheet made a date of this cell: {text.strip()!r}."
        remedy = "Format the cell as text and write it again."
        yield Problem(sheet, number, column, "error", "spreadsheet-date", said, remedy)
