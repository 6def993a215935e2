"""The documents are true: every command, code, journal kind, setting and dependency is in them."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from docs.tables import TABLES, faults, render
from kiosk.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PACKAGES = ("provisioning", "sync", "content", "peripherals", "kiosk")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_command_is_documented_and_has_a_module(verb: str) -> None:
    page = (ROOT / "docs/commands.md").read_text()
    assert re.search(rf"^\| `huduma {verb}\b", page, re.MULTILINE)
    assert (ROOT / "kiosk/cli" / f"{verb}.py").exists()


@pytest.mark.parametrize("page", sorted({page for page, _ in TABLES.values()}))
def test_the_tables_are_what_the_code_says(page: str) -> None:
    text = (ROOT / page).read_text()
    assert text == render(page, text), "run `make docs`"


def test_the_readme_is_one_page_and_names_every_folder() -> None:
    assert len(README.splitlines()) <= 150
    named = set(re.findall(r"^\| [*`]+([a-z0-9_/]+)/`", README, re.MULTILINE))
    there = {
        folder.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for folder in [ROOT / package, *(ROOT / package).iterdir()]
        if any(path.is_file() and path.suffix != ".pyc" for path in folder.rglob("*"))
    }
    assert named == there


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs/README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert not {page for page in pages if f"]({page})" not in index}


def test_the_walk_of_a_form_goes_through_what_is_there() -> None:
    page = (ROOT / "docs/adding.md").read_text()
    hops = re.findall(
        r"^\| (\d+) \| `([\w/.]+\.py)` \| `(\w+)(?:\.(\w+))?` \|$", page, re.MULTILINE
    )
    assert [int(number) for number, *_ in hops] == list(range(1, len(hops) + 1))
    assert 10 < len(hops) <= 20
    for _, path, owner, method in hops:
        text = (ROOT / path).read_text()
        assert re.search(rf"^(class|def) {owner}\b", text, re.MULTILINE), (path, owner)
        assert not method or re.search(rf"^    def {method}\b", text, re.MULTILINE), (path, method)


def test_a_code_means_one_thing() -> None:
    by_code: dict[int, set[str]] = {}
    for code, name, _ in faults():
        by_code.setdefault(code, set()).add(name)
    assert {c: names for c, names in by_code.items() if len(names) > 1 and c not in {1, 2}} == {}


BANDS = {
    "provisioning": (10, 20),
    "peripherals": (20, 30),
    "content": (30, 40),
    "sync": (40, 50),
    "kiosk": (50, 70),
}
FORM_ENGINE = set(range(60, 68))  # content/xforms
ENROLMENT = set(range(71, 80))  # provisioning/enrolment; the courier's stick
ELSEWHERE = {1, 2, 3, 68, 69, 70} | FORM_ENGINE | ENROLMENT  # usage; export, encryption; a quota


def test_codes_stay_in_their_band() -> None:
    wrong = [
        (code, name)
        for package, (low, high) in BANDS.items()
        for code, name, _ in faults(package)
        if not low <= code < high and code not in ELSEWHERE
    ]
    assert not wrong


def test_every_dependency_has_its_reason() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser["options"]["install_requires"].splitlines()
    for extra in ("kiosk", "centre", "national", "workbench", "desk", "dev"):
        lines += parser.get("options.extras_require", extra, raw=True).splitlines()
    names = {re.split(r"[=<>\[;]", line.strip())[0] for line in lines if line.strip()}
    reasons = (ROOT / "docs/dependencies.md").read_text()
    silent = [
        n for n in sorted(names) if "%(" not in n and not re.search(rf"\b{re.escape(n)}\b", reasons)
    ]
    assert not silent
    pins = [
        line.strip() for line in lines if line.strip() and "%(" not in line and "==" not in line
    ]
    assert not pins, f"not pinned: {pins}"


def test_every_decision_is_numbered_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/adr").glob("*.md"))]
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_every_link_in_the_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    wrong = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not wrong


def test_every_test_a_document_names_exists() -> None:
    everything = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    wrong = [
        f"{page.name}: {name}"
        for page in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"`(test_\w+)`", page.read_text())
        if f"def {name}(" not in everything
    ]
    assert not wrong
