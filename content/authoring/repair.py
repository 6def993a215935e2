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
from content.xforms.faults import BadExpression, FormTooLarge
from content.xforms.xpath.parser import parse

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})
KEPT_QUOTES = {0x2018: 0xE018, 0x2019: 0xE019, 0x201C: 0xE01C, 0x201D: 0xE01D}
"""Curly quotes inside a text of an expression, and the private signs that stand for them while
pyxform compiles it."""
UNKEPT_QUOTES = {there: back for back, there in KEPT_QUOTES.items()}
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
        *_odd_columns(book),
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


_COLUMN_NAME = re.compile(r"[^\W\d][\w.-]*")


def _odd_columns(book: Workbook) -> Iterator[Problem]:
    """Headers that say the same twice, and those of choices that cannot be names in the form."""
    for sheet, headers in book.headers.items():
        names = ["_".join(header.split()).casefold() for header in headers]
        for name in dict.fromkeys(n for n in names if n and names.count(n) > 1):
            text = f"The column {name!r} is there {names.count(name)} times; one of them is lost."
            remedy = "Keep one of them; a blank at the end of a header makes no other column."
            yield Problem(sheet, 1, name, "error", "double-column", text, remedy)
    columns = book.columns.get("choices", [])
    for column in list(columns):
        name = "_".join(column.split()).casefold()
        if not name or not _is_odd(name):
            continue
        columns.remove(column)
        for row in book.sheets["choices"]:
            row.pop(column, None)
        text = f"The column {column!r} of the choices cannot be read and was left out."
        remedy = "Name columns with letters, digits and _."
        yield _repaired("choices", 1, column, "odd-column", text, remedy)


def _is_odd(name: str) -> bool:
    """Whether a header of the choices can be no name: of a column or of a column and language."""
    stem, _, language = name.partition("::")
    if language:
        return False
    first, colon, _ = stem.partition(":")
    if colon:
        return first not in {"label", "media", "image", "audio", "video", "jr"}
    return _COLUMN_NAME.fullmatch(stem) is None


def straightened(expression: str) -> str:
    """`expression` with straight quotes and plain blanks, but for what stands inside a text.

    An apostrophe meant as such, in a pattern or a name, is no quote; because pyxform straightens
    all it sees, it passes through the compiler as a sign of `KEPT_QUOTES`.
    """
    careful = "".join(
        piece.translate(KEPT_QUOTES) if piece[:1] in {"'", '"'} else piece.translate(_QUOTES)
        for piece in _TEXTS.split(expression)
    )
    simple = expression.translate(_QUOTES)
    return simple if not _reads(careful) and _reads(simple) else careful


_TEXTS = re.compile(r"('[^']*'|\"[^\"]*\")")


def _reads(expression: str) -> bool:
    try:
        parse(re.sub(r"\$\{[^}]*\}", "a", expression))
    except (BadExpression, FormTooLarge):
        return False
    return True


def _smart_quotes(book: Workbook) -> Iterator[Problem]:
    for number, row in book.rows("survey"):
        for column in list(row):
            if column.casefold().replace(" ", "_") not in _EXPRESSIONS:
                continue
            before, row[column] = row[column], straightened(row[column])
            if row[column].translate(UNKEPT_QUOTES) != before:
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
