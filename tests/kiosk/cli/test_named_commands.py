"""Every command that a sentence of the code or the documents names is there, with its options.

A remedy that names a command nobody can run helps nobody: each `huduma VERB ACT --option` found in
a text is run with --help, and its options must be among those that the help lists.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.cli.main import VERBS, main

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("kiosk", "sync", "content", "peripherals", "provisioning")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs", "content/default", "sync")
NAMED = re.compile(r"\bhuduma ([a-z]+)(?: ([a-z][a-z-]*))?([^`;\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
NO_COMMANDS = frozenset(
    {
        "baada",
        "ikiisha",
        "inavyosema",
        "isiyo",
        "yake",
        "inapoanza",
        "hii",
        "hiyo",
        "na",
        "ya",
        "za",
        "zote",
        "kwa",
        "user",
        "at",
        "capsule",
        "chain",
        "next",
        "printer",
        "record",
        "request",
        "ticket",
    }
)
"""Words after "huduma" in Kiswahili sentences, where it is a service, in the labels of keys and in
names."""

SENTENCES_OF_THE_PACK = frozenset({"docs/guides/counter.md", "docs/guides/supervisor.md"})
"""Half Kiswahili, where huduma is any service; they name no command."""


def strings_of(path: Path) -> Iterator[str]:
    """Every text in a module; what is filled in later reads as X."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = node.values
            yield "".join(p.value if isinstance(p, ast.Constant) else "X" for p in parts)  # type: ignore[misc]


def texts() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for text in strings_of(path):
                yield path.relative_to(ROOT).as_posix(), text
    for place in DOCUMENTS:
        start = ROOT / place
        for path in [start] if start.is_file() else sorted(start.rglob("*.md")):
            name = path.relative_to(ROOT).as_posix()
            if name not in SENTENCES_OF_THE_PACK:
                yield name, path.read_text("utf-8")


@functools.cache
def help_of(*words: str) -> str:
    """What `huduma WORDS --help` prints; "" where there is no such command."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        try:
            status: object = main([*words, "--help"])
        except SystemExit as ended:
            status = ended.code
    return said.getvalue() if status in {0, None} else ""


def has_acts(*words: str) -> bool:
    """Whether these words have sub-verbs, so that not every word may follow them."""
    return not help_of(*words, "no-such-act")


def is_act(*words: str) -> bool:
    """Whether the last word is a sub-verb of those before it."""
    return has_acts(*words[:-1]) and bool(help_of(*words))


def wrong(text: str) -> Iterator[str]:
    """The commands in `text` that cannot be run as they stand there."""
    for verb, act, rest in NAMED.findall(text):
        if verb in NO_COMMANDS:
            continue
        if verb not in VERBS:
            yield f"huduma {verb}"
            continue
        words = [verb, act] if act and is_act(verb, act) else [verb]
        kind = rest.split(" ")[1:2]
        if len(words) == 2 and kind and is_act(*words, *kind):
            words += kind
        options = OPTION.findall(rest.split("huduma ")[0])
        if act and has_acts(verb) and len(words) == 1 and options:
            yield f"huduma {verb} {act}"
        for option in options:
            if option not in help_of(*words):
                yield f"huduma {' '.join(words)} {option}"


def test_every_command_named_anywhere_is_there():
    found = {(where, command) for where, text in texts() for command in wrong(text)}
    assert not found


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_its_help(verb):
    assert help_of(verb)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mend it: huduma mend --site X", ["huduma mend"]),
        ("run `huduma journal heal --site X`", ["huduma journal heal", "huduma journal --site"]),
        ("run `huduma doctor --cure`", ["huduma doctor --cure"]),
        ("huduma queue call --counter 1 --loud", ["huduma queue call --loud"]),
        ("huduma doctor --site X --node Y", []),
        ("Kila huduma hii ina ada", []),
        ("huduma journal verify names the entry", []),
    ],
)
def test_what_is_wrong_is_seen(text, told):
    assert list(wrong(text)) == told
