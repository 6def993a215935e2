"""Reconcile: compares what citizens were shown with journals, spools, agencies and every byte of
the site's files. No service is asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from content.catalogue.catalogue import Catalogue
from kiosk.queue.numbering import label
from kiosk.simulation.audit.disk_search import duplicates, search
from kiosk.simulation.site.drain import sync_status
from kiosk.simulation.site.site_runner import SiteRunner
from kiosk.simulation.stories.player import ObservedVisits
from provisioning.ids import SystemIds
from provisioning.node.site import Node, Site
from sync.agency.inbox import open_all
from sync.agency.signed_records import SignedRecords, signing_keys
from sync.national.gateway_service import database_url
from sync.national.open_store import open_database
from sync.store.database import Store


@dataclass(slots=True)
class ReconcileSummary:
    """The counts of a story or a day. `agrees` is the verdict."""

    tickets_told: int = 0
    tickets_proven: int = 0
    tickets_unknown: int = 0
    duplicate_numbers: int = 0
    forms_told: int = 0
    forms_opened: int = 0
    lost: int = 0
    plaintext_hits: int = 0
    batches_acked: int = 0
    bytes_sent: int = 0
    visits: int = 0
    forms_waiting: int = 0
    forms_untold: int = 0
    second_originals: int = 0
    answers_told: int = 0
    answers_known: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether everything citizens were told is true."""
        wrong = (self.duplicate_numbers, self.lost, self.plaintext_hits, self.second_originals)
        return (
            not any(wrong)
            and self.tickets_told == self.tickets_proven + self.tickets_unknown
            and self.forms_told == self.forms_opened + self.forms_waiting
            and self.answers_told == self.answers_known
        )

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self) | {"agrees": self.agrees}, indent=2) + "\n")


def reckon(
    runner: SiteRunner,
    heard: ObservedVisits,
    before: set[tuple[Path, int]],
    earlier: AbstractSet[str] = frozenset(),
) -> ReconcileSummary:
    """The summary; `before` are the typed values that stood in files before anybody typed,
    `earlier` the references that agencies could open by then.
    """
    found = ReconcileSummary(visits=heard.visits)
    _tickets(runner, heard, found)
    _forms(runner, heard, found, earlier)
    public = public_words(runner)
    for hit in clear_values(runner, heard.typed):
        if (hit[0], hit[1]) not in before and heard.typed[hit[1]].strip().casefold() not in public:
            found.plaintext_hits += 1
            found.notes.append(f"typed value {hit[1]} stands in {hit[0]}")
    for node in (*runner.nodes, *runner.site.nodes("centre")):
        status = sync_status(node)
        found.batches_acked += status.segments_acked
        found.bytes_sent += status.bytes_sent
    return found


def clear_values(runner: SiteRunner, typed: Sequence[str]) -> set[tuple[Path, int]]:
    """(file, number of the typed value) wherever one stands in clear; the signed pack is public,
    and so is what stories leave in `out` (slips and pictures of screens). A database and its
    write-ahead log are one file here: what stood in the one may move to the other.
    """
    spared = (runner.site.dir / "pack", runner.out)
    return {
        (hit.path.with_name(hit.path.name.removesuffix("-wal")), hit.value)
        for hit in search(runner.site.dir, typed, but=spared)
    }


def public_words(runner: SiteRunner) -> set[str]:
    """Words that journals hold for everybody to read, casefolded: ids of services, forms and
    agencies, and the numbers on the wall. Typing one of them gives nobody away.
    """
    node = runner.nodes[0]
    catalogue = Catalogue.open(node.pack_dir, node.root_public)
    found = {each.code for each in catalogue.services()}
    found |= {each.code for each in catalogue.agencies()}
    for form in catalogue.forms():
        found |= {form.id, *form.id.split("_")}
    for each in runner.nodes:
        found |= {number for _, _, number, _ in _ticket_rows(each)}
        found.add(each.name)
    return {word.casefold() for word in found}


def _tickets(runner: SiteRunner, heard: ObservedVisits, found: ReconcileSummary) -> None:
    found.tickets_told = len(heard.tickets)
    nodes = {node.name: node for node in runner.nodes}
    numbers: list[tuple[str, str, str]] = []
    proven: dict[tuple[str, str], str] = {}
    for node in nodes.values():
        for site, day, number, state in _ticket_rows(node):
            numbers.append((site, day, number))
            proven[node.name, number] = state
        found.second_originals += _unmarked_repeats(node)
    told = list(heard.tickets.values())
    given = Counter((site, number) for site, _, number in set(numbers))
    said = Counter((nodes[name].settings.node.site, number) for name, number in told)
    # The same number on two codes is right only when it was given on two days.
    found.duplicate_numbers = duplicates(numbers) + sum(
        max(0, count - max(1, given[each])) for each, count in said.items()
    )
    for name, number in told:
        state = proven.get((name, number), "")
        if not state:
            found.lost += 1
            found.notes.append(f"ticket {number} of {name} is in no journal")
        elif state == "printed":
            found.tickets_proven += 1
        else:
            found.tickets_unknown += 1
            found.notes.append(f"slip of {number} of {name}: {state}")


def _ticket_rows(node: Node) -> list[tuple[str, str, str, str]]:
    """(site, day, number, state of the newest slip) from the journal and the spool."""
    with closing(Store.read_only(node.db_path)) as store:
        rows = store.all(
            "SELECT t.site, t.day, t.series, t.number, (SELECT state FROM print_job p WHERE"
            " p.subject = t.visit ORDER BY (state = 'printed') DESC, seq DESC LIMIT 1)"
            " FROM ticket t JOIN journal j ON j.seq = t.seq AND j.kind = 'ticket.issued'"
        )
    return [(row[0], row[1], label(row[2], row[3]), row[4] or "none") for row in rows]


def _unmarked_repeats(node: Node) -> int:
    """Tickets with more than one slip sent as an original."""
    with closing(Store.read_only(node.db_path)) as store:
        row = store.one(
            "SELECT count(*) FROM (SELECT subject FROM print_attempt a JOIN print_job j"
            " ON j.id = a.job WHERE a.copy <= 1 AND j.kind = 'ticket' AND a.purpose = 'slip'"
            " GROUP BY subject HAVING count(*) > 1)"
        )
    return int(row[0]) if row else 0


def _forms(
    runner: SiteRunner, heard: ObservedVisits, found: ReconcileSummary, earlier: AbstractSet[str]
) -> None:
    found.forms_told = len(heard.references)
    opened = opened_references(runner.site)
    waiting = {reference for node in runner.nodes for reference in _not_yet_sent(node)}
    for reference in heard.references:
        if reference in opened:
            found.forms_opened += 1
        elif reference in waiting:
            found.forms_waiting += 1
            found.notes.append(f"form {reference} waits to be sent")
        else:
            found.lost += 1
            found.notes.append(f"form {reference} opens at no agency")
    found.forms_untold = len(opened - earlier - set(heard.references))


def _not_yet_sent(node: Node) -> set[str]:
    """References whose journal entry the national node has not acknowledged."""
    sent = sync_status(node).sent_seq
    with closing(Store.read_only(node.db_path)) as store:
        rows = store.all("SELECT reference FROM form_receipt WHERE seq > ?", (sent,))
    return {str(row[0]) for row in rows}


def opened_references(site: Site) -> set[str]:
    """The references of every form that its node signed and some agency opens with its key."""
    node = next(site.nodes("national"))
    with closing(open_database(database_url(node, None), SystemIds(node.clock()))) as store:
        return {
            str(each.entry.body.get("reference"))
            for code in site.agencies()
            for each in open_all(
                SignedRecords(store, signing_keys(site.registry)), code, site.agency_key(code)
            ).opened
            if each.entry.kind == "form.submitted"
        }


def table(summary: ReconcileSummary) -> list[tuple[str, Any]]:
    """The summary as lines for people."""
    return [
        ("visits", summary.visits),
        ("tickets told", summary.tickets_told),
        ("tickets on paper, proven", summary.tickets_proven),
        ("tickets whose paper is not known", summary.tickets_unknown),
        ("numbers given twice", summary.duplicate_numbers),
        ("unmarked second originals", summary.second_originals),
        ('forms told "received"', summary.forms_told),
        ("forms the agencies opened", summary.forms_opened),
        ("forms waiting to be sent", summary.forms_waiting),
        ("forms stored but not yet told (cut off)", summary.forms_untold),
        ("answers that kiosks and van should know", summary.answers_told),
        ("answers that they know", summary.answers_known),
        ("lost", summary.lost),
        ("personal data found in clear", summary.plaintext_hits),
        ("batches acknowledged", summary.batches_acked),
        ("bytes sent", summary.bytes_sent),
    ]
