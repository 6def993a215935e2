"""Staff accounts: who may sign in at the centre's pages, as which role, at which counter.

One file in the centre's folder, `staff.csv` (0600), read again whenever it changes: `name` (a staff
number, no personal name), `role`, `counter` (empty: any), `pin` (salt and scrypt hash) and `badge`
(SHA-256 of the badge's secret). `huduma centre staff` writes it; roles and counters may also be
edited by hand. A badge is a QR code of the text `HB1.NAME.SECRET`, typed by a scanner like a
keyboard. A copy of the file lets its finder try six-digit PINs: it stays on the centre's machine.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from content.csv_rows import Row, rows
from content.faults import SourcesRefused
from kiosk.centre.api.tokens import StaffRole
from kiosk.queue.faults import QueueFault
from provisioning.durable_files import replace_file
from provisioning.identity.pin import pin_matches, random_pin, sealed_pin, weakness
from provisioning.ids import Ids

ACCOUNTS_FILE = "staff.csv"
BADGE_MAGIC = "HB1"
_COLUMNS = ("name", "role", "counter", "pin", "badge")
_NAME = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9-]{0,19}\Z")
_BADGE_BYTES = 18


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One row. `counter`: the only one the member works at; None: chosen at sign-in."""

    name: str
    role: StaffRole
    counter: int | None
    pin: str
    badge: str


class StaffAccounts:
    """The accounts of one centre; `folder` is the node's."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / ACCOUNTS_FILE
        self._read_at = -1
        self._members: Mapping[str, StaffMember] = {}

    def members(self) -> Mapping[str, StaffMember]:
        """Everybody by name; empty without a file. Raises `QueueFault` naming the line."""
        try:
            changed_at = self.path.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._members = _members(self.path.read_bytes())
                self._read_at = changed_at
        except FileNotFoundError:
            return {}
        except (OSError, SourcesRefused) as error:
            raise QueueFault(f"The list of staff cannot be read: {error}") from error
        return self._members

    def by_pin(self, name: str, pin: str) -> StaffMember | None:
        """Whom name and PIN stand for. A name nobody has costs the same time as a wrong PIN."""
        member = self.members().get(name)
        right = pin_matches(member.pin if member and member.pin else _NOBODY, pin)
        return member if member is not None and right else None

    def by_badge(self, text: str) -> StaffMember | None:
        """Whom a badge's text stands for."""
        parts = text.split(".")
        if len(parts) != 3 or parts[0] != BADGE_MAGIC:
            return None
        member = self.members().get(parts[1])
        if member is None or not member.badge:
            return None
        return member if hmac.compare_digest(member.badge, _digest(parts[2])) else None

    def enrol(
        self, name: str, role: StaffRole, counter: int | None, ids: Ids, *, pin: str = ""
    ) -> tuple[str, str]:
        """Put `name` on the list, or give new secrets: (PIN, text of the badge)."""
        if not _NAME.match(name):
            raise QueueFault("A staff number is 1 to 20 letters, digits and hyphens.")
        if pin and (weak := weakness(pin)):
            raise QueueFault(weak)
        pin = pin or random_pin(ids)
        secret = base64.urlsafe_b64encode(ids.token(_BADGE_BYTES)).decode()
        member = StaffMember(name, role, counter, sealed_pin(pin, ids), _digest(secret))
        self._write({**self.members(), name: member})
        return pin, f"{BADGE_MAGIC}.{name}.{secret}"

    def remove(self, name: str) -> bool:
        """Take `name` off the list; whether it was on it."""
        left = dict(self.members())
        gone = left.pop(name, None) is not None
        if gone:
            self._write(left)
        return gone

    def _write(self, members: Mapping[str, StaffMember]) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for each in sorted(members.values(), key=lambda member: member.name):
            counter = "" if each.counter is None else each.counter
            writer.writerow((each.name, each.role.value, counter, each.pin, each.badge))
        replace_file(self.path, text.getvalue().encode())
        self._read_at = -1


def _members(source: bytes) -> Mapping[str, StaffMember]:
    found: dict[str, StaffMember] = {}
    for line, row in rows(ACCOUNTS_FILE, source):
        try:
            member = _member(row)
        except ValueError as error:
            raise SourcesRefused(f"{ACCOUNTS_FILE} line {line}: {error}.") from error
        if member.name in found:
            raise SourcesRefused(f"{ACCOUNTS_FILE} line {line}: {member.name} stands there twice.")
        found[member.name] = member
    return found


def _member(row: Row) -> StaffMember:
    name, counter = row.get("name", ""), row.get("counter", "")
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is no staff number")
    role = StaffRole(row.get("role", ""))
    if counter and not (counter.isascii() and counter.isdigit() and 1 <= int(counter) <= 200):
        raise ValueError(f"{counter!r} is no counter")
    return StaffMember(
        name, role, int(counter) if counter else None, row.get("pin", ""), row.get("badge", "")
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_NOBODY = " ".join(
    ("huduma-pin-1", *(base64.b64encode(bytes(length)).decode() for length in (16, 32)))
)
"""Opens with no PIN; trying it takes as long as any other."""
