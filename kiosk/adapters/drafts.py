"""Drafts that can be resumed later, also after a power cut, with the code on the citizen's slip.

A code is twelve characters of Crockford's base 32: three name the row, eight are the secret, one
checks. scrypt (RFC 7914) turns the secret, with a salt of this draft alone, into the key that seals
it; the secret is stored nowhere. Whoever steals the disk must try 2^40 secrets for each draft, at
32 MB and about a tenth of a second each; no try serves two drafts. The form is pinned: its XML is
kept with the draft, so a new pack changes nothing for it; it is stored compressed, so that a disk
search for what citizens typed does not match the form's own words. A draft is wiped when it is
submitted, dropped, or `keep_days` after it was last touched.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from content.catalogue.model import FormAsset, TranslatedText
from content.xforms.parse.form import digest_of
from kiosk.case_reference import ALPHABET
from provisioning.cbor import decode, encode
from sync.journal.node_database import NodeDatabase
from sync.store.at_rest import AtRestCipher, DoesNotOpen, SealPurpose
from sync.store.database import MigrationSet, Row, Transaction

RESUME_TABLES = MigrationSet(
    "kiosk-resume",
    (
        """CREATE TABLE resume_salt (only INTEGER PRIMARY KEY CHECK (only = 1), salt BLOB NOT NULL);
        CREATE TABLE resume_form (
            digest BLOB PRIMARY KEY, about BLOB NOT NULL, xml BLOB NOT NULL, media BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE resume_draft (
            name BLOB PRIMARY KEY, digest BLOB NOT NULL REFERENCES resume_form (digest),
            sealed BLOB NOT NULL, until INTEGER NOT NULL
        ) WITHOUT ROWID""",
        # A salt for each draft; codes of before have no place in them that names their row.
        """DELETE FROM resume_draft;
        DELETE FROM resume_form;
        ALTER TABLE resume_draft ADD COLUMN salt BLOB NOT NULL DEFAULT x'';
        DROP TABLE resume_salt""",
    ),
)

NAME_CHARACTERS, SECRET_CHARACTERS = 3, 8
CODE_CHARACTERS = NAME_CHARACTERS + SECRET_CHARACTERS
"""Without the one that checks."""
CODE_BYTES = 7
_SALT_BYTES = 16
_GROUP = 3
_COST = 1 << 15


@dataclass(frozen=True, slots=True)
class PinnedForm:
    """The form a draft was begun with, whole: a later pack may not have it any more."""

    form: str
    version: str
    xml: bytes
    media: Mapping[str, bytes]
    service: str = ""
    agency: str = ""
    questions: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, asset: FormAsset) -> PinnedForm:
        """A form of the pack as it is now."""
        return cls(
            asset.id,
            asset.version,
            asset.xml,
            asset.media,
            asset.service,
            asset.agency,
            asset.questions,
            asset.title,
        )

    def asset(self) -> FormAsset:
        """The form as the visit takes it."""
        return FormAsset(
            id=self.form,
            version=self.version,
            titles=TranslatedText(self.titles),
            service=self.service,
            agency=self.agency,
            questions=self.questions,
            xml=self.xml,
            media=self.media,
        )

    @property
    def digest(self) -> bytes:
        """A name for exactly this form with exactly these lists."""
        about = f"{self.version}:{digest_of(self.xml, self.media)}"
        return hashlib.sha256(about.encode()).digest()

    def about(self) -> bytes:
        """What stands beside XML and media in the store."""
        return encode(
            {
                "form": self.form,
                "version": self.version,
                "service": self.service,
                "agency": self.agency,
                "questions": self.questions,
                "titles": dict(self.titles),
            }
        )


@dataclass(frozen=True, slots=True)
class FoundDraft:
    """A draft found by its code."""

    pinned: PinnedForm
    snapshot: bytes
    strokes: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Keys:
    name: bytes
    salt: bytes
    cipher: AtRestCipher


def make_code(randomness: bytes) -> str:
    """A code such as `7K3-MQ2-X9P-4T4` from seven unpredictable bytes."""
    number = int.from_bytes(randomness[:CODE_BYTES], "big")
    letters = [ALPHABET[number >> (5 * place) & 31] for place in range(CODE_CHARACTERS)]
    return spaced("".join(letters) + _check(letters))


def spaced(plain: str) -> str:
    """A code in groups of three, as people read it."""
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def read_code(text: str) -> str | None:
    """The code as typed by a person (any case, spaces, O for 0, I or L for 1), or None."""
    plain = "".join(text.upper().replace("-", " ").split())
    plain = plain.translate(str.maketrans("OIL", "011"))
    right = len(plain) == CODE_CHARACTERS + 1 and set(plain) <= set(ALPHABET)
    if not right or _check(list(plain[:-1])) != plain[-1]:
        return None
    return plain


def _check(letters: list[str]) -> str:
    # Odd weights are invertible modulo 32, so every single wrong character is noticed.
    total = sum((2 * place + 1) * ALPHABET.index(letter) for place, letter in enumerate(letters))
    return ALPHABET[total % 32]


class ResumableDrafts:
    """The drafts of this node that were given a code. Keys of open visits are in memory only."""

    def __init__(self, database: NodeDatabase, *, keep_days: int) -> None:
        self._store, self._clock, self._ids = database.store, database.clock, database.ids
        self.keep_days = keep_days
        self._keep_for = timedelta(days=keep_days)
        self._open: dict[UUID, tuple[_Keys, bytes]] = {}

    def give(
        self, visit: UUID, pinned: PinnedForm, snapshot: bytes, strokes: Mapping[str, bytes]
    ) -> str:
        """A code for this visit's draft, which is durable when this returns."""
        code = make_code(self._ids.token(CODE_BYTES))
        while self._row(code) is not None:
            code = make_code(self._ids.token(CODE_BYTES))
        keys, digest = self._keys(code, self._ids.token(_SALT_BYTES)), pinned.digest
        media = encode(dict(pinned.media))
        with self._store.transaction() as tx:
            tx.execute(
                "INSERT OR IGNORE INTO resume_form VALUES (?, ?, ?, ?)",
                (digest, *map(zlib.compress, (pinned.about(), pinned.xml, media))),
            )
            self._keep(tx, (keys, digest), snapshot, strokes)
        self._open[visit] = (keys, digest)
        return code

    def has(self, visit: UUID) -> bool:
        """Whether this visit's draft has a code."""
        return visit in self._open

    def keep(self, visit: UUID, snapshot: bytes, strokes: Mapping[str, bytes]) -> None:
        """Keep the answers so far, durably, under the visit's code."""
        with self._store.transaction() as tx:
            self._keep(tx, self._open[visit], snapshot, strokes)

    def _keep(
        self,
        tx: Transaction,
        held: tuple[_Keys, bytes],
        snapshot: bytes,
        strokes: Mapping[str, bytes],
    ) -> None:
        keys, digest = held
        plain = encode({"snapshot": snapshot, "strokes": dict(strokes)})
        sealed = keys.cipher.seal(plain, digest)
        until = int((self._clock.now() + self._keep_for).timestamp())
        tx.execute(
            "INSERT OR REPLACE INTO resume_draft VALUES (?, ?, ?, ?, ?)",
            (keys.name, digest, sealed, until, keys.salt),
        )

    def resume(self, visit: UUID, typed: str) -> FoundDraft | None:
        """The draft of a code, now open for `visit`; None for a wrong or expired code."""
        code = read_code(typed)
        if code is None:
            return None
        row = self._row(code)
        if row is None or (self._clock.trusted and row[5] <= int(self._clock.now().timestamp())):
            return None
        keys = self._keys(code, bytes(row[4]))
        about, xml, media = map(zlib.decompress, row[1:4])
        named = decode(about)
        pinned = PinnedForm(xml=xml, media=decode(media), **named)
        try:
            plain = keys.cipher.open(bytes(row[0]), pinned.digest)
        except DoesNotOpen:
            return None
        kept = decode(plain)
        self._open[visit] = (keys, pinned.digest)
        return FoundDraft(pinned, kept["snapshot"], kept["strokes"])

    def leave(self, visit: UUID) -> None:
        """The visit ends; the draft stays for who holds the code."""
        self._open.pop(visit, None)

    def drop(self, tx: Transaction, visit: UUID) -> None:
        """Wipe the draft (it was submitted or thrown away) in the caller's transaction."""
        held = self._open.pop(visit, None)
        if held is not None:
            tx.execute("DELETE FROM resume_draft WHERE name = ?", (held[0].name,))
            self._tidy(tx)

    def expire(self) -> int:
        """Wipe what is too old; how many. Nothing while the time is not trusted."""
        if not self._clock.trusted:
            return 0
        with self._store.transaction() as tx:
            return self.expire_in(tx)

    def expire_in(self, tx: Transaction) -> int:
        """The same in the caller's transaction, who knows that the time is trusted."""
        gone = tx.execute(
            "DELETE FROM resume_draft WHERE until <= ?", (int(self._clock.now().timestamp()),)
        )
        self._tidy(tx)
        return gone

    def _tidy(self, tx: Transaction) -> None:
        tx.execute("DELETE FROM resume_form WHERE digest NOT IN (SELECT digest FROM resume_draft)")

    def _row(self, code: str) -> Row | None:
        return self._store.one(
            "SELECT d.sealed, f.about, f.xml, f.media, d.salt, d.until FROM resume_draft d"
            " JOIN resume_form f USING (digest) WHERE d.name = ?",
            (_parts(code)[0],),
        )

    def _keys(self, code: str, salt: bytes) -> _Keys:
        name, secret = _parts(code)
        made = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(secret)
        return _Keys(name, salt, AtRestCipher(made, SealPurpose.CODED_DRAFT, self._ids))


def _parts(code: str) -> tuple[bytes, bytes]:
    """What names the draft, and what opens it."""
    plain = code.replace("-", "").encode()
    return plain[:NAME_CHARACTERS], plain[NAME_CHARACTERS:CODE_CHARACTERS]
