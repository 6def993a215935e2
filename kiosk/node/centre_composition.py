"""What a centre's process is made of: the queue's authority and the skills of its counters.

Apart from `composition.py`, so that a centre loads nothing of a visit, its forms and its devices.
"""

from __future__ import annotations

from content.catalogue.counters import counter_skills
from content.pack.pack import Pack
from kiosk.centre.authority import Authority
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.skills import CentreCounters
from provisioning.faults import Fault
from provisioning.node.site import Node
from sync.journal.node_database import NodeDatabase


def authority(node: Node, database: NodeDatabase) -> Authority:
    """The queue's authority over a centre's or a van's own database."""
    return Authority(
        database,
        site=node.settings.node.site,
        policy=PriorityPolicy(),
        counters=counters_of(node),
    )


def counters_of(node: Node) -> CentreCounters:
    """The counters of a centre or van, and what each may serve as far as that can be read."""
    count, site = node.settings.queue.counters, node.settings.node.site
    try:
        pack = Pack.open(node.pack_dir, node.root_public)
        return CentreCounters(count, counter_skills(pack, site, node.counter_table))
    except Fault as fault:
        return CentreCounters(count, unreadable=fault.with_traceback(None))
