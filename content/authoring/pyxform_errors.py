"""pyxform's error messages as problems with a place and a remedy.

pyxform names row and sheet in the text of most messages, "[row : 3] On the 'survey' sheet, …".
Where it does not, the place is looked up in the workbook from what the message quotes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pyxform.errors import PyXFormError

from content.authoring.problem import Problem, Severity
from content.authoring.workbook import Workbook, cell

_PLACE = re.compile(r"^\[row : (?P<row>\d+)\]\s*(?:On the '(?P<sheet>\w+)' sheet,\s*)?")
_COLUMN = re.compile(r"the '(?P<column>[\w ]+)' (?:value|column|cell)")
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")

TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "select_one",
    "select_multiple",
    "note",
    "calculate",
    "dateTime",
    "rank",
    "range",
    "image",
    "audio",
    "video",
    "file",
    "barcode",
    "geopoint",
    "acknowledge",
    "hidden",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
)
"""What an author may have meant, the common ones first."""

_REMEDIES = (
    ("Missing calculation", "Write an expression in the calculation column, or use type hidden."),
    ("no name", "Write a name without blanks in the name column."),
    ("no type", "Write a type in the type column, for example text."),
    ("should end with one of", "Write the file name with its suffix, for example wards.csv."),
)


def problem_of(error: PyXFormError, book: Workbook) -> Problem:
    """A compiler error as a problem with its place."""
    code = "compiler" if error.code is None else error.code.name.lower().replace("_", "-")
    return _placed(remark(str(error), "error", code), book)


def remark(text: str, severity: Severity, code: str = "compiler") -> Problem:
    """A message of the compiler, the place it begins with taken apart."""
    match = _PLACE.match(text)
    place: dict[str, Any] = match.groupdict() if match else {}
    rest = text[match.end() :] if match else text
    column = _COLUMN.search(rest)
    said, _, remedy = rest.partition(". ")
    said = said.strip().rstrip(".") + "."
    return Problem(
        sheet=place.get("sheet") or ("survey" if match else ""),
        row=int(place["row"]) if match else None,
        column=column["column"] if column else "",
        severity=severity,
        code=code,
        text=said[:1].upper() + said[1:],
        remedy=remedy.strip() or _remedy(said),
    )


def _remedy(said: str) -> str:
    found = (remedy for part, remedy in _REMEDIES if part in said)
    return next(found, "Correct it and try again.")


def _placed(problem: Problem, book: Workbook) -> Problem:
    if problem.row is not None:
        return problem
    quoted = _QUOTED.findall(problem.text)
    if problem.text.startswith("Unknown question type") and quoted:
        near = get_close_matches(quoted[0].split()[0], TYPES, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(TYPES[:9])} …"
        return _at(problem, book, quoted[0].split()[0], "type", hint)
    if "choices sheet" in problem.text and not quoted:
        remedy = "Add a sheet called choices with list_name, name and a label in each language."
        return _at(problem, book, "select", "type", remedy)
    for word in quoted:
        for number, row in book.rows("survey"):
            if word in {cell(row, "name"), *cell(row, "type").split()[1:]}:
                return replace(problem, sheet="survey", row=number)
    return problem


def _at(problem: Problem, book: Workbook, start: str, column: str, remedy: str) -> Problem:
    """The problem at the first row whose type begins with `start`."""
    for number, row in book.rows("survey"):
        if cell(row, "type").startswith(start):
            return replace(problem, sheet="survey", row=number, column=column, remedy=remedy)
    return replace(problem, remedy=remedy)
