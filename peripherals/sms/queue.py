"""SMS queue: durable, encrypted at rest; a message that may have been sent is never sent twice.

States: QUEUED -> SENDING (committed before the modem gets a byte) -> SENT | UNCERTAIN | FAILED;
QUEUED -> EXPIRED when its time has passed; QUEUED -> CANCELLED by a person.
Rules: no network is no failure, the message waits until `by`. UNCERTAIN is for a person to
decide (`resend` makes a new message); it never goes back to QUEUED by itself. A start after a
power cut turns SENDING into UNCERTAIN. Number and text are sealed (`sync.store.at_rest`)
under a root that lives for one boot, and are removed as soon as the state is final. In the next
boot nobody can read or send them: `lose_left_behind` ends those.
"""

from __future__ import annotations

import enum
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from peripherals.faults import DeviceFault
from peripherals.sms.modem import Modem, SmsOutcome, SmsReport
from peripherals.sms.pdu import kenyan_number, parts_of
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.store.at_rest import AtRestCipher, SealPurpose
from sync.store.database import MigrationSet, Store, Transaction

SMS_TABLES = MigrationSet(
    "sms",
    (
        """CREATE TABLE sms_job (
            id TEXT PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            by TEXT NOT NULL,
            not_before TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            detail TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            sealed BLOB
        );
        CREATE INDEX sms_waiting ON sms_job (state, not_before)""",
        "ALTER TABLE sms_job ADD COLUMN root BLOB NOT NULL DEFAULT x''",
    ),
)
_RETRY_S = (5, 15, 60, 180)
TRIES_MAX = 8
"""A message a modem refuses so often is a person's to look at."""


class SmsRefused(DeviceFault):
    """A message that cannot be sent at all."""

    code = 29


class SmsState(enum.Enum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_KEEPS_TEXT = (SmsState.QUEUED, SmsState.SENDING, SmsState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class SmsJob:
    """One row for staff; holds neither the number nor the text."""

    id: str
    state: SmsState
    by: datetime
    attempts: int
    detail: str
    changed_at: datetime


def doubt_waiting(tx: Transaction) -> int:
    """The database was put back from a copy: messages that wait may have been sent already, which
    a person decides; how many.
    """
    return tx.execute(
        "UPDATE sms_job SET state = ?, detail = 'restored from a copy' WHERE state = ?",
        (SmsState.UNCERTAIN.value, SmsState.QUEUED.value),
    )


class SmsQueue:
    """The only writer of `sms_job`. One process owns `pump` and `report`. `root` is the root of
    what the node keeps sealed.
    """

    def __init__(self, store: Store, root: bytes, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._cipher = AtRestCipher(root, SealPurpose.SMS_QUEUE, ids)
        self._clock = clock
        self._ids = ids

    def enqueue(self, tx: Transaction, key: str, number: str, text: str, by: datetime) -> str:
        """Queue a message in the caller's transaction; the same `key` gives the same job again.

        Raises `SmsRefused` when the number is no Kenyan mobile or the text is too long.
        """
        found = tx.one("SELECT id FROM sms_job WHERE key = ?", (key,))
        if found:
            return str(found[0])
        address = kenyan_number(number)
        if address is None:
            raise SmsRefused("This is not a Kenyan mobile number; ask for it again.")
        try:
            parts_of(address, text, 0)
        except ValueError:
            raise SmsRefused("This message is too long for an SMS; shorten it.") from None
        job = str(self._ids.uuid7())
        now = self._clock.now()
        sealed = self._cipher.seal(msgspec.json.encode((address, text)), job.encode())
        tx.execute(
            "INSERT INTO sms_job VALUES (?, ?, ?, ?, ?, 0, '', ?, ?, ?)",
            (
                *(job, key, SmsState.QUEUED.value, _text(by), _text(now), _text(now)),
                *(sealed, self._cipher.root_name),
            ),
        )
        return job

    def recover(self) -> int:
        """After a start: whatever was being sent may have gone. The number of such messages."""
        with self._store.transaction() as tx:
            rows = tx.all("SELECT id FROM sms_job WHERE state = ?", (SmsState.SENDING.value,))
            for (job,) in rows:
                self._set(tx, job, SmsState.UNCERTAIN, "power lost while sending")
        return len(rows)

    def lose_left_behind(self, tx: Transaction) -> list[str]:
        """Messages of an earlier boot, whose number and words are gone: those that waited have
        failed, those that may have gone stay for a person. The keys of the former.
        """
        where = "WHERE sealed IS NOT NULL AND root <> ?"
        rows = tx.all(f"SELECT id, key, state FROM sms_job {where}", (self._cipher.root_name,))  # noqa: S608 - our own words
        waited = [(str(row[0]), str(row[1])) for row in rows if row[2] == SmsState.QUEUED.value]
        for job, _ in waited:
            self._set(tx, job, SmsState.FAILED, "power was cut; its number was in memory only")
        tx.executemany("UPDATE sms_job SET sealed = NULL WHERE id = ?", [(row[0],) for row in rows])
        return [key for _, key in waited]

    def pump(self, modem: Modem, now: float) -> str | None:
        """Expire what is too late; hand the oldest waiting message to a modem that can send."""
        moment = self._clock.now()
        if not self._waiting():
            return None
        with self._store.transaction() as tx:
            late = tx.all(
                "SELECT id FROM sms_job WHERE state = ? AND by <= ?",
                (SmsState.QUEUED.value, _text(moment)),
            )
            for (job,) in late:
                self._set(tx, job, SmsState.EXPIRED, "its time has passed")
            row = tx.one(
                "SELECT id, sealed FROM sms_job WHERE state = ? AND not_before <= ? AND root = ?"
                " ORDER BY id",
                (SmsState.QUEUED.value, _text(moment), self._cipher.root_name),
            )
            if row is None or not modem.can_send:
                return None
            self._set(tx, row[0], SmsState.SENDING, "")
        job, sealed = str(row[0]), bytes(row[1])
        address, text = msgspec.json.decode(
            self._cipher.open(sealed, job.encode()), type=tuple[str, str]
        )
        modem.send(job, parts_of(address, text, zlib.crc32(job.encode()) & 0xFF), now)
        return job

    def report(self, report: SmsReport) -> None:
        """What the modem said about a message."""
        with self._store.transaction() as tx:
            row = tx.one("SELECT state, attempts FROM sms_job WHERE id = ?", (report.job,))
            if row is None or SmsState(row[0]) not in {SmsState.SENDING, SmsState.UNCERTAIN}:
                return
            if report.outcome is SmsOutcome.RETRY:
                if SmsState(row[0]) is not SmsState.SENDING:
                    return
                if int(row[1]) + 1 >= TRIES_MAX:
                    detail = f"refused {TRIES_MAX} times: {report.detail}"
                    self._set(tx, report.job, SmsState.FAILED, detail)
                    return
                wait = timedelta(seconds=_RETRY_S[min(int(row[1]), len(_RETRY_S) - 1)])
                tx.execute(
                    "UPDATE sms_job SET attempts = attempts + 1, not_before = ? WHERE id = ?",
                    (_text(self._clock.now() + wait), report.job),
                )
                self._set(tx, report.job, SmsState.QUEUED, report.detail)
            else:
                self._set(tx, report.job, SmsState(report.outcome.value), report.detail)

    def cancel(self, job: str) -> bool:
        """Take a waiting or uncertain message away for good; False when it is too late."""
        with self._store.transaction() as tx:
            row = tx.one("SELECT state FROM sms_job WHERE id = ?", (job,))
            if row is None or SmsState(row[0]) not in {SmsState.QUEUED, SmsState.UNCERTAIN}:
                return False
            self._set(tx, job, SmsState.CANCELLED, "cancelled")
            return True

    def resend(self, job: str, by: datetime) -> str | None:
        """A person decided to send an uncertain message again: a new job; the old one closes."""
        with self._store.transaction() as tx:
            row = tx.one(
                "SELECT state, sealed, key FROM sms_job WHERE id = ? AND root = ?",
                (job, self._cipher.root_name),
            )
            if row is None or SmsState(row[0]) is not SmsState.UNCERTAIN:
                return None
            sealed = bytes(row[1])
            address, text = msgspec.json.decode(
                self._cipher.open(sealed, job.encode()), type=tuple[str, str]
            )
            self._set(tx, job, SmsState.CANCELLED, "sent again by a person")
            return self.enqueue(tx, f"{row[2]}+again", address, text, by)

    def jobs(self) -> list[SmsJob]:
        """Every message still known, oldest first."""
        rows = self._store.all(
            "SELECT id, state, by, attempts, detail, changed_at FROM sms_job ORDER BY id"
        )
        return [
            SmsJob(str(r[0]), SmsState(r[1]), _moment(r[2]), int(r[3]), str(r[4]), _moment(r[5]))
            for r in rows
        ]

    def purge(self, older_than: timedelta = timedelta(hours=24)) -> int:
        """Forget finished messages; UNCERTAIN ones are kept for a person, at most a week."""
        now = self._clock.now()
        with self._store.transaction() as tx:
            rows = tx.all(
                "SELECT id FROM sms_job WHERE (state NOT IN (?, ?, ?) AND changed_at < ?)"
                " OR changed_at < ?",
                (
                    *(state.value for state in _KEEPS_TEXT),
                    _text(now - older_than),
                    _text(now - timedelta(days=7)),
                ),
            )
            tx.executemany("DELETE FROM sms_job WHERE id = ?", rows)
        return len(rows)

    def _waiting(self) -> bool:
        found = self._store.one(
            "SELECT 1 FROM sms_job WHERE state = ? LIMIT 1", (SmsState.QUEUED.value,)
        )
        return found is not None

    def _set(self, tx: Transaction, job: str, state: SmsState, detail: str) -> None:
        sealed = "sealed" if state in _KEEPS_TEXT else "NULL"
        tx.execute(
            f"UPDATE sms_job SET state = ?, detail = ?, changed_at = ?, sealed = {sealed}"  # noqa: S608 - a column name or NULL, never input
            " WHERE id = ?",
            (state.value, detail, _text(self._clock.now()), job),
        )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
