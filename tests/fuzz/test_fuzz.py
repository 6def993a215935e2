"""A million inputs over every parser of bytes from outside: only its own errors, in bounded time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fuzz.parsers import PARSERS

ROOT = Path(__file__).resolve().parents[2]
SLOWEST_S = 5.0
"""For one input on a loaded machine, instrumented; the slowest seen takes a twentieth of it."""


def test_every_parser_takes_its_own_seeds(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, row in PARSERS.items():
        parse, seeds = row.make()
        for seed in seeds:
            try:
                parse(seed)
            except row.own:
                continue
            except Exception as error:
                raise AssertionError(name) from error


def test_the_inputs_of_all_parsers_are_a_million() -> None:
    assert sum(row.inputs for row in PARSERS.values()) >= 1_000_000


def _fuzzed(name: str, out: Path, scratch: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", name, str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": scratch},
        capture_output=True,
        check=False,
    )


@pytest.mark.prove
@pytest.mark.parametrize("name", PARSERS)
def test_parsers_of_outside_bytes_raise_only_their_own_errors(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    out = tmp_path / "figures.json"
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # asked a million times
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory) as scratch:
        done = _fuzzed(name, out, scratch)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4_000:]
    figures = json.loads(out.read_text())
    print(f"{name}: {figures['inputs']} inputs in {figures['seconds']} s")
    assert figures["foreign"] == {}
    assert figures["inputs"] >= PARSERS[name].inputs
    assert figures["slowest_s"] < SLOWEST_S
