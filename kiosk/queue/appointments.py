"""Appointments of a day as a centre imports them: a CSV file, or a GovStack Scheduler list. Pure.

CSV: columns `time` (HH:MM), `service` (a code) and, where known, `code` (what the citizen shows),
`companions` and `class`. GovStack (the Scheduler building block's appointment list): a JSON list of
objects with `appointment_id`, `from` (ISO 8601), `resource_id` (the service's code) and maybe
`participants` (a list; those beyond the first are companions). No name is taken over from either.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from content.csv_rows import rows
from content.faults import SourcesRefused
from kiosk.queue.rules import NORMAL
from provisioning.clock import EAT

APPOINTMENTS_MAX = 5_000
CODE_MAX = 40
COMPANIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class BookedAppointment:
    """Somebody is expected for `service` at `at` (aware), with so many companions."""

    code: str
    service: str
    at: datetime
    priority_class: str = NORMAL
    companions: int = 0


def read_appointments(
    source: bytes, day: date, services: Collection[str], *, name: str
) -> list[BookedAppointment]:
    """The appointments of `day` in a file, JSON or CSV; raises `SourcesRefused` naming the row."""
    read = _scheduler if source.lstrip()[:1] in {b"[", b"{"} else _table
    found: list[BookedAppointment] = []
    codes: set[str] = set()
    for place, each in read(source, day, name):
        if each.service not in services:
            raise SourcesRefused(f"{name} {place}: there is no service {each.service!r}.")
        if each.code in codes:
            raise SourcesRefused(f"{name} {place}: {each.code} is there already.")
        if not 0 <= each.companions <= COMPANIONS_MAX or not 0 < len(each.code) <= CODE_MAX:
            raise SourcesRefused(f"{name} {place}: its code or companions are out of range.")
        codes.add(each.code)
        if each.at.astimezone(EAT).date() == day:
            found.append(each)
        if len(found) > APPOINTMENTS_MAX:
            raise SourcesRefused(f"{name} has more than {APPOINTMENTS_MAX} appointments.")
    return found


def _table(source: bytes, day: date, name: str) -> Iterator[tuple[str, BookedAppointment]]:
    for line, row in rows(name, source):
        place = f"line {line}"
        try:
            begins = time.fromisoformat(row.get("time", ""))
            companions = int(row.get("companions", "") or 0)
        except ValueError as error:
            raise SourcesRefused(f"{name} {place}: {error}.") from error
        yield (
            place,
            BookedAppointment(
                code=row.get("code", "") or f"{day:%m%d}-{line}",
                service=row.get("service", ""),
                at=datetime.combine(day, begins, EAT),
                priority_class=row.get("class", "") or NORMAL,
                companions=companions,
            ),
        )


def _scheduler(source: bytes, day: date, name: str) -> Iterator[tuple[str, BookedAppointment]]:
    del day
    try:
        listed = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise SourcesRefused(f"{name} is no JSON: {error}.") from error
    if isinstance(listed, dict):
        listed = listed.get("appointments", [])
    if not isinstance(listed, list):
        raise SourcesRefused(f"{name} is no list of appointments.")
    for number, each in enumerate(listed, 1):
        place = f"appointment {number}"
        try:
            begins = datetime.fromisoformat(str(each["from"]))
            participants = each.get("participants") or [None]
            found = BookedAppointment(
                code=str(each["appointment_id"]),
                service=str(each["resource_id"]),
                at=begins if begins.tzinfo else begins.replace(tzinfo=EAT),
                companions=len(participants) - 1,
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SourcesRefused(f"{name} {place} cannot be read: {error!r}.") from error
        yield place, found
