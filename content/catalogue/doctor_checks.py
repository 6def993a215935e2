"""The doctor's checks of content: the pack, its age, its texts, its holidays, its counters.

Nothing here changes anything, and no check needs a network.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Protocol

from content.catalogue.catalogue import Catalogue
from content.catalogue.counters import counter_skills
from content.pack.pack import Pack
from provisioning.clock import EAT, Clock
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.settings.schema import Settings

OLD_AFTER_DAYS = 183
"""Fees move; a pack older than half a year is worth a question."""

HOLIDAYS_AHEAD_DAYS = 60

QUEUE_ROLES = frozenset({"centre", "van"})
"""The nodes that call people to counters."""


class ContentNode(Protocol):
    """What these checks need of a node."""

    @property
    def pack_dir(self) -> Path: ...

    @property
    def root_public(self) -> bytes: ...

    @property
    def role(self) -> str: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def counter_table(self) -> Path | None: ...

    def clock(self) -> Clock: ...


def checks(node: ContentNode) -> list[Check]:
    """The checks of one node."""
    found = [
        Check("content.pack", lambda: _pack(node)),
        Check("content.age", lambda: _age(node)),
        Check("content.words", lambda: _words(node)),
        Check("content.holidays", lambda: _holidays(node)),
    ]
    if node.role in QUEUE_ROLES:
        found.append(Check("content.counters", lambda: _counters(node)))
    return found


def _pack(node: ContentNode) -> Finding:
    manifest = Pack.open(node.pack_dir, node.root_public).manifest
    text = f"pack {manifest.id} version {manifest.version}, {len(manifest.files)} files verified"
    return well("content.pack", text)


def _age(node: ContentNode) -> Finding:
    made = Pack.open(node.pack_dir, node.root_public).manifest.valid_from
    days = (node.clock().now() - made) // timedelta(days=1)
    if days > OLD_AFTER_DAYS:
        text = f"the pack is {days} days old; fees may have changed"
        return unwell("content.age", text, "Install a newer pack.", 34)
    return well("content.age", f"{days} days old")


def _words(node: ContentNode) -> Finding:
    catalogue = Catalogue.open(node.pack_dir, node.root_public)
    forms, services = len(catalogue.forms()), len(catalogue.services())
    if not forms or not services:
        text = f"{services} services and {forms} forms"
        return unwell("content.words", text, "Install a complete pack.", 34)
    confirm = sum(1 for service in catalogue.services() if service.fee.confirm)
    text = f"{services} services ({confirm} with a fee to confirm at the desk), {forms} forms"
    return well("content.words", f"{text}, {len(catalogue.string_keys())} texts in two languages")


def _holidays(node: ContentNode) -> Finding:
    catalogue = Catalogue.open(node.pack_dir, node.root_public)
    last = max(catalogue.opening_hours.holidays)
    left = (last - node.clock().now().astimezone(EAT).date()).days
    if left < HOLIDAYS_AHEAD_DAYS:
        text = f"the pack knows public holidays only to {last:%d/%m/%Y}"
        return unwell("content.holidays", text, "Install a newer pack.", 34)
    return well("content.holidays", f"known to {last:%d/%m/%Y}")


def _counters(node: ContentNode) -> Finding:
    pack = Pack.open(node.pack_dir, node.root_public)
    site, count = node.settings.node.site, node.settings.queue.counters
    skills = counter_skills(pack, site, node.counter_table)
    above = sorted(counter for counter in skills if counter > count)
    if above and node.counter_table is not None:
        return unwell(
            "content.counters",
            f"the table of counters names {above[0]}, and the centre has {count}",
            "Raise queue.counters, or take the row out of the table.",
            33,
        )
    named = ", ".join(f"{n}: {skills[n].serves}" for n in sorted(skills) if n <= count)
    return well("content.counters", f"{count} counters; {named or 'each serves every service'}")
