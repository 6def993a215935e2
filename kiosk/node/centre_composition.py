"""What a centre's process is made of: the queue's authority, the skills of its counters, its rules.

Apart from `composition.py`, so that a centre loads nothing of a visit, its forms and its devices.
"""

from __future__ import annotations

from pathlib import Path

from content.catalogue import csv_tables
from content.catalogue.counters import counter_skills
from content.catalogue.opening_hours import OpeningHours
from content.faults import SourcesRefused
from content.pack.pack import Pack
from kiosk.centre.authority import Authority
from kiosk.queue.numbering import series_of
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.rules import CentreRules, ServiceRule, read_roster, with_table
from kiosk.queue.skills import CentreCounters
from provisioning.faults import Fault
from provisioning.node.site import Node
from sync.journal.node_database import NodeDatabase


def authority(node: Node, database: NodeDatabase) -> Authority:
    """The queue's authority over a centre's or a van's own database."""
    counters, rules = counters_and_rules(node)
    return Authority(
        database,
        site=node.settings.node.site,
        policy=PriorityPolicy(),
        counters=counters,
        rules=rules,
        public=node.keys.signing.public_key(),
    )


def counters_and_rules(node: Node) -> tuple[CentreCounters, CentreRules]:
    """The counters of a centre or van and its rules, as far as pack and tables can be read."""
    count, site = node.settings.queue.counters, node.settings.node.site
    try:
        pack = Pack.open(node.pack_dir, node.root_public)
    except Fault as fault:
        return CentreCounters(count, unreadable=fault.with_traceback(None)), CentreRules()
    try:
        counters = CentreCounters(count, counter_skills(pack, site, node.counter_table))
        rules = _rules(node, pack)
    except Fault as fault:
        return CentreCounters(count, unreadable=fault.with_traceback(None)), CentreRules()
    return counters, rules


def _rules(node: Node, pack: Pack) -> CentreRules:
    tables = csv_tables.read({name: pack.read(name) for name in csv_tables.NAMES})
    order = [each.key for each in sorted(tables.categories.values(), key=lambda c: c.order)]
    services = {
        code: ServiceRule(
            code=code,
            agency=service.agency,
            series=series_of(service.category, order),
            names=service.names.texts,
        )
        for code, service in tables.services.items()
    }
    if (table := node.service_table) is not None:
        services = with_table(services, _read(table, "service_table"), table.name)
    roster = node.roster_table
    chosen = node.settings
    keeps_hours = chosen.queue.keep_hours and chosen.node.role == "centre"
    centre = tables.centres.get(chosen.node.site) if keeps_hours else None
    return CentreRules(
        services=services,
        classes=tables.priority_classes,
        agencies=tables.agencies,
        roster=() if roster is None else read_roster(_read(roster, "roster_table"), roster.name),
        hours=OpeningHours(tables.holidays) if centre else None,
        centre=centre,
    )


def _read(table: Path, setting: str) -> bytes:
    try:
        return table.read_bytes()
    except OSError as error:
        raise SourcesRefused(
            f"{table} cannot be read ({error.strerror}); write the table there, or empty the"
            f" setting queue.{setting}."
        ) from error
