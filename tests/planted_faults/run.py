"""Plants faults one at a time in a copy of the project and tells which of them the tests notice.

`python -m tests.planted_faults.run OUT [--count N] [--only TEXT]` writes one JSON line a fault. The
copy is made in a temporary folder; the checkout is only read. Which test runs which line is noted
once; each fault is then tried by a forked process (pytest and the libraries already imported) that
runs the near tests of its lines, the quickest first, until one fails. An endless loop is noticed by
its time limit.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.planted_faults.faults import PlantedFault, faults_of, sample

ROOT = Path(__file__).resolve().parents[2]
SEED = "huduma"
NEAR: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("kiosk/queue/*.py", "kiosk/centre/*.py", "kiosk/centre/service/*.py"),
        ("tests/kiosk/queue", "tests/kiosk/centre", "tests/kiosk/ticketing"),
    ),
    (
        (
            "sync/journal/*.py",
            "sync/batches/batch.py",
            "sync/batches/chain.py",
            "sync/batches/claims.py",
            "sync/batches/columns.py",
            "sync/protocol/receiver.py",
            "sync/service/outbox.py",
            "sync/sealing/*.py",
        ),
        ("tests/sync",),
    ),
    (
        ("peripherals/printing/spool.py", "peripherals/printing/worker/attempts.py"),
        ("tests/peripherals/printing",),
    ),
    (
        (
            "provisioning/clock.py",
            "provisioning/time_judge.py",
            "provisioning/durable_files.py",
            "provisioning/identity/pin.py",
        ),
        ("tests/provisioning",),
    ),
    (("content/pack/install.py",), ("tests/content/pack",)),
)
"""Which modules get faults, and which tests are near to them."""

_LEFT_OUT = (
    ".git",
    ".venv",
    "out",
    "build",
    ".*_cache",
    "__pycache__",
    "*.egg-info",
    ".hypothesis",
)
_LIBRARIES = (
    "apsw", "cbor2", "cryptography.hazmat.primitives.asymmetric.ed25519", "hypothesis", "lxml.etree",
    "msgspec", "sqlite_utils", "xml.sax", "zmq", "zstandard", "PIL.Image", "serial",
)  # fmt: skip
_MEMORY_BYTES = 6 << 30
_LIMIT_S, _LIMIT_TIMES = 20.0, 6.0
_TESTS_S = 30.0
"""Seconds of near tests for one fault, as measured while the lines were noted."""
_OPTIONS = [
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "--hypothesis-seed=0",
    "-m",
    "not prove",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
]


class LineMap:
    """A pytest plugin: which lines of the watched modules each test runs, and how long it takes."""

    def __init__(self, copy: Path, watched: list[str]) -> None:
        self._names = {str(copy / name): name for name in watched}
        self._seen: set[tuple[str, int]] = set()
        self.lines: dict[str, list[tuple[str, int]]] = {}
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def _called(self, frame, _event, _argument):
        name = self._names.get(frame.f_code.co_filename)
        return None if name is None else self._line_of(name, frame)

    def _line_of(self, name, frame):
        seen = self._seen
        seen.add((name, frame.f_lineno))

        def each(frame, event, _argument):
            if event == "line":
                seen.add((name, frame.f_lineno))
            return each

        return each

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item) -> Iterator[None]:
        self._seen = set()
        started = time.monotonic()
        threading.settrace(self._called)
        sys.settrace(self._called)
        yield
        sys.settrace(None)
        threading.settrace(None)
        self.seconds[item.nodeid] = time.monotonic() - started
        self.lines[item.nodeid] = sorted(self._seen)

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


class OnlyThese:
    """A pytest plugin: these tests, in this order."""

    def __init__(self, wanted: list[str]) -> None:
        self._order = {nodeid: place for place, nodeid in enumerate(wanted)}
        self.first_failure = ""

    def pytest_collection_modifyitems(self, items) -> None:
        kept = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(kept, key=lambda item: self._order[item.nodeid])

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed and not self.first_failure:
            self.first_failure = report.nodeid


class Copy:
    """The project in a folder of its own, where faults are planted and tests are run."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
        (self.root / ".venv").symlink_to(ROOT / ".venv")
        self._scratch = folder / "scratch"

    def modules(self, patterns: tuple[str, ...]) -> list[str]:
        found = (path for pattern in patterns for path in sorted(self.root.glob(pattern)))
        return [path.relative_to(self.root).as_posix() for path in found if path.stat().st_size]

    def pytest(self, arguments: list[str], plugin, answer, limit_s: float) -> dict | None:
        """What `answer(exit code)` tells in a forked process; None when its time was up."""
        self._scratch.mkdir(exist_ok=True)
        told = self._scratch / "told.json"
        child = os.fork()
        if child == 0:
            try:
                self._in_child(arguments, plugin, answer, told)
            except BaseException:  # noqa: BLE001 - nothing may leave a forked process
                (self.root / "trouble").write_text(traceback.format_exc())
            finally:
                os._exit(0)
        deadline = time.monotonic() + limit_s
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                break
            time.sleep(0.01)
        with suppress(ProcessLookupError):  # what the tests left running
            os.killpg(child, signal.SIGKILL)
        try:
            return json.loads(told.read_text())
        except (OSError, ValueError):
            return None
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _in_child(self, arguments, plugin, answer, told: Path) -> None:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        os.chdir(self.root)
        os.environ["PYTHONPATH"] = str(self.root)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(self._scratch / "hypothesis")
        sys.path[:] = [str(self.root), *(each for each in sys.path if each not in ("", str(ROOT)))]
        for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
            del sys.modules[name]
        silent = os.open(self.root / "output", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        base = f"--basetemp={self._scratch / 'tmp'}"
        code = pytest.main([*_OPTIONS, base, *arguments], plugins=[plugin])
        told.write_text(json.dumps(answer(int(code))))

    def map_lines(self, watched: list[str], tests: tuple[str, ...]) -> dict:
        plugin = LineMap(self.root, watched)

        def answer(code: int) -> dict:
            return {
                "code": code,
                "lines": plugin.lines,
                "seconds": plugin.seconds,
                "failed": plugin.failed,
            }

        found = self.pytest([*tests, "--maxfail=1000"], plugin, answer, limit_s=1800)
        assert found is not None, (self.root / "output").read_text()[-3000:] + (
            self.root / "trouble"
        ).read_text()
        return found

    def try_fault(self, fault: PlantedFault, tests: list[str], seconds: float) -> dict:
        path = self.root / fault.module
        original, stamp = path.read_bytes(), path.stat()
        plugin = OnlyThese(tests)
        path.write_bytes(fault.planted(original))
        # Compiled code is looked up by time and size: neither may be that of the module itself.
        os.utime(path, ns=(stamp.st_atime_ns, time.time_ns()))
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
            compiled.unlink()
        try:
            files = sorted({nodeid.split("::")[0] for nodeid in tests})
            return self.pytest(
                files,
                plugin,
                lambda code: {"code": code, "by": plugin.first_failure},
                _LIMIT_S + _LIMIT_TIMES * seconds,
            ) or {"code": -1, "by": "time limit"}
        finally:
            path.write_bytes(original)
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
                compiled.unlink()


class Covering:
    """The near tests that run a line, the quickest first."""

    def __init__(self, found: dict) -> None:
        self.seconds: dict[str, float] = found["seconds"]
        self.failed = set(found["failed"])
        self._by_line: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._by_module: dict[str, set[str]] = defaultdict(set)
        for nodeid in sorted(self.seconds, key=self.seconds.__getitem__):
            for module, line in found["lines"][nodeid] if nodeid not in self.failed else ():
                self._by_line[module, line].append(nodeid)
                self._by_module[module].add(nodeid)

    def tests(self, fault: PlantedFault) -> list[str]:
        lines = [*range(fault.line, fault.last_line + 1), *fault.uses]
        found = {nodeid for line in lines for nodeid in self._by_line[fault.module, line]}
        if not found and fault.at_import:  # read when the module is imported, before any test
            found = self._by_module[fault.module]
        within, room = [], _TESTS_S
        for nodeid in sorted(found, key=self.seconds.__getitem__):
            room -= self.seconds[nodeid]
            if room < 0 and within:
                break
            within.append(nodeid)
        return within


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--only", default="", help="faults whose key matches this")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--keys", type=Path, help="a file with the keys to try, one a line")
    asked = parser.parse_args()
    for name in _LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    keys = asked.keys.read_text().splitlines() if asked.keys else None

    def wanted(key: str) -> bool:
        return bool(re.search(asked.only, key)) and (keys is None or key in keys)

    with tempfile.TemporaryDirectory(prefix="planted-") as folder, asked.out.open("w") as out:
        copy = Copy(Path(folder))
        chosen = [each for each in chosen_in(copy, asked.seed, asked.count) if wanted(each.key)]
        for line in results(copy, chosen):
            out.write(json.dumps(line) + "\n")
            out.flush()


def chosen_in(copy: Copy, seed: str, count: int) -> list[PlantedFault]:
    """The seeded sample of all faults of the watched modules."""
    modules = [module for patterns, _ in NEAR for module in copy.modules(patterns)]
    every = [
        fault for module in modules for fault in faults_of(module, (copy.root / module).read_text())
    ]
    return sample(every, seed, count)


def results(copy: Copy, chosen: list[PlantedFault]) -> Iterator[dict]:
    groups = [(copy.modules(patterns), tests) for patterns, tests in NEAR]
    for modules, tests in groups:
        wanted = [fault for fault in chosen if fault.module in modules]
        if not wanted:
            continue
        covering = Covering(copy.map_lines(modules, tests))
        for nodeid in covering.failed:
            yield {"failed without a fault": nodeid}
        for fault in wanted:
            yield {"key": fault.key, "line": fault.line, "new": fault.new} | _tried(
                copy, fault, covering
            )


def _tried(copy: Copy, fault: PlantedFault, covering: Covering) -> dict:
    tests = covering.tests(fault)
    started = time.monotonic()
    seconds = sum(covering.seconds[each] for each in tests)
    told = copy.try_fault(fault, tests, seconds) if tests else {"code": 0, "by": "no test runs it"}
    return {
        "noticed": told["code"] not in (0, 5),
        "tests": len(tests),
        "seconds": round(time.monotonic() - started, 2),
        **told,
    }


if __name__ == "__main__":
    main()
