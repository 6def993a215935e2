"""Head mark: how far a node's journal was, in a small file beside the database, so that an older
copy of the database that is put back is noticed before anything is given out of it again.

The mark is written now and then and is not flushed: a mark that lags behind is no harm, a mark that
is ahead of the journal, or of another epoch, says that the database is not the one that was here.
A whole disk put back brings its mark along; then the next node notices (46).
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from provisioning.faults import INPUT_ERRORS
from sync.faults import Fork
from sync.journal.journal import Journal

MARK_FILE = "journal-head"
"""In a node's run folder."""


class HeadMark:
    """The mark at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = ("", 0)

    def keep(self, journal: Journal) -> None:
        """Write how far `journal` is now; a disk that does not take it costs nothing."""
        now = journal.db_epoch.hex(), journal.last_seq()
        if now == self._kept:
            return
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with suppress(OSError):
            fresh.write_text(json.dumps(now))
            fresh.replace(self._path)
            self._kept = now

    def check(self, journal: Journal, remedy: str) -> None:
        """Raise `Fork` when `journal` is an older copy of the one that was marked."""
        if self.ahead_of(journal.db_epoch, journal.last_seq()):
            raise Fork(f"{journal.store.path} was put back from an older copy; {remedy}")

    def ahead_of(self, db_epoch: bytes, last_seq: int) -> bool:
        """Whether a journal of this epoch, which ends there, is an older copy of the marked one."""
        try:
            epoch, seq = json.loads(self._path.read_text())
            return bool(epoch != db_epoch.hex() or int(seq) > last_seq)
        except (OSError, *INPUT_ERRORS):
            return False  # no mark, or a torn one
