"""Who may ask a centre for numbers, at this message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.centre.service.server import kiosks_of
from provisioning.clock import SystemClock, VirtualClock
from provisioning.enrolment.site_layout import demo_plan, free_ports, lay_out
from provisioning.identity.certificates import issue, sign_registry
from provisioning.ids import SystemIds
from provisioning.node.site import Site


@pytest.fixture
def site(tmp_path):
    clock = SystemClock()
    ids = SystemIds(clock)
    lay_out(tmp_path / "site", demo_plan(("NRB",), free_ports(4, ids)), ids, clock.now())
    return Site.open(tmp_path / "site")


def test_a_revoked_kiosk_gets_no_number(site):
    clock = VirtualClock(site.registry.issued + timedelta(hours=1))
    centre, nodes = site.node("centre"), site.registry.nodes
    allowed = kiosks_of(centre, clock)
    assert allowed(nodes["kiosk-2"].curve) == "kiosk-2"
    assert allowed(nodes["van-1"].curve) is None
    fresh = sign_registry(
        site.root_key(),
        number=2,
        issued=clock.now(),
        certificates=[issue(site.root_key(), each) for each in nodes.values()],
        agencies={},
        revoked=[nodes["kiosk-2"].serial],
    )
    path = centre.dir / "keys" / "registry.cbor"
    path.unlink()
    path.write_bytes(fresh)
    clock.advance(seconds=2)
    assert allowed(nodes["kiosk-2"].curve) is None
    assert allowed(nodes["kiosk-1"].curve) == "kiosk-1"


def test_a_kiosk_whose_certificate_ran_out_gets_no_number(site):
    clock = VirtualClock(site.registry.issued + timedelta(hours=1))
    allowed = kiosks_of(site.node("centre"), clock)
    key = site.registry.nodes["kiosk-1"].curve
    assert allowed(key) == "kiosk-1"
    clock.advance(seconds=826 * 86_400)
    assert allowed(key) is None
