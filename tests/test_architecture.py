"""The house rules that a machine can check: who may import what, budgets, banned names."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.import_circles import circles, folder_graph, module_graph

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("kiosk", "sync", "peripherals", "content", "provisioning")
FUNCTION_LINES, FUNCTION_LINES_HARD, KV_LINES = 40, 70, 120
LONG_FUNCTIONS_SHARE = 0.03
FOLDER_MODULES = 12
TABLES_OF_LOOKALIKES = {
    "kiosk/cli",
    "peripherals/devices",
    "peripherals/drivers",
    "peripherals/simulators",
}

# What may be imported where. A module prefix, and the only files or folders that may import it.
CONFINED = {
    "kivy": ("kiosk/ui/", "kiosk/cli/ui.py", "kiosk/cli/pictures.py"),
    "zmq": ("sync/transports/",),
    "sqlite3": (),
    # Files for people; never the live store.
    "sqlite_utils": (
        "content/authoring/catalogue_file.py",
        "sync/agency/table_export.py",
        "sync/journal/export.py",
    ),
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
    # A centre without --http loads none of it.
    "starlette": (
        "kiosk/centre/api/app.py",
        "kiosk/centre/api/serving.py",
        "kiosk/centre/web/",
        "kiosk/fleet/fleet_server.py",
    ),
    "jinja2": ("kiosk/centre/web/rendering.py", "kiosk/fleet/fleet_page.py"),
    "markupsafe": ("kiosk/centre/web/rendering.py",),
    "uvicorn": ("kiosk/centre/api/serving.py", "kiosk/fleet/fleet_server.py"),
    "asyncio": ("kiosk/centre/api/", "kiosk/centre/web/", "kiosk/simulation/site/tcp_proxy.py"),
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


@pytest.mark.parametrize(
    ("package", "where"),
    [
        ("kivy", "kiosk/ui/"),
        ("sqlite_utils", ""),
        ("zmq", "sync/transports/"),
        ("cryptography", "provisioning/"),
        ("serial", "peripherals/drivers/"),
        ("escpos", "peripherals/printing/escpos/"),
    ],
)
def test_the_packages_the_customer_named_do_the_work(package: str, where: str) -> None:
    users = [
        name_of(path)
        for path in sources(*PACKAGES)
        if package in {name.split(".")[0] for _, name in imported(ast.parse(path.read_text()))}
    ]
    assert [name for name in users if name.startswith(where)]


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


def test_nothing_imports_in_a_circle() -> None:
    graph, folders = module_graph(ROOT, PACKAGES)
    assert circles(graph) == []
    assert circles(folder_graph(graph, folders)) == []


def test_a_circle_would_be_found() -> None:
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set(), "e": {"a"}}
    assert circles(graph) == [["a", "b", "c"]]
    assert circles({"x.one": {"y.two"}, "y.two": set(), "y.three": {"x.one"}}) == []
    assert circles(
        folder_graph(
            {"x.one": {"y.two"}, "y.two": set(), "y.three": {"x.one"}},
            {"x.one": "x", "y.two": "y", "y.three": "y"},
        )
    ) == [["x", "y"]]


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


def glossary_rows(section: str) -> list[str]:
    """The first cells of a glossary table, in lower case."""
    text = (ROOT / "docs/glossary.md").read_text().split(f"## {section}\n", 1)[1]
    rows = re.findall(r"^\| ([^|]+) \|", text.split("\n## ", 1)[0], re.MULTILINE)
    return [row.lower() for row in rows[1:]]


def glossary_words() -> set[str]:
    """Every word a file name may be made of."""
    cells = glossary_rows("Terms")
    plain = (ROOT / "docs/glossary.md").read_text().split("## Plain words of file names\n", 1)[1]
    return set(re.findall(r"[a-z0-9]+", " ".join([*cells, plain.split("\n## ", 1)[0]])))


def words_we_no_longer_use() -> set[str]:
    text = (ROOT / "docs/glossary.md").read_text().split("## Words we no longer use\n", 1)[1]
    pairs = text.split("(not → but).", 1)[1].partition(".\n\n")[2].split(";")
    return {word.strip() for pair in pairs for word in pair.split("→")[0].split(",")}


def classes() -> Iterator[tuple[str, str]]:
    """(name, place) of every class of the product."""
    for path in sources(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield node.name, f"{name_of(path)}:{node.lineno}"


def test_file_names_are_made_of_words_of_the_glossary() -> None:
    known = glossary_words()
    unknown = {
        (word, name_of(path))
        for path in sources(*PACKAGES)
        for part in path.relative_to(ROOT).with_suffix("").parts
        for word in part.strip("_").split("_")
        if not {word, word.removesuffix("s"), word.removesuffix("es")} & known
        and path.name != "__init__.py"
    }
    assert not unknown, f"explain them in docs/glossary.md: {sorted(unknown)}"


def test_a_public_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = {}
    for name, place in classes():
        if not name.startswith("_"):
            places.setdefault(name, []).append(place)
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_words_we_no_longer_use_name_no_class_and_no_file() -> None:
    banned = words_we_no_longer_use()
    wrong = [
        f"{place} {name}"
        for name, place in classes()
        if {part.lower() for part in re.findall(r"[A-Z][a-z0-9]*", name)} & banned
    ]
    wrong += [name_of(path) for path in sources(*PACKAGES) if set(path.stem.split("_")) & banned]
    assert not wrong, "\n".join(wrong)


def test_the_glossary_is_in_alphabetical_order() -> None:
    rows = glossary_rows("Terms")
    assert rows == sorted(rows)
