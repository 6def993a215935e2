"""The doctor's checks of a centre and its kiosks: two of a kind, records set aside, a restore."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from kiosk.centre.restoring import missing
from kiosk.centre.set_aside import kept_aside
from kiosk.queue.faults import QueueFault
from kiosk.queue.numbering import label, service_day
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.faults import Fault
from provisioning.node.site import Node, Site
from sync.store.database import Store

_QUEUES = frozenset({"centre", "van"})
_DAY_MS = 86_400_000
_NAMED_MAX = 5


def checks(node: Node) -> list[Check]:
    """The checks of `node`."""
    found = []
    if node.role in {"kiosk", "centre"}:
        found.append(Check("units", lambda: _units(node)))
    if node.role in _QUEUES:
        found += [
            Check("numbers", lambda: _asked(node, "numbers", _numbers)),
            Check("set aside", lambda: _asked(node, "set aside", _set_aside)),
            Check("restore", lambda: _asked(node, "restore", _restore)),
        ]
    return found


def _units(node: Node) -> Finding:
    """Kiosks of one centre that carry one unit number give the same numbers when it is away."""
    by_unit: dict[int, set[str]] = {}
    for name, unit in [*_beside(node), *_reported(node)]:
        by_unit.setdefault(unit, set()).add(name)
    for unit, names in sorted(by_unit.items()):
        if len(names) > 1 and (node.role == "centre" or node.name in names):
            return unwell(
                "units",
                f"{' and '.join(sorted(names))} carry one unit number ({unit}): without the centre"
                " both would give the same numbers",
                "give each kiosk its own node.unit in its device.toml and start it again",
                QueueFault.code,
            )
    return well("units", f"{len(by_unit)} kiosks, each with a number of its own")


def _beside(node: Node) -> list[tuple[str, int]]:
    """Name and unit of the kiosks of this centre whose folders lie beside this one."""
    found = []
    with suppress(Fault):
        site = Site.open(node.dir.parent)
        for name in site.entries:
            with suppress(Fault):
                settings = site.node(name).settings.node
                if settings.role == "kiosk" and settings.site == node.settings.node.site:
                    found.append((settings.name, settings.unit))
    return found


def _reported(node: Node) -> list[tuple[str, int]]:
    """Name and unit of the kiosks that reported to this centre."""
    store = _open(node) if node.role == "centre" else None
    if store is None:
        return []
    try:
        since = _now_ms(node) - 7 * _DAY_MS
        rows = store.all("SELECT kiosk, unit FROM line_kiosk WHERE heard_at >= ?", (since,))
    finally:
        store.close()
    return [(str(row[0]), int(row[1])) for row in rows]


def _numbers(node: Node, store: Store) -> Finding:
    rows = store.all(
        "SELECT DISTINCT a.series, a.number, a.kiosk, b.kiosk FROM line_ticket a"
        " JOIN line_ticket b USING (site, day, series, number)"
        " WHERE a.twin > 0 AND b.twin = 0 AND a.since >= ?",
        (_now_ms(node) - _DAY_MS,),
    )
    if not rows:
        return well("numbers", "no number was told to two people")
    named = [
        f"{label(row[0], row[1])} (at {' and at '.join(sorted({row[2], row[3]}))})"
        for row in rows[:_NAMED_MAX]
    ]
    return unwell(
        "numbers",
        f"told to two people each: {', '.join(named)}",
        "both stand in line; look for two kiosks with one unit number or with copies of one disk",
        QueueFault.code,
    )


def _set_aside(node: Node, store: Store) -> Finding:
    kept = kept_aside(store)
    if not kept:
        return well("set aside", "every record of the kiosks was taken")
    kiosks = ", ".join(sorted({each.kiosk for each in kept}))
    return unwell(
        "set aside",
        f"{len(kept)} records of {kiosks} could not be taken; the newest: {kept[0].why}",
        f"huduma queue set-aside --site {node.dir.parent} --node {node.name}",
        QueueFault.code,
    )


def _restore(node: Node, store: Store) -> Finding:
    names = missing(store, service_day(node.clock().now()).isoformat())
    if not names:
        return well("restore", "the line is complete")
    return unwell(
        "restore",
        f"restored; {', '.join(names)} must first tell what they know, until then no number is"
        " granted",
        "start these kiosks; tomorrow numbers begin anew without them",
        QueueFault.code,
    )


def _asked(node: Node, name: str, ask: Callable[[Node, Store], Finding]) -> Finding:
    store = _open(node)
    if store is None:
        return well(name, "no queue yet")
    try:
        return ask(node, store)
    finally:
        store.close()


def _open(node: Node) -> Store | None:
    """The node's database when it has the tables of this release."""
    if not node.db_path.exists():
        return None
    store = Store.read_only(node.db_path)
    if store.has_table("line_set_aside"):
        return store
    store.close()
    return None


def _now_ms(node: Node) -> int:
    return int(node.clock().now().timestamp() * 1000)
