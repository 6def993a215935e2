"""The rows of the review: a name for every question of the form, for screen and action alike."""

from __future__ import annotations

from kiosk.filling.filling import Filling


def review_names(filling: Filling) -> list[tuple[str, str]]:
    """(NAME of `change.NAME`, path) of every question; rows of a repeat are numbered."""
    found: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for path in filling.record.asked():
        name = path.rpartition("/")[2]
        seen[name] = seen.get(name, 0) + 1
        count = seen[name]
        found.append((name if count == 1 else f"{name}.{count}", path))
    return found
