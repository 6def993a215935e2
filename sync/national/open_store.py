"""Which database a national node uses: one table from URL scheme to the port's implementation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from provisioning.faults import UsageFault
from provisioning.ids import Ids
from sync.national.sqlite_store import EmbeddedStore
from sync.national.store import NationalStore
from sync.service.node_quota import NodeQuota

DATABASES: Mapping[str, Callable[[str, Ids, NodeQuota | None], NationalStore]] = {
    "sqlite": lambda rest, ids, quota: EmbeddedStore.open(Path(rest), ids, quota),
}
"""Scheme of `SCHEME:///REST` to what opens it."""


def open_database(url: str, ids: Ids, quota: NodeQuota | None = None) -> NationalStore:
    """The store at `url`, such as `sqlite:///DIR/huduma.db`; raises `UsageFault`, `StoreFault`."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in DATABASES:
        known = ", ".join(f"{name}:///..." for name in DATABASES)
        raise UsageFault(f"The database {scheme}://... is of no kind known here; use {known}.")
    # sqlite:///relative and sqlite:////absolute, as everywhere else.
    return DATABASES[scheme](rest.removeprefix("/"), ids, quota)
