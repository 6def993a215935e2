"""Walks: seeded random answers to a form, chosen from what our own dump says can be asked."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from kiosk.tools.form_tryout.run import MediaFolder
from provisioning.clock import EAT, SystemClock
from provisioning.faults import Fault
from provisioning.ids import SeededIds
from tests.content.xforms.referees.compare import Nodes

_QUESTIONS = {"input", "select", "select1", "trigger", "range", "secret", "rank"}
_WORDS = ["yes", "no", "Wanjiku", "a", "1", "0", "42", "Mwangi Otieno", "x y"]


def operations(nodes: Nodes, path: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """`count` answers (and rows added or removed) that our engine takes, then a dump."""
    del nodes
    chance = random.Random(f"{path.name}/{seed}")
    media = MediaFolder(path.parent)
    try:
        form = parse_form(path.read_bytes(), media)
        session = FormSession(form, now=SystemClock().now, tz=EAT, ids=SeededIds())
    except Fault:
        return [{"op": "dump"}]
    steps: list[dict[str, Any]] = []
    repeats = [
        place for place in form.places.values() if place.repeat and place.control is not None
        and not place.control.count and not place.control.fixed and len(place.rows) == 1
    ]  # fmt: skip
    for _ in range(count):
        step = _row(repeats, session, chance) if repeats and chance.random() < 0.15 else None
        step = step or _answer(session, chance)
        if step is None:
            break
        try:
            if step["op"] == "set":
                session.set(step["path"], step["value"])
            elif step["op"] == "add":
                session.add(step["path"])
            else:
                session.remove(step["path"])
        except Fault:
            continue
        steps.append(step)
    return [*steps, {"op": "dump"}]


def _row(repeats: list[Any], session: FormSession, chance: random.Random) -> dict[str, Any] | None:
    place = chance.choice(repeats)
    rows = [n for n in session.nodes() if n.path.startswith(place.path + "[")
            and n.path.endswith("]") and n.path.count("/") == place.depth]  # fmt: skip
    if rows and chance.random() < 0.3:
        return {"op": "remove", "path": chance.choice(rows).path}
    parent = place.parent.path
    if any(n.path == parent and not n.relevant for n in session.nodes()):
        return None
    return {"op": "add", "path": place.path} if len(rows) < 6 else None


def _answer(session: FormSession, chance: random.Random) -> dict[str, Any] | None:
    asked = [
        node for node in session.nodes()
        if node.relevant and not node.readonly and node.control in _QUESTIONS
    ]  # fmt: skip
    if not asked:
        return None
    node = chance.choice(asked)
    return {"op": "set", "path": node.path, "value": _value(node, chance)}


def _value(node: Any, chance: random.Random) -> str:  # noqa: PLR0911 - one a control
    if chance.random() < 0.1:
        return ""
    if node.control == "trigger":
        return "OK"
    if node.control in {"select", "select1", "rank"}:
        values = list(dict.fromkeys(choice.value for choice in node.choices or ()))
        if not values:
            return ""
        if node.control == "select1":
            return str(chance.choice(values))
        if node.control == "rank":
            return " ".join(chance.sample(values, len(values)))
        return " ".join(value for value in values if chance.random() < 0.4)
    return _text(node.type, chance)


def _text(kind: str, chance: random.Random) -> str:  # noqa: PLR0911 - one a type
    match kind:
        case "int":
            return str(chance.choice([0, 1, 2, 3, 5, 17, 18, 19, 42, 100, -1, 2026]))
        case "decimal":
            return str(chance.choice(["0.5", "1.25", "3", "100.75", "-2.5"]))
        case "date":
            return f"{chance.randint(1950, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        case "time":
            return f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00.000+03:00"
        case "dateTime":
            return f"{chance.randint(1990, 2020)}-05-17T{chance.randint(0, 23):02}:30:00.000+03:00"
        case "geopoint":
            return "-1.2921 36.8219 1795 5"
        case "geotrace":
            return "-1.29 36.82 0 0; -1.30 36.83 0 0"
        case "geoshape":
            return "-1.29 36.82 0 0; -1.30 36.83 0 0; -1.31 36.80 0 0; -1.29 36.82 0 0"
        case _:
            return chance.choice(_WORDS)
