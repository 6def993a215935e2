"""Site: a whole deployment in one folder, or nothing at all."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from provisioning.enrolment import site_layout
from provisioning.enrolment.site_layout import NodePlan, demo_plan, free_ports, lay_out
from provisioning.identity.keys import KeyFault
from provisioning.ids import SeededIds
from provisioning.node.site import SOCKET_PATH_MAX, Site, SiteFault, socket_path
from provisioning.settings.toml_reader import SettingsMissing


def plan():
    return demo_plan(["NRB"], [20001, 20002, 20003, 20004])


def test_every_node_loads_and_knows_every_other(site):
    assert site.demo
    assert [node.name for node in site.nodes("kiosk", "van")] == ["kiosk-1", "kiosk-2", "van-1"]
    for node in site.nodes():
        assert node.certificate.name == node.name
        assert set(node.registry.nodes) == set(site.entries)
        assert node.root_public == site.root_public
        assert node.pack_dir == site.dir / "pack"
        assert node.db_path == site.dir / node.name / "huduma.db"


def test_the_endpoints_meet(site):
    by_name = {node.name: node.settings for node in site.nodes()}
    centre = by_name["centre"]
    for name in ("kiosk-1", "kiosk-2"):
        assert by_name[name].queue.centre_endpoint == centre.queue.listen_endpoint
        assert by_name[name].sync.upstream_endpoint == centre.sync.listen_endpoint
    for name in ("centre", "van-1"):
        assert by_name[name].sync.upstream_endpoint == by_name["national"].sync.listen_endpoint
    van = by_name["van-1"]
    assert van.queue.centre_endpoint == van.queue.listen_endpoint
    assert van.node.site != by_name["kiosk-1"].node.site
    units = [by_name[name].node.unit for name in ("kiosk-1", "kiosk-2")]
    assert units == [1, 2]


def test_no_secret_is_readable_by_others(site):
    for path in site.dir.rglob("*"):
        if path.suffix == ".key":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path


def test_no_two_secrets_are_equal(site):
    keys = [path.read_text().split()[2] for path in site.dir.rglob("*.key")]
    assert len(keys) == 1 + 2 * 3 + 5 * 3
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("what", ["file inside", "a file", "site"])
def test_a_folder_in_use_is_refused_and_left_alone(tmp_path, what, clock):
    target = tmp_path / "here"
    if what == "a file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / ("site.toml" if what == "site" else "holiday.jpg")).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SiteFault, match="not an empty folder"):
        lay_out(target, plan(), SeededIds(), clock.now())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("existed", [True, False])
def test_a_lay_out_that_fails_leaves_nothing_behind(tmp_path, clock, existed):
    class Tired(SeededIds):
        left = 12

        def token(self, length: int) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise OSError(28, "No space left on device")
            return super().token(length)

    target = tmp_path / "site"
    if existed:
        target.mkdir()
    with pytest.raises(SiteFault, match="No space left"):
        lay_out(target, plan(), Tired(), clock.now())
    assert target.exists() == existed
    assert not existed or not list(target.iterdir())


def test_free_ports_differ_and_nobody_listens_there():
    class Sticky(SeededIds):
        """Offers the same port twice, and one that is taken."""

        def __init__(self, taken: int) -> None:
            super().__init__()
            offset = taken - site_layout._PORTS_FIRST
            self.offers = [each.to_bytes(4, "big") for each in (offset, 5, 5, 6)]

        def token(self, length: int) -> bytes:
            return self.offers.pop(0)

    with socket.socket() as listener:
        for taken in range(31_000, 32_000):
            try:
                listener.bind(("127.0.0.1", taken))
                break
            except OSError:
                continue
        listener.listen()
        assert free_ports(2, Sticky(taken)) == [20_005, 20_006]


def test_what_is_no_site_says_how_to_make_one(tmp_path):
    with pytest.raises(SiteFault, match="huduma provision demo"):
        Site.open(tmp_path)
    (tmp_path / "site.toml").write_text("name = ")
    with pytest.raises(SiteFault, match="damaged"):
        Site.open(tmp_path)


def test_strangers_are_named_with_who_is_there(site):
    with pytest.raises(SiteFault, match="no node kiosk-7; it has national, centre"):
        site.node("kiosk-7")
    with pytest.raises(SiteFault, match="no agency XX; it has NRB"):
        site.agency_key("XX")


def test_missing_parts_of_a_node_are_named(site):
    (site.dir / "kiosk-1" / "keys" / "root.pub").write_text("zz")
    with pytest.raises(KeyFault, match=r"root\.pub"):
        _ = site.node("kiosk-1").registry
    (site.dir / "kiosk-1" / "device.toml").unlink()
    with pytest.raises(SettingsMissing):
        site.node("kiosk-1")


def test_socket_paths_fit_in_a_socket_however_deep_the_site_lies(tmp_path):
    near = socket_path(Path("/tmp") / f"g{os.getpid()}", "core")
    assert near.startswith("/tmp/g")
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 6)
    path = socket_path(deep, "core")
    assert len(path) <= SOCKET_PATH_MAX
    assert path == socket_path(deep, "core")
    assert path != socket_path(deep / "other", "core")
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    Path(path).unlink()
    Path(path).parent.chmod(0o777)
    with pytest.raises(SiteFault, match="belongs to somebody else"):
        socket_path(deep, "core")
    Path(path).parent.rmdir()
    Path(socket_path(deep / "other", "core")).parent.rmdir()
    Path(near).parent.rmdir()
    Path(near).parent.parent.rmdir()


def test_the_same_ids_and_time_lay_out_the_same_registry(tmp_path, pristine):
    lay_out(
        tmp_path / "again",
        demo_plan(["NRB", "KRA", "DIS"], [20001, 20002, 20003, 20004]),
        SeededIds(7),
        VirtualClock().now(),
    )
    again = (tmp_path / "again" / "registry.cbor").read_bytes()
    assert again == (pristine / "registry.cbor").read_bytes()


def test_a_plan_may_name_any_nodes(tmp_path, clock):
    one = site_layout.SitePlan(
        "Bench",
        "B1",
        1,
        [NodePlan("solo", "national", "B1", 0, {"sync": {"listen_endpoint": "tcp://h:1"}})],
        [],
    )
    lay_out(tmp_path / "bench", one, SeededIds(), clock.now())
    assert Site.open(tmp_path / "bench").node("solo").certificate.county == 1
