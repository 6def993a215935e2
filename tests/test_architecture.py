"""The house rules that a machine can check: who may import what, budgets, banned names."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("kiosk", "sync", "peripherals", "content", "provisioning")
FUNCTION_LINES, FUNCTION_LINES_HARD, KV_LINES = 40, 70, 120
LONG_FUNCTIONS_SHARE = 0.03
FOLDER_MODULES = 12
TABLES_OF_LOOKALIKES = {
    "kiosk/cli",
    "kiosk/ui/answers",
    "peripherals/devices",
    "peripherals/drivers",
    "peripherals/simulators",
}

# What may be imported where. A module prefix, and the only files or folders that may import it.
CONFINED = {
    "kivy": ("kiosk/ui/", "kiosk/cli/ui.py", "kiosk/cli/pictures.py"),
    "zmq": ("sync/transports/",),
    "sqlite3": (),
    "pysqlite3": (),
    "apsw": ("sync/store/database.py",),
    "serial": ("peripherals/drivers/",),
    "usb": ("peripherals/drivers/",),
    "evdev": ("peripherals/drivers/",),
    "pyudev": ("peripherals/drivers/",),
    "gpiozero": ("peripherals/drivers/",),
    "smartcard": ("peripherals/drivers/",),
    "random": ("provisioning/ids.py",),
    "secrets": ("provisioning/ids.py",),
    "threading": (
        "peripherals/service/thread_supervisor.py",
        "kiosk/ui/window/bridge.py",
        "sync/transports/",
    ),
    "lxml": ("provisioning/xml_reader.py",),
    "pickle": (),
    "unittest": (),
    "cbor2": ("provisioning/cbor.py",),
    "elementpath": (),
}

# Calls that read the machine's clock, randomness or ids, and the files that own them.
OWNED_CALLS = {
    r"\btime\.time\(": ("provisioning/clock.py",),
    r"\bdatetime\.now\(": ("provisioning/clock.py",),
    r"\bdatetime\.utcnow\(": (),
    r"\bdate\.today\(": (),
    r"(?<!_ids\.)(?<!\bids\.)\buuid4\(\)": ("provisioning/ids.py",),
    r"\bos\.urandom\(": ("provisioning/ids.py", "provisioning/identity/keys.py"),
    r"get_running_app": (),
}

BANNED_WORDS = {"manager", "handler", "helper", "helpers", "utils", "util", "common", "misc"}
BANNED_CLASS_PARTS = ("Manager", "Handler", "Helper", "Utils")


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def allowed(name: str, places: tuple[str, ...]) -> bool:
    return any(
        name == place or (place.endswith("/") and name.startswith(place)) for place in places
    )


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.lineno, node.module or ""


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--config", ROOT / "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_each_library_is_imported_only_where_it_lives() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        name = name_of(path)
        for line, module in imported(ast.parse(path.read_text())):
            places = CONFINED.get(module.split(".")[0])
            if places is not None and not allowed(name, places):
                wrong.append(f"{name}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_nobody_but_the_owner_asks_for_time_randomness_or_the_running_app() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        name = name_of(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("#")[0]
            wrong += [
                f"{name}:{number} {line.strip()}"
                for pattern, places in OWNED_CALLS.items()
                if re.search(pattern, code) and not allowed(name, places)
            ]
    assert not wrong, "\n".join(wrong)


def test_nothing_but_the_tests_imports_the_tests() -> None:
    wrong = [
        name_of(path)
        for path in sources(*PACKAGES)
        for _, module in imported(ast.parse(path.read_text()))
        if module.split(".")[0] == "tests"
    ]
    assert not wrong


def test_functions_and_kv_files_keep_their_budgets() -> None:
    wrong, functions, long = [], 0, []
    for path in sources(*PACKAGES):
        name = name_of(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                functions += 1
                if size > FUNCTION_LINES:
                    long.append(f"{name}:{node.lineno} {node.name}: {size} lines")
                if size > FUNCTION_LINES_HARD:
                    wrong.append(f"{name}:{node.lineno} {node.name}: {size} lines")
    wrong += [
        f"{name_of(path)}: {path.read_text().count(chr(10))} lines"
        for path in ROOT.glob("kiosk/**/*.kv")
        if path.read_text().count("\n") > KV_LINES
    ]
    assert not wrong, "\n".join(wrong)
    assert len(long) <= functions * LONG_FUNCTIONS_SHARE, "\n".join(long)


def test_a_folder_holds_at_most_twelve_modules() -> None:
    found = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in sources(*PACKAGES)
        if path.name != "__init__.py"
    )
    crowded = {
        folder: modules
        for folder, modules in found.items()
        if modules > FOLDER_MODULES and folder not in TABLES_OF_LOOKALIKES
    }
    assert not crowded


def test_names_are_nouns_of_the_service() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        if set(path.stem.split("_")) & BANNED_WORDS:
            wrong.append(name_of(path))
        wrong += [
            f"{name_of(path)}:{node.lineno} {node.name}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ClassDef) and any(w in node.name for w in BANNED_CLASS_PARTS)
        ]
    assert not wrong, "\n".join(wrong)


def test_every_module_opens_with_its_contract() -> None:
    wrong = [
        name_of(path)
        for path in sources(*PACKAGES)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_screen_is_handed_its_folders() -> None:
    wrong = [
        name_of(path)
        for path in sources("kiosk/ui")
        if re.search(r"content/default|[\"']default[\"']", path.read_text())
    ]
    assert not wrong, wrong


def test_screens_read_the_view_and_send_events_only() -> None:
    wrong = []
    for path in ROOT.glob("kiosk/ui/**/*.kv"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\bapp\.", line.split("#")[0]):
                wrong.append(f"{name_of(path)}:{number} {line.strip()}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later_in_the_code(word: str) -> None:
    wrong = [name_of(path) for path in sources(*PACKAGES) if word in path.read_text()]
    assert not wrong, f"{word} in {wrong}"
