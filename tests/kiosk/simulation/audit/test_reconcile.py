"""Reckoning: a form that only waits for the network is never called lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.node.database import open_node_database
from kiosk.simulation.audit.reconcile import _not_yet_sent
from kiosk.simulation.site.demo_site import new_demo_site
from sync.service.engine import open_node_store


@pytest.mark.parametrize("after", [0, 1, 9])
def test_a_form_waits_however_much_was_noted_for_the_site_alone_since(
    after: int, tmp_path: Path
) -> None:
    node = new_demo_site(tmp_path / "site").node("kiosk-1")
    open_node_store(node).close()
    database = open_node_database(node)
    sealed = {"capsule": bytes(16), "index": 0, "sealed": b"", "form": "lost_id", "version": "1"}
    body = sealed | {"agency": "NRB", "service": "NRB-02", "reference": "NRB-7C4ZNX-31"}
    with database.store.transaction() as tx:
        database.journal.append(
            tx, "form.submitted", database.ids.uuid7(), body, audience="agency:NRB"
        )
        for _ in range(after):
            called = {"site": "HC-001", "state": "home"}
            database.journal.append(tx, "staff.called", database.ids.uuid7(), called)
    assert _not_yet_sent(node) == {"NRB-7C4ZNX-31"}
    database.store.close()
