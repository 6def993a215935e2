"""Form repair: corrects known mistakes of XLSForms and reports what it changed.

pyxform grows stricter with each release, so forms that worked in the field for years stop
compiling. Each repair here is one that keeps the meaning; every one is reported as a "repaired"
problem with its row, so that the author can mend the source.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from content.authoring.problem import Problem
from content.authoring.workbook import Row, Workbook, cell

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})
_EXPRESSIONS = (
    "relevant",
    "relevance",
    "constraint",
    "calculation",
    "calculate",
    "choice_filter",
    "required",
    "readonly",
    "read_only",
    "repeat_count",
    "default",
    "trigger",
)

TYPES: Mapping[str, tuple[str, str]] = {
    "tel": ("text", "numbers"),
    "phone": ("text", "numbers"),
    "telephone": ("text", "numbers"),
    "mobile": ("text", "numbers"),
    "number": ("integer", ""),
    "float": ("decimal", ""),
    "double": ("decimal", ""),
    "textarea": ("text", "multiline"),
    "paragraph": ("text", "multiline"),
    "longtext": ("text", "multiline"),
    "long_text": ("text", "multiline"),
    "url": ("text", ""),
    "password": ("text", ""),
    "dob": ("date", ""),
    "signature": ("image", "signature"),
    "drawing": ("image", "draw"),
    "picture": ("image", ""),
    "camera": ("image", ""),
    "checkbox": ("acknowledge", ""),
    "consent": ("acknowledge", ""),
    "qr": ("barcode", ""),
    "qrcode": ("barcode", ""),
    "slider": ("range", ""),
}
"""Types other form builders have, as (XLSForm type, appearance)."""

_PRELOADS = {"email": "", "phonenumber": "numbers", "phone number": "numbers", "username": ""}
"""Types that fill themselves from the device: with a label they were meant as questions."""


def repair(book: Workbook) -> list[Problem]:
    """Mend `book` in place; what was changed, in row order."""
    found = [
        *_types(book),
        *_meta_group(book),
        *_smart_quotes(book),
        *_duplicate_choices(book),
    ]
    return sorted(found, key=lambda problem: (problem.sheet, problem.row or 0))


def _repaired(
    sheet: str, row: int | None, column: str, code: str, text: str, remedy: str
) -> Problem:
    return Problem(sheet, row, column, "repaired", code, text, remedy)


def _types(book: Workbook) -> Iterator[Problem]:
    for number, row in book.rows("survey"):
        written = row.get("type", "")
        kind = written.strip().casefold()
        labelled = any(column.casefold().startswith("label") for column in row)
        if kind in TYPES:
            kept, appearance = TYPES[kind]
        elif kind in _PRELOADS and labelled:
            kept, appearance = "text", _PRELOADS[kind]
        else:
            continue
        row["type"] = kept
        if appearance and not row.get("appearance"):
            row["appearance"] = appearance
            _column(book, "survey", "appearance")
        looks = f" with appearance {appearance}" if appearance else ""
        yield _repaired(
            "survey",
            number,
            "type",
            "unknown-type",
            f"Type {written!r} was read as {kept!r}{looks}.",
            f"Write {kept} in the type column.",
        )


def _meta_group(book: Workbook) -> Iterator[Problem]:
    taken = {row.get("name", "") for _, row in book.rows("survey")}
    for number, row in book.rows("survey"):
        is_group = re.match(r"begin[ _]", row.get("type", ""), re.IGNORECASE)
        if not is_group or row.get("name", "").casefold() != "meta":
            continue
        fresh = next(
            name for name in ("meta_group", "meta_questions", "form_meta") if name not in taken
        )
        _rename(book, row["name"], fresh)
        row["name"] = fresh
        yield _repaired(
            "survey",
            number,
            "name",
            "meta-group",
            f"The group 'meta' was renamed {fresh!r}: the name belongs to the form's own record.",
            "Give the group another name.",
        )


def _rename(book: Workbook, old: str, new: str) -> None:
    """Follow a renamed group in ${references} and in absolute paths."""
    pattern = re.compile(r"\$\{" + re.escape(old) + r"\}")
    path = re.compile(r"(/data)/" + re.escape(old) + r"(?=/)")
    for _, row in book.rows("survey"):
        for column, value in row.items():
            row[column] = path.sub(rf"\1/{new}", pattern.sub("${" + new + "}", value))


def _smart_quotes(book: Workbook) -> Iterator[Problem]:
    for number, row in book.rows("survey"):
        for column in list(row):
            if column.casefold().replace(" ", "_") not in _EXPRESSIONS:
                continue
            plain = row[column].translate(_QUOTES)
            if plain != row[column]:
                row[column] = plain
                yield _repaired(
                    "survey",
                    number,
                    column,
                    "smart-quotes",
                    "Curly quotes or hard spaces in an expression were made straight.",
                    "Switch off smart quotes and write ' or \".",
                )


def _duplicate_choices(book: Workbook) -> Iterator[Problem]:
    settings = book.sheets.get("settings", [])
    allowed = bool(settings and settings[0].get("allow_choice_duplicates"))
    first: dict[tuple[str, str], tuple[int, Row]] = {}
    differing: dict[str, list[int]] = defaultdict(list)
    for number, row in list(book.rows("choices")):
        key = (cell(row, "list_name"), cell(row, "name", "value"))
        before = first.get(key)
        if before is None:
            first[key] = (number, row)
        elif before[1] == row:
            book.sheets["choices"][number - 2] = {}
            yield _repaired(
                "choices",
                number,
                "name",
                "duplicate-choice",
                f"Choice {key[1]!r} of list {key[0]!r} repeats row {before[0]} and was left out.",
                "Delete the row.",
            )
        else:
            differing[key[0]].append(number)
    if differing and not allowed:
        settings = book.sheets.setdefault("settings", settings)
        if not settings:
            settings.append({})
        settings[0]["allow_choice_duplicates"] = "yes"
        _column(book, "settings", "allow_choice_duplicates")
        for name, numbers in differing.items():
            yield _repaired(
                "choices",
                numbers[0],
                "name",
                "duplicate-choice",
                f"List {name!r} uses a name for several choices (rows "
                f"{', '.join(map(str, numbers))}); this was allowed for the form.",
                "Give each choice its own name, or set allow_choice_duplicates in settings.",
            )


def _column(book: Workbook, sheet: str, column: str) -> None:
    columns = book.columns.setdefault(sheet, [])
    if column not in columns:
        columns.append(column)
