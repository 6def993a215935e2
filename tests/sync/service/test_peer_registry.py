"""Who counts as whom, at this moment: dates, revocation, and a number that never goes back."""

from __future__ import annotations

import dataclasses
import os
from datetime import timedelta

import pytest

from provisioning.clock import SystemClock, VirtualClock
from provisioning.enrolment.site_layout import demo_plan, free_ports, lay_out
from provisioning.identity.certificates import issue, sign_registry
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.faults import NotSigned
from sync.service.peer_registry import PeerRegistry


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    clock = SystemClock()
    ids = SystemIds(clock)
    folder = tmp_path_factory.mktemp("peers") / "site"
    lay_out(folder, demo_plan(("NRB",), free_ports(4, ids)), ids, clock.now())
    return Site.open(folder)


@pytest.fixture
def path(tmp_path, site):
    copied = tmp_path / "registry.cbor"
    copied.write_bytes((site.dir / "registry.cbor").read_bytes())
    return copied


@pytest.fixture
def clock(site):
    return VirtualClock(site.registry.issued + timedelta(hours=1))


def put(path, site, number, *, revoked=(), change=lambda each: each):
    certificates = [change(each) for each in site.registry.nodes.values()]
    path.write_bytes(
        sign_registry(
            site.root_key(),
            number=number,
            issued=site.registry.issued,
            certificates=[issue(site.root_key(), each) for each in certificates],
            agencies={},
            revoked=[site.registry.nodes[name].serial for name in revoked],
        )
    )
    os.utime(path, (number, number))


def believes(peers, site, name):
    """Whether `name` counts, by every way of asking."""
    key = site.node(name).keys.curve_public
    said = {peers.named(key) == name, peers.owner(key) is not None, peers.may_send(name, name)}
    try:
        peers.signing_key(name)
        peers.claims(name)
        said.add(True)
    except NotSigned:
        said.add(False)
    (one,) = said
    return one


def test_a_certificate_counts_within_its_dates_only(site, path, clock):
    peers = PeerRegistry(path, site.root_public, clock)
    assert believes(peers, site, "kiosk-1")
    clock.advance(seconds=826 * 86_400)
    assert not believes(peers, site, "kiosk-1")
    clock.trusted = False
    assert believes(peers, site, "kiosk-1")


@pytest.mark.parametrize("days", [(-900, -1), (1, 900)])
def test_one_expired_or_not_yet_valid_certificate_shuts_out_its_own_node(site, path, clock, days):
    now = clock.now()

    def change(each):
        if each.name != "kiosk-2":
            return each
        dates = [now + timedelta(days=day) for day in days]
        return dataclasses.replace(each, not_before=dates[0], not_after=dates[1])

    peers = PeerRegistry(path, site.root_public, clock)
    put(path, site, 2, change=change)
    clock.advance(seconds=2)
    assert believes(peers, site, "kiosk-1")
    assert not believes(peers, site, "kiosk-2")
    assert not peers.may_send("centre", "kiosk-2")


def test_an_older_registry_lets_nobody_back_in_after_a_restart(site, path, clock):
    old = path.read_bytes()
    peers = PeerRegistry(path, site.root_public, clock)
    put(path, site, 2, revoked=["kiosk-2"])
    clock.advance(seconds=2)
    assert not believes(peers, site, "kiosk-2")
    path.write_bytes(old)
    clock.advance(seconds=2)
    assert not believes(peers, site, "kiosk-2")
    again = PeerRegistry(path, site.root_public, clock)
    assert not believes(again, site, "kiosk-2")
    assert believes(again, site, "kiosk-1")
    put(path, site, 3)
    clock.advance(seconds=2)
    assert believes(again, site, "kiosk-2")


def test_a_damaged_or_foreign_memory_of_the_registry_counts_for_nothing(site, path, clock):
    path.with_name("newest-registry.cbor").write_bytes(b"\xd2\x84")
    assert believes(PeerRegistry(path, site.root_public, clock), site, "kiosk-2")
    assert path.with_name("newest-registry.cbor").read_bytes() == path.read_bytes()


def test_every_process_of_the_node_reads_the_newest(site, clock):
    node = site.node("centre")
    copied = node.dir / "keys" / "registry.cbor"
    old = copied.read_bytes()
    put(copied, site, 5, revoked=["van-1"])
    PeerRegistry(copied, node.root_public, clock)
    copied.write_bytes(old)
    assert site.node("centre").registry.number == 5


def test_whom_a_node_sends_to_is_looked_at_every_time(site, path, clock):
    peers = PeerRegistry(path, site.root_public, clock)
    centre, national = (site.registry.nodes[name].curve for name in ("centre", "national"))
    assert (peers.upstream_key("kiosk-1"), peers.upstream_key("centre")) == (centre, national)
    put(path, site, 2, revoked=["centre"])
    clock.advance(seconds=2)
    assert (peers.upstream_key("kiosk-1"), peers.upstream_key("van-1")) == (None, national)
    assert peers.upstream_key("centre") is None  # revoked itself: it speaks to nobody

    def change(each):
        if each.name == "national":
            return dataclasses.replace(each, not_after=clock.now() - timedelta(days=1))
        return dataclasses.replace(each, curve=b"n" * 32) if each.name == "centre" else each

    put(path, site, 3, change=change)
    clock.advance(seconds=2)
    assert peers.upstream_key("kiosk-1") == b"n" * 32  # enrolled anew
    assert peers.upstream_key("van-1") is None  # the national node's certificate ran out
    put(path, site, 4)
    clock.advance(seconds=2)
    assert peers.upstream_key("van-1") == national
