"""Strict CSV: the rows of a table in the sources of a pack, with their line numbers.

UTF-8, a header row; a fault names the file and the line to correct. Used by the catalogue's tables
and by the interface strings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from content.faults import SourcesRefused

Row = Mapping[str, str]


def rows(name: str, source: bytes) -> Iterator[tuple[int, Row]]:
    """(line, row) of a CSV table; every row has every column, missing cells are empty."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourcesRefused(f"{name} is not UTF-8 ({error.reason}); save it as UTF-8.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    try:
        for row in reader:
            if None in row:
                raise SourcesRefused(
                    f"{name} line {reader.line_num} has more cells than the header; "
                    "put quotes around texts with commas."
                )
            yield reader.line_num, {key: (value or "").strip() for key, value in row.items()}
    except csv.Error as error:
        raise SourcesRefused(f"{name} line {reader.line_num}: {error}.") from error
