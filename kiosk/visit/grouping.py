"""Grouping: which questions of a field-list stand on one page together. Pure.

Nothing is ever scrolled, so a page takes what fits: fields to type in over the keyboard, two a
line, and one line for every other question, which shows its answer and opens at a touch. What
needs the whole screen (a signature, a photo) stands alone. The order is always the author's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiosk.visit.looks import Look

FIELDS_MAX = 4
LINES_MAX = 4
"""Lines on a page without a field, and so without a keyboard."""
LINES_UNDER_FIELDS_MAX = 1

_ALONE = frozenset({"sign", "draw", "photo", "audio", "attach", "multiline", "scan", "place"})
TYPED = frozenset({"text", "number", "decimal", "phone", "identity"})


def chunks(asked: Iterable[tuple[str, Look]]) -> Iterator[tuple[str, ...]]:
    """The questions (path, look) page by page."""
    page: list[str] = []
    fields = lines = 0
    for path, look in asked:
        alone = look.name in _ALONE
        field = look.name in TYPED
        if page and (alone or not _fits(fields + field, lines + (not field))):
            yield tuple(page)
            page, fields, lines = [], 0, 0
        page.append(path)
        fields, lines = fields + field, lines + (not field)
        if alone:
            yield tuple(page)
            page, fields, lines = [], 0, 0
    if page:
        yield tuple(page)


def _fits(fields: int, lines: int) -> bool:
    if not fields:
        return lines <= LINES_MAX
    rows = -(-fields // 2)
    return fields <= FIELDS_MAX and rows + lines <= 2 and lines <= LINES_UNDER_FIELDS_MAX
