"""PO: the interface strings as gettext catalogues, for translators and their tools.

`strings.csv` stays the source in the tree: one row a key, every language a column. A translator
gets a .po with the English text as msgid, the key as its context and the screen as a comment, and
gives it back; what comes back is checked like any source (filled, the same placeholders) before
the table is written.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from content import csv_rows
from content.faults import SourcesRefused
from content.i18n import strings

PROJECT = "Huduma Kiosk"


def export(table: Path, target: Path, language: str) -> int:
    """Write `language` of the table to a .po; how many strings. Raises `SourcesRefused`."""
    source = table.read_bytes()
    strings.read(source)
    catalog = Catalog(
        locale=language,
        project=PROJECT,
        charset="utf-8",
        header_comment=f"# {PROJECT}: the words of the screens.",
        last_translator="",
        language_team=language,
        fuzzy=False,
    )
    count = 0
    for _, row in csv_rows.rows(table.name, source):
        if language not in row:
            raise SourcesRefused(f"{table.name} has no column {language!r}.")
        catalog.add(row["en"], row[language], context=row["key"], auto_comments=[row["context"]])
        count += 1
    with target.open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False)
    return count


def bring_in(source: Path, table: Path, language: str) -> int:
    """Take a translated .po into the table; how many texts changed. Raises `SourcesRefused`."""
    try:
        with source.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise SourcesRefused(
            f"{source.name} is not a .po file that can be read: {error}"
        ) from error
    translated = {str(m.context): str(m.string) for m in catalog if m.context and m.string}
    rows = [row for _, row in csv_rows.rows(table.name, table.read_bytes())]
    changed = 0
    made: list[dict[str, str]] = []
    for row in rows:
        text = translated.get(row["key"], row.get(language, ""))
        changed += text != row.get(language)
        made.append({**row, language: text})
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(made[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    content = written.getvalue().encode()
    strings.read(content)
    temporary = table.with_suffix(".tmp")
    temporary.write_bytes(content)
    temporary.replace(table)
    return changed
