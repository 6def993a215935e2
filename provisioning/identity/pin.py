"""PIN: the number that opens the staff screen of one node. Hash and tries are kept in its key
folder.

Rules:
- no PIN set: the screen stays closed; there is no default and no master number;
- a try is counted on disk before it is checked, so a power cut gives no extra try;
- a disk that takes no write keeps no staff out, who must see the cause: the count is then kept in
  memory, and already the second wrong try waits, since a restart gives another first one;
- after `FREE_TRIES` wrong ones in a row each next try waits longer, up to an hour; a clock put
  back or forward cannot make that wait longer than the pause itself;
- whoever holds the SD card can try all six-digit numbers quickly: the staff screen therefore shows
  nothing personal (`kiosk/visit/staff/screens.py`).

Format of `staff.pin`: `huduma-pin-1 SALT HASH`, base64; scrypt with N = 16384, r = 8, p = 1.
"""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from provisioning.clock import Clock
from provisioning.durable_files import replace_file
from provisioning.faults import INPUT_ERRORS
from provisioning.identity.keys import KeyFault
from provisioning.ids import Ids

DIGITS_MIN, DIGITS_MAX = 6, 12
FREE_TRIES = 5
PAUSE_S, PAUSE_S_MAX = 30, 3_600
_MAGIC = b"huduma-pin-1"
_COST, _BLOCK, _LANES, _BYTES = 16_384, 8, 1, 32
_FORGET_S = 86_400
"""Wrong tries of another day are forgotten: staff mistype too."""


class PinFault(KeyFault):
    """A PIN is too simple, or the file that keeps it is damaged."""


@dataclass(frozen=True, slots=True)
class PinResult:
    """What a try came to; `wait_s` until the next one counts."""

    opened: bool
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class _Tries:
    count: int = 0
    last: datetime | None = None


class PinLock:
    """The lock of one node; `folder` is its keys' folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._hash = folder / "staff.pin"
        self._tries = folder / "staff.tries"
        self._clock = clock
        self._held: _Tries | None = None  # the count that the disk did not take

    @property
    def is_set(self) -> bool:
        """Whether there is a PIN at all."""
        return self._hash.exists()

    def set(self, pin: str, ids: Ids) -> None:
        """Make `pin` the PIN in place of an earlier one; raises `PinFault` when it is weak."""
        if weak := weakness(pin):
            raise PinFault(weak)
        replace_file(self._hash, sealed_pin(pin, ids).encode() + b"\n")
        self._tries.unlink(missing_ok=True)

    def wait_s(self) -> int:
        """Whole seconds until a try counts; 0 when it does now."""
        tries = self._read()
        return self._left(tries)

    def attempt(self, pin: str) -> PinResult:
        """Judge a try; raises `PinFault` when the stored hash is damaged."""
        tries = self._read()
        if left := self._left(tries):
            return PinResult(opened=False, wait_s=left)
        stored = self._stored()
        now = self._count(tries)
        if not _matches(stored, pin):
            return PinResult(opened=False, wait_s=self._left(now))
        self._held = None
        try:
            self._tries.unlink(missing_ok=True)
        except OSError:
            self._held = _Tries()
        return PinResult(opened=True)

    def _left(self, tries: _Tries) -> int:
        if tries.last is None or tries.count < FREE_TRIES:
            return 0
        pause: int = min(PAUSE_S_MAX, PAUSE_S * 2 ** min(tries.count - FREE_TRIES, 10))
        gone: float = (self._clock.now() - tries.last).total_seconds()
        return max(0, min(pause, round(pause - gone)))

    def _stored(self) -> tuple[bytes, bytes]:
        try:
            raw = self._hash.read_bytes()
            if raw.split()[:1] not in ([], [_MAGIC]):
                msg = f"{self._hash} is of another version; set it again with huduma provision pin."
                raise PinFault(msg)
            return _parts(raw)
        except (OSError, ValueError) as error:
            msg = f"{self._hash} cannot be read; set the PIN again with huduma provision pin."
            raise PinFault(msg) from error

    def _read(self) -> _Tries:
        tries = self._held or self._kept()
        if tries.last and self._clock.now() - tries.last > timedelta(seconds=_FORGET_S):
            return _Tries()
        return tries

    def _kept(self) -> _Tries:
        try:
            kept = json.loads(self._tries.read_bytes())
            return _Tries(int(kept["count"]), _aware(kept["last"]))
        except FileNotFoundError:
            return _Tries()
        except (OSError, *INPUT_ERRORS):
            # A damaged count is a full count: nobody gains tries by damaging it, and its pause
            # begins once, so that nobody is kept out for good.
            self._held = _Tries(FREE_TRIES, self._clock.now())
            return self._held

    def _count(self, tries: _Tries) -> _Tries:
        """One try more: on disk, or in memory where the disk does not take it."""
        now = _Tries(tries.count + 1, self._clock.now())
        kept = {"count": now.count, "last": self._clock.now().isoformat()}
        try:
            replace_file(self._tries, json.dumps(kept).encode())
        except OSError:
            with suppress(OSError):
                self._tries.with_name(f"{self._tries.name}.{os.getpid()}.new").unlink()
            self._held = replace(now, count=max(now.count, FREE_TRIES - 1))
            return self._held
        self._held = None
        return now


def _aware(text: str) -> datetime:
    """A time with its zone; raises `ValueError` for one without."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found


def sealed_pin(pin: str, ids: Ids) -> str:
    """What is kept of `pin`: magic, salt and hash."""
    salt = ids.token(16)
    parts = (_MAGIC, base64.b64encode(salt), base64.b64encode(_scrypt(salt).derive(_raw(pin))))
    return b" ".join(parts).decode()


def pin_matches(sealed: str, pin: str) -> bool:
    """Whether `sealed` was made of `pin`; False also for one that cannot be read."""
    try:
        return _matches(_parts(sealed.encode()), pin)
    except ValueError:
        return False


def weakness(pin: str) -> str:
    """Why `pin` will not do, in a sentence; empty when it will."""
    if not (pin.isascii() and pin.isdigit() and DIGITS_MIN <= len(pin) <= DIGITS_MAX):
        return f"A staff PIN has {DIGITS_MIN} to {DIGITS_MAX} digits."
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(set(pin)) < 3 or steps in ({1}, {9}):
        return "This PIN is among the first anybody would try; choose another."
    return ""


def random_pin(ids: Ids) -> str:
    """Six random digits that are no weak PIN."""
    while True:
        pin = f"{int.from_bytes(ids.token(8), 'big') % 1_000_000:06d}"
        if not weakness(pin):
            return pin


def _parts(sealed: bytes) -> tuple[bytes, bytes]:
    """Salt and hash; raises ValueError."""
    magic, salt, wanted = sealed.split()
    if magic != _MAGIC:
        raise ValueError("another version")
    return base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)


def _matches(stored: tuple[bytes, bytes], pin: str) -> bool:
    salt, wanted = stored
    try:
        _scrypt(salt).verify(_raw(pin), wanted)
    except InvalidKey:
        return False
    return True


def _scrypt(salt: bytes) -> Scrypt:
    return Scrypt(salt=salt, length=_BYTES, n=_COST, r=_BLOCK, p=_LANES)


def _raw(pin: str) -> bytes:
    return pin.encode()
