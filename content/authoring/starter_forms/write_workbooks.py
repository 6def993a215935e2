"""Writes the starter forms' workbooks (.xlsx) from the readable `forms.toml`.

Workbench only. The workbooks are the sources a pack is built from and what an author edits
afterwards; `tests/content` check that the two agree. Run `python -m
content.authoring.starter_forms.write_workbooks` after editing `forms.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from content import csv_rows

FORMS = Path(__file__).parents[2] / "default" / "forms"
LANGUAGES = {"en": "English (en)", "sw": "Kiswahili (sw)"}
NAMESPACE = "https://huduma.go.ke/xforms"

SURVEY = [
    "type",
    "name",
    *(f"label::{name}" for name in LANGUAGES.values()),
    *(f"hint::{name}" for name in LANGUAGES.values()),
    "required",
    *(f"required_message::{name}" for name in LANGUAGES.values()),
    "constraint",
    *(f"constraint_message::{name}" for name in LANGUAGES.values()),
    "relevant",
    "appearance",
    "choice_filter",
    "calculation",
    "parameters",
    "body::huduma:icon",
    "body::huduma:mask",
    "body::huduma:kind",
    "body::huduma:stop",
]
CHOICES = [
    "list_name",
    "name",
    *(f"label::{name}" for name in LANGUAGES.values()),
    "icon",
    "agency",
]
REQUIRED_MESSAGE = ("Answer this question to go on", "Jibu swali hili ili uendelee")

Row = dict[str, str]
Sheets = dict[str, tuple[list[str], list[Row]]]


def sheets(source: Mapping[str, Any], form: Mapping[str, Any], content: Path) -> Sheets:
    """The three sheets of one form: columns and rows."""
    survey, lists = [], {}
    for row in _grouped(source, form):
        survey.append(row)
        words = row["type"].split()
        if words[0] == "select_one":
            lists[words[1]] = words[1]
    choices = [row for name in lists for row in _choices(source, name, content)]
    agency = next(
        row["agency_code"]
        for _, row in csv_rows.rows("services.csv", (content / "services.csv").read_bytes())
        if row["code"] == form["service"]
    )
    settings = {
        "form_title": form["title_en"],
        "form_id": form["id"],
        "version": source["version"],
        "default_language": LANGUAGES["en"],
        "namespaces": f'huduma="{NAMESPACE}"',
        "attribute::huduma:agency": agency,
        "attribute::huduma:service": form["service"],
    }
    return {
        "survey": (SURVEY, survey),
        "choices": (CHOICES, choices),
        "settings": (list(settings), [settings]),
    }


def _grouped(source: Mapping[str, Any], form: Mapping[str, Any]) -> Iterator[Row]:
    inside = ""
    for ask in form["ask"]:
        group = ask.get("in", "")
        if group != inside:
            if inside:
                yield {"type": f"end_{_bracket(source, inside)}"}
            if group:
                yield _opening(source, form, group)
            inside = group
        question = source["question"][ask["q"]]
        yield _question(source["kind"][question["kind"]], question, ask)
    if inside:
        yield {"type": f"end_{_bracket(source, inside)}"}


def _bracket(source: Mapping[str, Any], group: str) -> str:
    return "repeat" if source["group"][group].get("repeat") else "group"


def _opening(source: Mapping[str, Any], form: Mapping[str, Any], group: str) -> Row:
    texts = source["group"][group]
    row = {
        "type": f"begin_{_bracket(source, group)}",
        "name": group,
        "relevant": form.get("relevant", {}).get(group, ""),
    }
    return row | _both("label", (texts["en"], texts["sw"]))


def _question(kind: Mapping[str, Any], question: Mapping[str, Any], ask: Mapping[str, Any]) -> Row:
    row = {
        "type": _type(kind, question, ask["q"]),
        "name": question.get("name", ask["q"]),
        "required": "yes" if ask.get("required") else "",
        "constraint": question.get("constraint", kind.get("constraint", "")),
        "relevant": ask.get("relevant", ""),
        "appearance": kind.get("appearance", ""),
        "choice_filter": kind.get("choice_filter", ""),
        "parameters": kind.get("parameters", ""),
        "calculation": question.get("calculation", ""),
        "body::huduma:icon": question.get("icon", ""),
        "body::huduma:mask": kind.get("mask", ""),
        "body::huduma:kind": kind.get("tag", ""),
        "body::huduma:stop": "yes" if question.get("stop") else "",
    }
    row |= _both("label", (question.get("en", ""), question.get("sw", "")))
    row |= _both("hint", _own(question, "hint", kind))
    row |= _both("constraint_message", _own(question, "message", kind))
    return row | (_both("required_message", REQUIRED_MESSAGE) if ask.get("required") else {})


def _own(question: Mapping[str, Any], what: str, kind: Mapping[str, Any]) -> list[str]:
    """The question's own texts in both languages, else those of its kind."""
    usual = kind.get(what, ("", ""))
    return [question.get(f"{what}_{code}", usual[at]) for at, code in enumerate(LANGUAGES)]


def _type(kind: Mapping[str, Any], question: Mapping[str, Any], name: str) -> str:
    if kind["type"] != "select_one":
        return str(kind["type"])
    return f"select_one {kind.get('list_name') or question.get('name', name)}"


def _both(column: str, texts: Sequence[str]) -> Row:
    return {f"{column}::{name}": text for name, text in zip(LANGUAGES.values(), texts, strict=True)}


def _choices(source: Mapping[str, Any], list_name: str, content: Path) -> Iterator[Row]:
    match list_name:
        case "county":
            for _, row in csv_rows.rows("counties.csv", (content / "counties.csv").read_bytes()):
                yield _choice(list_name, row["code"], (row["name"], row["name"]), "county")
        case "agency":
            for _, row in csv_rows.rows("agencies.csv", (content / "agencies.csv").read_bytes()):
                names = (row["name_en"], row["name_sw"])
                yield _choice(list_name, row["code"], names, row["icon"])
        case "service":
            for _, row in csv_rows.rows("services.csv", (content / "services.csv").read_bytes()):
                names = (row["service_en"], row["service_sw"])
                yield _choice(list_name, row["code"], names, "", row["agency_code"])
        case _:
            for option in _options(source, list_name):
                english, swahili, icon = source["option"][option]
                yield _choice(list_name, option, (english, swahili), icon)


def _options(source: Mapping[str, Any], list_name: str) -> Sequence[str]:
    if list_name == "yes_no":
        return ("yes", "no")
    for key, question in source["question"].items():
        if question.get("name", key) == list_name and "options" in question:
            found: Sequence[str] = question["options"]
            return found
    raise KeyError(list_name)


def _choice(list_name: str, name: str, texts: Sequence[str], icon: str, agency: str = "") -> Row:
    row = {"list_name": list_name, "name": name, "icon": icon, "agency": agency}
    return row | _both("label", texts)


def workbook(made: Sheets) -> Workbook:
    """The workbook of a form, with a frozen, bold header row on each sheet."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, (columns, rows) in made.items():
        sheet = book.create_sheet(name)
        used = [column for column in columns if any(row.get(column) for row in rows)]
        sheet.append(used)
        for row in rows:
            sheet.append([row.get(column) or None for column in used])
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            width = max((len(str(row.get(str(cell.value)) or "")) for row in rows), default=10)
            sheet.column_dimensions[cell.column_letter].width = min(60, max(12, width))
        for cells in sheet.iter_rows(min_row=2):
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.number_format = "@"
    return book


def write_all(folder: Path = FORMS) -> list[Path]:
    """Write every workbook beside `forms.toml` and the list `forms.csv` above; their paths."""
    source = tomllib.loads((folder / "forms.toml").read_text())
    written = []
    lines = ["form,file,service,title_en,title_sw"]
    for form in source["form"]:
        path = folder / f"{form['id']}.xlsx"
        workbook(sheets(source, form, folder.parent)).save(path)
        written.append(path)
        titles = f'"{form["title_en"]}","{form["title_sw"]}"'
        lines.append(f"{form['id']},{path.name},{form['service']},{titles}")
    (folder.parent / "forms.csv").write_text("\n".join(lines) + "\n")
    return written


if __name__ == "__main__":
    for made_path in write_all():
        print(made_path)
