"""Store errors: SQLite's result codes as faults with a remedy.

The numbers are SQLite's primary result codes (https://sqlite.org/rescode.html), a stable part of
its file-independent interface; knowing them here keeps SQLite itself in `store`.
"""

from __future__ import annotations

from pathlib import Path

from provisioning.faults import Fault


class StoreFault(Fault):
    """The node's database cannot be opened, read or written."""

    code = 42


class DiskFull(StoreFault):
    """There is no room for another page; nothing of the transaction was kept."""


class StoreBusy(StoreFault):
    """Another process held the database for longer than the busy timeout."""


class StoreDamaged(StoreFault):
    """The file is no SQLite database or its pages contradict each other."""


class Conflict(Exception):
    """A uniqueness, foreign-key or check rule refused the statement."""


_UNREACHABLE = "{path} cannot be reached ({error}); check the disk or card."
_UNWRITABLE = "{path} cannot be written ({error}); check its owner and the disk."
_HELD = "{path} is held by another process; try again in a moment."
_DAMAGED = (
    "{path} is damaged ({error}); stop the node, keep the file, restore a backup and run huduma"
    " journal restore."
)

_CONSTRAINT, _CORRUPT = 19, 11
_MEANINGS: dict[int, tuple[type[StoreFault], str]] = {
    3: (StoreFault, _UNWRITABLE),  # PERM
    5: (StoreBusy, _HELD),  # BUSY
    6: (StoreBusy, _HELD),  # LOCKED
    7: (StoreFault, _UNREACHABLE),  # NOMEM
    8: (StoreFault, _UNWRITABLE),  # READONLY
    10: (StoreFault, _UNREACHABLE),  # IOERR
    _CORRUPT: (StoreDamaged, _DAMAGED),
    13: (DiskFull, "The disk of {path} is full; free some space, nothing was half written."),
    14: (StoreFault, _UNREACHABLE),  # CANTOPEN
    15: (StoreBusy, _HELD),  # PROTOCOL
    26: (StoreDamaged, _DAMAGED),  # NOTADB
}


def explained(code: int | None, text: str, path: Path) -> Exception | None:
    """The exception for SQLite's (extended) result `code`; None when it is a bug of ours."""
    primary = (code or 0) & 0xFF
    if "decode" in text:  # a column, or a name in a message, that is no UTF-8 has no code
        primary = _CORRUPT
    if primary == _CONSTRAINT:
        return Conflict(text)
    if primary not in _MEANINGS:
        return None
    fault, sentence = _MEANINGS[primary]
    return fault(sentence.format(path=path, error=text))
