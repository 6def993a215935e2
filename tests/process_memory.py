"""What stands in the memory of running processes, for tests of what a visit leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PREFIX = "Zubqa"
"""Every marker begins with it, and nothing else does."""
MARKERS = tuple(f"{PREFIX}{number:02}{'klmnoprstu'[number % 10]}wex" for number in range(40))
_ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le")
_CHUNK = 1 << 24
_KERNELS = {"[vvar]", "[vdso]", "[vsyscall]"}


def family(pid: int) -> list[int]:
    """A process and everybody under it."""
    found = [pid]
    for each in found:
        for tasks in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in tasks.read_text().split()]
    return found


def markers_in(pids: Iterable[int]) -> Counter[str]:
    """How often each marker stands in the memory of the processes; skips the test when this
    account may not look.
    """
    pattern = re.compile(b"|".join(re.escape(PREFIX.encode(each)) for each in _ENCODINGS))
    found: Counter[str] = Counter()
    for pid in pids:
        for part in _memory(pid):
            for hit in pattern.finditer(part):
                found[_marker(part[hit.start() : hit.start() + 64])] += 1
    return found


def _marker(raw: bytes) -> str:
    """The marker that begins here; a piece of one counts as well."""
    texts = [raw.decode(each, "replace") for each in _ENCODINGS]
    whole = [marker for marker in MARKERS if any(text.startswith(marker) for text in texts)]
    return whole[0] if whole else PREFIX


def _memory(pid: int) -> Iterator[bytes]:
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
            for line in maps:
                words = line.split()
                if "r" not in words[1] or "w" not in words[1] or words[-1] in _KERNELS:
                    continue
                start, end = (int(each, 16) for each in words[0].split("-"))
                yield from _region(memory, start, end)
    except PermissionError:
        pytest.skip("only root reads the memory of another process")
    except (FileNotFoundError, ProcessLookupError):
        return  # it has ended


def _region(memory, start: int, end: int) -> Iterator[bytes]:
    at = start
    while at < end:
        try:
            memory.seek(at)
            part = memory.read(min(_CHUNK, end - at))
        except (OSError, ValueError, OverflowError):
            return
        if not part:
            return
        yield part
        at += len(part) - 128 if at + len(part) < end else len(part)
