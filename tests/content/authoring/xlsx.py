"""Builds small XLSForm workbooks for tests from rows of cells."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

EN, SW = "label::English (en)", "label::Kiswahili (sw)"


def write(path: Path, **sheets: list[dict[str, object]]) -> Path:
    """A workbook of `sheets`, columns in the order they first appear."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    book.save(path)
    return path


def ask(kind: str, name: str, **more: object) -> dict[str, object]:
    """A survey row with labels in both languages."""
    return {"type": kind, "name": name, EN: f"The {name}", SW: f"Hiyo {name}"} | more


def choice(list_name: str, name: str, **more: object) -> dict[str, object]:
    return {"list_name": list_name, "name": name, EN: name, SW: f"{name}!"} | more


def form(
    path: Path, *survey: dict[str, object], choices: list[dict[str, object]] | None = None
) -> Path:
    """A whole form with settings."""
    sheets = {"survey": list(survey)}
    if choices is not None:
        sheets["choices"] = choices
    settings = [{"form_id": "t", "form_title": "T", "version": "1"}]
    return write(path, **sheets, settings=settings)
