"""Selection functions: choices are space-separated values (ODK XForms spec, select section)."""

from __future__ import annotations

import math

from content.xforms.xpath.signature import Function
from content.xforms.xpath.values import Context


def _selected(_: Context, chosen: str, value: str) -> bool:
    value = value.strip()
    return value in chosen.split() if value else not chosen.strip()


def _selected_at(_: Context, chosen: str, at: float) -> str:
    values = chosen.split()
    return values[int(at)] if math.isfinite(at) and 0 <= at < len(values) else ""


def _choice_name(c: Context, value: str, path: str) -> str:
    return c.evaluation.choice_label(value, path.strip(), c.node)


def _pulldata(c: Context, name: str, wanted: str, column: str, value: str) -> str:
    for row in c.evaluation.rows(name, ("root", "item"), column, value):
        cells = row.by_name.get(wanted)
        return cells[0].text() if cells else ""
    return ""


TABLE = {
    "selected": Function("boolean", "ss", _selected),
    "is-selected": Function("boolean", "ss", _selected),
    "selected-at": Function("text", "sn", _selected_at),
    "count-selected": Function("number", "s", lambda _, chosen: float(len(chosen.split()))),
    "jr:choice-name": Function("text", "ss", _choice_name),
    "choice-name": Function("text", "ss", _choice_name),
    "pulldata": Function("text", "ssss", _pulldata),
}
