"""Doctor's checks of sync: what waits, when upstream last answered, whether anything is blocked."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from provisioning.clock import EAT
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.identity.certificates import IdentityFault
from provisioning.process_lock import ProcessLock
from sync.faults import Fork, NotAllSent, NotSigned, ShareUsedUp
from sync.service.node_quota import usages
from sync.service.peer_registry import PeerRegistry
from sync.service.status import STALE_S, SyncStatus, read
from sync.store.database import Row, Store

if TYPE_CHECKING:
    from provisioning.node.site import Node

_MANY = 5_000
_RECENT = timedelta(days=7)
"""Batches refused here earlier than this are told, but nobody is sent to them any more."""
_NAMED_MAX = 5
_REASONS = {
    Fork.code: "this database is a copy of another, or was restored: stop this node's services, run"
    " huduma journal restore --site {site} --node {node}, start them again",
    ShareUsedUp.code: "this node sent its share of the day: the rest waits here and goes tomorrow;"
    " find out why it is so much",
    NotSigned.code: "upstream does not accept this node's signature: enrol it again",
}
_RELAYED = {
    Fork.code: "two databases send as {node}: look for a second device with a copy of its disk; if"
    " it was restored, stop its services and run huduma journal restore --site {site}"
    " --node {node} there",
    NotSigned.code: "{node} says what its certificate does not: see which site and unit its"
    " device.toml names, run huduma doctor --site {site} --node {node} there",
}


def checks(node: Node) -> list[Check]:
    """The checks of one node; a national node sends nothing up and has no line."""
    quotas = Check("node quotas", lambda: _quotas(node))
    if node.role == "national":
        return [quotas]
    return [
        Check("sync upstream", lambda: _upstream(node)),
        *([quotas] if node.role == "centre" else []),
        Check("sync line", lambda: _line(node)),
        Check("sync backlog", lambda: _backlog(node)),
        Check("sync refusals", lambda: _refusals(node)),
        Check("sync relay", lambda: _relay(node)),
    ]


def _quotas(node: Node) -> Finding:
    """Who was told "later" today, because it brought its share of the day."""
    name = "node quotas"
    if not node.db_path.exists():
        return well(name, "nothing has been taken in yet")
    with closing(Store.read_only(node.db_path)) as store:
        found = usages(store, node.clock().now()) if store.has_table("node_usage") else []
    over = [each for each in found if each.refused]
    if not over:
        return well(name, f"{len(found)} nodes sent today, none more than its share")
    named = ", ".join(f"{each.node} ({each.bytes >> 20} MB, {each.segments})" for each in over)
    return unwell(
        name,
        f"told to send the rest later (MB and batches today): {named}",
        "nothing is lost, it waits at those nodes; find out why they send so much, revoke a node"
        " that is not to be trusted, or raise [sync] node_day_mb_max",
        ShareUsedUp.code,
    )


def _upstream(node: Node) -> Finding:
    """Whom this node sends to, as its registry says now."""
    name = "sync upstream"
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, node.clock())
    try:
        found = peers.upstream_of(node.name)
    except IdentityFault as fault:
        return unwell(name, fault.message, "bring this node the newest registry", fault.code)
    return well(name, f"sends to {found.name}")


def _status(node: Node) -> SyncStatus | None:
    if not node.db_path.exists():
        return None
    with closing(Store.read_only(node.db_path)) as store:
        return read(store, node.clock().now())


def _line(node: Node) -> Finding:
    name, status = "sync line", _status(node)
    if status is None or status.heard_at is None:
        return well(name, "has not been used yet")
    if status.online:
        return well(name, f"upstream answers, {status.bytes_sent} bytes sent so far")
    waiting = status.waiting + status.relayed_waiting
    heard = f"{status.heard_at.astimezone(EAT):%d %b %Y %H:%M:%S} EAT"
    calm = "nothing is lost and citizens need not wait"
    if not ProcessLock.held(node.lock_path("sync")):
        text = f"the sync service does not run; upstream last answered {heard}; {waiting} wait"
        if not node.settings.node.field:  # on a demo site nothing runs between two tries
            return well(name, text)
        return unwell(name, text, f"start the sync service: {calm}", NotAllSent.code)
    return unwell(
        name,
        f"silent since {heard}; {waiting} wait",
        f"see to the network (silence over {STALE_S:g} s counts as down): {calm}",
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
        "bring the network back, or carry them with a stick: huduma sync export --site"
        f" {node.dir.parent} --node {node.name} --to STICK",
        NotAllSent.code,
    )


def _refusals(node: Node) -> Finding:
    name, status = "sync refusals", _status(node)
    if status is None or status.fault == 0:
        return well(name, "upstream refused nothing")
    remedy = _REASONS.get(status.fault, "report the code; what was refused is kept here")
    remedy = remedy.format(site=node.dir.parent, node=node.name)
    return unwell(name, f"upstream refused a batch (code {status.fault})", remedy, status.fault)


def _relay(node: Node) -> Finding:
    """What this node, a relay, would not take or pass on as it came: of whom, and why."""
    name, rows = "sync relay", _refused_here(node)
    if not rows:
        return well(name, "no batch of another node was refused here")
    newest = max(datetime.fromisoformat(row[3]) for row in rows)
    if node.clock().now() - newest > _RECENT:
        return well(name, f"none refused since {newest.astimezone(EAT):%d %b %Y}")
    named = ", ".join(
        f"{sender}: {count} (code {code})" for sender, code, count, _ in rows[:_NAMED_MAX]
    )
    sender, code = str(rows[0][0]), int(rows[0][1])
    remedy = _RELAYED.get(code, _RELAYED[Fork.code])
    return unwell(
        name,
        f"batches of other nodes were refused here: {named}; the last one"
        f" {newest.astimezone(EAT):%d %b %Y %H:%M:%S} EAT",
        remedy.format(site=node.dir.parent, node=sender),
        code,
    )


def _refused_here(node: Node) -> list[Row]:
    """Node, code, how many and when the newest came; the newest first."""
    if not node.db_path.exists():
        return []
    with closing(Store.read_only(node.db_path)) as store:
        if not store.has_table("relay_refused"):
            return []
        return store.all(
            "SELECT node, code, count(*), max(received_at) FROM relay_refused"
            " GROUP BY node, code ORDER BY max(received_at) DESC"
        )
