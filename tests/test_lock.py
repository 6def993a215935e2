"""The lock: what setup.cfg wants is what requirements.txt pins, and every file has its hash."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-build.txt")


def pinned(page: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / page).read_text(), re.MULTILINE)
    return dict(found)


def wanted() -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser.get("options", "install_requires").splitlines()
    for _, extra in parser.items("options.extras_require", raw=True):
        lines += extra.splitlines()
    found = [re.match(r"([\w.-]+)(?:\[\w+\])?==([^\s;]+)(?:;.*)?$", line.strip()) for line in lines]
    return {name.lower(): version for name, version in (m.groups() for m in found if m)}


def test_the_lock_is_that_of_setup_cfg() -> None:
    lock = pinned("requirements.txt")
    other = {name: (version, lock.get(name)) for name, version in wanted().items()}
    other = {name: pair for name, pair in other.items() if pair[0] != pair[1]}
    assert not other, f"wanted and locked differ, run `make lock`: {other}"


@pytest.mark.parametrize("page", LOCKS)
def test_every_package_is_pinned_with_hashes(page: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / page).read_text())
    packages = [block for block in blocks if not block.startswith("#")]
    assert packages
    assert not [b.split()[0] for b in packages if not re.match(r"[a-z0-9-]+==\S+( ;|\s\\)", b)]
    assert not [b.split()[0] for b in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", b)]


def test_what_builds_is_what_is_installed() -> None:
    everything = pinned("requirements.txt")
    assert all(everything[name] == version for name, version in pinned(LOCKS[1]).items())
