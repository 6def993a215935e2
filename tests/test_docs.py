"""The documents are true: every command, code, journal kind, setting and dependency is in them."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest

from kiosk.cli import VERBS
from sync.journal_kinds import KINDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PACKAGES = ("kiosk", "sync", "peripherals", "content", "provisioning")


def fault_codes() -> dict[str, int]:
    """Every class in the source that carries a `code = NN`, by name."""
    found: dict[str, int] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.ClassDef):
                    continue
                for line in node.body:
                    target = (
                        line.targets[0]
                        if isinstance(line, ast.Assign)
                        else line.target
                        if isinstance(line, ast.AnnAssign)
                        else None
                    )
                    value = getattr(line, "value", None)
                    if (
                        isinstance(target, ast.Name)
                        and target.id == "code"
                        and isinstance(value, ast.Constant)
                        and isinstance(value.value, int)
                    ):
                        found[node.name] = value.value
    return found


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_command_is_in_the_readme_and_has_a_module(verb: str) -> None:
    assert re.search(rf"^\| `huduma {verb}\b", README, re.MULTILINE)
    assert (ROOT / "kiosk/commands" / f"{verb}.py").exists()


def test_every_code_is_in_the_readme_and_none_is_invented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    raised = set(fault_codes().values())
    assert raised - documented == set(), "codes the README does not explain"
    assert documented - raised <= {0, 2}, "codes the README invents"


@pytest.mark.parametrize("band", ["1-2", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69"])
def test_codes_stay_in_their_band(band: str) -> None:
    homes = {
        "10-19": ("provisioning",),
        "20-29": ("peripherals",),
        "30-39": ("content",),
    }.get(band)
    low, high = (int(end) for end in band.split("-"))
    names = {name for name, code in fault_codes().items() if low <= code <= high}
    assert names, f"no fault in {band}"
    if homes is None:
        return
    for package in homes:
        text = "".join(path.read_text() for path in (ROOT / package).rglob("*.py"))
        assert any(f"class {name}" in text for name in names)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_journal_entry_is_documented(kind: str) -> None:
    assert f"`{kind}`" in (ROOT / "docs/journal.md").read_text()


def test_every_dependency_has_its_reason() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser["options"]["install_requires"].splitlines()
    for extra in ("kiosk", "national", "desk", "dev"):
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
    wrong = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            if not (page.parent / target).exists():
                wrong.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not wrong
