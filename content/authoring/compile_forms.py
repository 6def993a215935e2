"""Compile forms: the XLSForms of a source folder to the XForms of a pack.

`forms.csv` lists them: form, file, service, title_en, title_sw. The result is the pack's files
below `forms/` and the list `forms.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from content import csv_rows
from content.catalogue.forms import LIST_NAME
from content.faults import FormUnreadable, SourcesRefused

if TYPE_CHECKING:
    from content.authoring.xlsform import CompiledForm

FORMS_TABLE = "forms.csv"
COLUMNS = ("form", "file", "service", "title_en", "title_sw")


def compile_forms(sources: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every form of `forms.csv` compiled; raises `SourcesRefused` naming form, sheet and row."""
    if FORMS_TABLE not in files:
        return {}
    offices = {
        row["code"]: row["agency_code"]
        for _, row in csv_rows.rows("services.csv", files["services.csv"])
    }
    made: dict[str, bytes] = {}
    entries = []
    for line, row in csv_rows.rows(FORMS_TABLE, files[FORMS_TABLE]):
        lacking = [column for column in COLUMNS if not row.get(column)]
        if lacking:
            raise SourcesRefused(f"{FORMS_TABLE} line {line} has no {', '.join(lacking)}.")
        if row["service"] not in offices:
            raise SourcesRefused(f"{FORMS_TABLE} line {line}: no service {row['service']!r}.")
        compiled = _compile(sources / "forms" / row["file"])
        path = f"forms/{row['form']}.xml"
        made[path] = compiled.xml
        media = {name: f"forms/{row['form']}/{name}" for name in sorted(compiled.media)}
        made |= {media[name]: content for name, content in compiled.media.items()}
        entries.append(
            {
                "id": compiled.form_id,
                "version": compiled.version,
                "titles": {"en": row["title_en"], "sw": row["title_sw"]},
                "service": row["service"],
                "agency": offices[row["service"]],
                "questions": compiled.questions,
                "xml": path,
                "media": media,
            }
        )
    made[LIST_NAME] = json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return made


def _compile(path: Path) -> CompiledForm:
    from content.authoring.xlsform import compile_form  # noqa: PLC0415 - pyxform is on workbenches only

    try:
        compiled = compile_form(path)
    except FormUnreadable as fault:
        raise SourcesRefused(f"{FORMS_TABLE}: {fault.message}") from fault
    errors = [problem for problem in compiled.problems if problem.severity == "error"]
    if errors:
        raise SourcesRefused(f"{path.name}: {errors[0]}")
    return compiled
