"""What happens in the queue, as a stream of server-sent events that never tells a call twice.

An event is a journal entry; its id is the entry's number, so a client that comes back says where
it was and gets what it missed, in order. What it missed is marked `old`: it belongs on the screen,
and is not spoken or highlighted again. After a gap of more than `GAP_MAX` entries, or without an
id, the stream begins with `reset`: read `/queue` or `/display`, whose `seq` is where to go on.
Every few seconds a `beat` carries the centre's time, by which a page knows how old it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from kiosk.queue.numbering import label
from sync.journal.entry import Entry
from sync.journal.journal import Journal

GAP_MAX = 500
OLD_MS = 15_000
PAGE = 200
BEAT_S = 5.0

_STAFF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ticket.granted": "ticket-issued",
        "ticket.arrived": "ticket-issued",
        "ticket.called": "called",
        "ticket.unparked": "called",
        "ticket.recalled": "recalled",
        "ticket.came": "came",
        "ticket.started": "started",
        "ticket.parked": "parked",
        "ticket.transferred": "transferred",
        "ticket.extended": "service-added",
        "ticket.served": "completed",
        "ticket.no-show": "no-show",
        "ticket.undone": "undone",
        "ticket.returned": "returned",
        "ticket.reclassed": "priority-changed",
        "ticket.withdrawn": "voided",
        "ticket.cancelled": "voided",
        "ticket.unserved": "unserved",
        "ticket.carried": "carried",
        "service.suspended": "service-suspended",
        "service.resumed": "service-resumed",
        "counter.set": "counter-changed",
        "day.opened": "day-opened",
        "day.closed": "day-closed",
        "staff.called": "staff-called",
    }
)
"""Journal kinds that are told, and what the event is called."""

_HALL: Final = frozenset(
    {
        "called",
        "recalled",
        "completed",
        "no-show",
        "undone",
        "service-suspended",
        "service-resumed",
        "day-opened",
        "day-closed",
        "ticket-issued",
    }
)
_FIELDS: Final = ("counter", "service", "class", "state", "kiosk", "why", "until", "who", "kind")
_HALL_FIELDS: Final = ("counter", "service", "kind")


def events_after(
    journal: Journal, after: int, now_ms: int, *, hall: bool = False
) -> Iterator[tuple[int, bytes]]:
    """(entry number, frame) of the next page of events after entry `after`; the frame of an entry
    that is not told is empty.
    """
    for entry in journal.entries(after=after, limit=PAGE):
        yield entry.seq, _frame(entry, now_ms, hall=hall)


def _frame(entry: Entry, now_ms: int, *, hall: bool) -> bytes:
    name = _STAFF.get(entry.kind)
    if name is None or (hall and name not in _HALL):
        return b""
    body, at = entry.body, entry.hlc >> 16
    told: dict[str, Any] = {"at": at, "old": now_ms - at > OLD_MS}
    if "number" in body and "series" in body:
        told["number"] = label(body["series"], body["number"])
    told |= {each: body[each] for each in (_HALL_FIELDS if hall else _FIELDS) if each in body}
    if not hall and entry.kind.startswith("ticket."):
        told["visit"] = str(entry.subject)
    if not hall and entry.kind == "staff.called":
        told["visit"] = str(entry.subject)
    return frame(name, told, entry.seq)


def frame(name: str, told: Mapping[str, Any], number: int | None = None) -> bytes:
    """One event as it goes over the line."""
    head = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (head, name.encode(), msgspec.json.encode(told))
