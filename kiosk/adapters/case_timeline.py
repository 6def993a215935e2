"""The timeline of one reference, as far as a node knows it: what happened, when, by whom; what is
still held there, as which class of record, and until when.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kiosk.case_reference import given_by, site_of
from sync.answers.answer_store import KEEP, AnswerStore
from sync.answers.case_answer import ASKS_FACTOR, answer_of
from sync.answers.lookup_number import lookup_number
from sync.journal.hlc import to_time
from sync.national.store import NationalStore
from sync.service import status
from sync.store.database import Store

_RECEIPTS = {"form_receipt": ("form", "submission"), "feedback_receipt": ("feedback", "subject")}


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case."""

    at: datetime
    what: str
    by: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class CaseHeld:
    """What a node holds of a case. `until` None: no date is known yet, for the reason in `why`."""

    where: str
    record_class: str
    until: date | None
    why: str = ""


@dataclass(slots=True)
class CaseTimeline:
    """Everything a node knows of `reference`."""

    reference: str
    events: list[CaseEvent] = field(default_factory=list)
    held: list[CaseHeld] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "reference": self.reference,
            "events": [
                {"at": e.at.isoformat(), "what": e.what, "by": e.by, "more": e.more}
                for e in sorted(self.events, key=lambda each: each.at)
            ],
            "held": [
                {
                    "where": h.where,
                    "class": h.record_class,
                    "until": h.until.isoformat() if h.until else None,
                    "why": h.why,
                }
                for h in self.held
            ],
        }


def node_timeline(
    store: Store, name: str, reference: str, keep_days: int, factor: str = ""
) -> CaseTimeline:
    """What the database of a kiosk, van or centre knows; nothing is written."""
    found = _given(reference)
    for table, (record_class, column) in _RECEIPTS.items():
        if store.has_table(table):
            _of_receipt(store, name, table, record_class, column, keep_days, found)
    if store.has_table("centre_case"):
        row = store.one("SELECT kiosk, at FROM centre_case WHERE reference = ?", (reference,))
        if row is not None:
            found.events.append(CaseEvent(_moment(row[1]), "told to the centre", str(row[0])))
    if store.has_table("answer_list"):
        _answers(AnswerStore(store), name, found, factor)
    return found


def national_timeline(
    store: NationalStore, name: str, reference: str, factor: str = ""
) -> CaseTimeline:
    """What the national node knows: who signed which entry of this reference, and the answers."""
    found, agency = _given(reference), reference.partition("-")[0]
    for entry in store.entries_for(f"agency:{agency}"):
        if entry.body.get("reference") == reference:
            more = f"entry {entry.seq}"
            found.events.append(CaseEvent(to_time(entry.hlc), entry.kind, entry.stream.node, more))
            record_class = "form" if entry.kind == "form.submitted" else "feedback"
            why = "sealed; kept until the agency orders it erased"
            found.held.append(CaseHeld(name, record_class, None, why))
    _answers(store.answers(lambda _: None), name, found, factor)
    return found


def _given(reference: str) -> CaseTimeline:
    found, given = CaseTimeline(reference), given_by(reference)
    if given is not None:
        found.events.append(CaseEvent(given[1], "reference given", site_of(given[0]) or "a site"))
    return found


def _of_receipt(
    store: Store,
    name: str,
    table: str,
    record_class: str,
    column: str,
    keep_days: int,
    found: CaseTimeline,
) -> None:
    row = store.one(
        f"SELECT seq, at, {column} FROM {table} WHERE reference = ?",  # noqa: S608 - our own names
        (found.reference,),
    )
    if row is None:
        return
    seq, at, subject = int(row[0]), _moment(row[1]), bytes(row[2])
    found.events.append(CaseEvent(at, "saved and sealed", name, f"entry {seq}"))
    for created, kind, state in store.all(
        "SELECT updated_at, kind, state FROM print_job WHERE subject = ?", (subject,)
    ):
        found.events.append(
            CaseEvent(datetime.fromisoformat(created), f"slip {state}", name, str(kind))
        )
    sent = status.read(store).sent_seq >= seq
    day = store.one("SELECT min(day) FROM retention_mark WHERE through >= ?", (seq,))
    if not sent:
        held = CaseHeld(name, record_class, None, "it has not reached the national node")
    elif day is None or day[0] is None:
        held = CaseHeld(name, record_class, None, f"{keep_days} days from tomorrow's count on")
    else:
        until = date.fromisoformat(day[0]) + timedelta(days=keep_days)
        held = CaseHeld(name, record_class, until)
    found.held.append(held)


def _answers(answers: AnswerStore, name: str, found: CaseTimeline, factor: str) -> None:
    agency = found.reference.partition("-")[0]
    numbers = [lookup_number(found.reference)]
    if factor:
        numbers.append(lookup_number(found.reference, factor))
    told = answers.history(agency, numbers)
    for each in told:
        answer = answer_of(each.code)
        said = answer.state.value if answer else f"code {each.code}"
        if each.code == ASKS_FACTOR:
            said = "answered, with a second factor"
        more = f"{answer.reason} " if answer and answer.reason else ""
        found.events.append(CaseEvent(each.made, said, agency, f"{more}list {each.no}"))
    if told:
        until = (max(each.made for each in told) + KEEP).date()
        found.held.append(CaseHeld(name, "answer", until))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
