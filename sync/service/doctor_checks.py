"""Doctor's checks of sync: what waits, when upstream last answered, whether anything is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.clock import EAT
from provisioning.doctor.runner import Check, Finding, unwell, well
from sync.faults import Fork, NotAllSent, NotSigned
from sync.service.status import STALE_S, SyncStatus, read
from sync.store.database import Store

if TYPE_CHECKING:
    from provisioning.node.site import Node

_MANY = 5_000
_REASONS = {
    Fork.code: "this database is a copy of another, or was restored: stop this node's services, run"
    " huduma journal restore --site {site} --node {node}, start them again",
    NotSigned.code: "upstream does not accept this node's signature: enrol it again",
}


def checks(node: Node) -> list[Check]:
    """The checks of one node; a national node sends nothing up and has none."""
    if node.role == "national":
        return []
    return [
        Check("sync line", lambda: _line(node)),
        Check("sync backlog", lambda: _backlog(node)),
        Check("sync refusals", lambda: _refusals(node)),
    ]


def _status(node: Node) -> SyncStatus | None:
    if not node.db_path.exists():
        return None
    store = Store.read_only(node.db_path)
    try:
        return read(store, node.clock().now())
    finally:
        store.close()


def _line(node: Node) -> Finding:
    name, status = "sync line", _status(node)
    if status is None or status.heard_at is None:
        return well(name, "has not been used yet")
    if status.online:
        return well(name, f"upstream answers, {status.bytes_sent} bytes sent so far")
    waiting = status.waiting + status.relayed_waiting
    return unwell(
        name,
        f"silent since {status.heard_at.astimezone(EAT):%d %b %Y %H:%M:%S} EAT; {waiting} wait",
        "if this node was stopped, start its services; if it runs, see to the network (silence"
        f" over {STALE_S:g} s counts as down): nothing is lost and citizens need not wait",
        NotAllSent.code,
    )


def _backlog(node: Node) -> Finding:
    name, status = "sync backlog", _status(node)
    waiting = 0 if status is None else status.waiting + status.relayed_waiting
    if waiting <= _MANY:
        return well(name, f"{waiting} wait for the national node")
    return unwell(
        name,
        f"{waiting} wait for the national node",
        "bring the network back, or carry them with a stick",
        NotAllSent.code,
    )


def _refusals(node: Node) -> Finding:
    name, status = "sync refusals", _status(node)
    if status is None or status.fault == 0:
        return well(name, "upstream refused nothing")
    remedy = _REASONS.get(status.fault, "report the code; what was refused is kept here")
    remedy = remedy.format(site=node.dir.parent, node=node.name)
    return unwell(name, f"upstream refused a batch (code {status.fault})", remedy, status.fault)
