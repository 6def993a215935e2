"""Page layout: which questions of a field-list share a page. Pure.

Nothing is ever scrolled, so a page takes what fits: a line for every question, which shows its
answer and opens at a touch; two fields over the keyboard while something is typed. What needs the
whole screen (a signature, a photo) has a page of its own. The order is always the author's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiosk.filling.question_widgets import QuestionWidget

LINES_MAX = 6
FIELDS_MAX = 2
"""Fields that fit over the keyboard."""

_ALONE = frozenset({"sign", "draw", "photo", "audio", "attach", "multiline", "scan", "place"})
TYPED = frozenset({"text", "number", "decimal", "phone", "identity"})


def chunks(asked: Iterable[tuple[str, QuestionWidget]]) -> Iterator[tuple[str, ...]]:
    """The questions (path, look) page by page."""
    page: list[str] = []
    for path, look in asked:
        alone = look.name in _ALONE
        if page and (alone or len(page) == LINES_MAX):
            yield tuple(page)
            page = []
        page.append(path)
        if alone:
            yield tuple(page)
            page = []
    if page:
        yield tuple(page)
