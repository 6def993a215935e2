"""Every text the screens ask for by name is in the pack, with the values they give."""

from __future__ import annotations

import ast
import csv
import functools
import io
from collections.abc import Iterator
from pathlib import Path

from content.authoring.build import DEFAULT_SOURCES
from content.i18n.strings import placeholders

ROOT = Path(__file__).resolve().parents[3]
TABLE = {
    row["key"]: row["en"]
    for row in csv.DictReader(io.StringIO((DEFAULT_SOURCES / "strings.csv").read_text("utf-8")))
}
ASKING = {"say", "text", "tongue"}


@functools.cache
def asked() -> list[tuple[str, int, str, frozenset[str] | None]]:
    return list(literal_keys())


def literal_keys() -> Iterator[tuple[str, int, str, frozenset[str] | None]]:
    """(file, line, key, names of values or None where they cannot be told) of literal keys."""
    for path in sorted((ROOT / "kiosk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            name = function.id if isinstance(function, ast.Name) else name
            first = node.args[0]
            if name not in ASKING or not isinstance(first, ast.Constant):
                continue
            key = first.value
            if not isinstance(key, str) or "." not in key or " " in key:
                continue
            names = {keyword.arg for keyword in node.keywords}
            values = None if None in names else frozenset(name for name in names if name)
            yield path.relative_to(ROOT).as_posix(), node.lineno, key, values


def test_there_is_something_to_check():
    assert len(asked()) > 20


def test_every_key_asked_for_is_in_the_pack():
    missing = [(file, line, key) for file, line, key, _ in asked() if key not in TABLE]
    assert not missing


def test_every_placeholder_of_an_asked_text_is_given():
    wrong = [
        (file, line, key, sorted(placeholders(TABLE[key]) - values))
        for file, line, key, values in asked()
        if key in TABLE and values is not None and placeholders(TABLE[key]) - values
    ]
    assert not wrong
