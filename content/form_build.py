"""Form build: the XLSForms of a source folder to the XForms of a pack.

`forms.csv` lists them: form, file, service, title_en, title_sw. The result is the pack's files
below `forms/` and the list `forms.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from content import tables
from content.faults import SourcesRefused
from content.form_assets import LIST_NAME

FORMS_TABLE = "forms.csv"


def compile_forms(
    sources: Path, files: Mapping[str, bytes], cache: Path | None
) -> dict[str, bytes]:
    """Every form of `forms.csv` compiled; raises `SourcesRefused` naming form, sheet and row."""
    if FORMS_TABLE not in files:
        return {}
    offices = {
        row["code"]: row["agency_code"]
        for _, row in tables.rows("services.csv", files["services.csv"])
    }
    made: dict[str, bytes] = {}
    entries = []
    for line, row in tables.rows(FORMS_TABLE, files[FORMS_TABLE]):
        if row["service"] not in offices:
            raise SourcesRefused(f"{FORMS_TABLE} line {line}: no service {row['service']!r}.")
        compiled = _compile(sources / "forms" / row["file"], cache)
        path = f"forms/{row['form']}.xml"
        made[path] = compiled["xml"].encode()
        entries.append(
            {
                "id": compiled["id"],
                "version": compiled["version"],
                "titles": {"en": row["title_en"], "sw": row["title_sw"]},
                "service": row["service"],
                "agency": offices[row["service"]],
                "questions": compiled["questions"],
                "xml": path,
                "media": {},
            }
        )
    made[LIST_NAME] = json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return made


def _compile(path: Path, cache: Path | None) -> dict[str, Any]:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise SourcesRefused(f"{path.name} named in {FORMS_TABLE} cannot be read.") from error
    from content import xlsform  # noqa: PLC0415 - pyxform is on workbenches only, not on a kiosk

    key = hashlib.sha256(source + xlsform.COMPILER.encode()).hexdigest()
    kept = None if cache is None else cache / f"{key}.json"
    if kept is not None and kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    compiled = xlsform.compile_form(path)
    errors = [problem for problem in compiled.problems if problem.severity == "error"]
    if errors:
        raise SourcesRefused(f"{path.name}: {errors[0]}")
    made = {
        "id": compiled.form_id,
        "version": compiled.version,
        "questions": compiled.questions,
        "xml": compiled.xml.decode(),
    }
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(".tmp")
        temporary.write_text(json.dumps(made))
        temporary.replace(kept)
    return made
