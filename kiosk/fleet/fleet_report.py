"""Fleet report: how every node of a country stands, from what the national node has of it.

Seen: when something of a node arrived last. Silent: enrolled, and nothing of it for `SILENT`, or
never. Lag: from the newest thing that happened to its arrival. Gap: what a centre saw the
national node acknowledge and it no longer has. One pass over the entries that are in clear; nothing
is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from provisioning.identity.certificates import Registry
from sync.answers.answer_store import AnswerStore, RefusedList
from sync.batches.batch import Stream
from sync.journal.hlc import to_time
from sync.national.store import NationalStore, Quarantined
from sync.service.witness import WITNESS_KIND

SILENT = timedelta(hours=24)


@dataclass(slots=True)
class FleetNode:
    """One enrolled node, or one whose records lie here although the registry names it no more."""

    name: str
    role: str
    site: str
    revoked: bool = False
    seen: datetime | None = None
    newest: datetime | None = None
    entries: int = 0
    segments: int = 0
    aside: int = 0
    gaps: int = 0
    refused_today: int = 0

    def silent(self, now: datetime) -> bool:
        """Whether somebody should go and look."""
        return not self.revoked and (self.seen is None or now - self.seen > SILENT)

    @property
    def lag(self) -> timedelta | None:
        """How long its newest entry took to arrive; never below zero."""
        if self.seen is None or self.newest is None:
            return None
        return max(timedelta(), self.seen - self.newest)


@dataclass(slots=True)
class FleetReport:
    """The fleet at one moment."""

    at: datetime
    nodes: dict[str, FleetNode]
    quarantine: list[Quarantined]
    answers: Mapping[str, int]
    answers_refused: list[RefusedList] = field(default_factory=list)

    @property
    def ordered(self) -> list[FleetNode]:
        """Silent ones first, then by site and name."""
        return sorted(
            self.nodes.values(), key=lambda each: (not each.silent(self.at), each.site, each.name)
        )


def fleet_report(
    store: NationalStore, registry: Registry, answers: AnswerStore, now: datetime
) -> FleetReport:
    """Look at everything once."""
    nodes = {
        each.name: FleetNode(each.name, each.role, each.site, each.serial in registry.revoked)
        for each in registry.nodes.values()
        if each.role != "national"
    }
    tails: dict[Stream, int] = {}
    for count in store.counts():
        node = nodes.setdefault(
            count.stream.node, FleetNode(count.stream.node, "unknown", "", revoked=True)
        )
        seen = datetime.fromisoformat(count.received_at).astimezone(UTC)
        node.seen = seen if node.seen is None else max(node.seen, seen)
        node.entries += count.entries
        node.segments += count.segments
        tails[count.stream] = count.last_seq
    _read_entries(store, nodes, tails)
    for row in store.quarantine():
        if row.stream.node in nodes:
            nodes[row.stream.node].aside += 1
    for used in store.usages(now):
        if used.node in nodes:
            nodes[used.node].refused_today = used.refused
    return FleetReport(now, nodes, store.quarantine(), answers.heads(), answers.refused())


def _read_entries(
    store: NationalStore, nodes: Mapping[str, FleetNode], tails: Mapping[Stream, int]
) -> None:
    witnessed: dict[Stream, int] = {}
    for entry in store.entries_for("national"):
        node, at = nodes[entry.stream.node], to_time(entry.hlc)
        node.newest = at if node.newest is None else max(node.newest, at)
        if entry.kind == WITNESS_KIND:
            epoch, last = entry.body.get("epoch"), entry.body.get("last")
            if isinstance(epoch, bytes) and isinstance(last, int):
                stream = Stream(str(entry.body.get("node", "")), epoch)
                witnessed[stream] = max(witnessed.get(stream, 0), last)
    for stream, last in witnessed.items():
        if stream.node in nodes and tails.get(stream, 0) < last:
            nodes[stream.node].gaps += 1
