"""The answers of all agencies at one node: signed lists, and the rows by which they are found.

The same at the national node, a centre, a kiosk and a van. A list counts only when its agency
signed it and it follows the one before; what does not is refused by name, noted, and stops no other
agency. Of a case the newest answer counts. A node that has nothing of an agency yet begins with the
first list it is given. Nothing here tells a reference: a row is an agency, a number and a code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from provisioning.cbor import encode
from sync.answers.answer_list import AnswerList, list_mark, read_list, verify_list
from sync.answers.case_answer import ASKS_FACTOR
from sync.batches.chain import MARK_BYTES
from sync.faults import BadBatch, Fork, Gap, SyncRefusal
from sync.store.database import MigrationSet, Store, Transaction

KEEP = timedelta(days=180)
"""How long an answer is kept after it was given, everywhere."""
REFUSED_MAX = 64
"""What is noted of one agency's refused lists: enough for a person to see."""
START_MARK = bytes(MARK_BYTES)

AgencySigner = Callable[[str], Ed25519PublicKey | None]

ANSWER_TABLES = MigrationSet(
    "answers",
    (
        """CREATE TABLE answer_list (
            agency TEXT NOT NULL,
            no INTEGER NOT NULL,
            mark BLOB NOT NULL,
            made INTEGER NOT NULL,
            raw BLOB NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (agency, no)
        ) WITHOUT ROWID;
        CREATE TABLE answer_row (
            agency TEXT NOT NULL,
            number INTEGER NOT NULL,
            code INTEGER NOT NULL,
            no INTEGER NOT NULL,
            PRIMARY KEY (agency, number)
        ) WITHOUT ROWID;
        CREATE TABLE answer_refused (
            agency TEXT NOT NULL,
            no INTEGER NOT NULL,
            mark BLOB NOT NULL,
            code INTEGER NOT NULL,
            why TEXT NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (agency, no, mark)
        ) WITHOUT ROWID""",
    ),
)


@dataclass(frozen=True, slots=True)
class ListHead:
    """The newest list of an agency here."""

    no: int
    mark: bytes
    made: datetime


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    """What stands under a number: the code, when it was said and in which list."""

    code: int
    made: datetime
    no: int


@dataclass(frozen=True, slots=True)
class RefusedList:
    """A list that was turned away, and why."""

    agency: str
    no: int
    code: int
    why: str
    received_at: str


class AnswerStore:
    """Over a store opened with `ANSWER_TABLES`; `signer` gives the key of an agency. Without one
    it is read only: every list is refused.
    """

    def __init__(self, store: Store, signer: AgencySigner = lambda _: None) -> None:
        self._store = store
        self._signer = signer

    def take(self, raw: bytes, at: datetime) -> bool:
        """Store a list, durably, when it is the next one; False when it is here already. Raises
        `BadBatch` (43), `Fork` (46), `Gap` (48) or `NotSigned` (49); forged, forked and older ones
        are noted.
        """
        arriving = read_list(raw)
        mark = list_mark(raw)
        try:
            verify_list(raw, self._signer(arriving.agency), arriving.agency)
            with self._store.transaction() as tx:
                if not self._follows(tx, arriving, mark):
                    return False
                _insert(tx, arriving, raw, mark, at)
        except Gap:
            raise
        except SyncRefusal as fault:
            self._refuse(arriving, mark, fault, at)
            raise
        return True

    def head(self, agency: str) -> ListHead | None:
        """The newest list of `agency`."""
        return _head(self._store, agency)

    def heads(self) -> Mapping[str, int]:
        """The newest list of every agency, by its number."""
        rows = self._store.all("SELECT agency, max(no) FROM answer_list GROUP BY agency")
        return {str(row[0]): int(row[1]) for row in rows}

    def digest(self) -> bytes:
        """Eight bytes that are equal where the newest lists are."""
        return hashlib.sha256(encode(dict(self.heads()))).digest()[:8]

    def after(self, heads: Mapping[str, int], bytes_max: int) -> list[bytes]:
        """The lists a node with `heads` lacks, in order, at least one and up to `bytes_max`."""
        found: list[bytes] = []
        size = 0
        for agency, newest in sorted(self.heads().items()):
            had = heads.get(agency, 0)
            if had >= newest:
                continue
            for (raw,) in self._store.each(
                "SELECT raw FROM answer_list WHERE agency = ? AND no > ? ORDER BY no", (agency, had)
            ):
                size += len(raw)
                if found and size > bytes_max:
                    return found
                found.append(bytes(raw))
        return found

    def find(self, agency: str, number: int) -> FoundAnswer | None:
        """The newest answer under `number`."""
        row = self._store.one(
            "SELECT code, made, answer_row.no FROM answer_row JOIN answer_list"
            " USING (agency, no) WHERE agency = ? AND number = ?",
            (agency, number),
        )
        return None if row is None else FoundAnswer(row[0], _moment(row[1]), row[2])

    def asks_factor(self, agency: str) -> bool:
        """Whether any answer of `agency` needs a second factor."""
        row = self._store.one(
            "SELECT 1 FROM answer_row WHERE agency = ? AND code = ? LIMIT 1", (agency, ASKS_FACTOR)
        )
        return row is not None

    def history(self, agency: str, numbers: Sequence[int]) -> list[FoundAnswer]:
        """Everything that was said under any of `numbers`, in order."""
        found = []
        for (raw,) in self._store.each(
            "SELECT raw FROM answer_list WHERE agency = ? ORDER BY no", (agency,)
        ):
            told = read_list(bytes(raw))
            rows = [told.rows[number] for number in numbers if number in told.rows]
            found += [FoundAnswer(code, told.made, told.no) for code in rows]
        return found

    def refused(self) -> list[RefusedList]:
        """Every list that was turned away."""
        rows = self._store.all(
            "SELECT agency, no, code, why, received_at FROM answer_refused"
            " ORDER BY received_at, agency, no"
        )
        return [RefusedList(*row) for row in rows]

    def expire(
        self, now: datetime, on_erased: Callable[[Transaction, int], None] = lambda *_: None
    ) -> int:
        """Forget what was said longer ago than `KEEP`; how many answers."""
        before = (int((now - KEEP).timestamp()),)
        if self._store.one("SELECT 1 FROM answer_list WHERE made < ? LIMIT 1", before) is None:
            return 0
        with self._store.transaction() as tx:
            row = tx.one(
                "SELECT count(*) FROM answer_row JOIN answer_list USING (agency, no)"
                " WHERE made < ?",
                before,
            )
            gone = int(row[0]) if row else 0
            tx.execute(
                "DELETE FROM answer_row WHERE (agency, no) IN"
                " (SELECT agency, no FROM answer_list WHERE made < ?)",
                before,
            )
            tx.execute("DELETE FROM answer_list WHERE made < ?", before)
            on_erased(tx, gone)
        return gone

    def _follows(self, tx: Transaction, arriving: AnswerList, mark: bytes) -> bool:
        """Whether it is the next one; False: known. Raises what is wrong with it."""
        head = _head(tx, arriving.agency)
        if head is None or (arriving.no, arriving.before) == (head.no + 1, head.mark):
            if head is not None and arriving.made < head.made:
                msg = f"List {arriving.no} of {arriving.agency} is dated before the one it follows."
                raise BadBatch(msg)
            return True
        stored = tx.one(
            "SELECT mark FROM answer_list WHERE agency = ? AND no = ?",
            (arriving.agency, arriving.no),
        )
        if stored is not None and bytes(stored[0]) == mark:
            return False
        name = f"List {arriving.no} of {arriving.agency}"
        if arriving.no > head.no + 1:
            raise Gap(f"{name} came before list {head.no + 1}.")
        if stored is None and arriving.no <= head.no:
            raise BadBatch(f"{name} is older than everything that is kept; it is not taken again.")
        raise Fork(f"{name} is another than the one that is known; a person must look.")

    def _refuse(self, arriving: AnswerList, mark: bytes, fault: SyncRefusal, at: datetime) -> None:
        row = (arriving.agency, arriving.no, mark, fault.code, fault.message, at.isoformat())
        with self._store.transaction() as tx:
            tx.execute(
                "INSERT OR IGNORE INTO answer_refused SELECT ?, ?, ?, ?, ?, ?"
                " WHERE (SELECT count(*) FROM answer_refused WHERE agency = ?) < ?",
                (*row, arriving.agency, REFUSED_MAX),
            )


def _head(source: Store | Transaction, agency: str) -> ListHead | None:
    row = source.one(
        "SELECT no, mark, made FROM answer_list WHERE agency = ? ORDER BY no DESC LIMIT 1",
        (agency,),
    )
    return None if row is None else ListHead(row[0], bytes(row[1]), _moment(row[2]))


def _insert(tx: Transaction, arriving: AnswerList, raw: bytes, mark: bytes, at: datetime) -> None:
    made = int(arriving.made.timestamp())
    agency, no = arriving.agency, arriving.no
    told = (agency, no, mark, made, raw, at.isoformat())
    tx.execute("INSERT INTO answer_list VALUES (?, ?, ?, ?, ?, ?)", told)
    tx.executemany(
        "INSERT OR REPLACE INTO answer_row VALUES (?, ?, ?, ?)",
        [(agency, number, code, no) for number, code in arriving.rows.items()],
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
