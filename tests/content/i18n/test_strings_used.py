"""Every text the screens ask for by name is in the pack, with the values they give."""

from __future__ import annotations

import ast
import csv
import functools
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from content.authoring.build import DEFAULT_SOURCES
from content.i18n.strings import placeholders

ROOT = Path(__file__).resolve().parents[3]
REVIEWED = list(csv.DictReader(io.StringIO((DEFAULT_SOURCES / "strings.csv").read_text("utf-8"))))
TABLE = {row["key"]: row["en"] for row in REVIEWED}
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


def patterns() -> Iterator[re.Pattern[str]]:
    """The keys that are put together in code: `f"home.{name}"` asks for every key that fits."""
    for folder in ("kiosk", "content", "peripherals"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (
                        re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+"
                        for each in node.values
                    )
                    pattern = "".join(parts)
                    if re.match(r"[a-z_]+\\\.", pattern) and " " not in pattern:
                        yield re.compile(pattern)
                elif isinstance(node, ast.Constant) and "." in str(node.value):
                    yield re.compile(re.escape(str(node.value)))


def page_patterns() -> Iterator[re.Pattern[str]]:
    """The same of the centre's page templates: `say('web.state_' + state)`."""
    for path in sorted((ROOT / "kiosk/centre/web/templates").glob("*.html")):
        for key, goes_on in re.findall(r"'([a-z_]+\.[\w.]*)'( \+)?", path.read_text("utf-8")):
            yield re.compile(re.escape(key) + (".+" if goes_on else ""))


def unused(table: Iterable[str]) -> list[str]:
    asked_for = {*patterns(), *page_patterns()}
    return [key for key in table if not any(each.fullmatch(key) for each in asked_for)]


def test_no_text_waits_for_a_feature_that_is_not_there():
    assert unused(TABLE) == []
    assert unused(["home.find", "lower_buttons", "search.found"]) == [
        "lower_buttons",
        "search.found",
    ]


def test_every_text_says_how_it_was_reviewed():
    """`corrected` after a reader's correction, `likely` where the reader was fairly sure, `ask`
    where a Kenyan should be asked; empty as first written.
    """
    found = {row["key"]: row["review"] for row in REVIEWED}
    assert set(found.values()) <= {"", "corrected", "likely", "ask"}
    assert found["service.who"] == "corrected"
