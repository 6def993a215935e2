"""The doctor names two of a kind, what was set aside and what a restored centre waits for."""

from __future__ import annotations

import json
from contextlib import closing

import msgspec
import pytest

from kiosk.centre.restoring import begin_restored, kiosks_of_centre
from kiosk.centre.service.doctor_checks import checks
from kiosk.cli.main import main
from kiosk.node.centre_composition import authority
from kiosk.node.database import open_node_database
from kiosk.queue.protocol import ReportedTicket, TicketReport, raw
from provisioning.doctor.runner import Finding, examine
from provisioning.node.site import Node, Site
from sync.journal.node_database import NodeDatabase


def found(node: Node) -> dict[str, Finding]:
    return {each.name: each for each in examine(checks(node))}


def told(database: NodeDatabase, number: int = 1, series: str = "A-K1-") -> ReportedTicket:
    now = database.clock.now()
    since, day = int(now.timestamp() * 1000), now.date().isoformat()
    return ReportedTicket(database.ids.uuid7(), day, series, number, "NRB-02", "normal", 9, since)


def test_all_is_well_in_a_new_site(site: Site) -> None:
    for name in ("kiosk-1", "kiosk-2", "centre", "van-1", "national"):
        assert all(each.ok for each in found(site.node(name)).values())


def test_two_kiosks_with_one_unit_number_are_named(site: Site) -> None:
    path = site.dir / "kiosk-2" / "device.toml"
    path.write_text(path.read_text().replace("unit = 2", "unit = 1"))
    for name in ("kiosk-1", "kiosk-2", "centre"):
        finding = found(site.node(name))["units"]
        assert (finding.ok, finding.code) == (False, 50)
        assert "kiosk-1 and kiosk-2 carry one unit number (1)" in finding.text


def test_units_the_centre_heard_of_count_without_their_folders(site: Site) -> None:
    node = site.node("centre")
    with closing((database := open_node_database(node)).store):
        hall = authority(node, database)
        for kiosk in ("kiosk-1", "kiosk-7"):
            hall.report(kiosk, TicketReport((), unit=1))
    assert "kiosk-1 and kiosk-7" in found(node)["units"].text


def test_numbers_told_twice_and_records_set_aside_are_named(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    node = site.node("centre")
    with closing((database := open_node_database(node)).store):
        hall = authority(node, database)
        for kiosk in ("kiosk-1", "kiosk-2"):
            hall.report(kiosk, TicketReport(raw([told(database)])))
        hall.report("kiosk-2", TicketReport((msgspec.Raw(b"\xc0"),)))
    findings = found(node)
    assert "A-K1-01 (at kiosk-1 and at kiosk-2)" in findings["numbers"].text
    assert findings["set aside"].remedy.startswith("huduma queue set-aside")
    command = findings["set aside"].remedy.split()[1:]
    capsys.readouterr()
    assert main([*command, "--json", "--forget"]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert [(row["kiosk"], row["code"], row["record"]) for row in kept] == [("kiosk-2", 50, "c0")]
    assert found(node)["set aside"].ok


def test_what_a_restored_centre_waits_for_is_named(site: Site) -> None:
    node = site.node("centre")
    with closing((database := open_node_database(node)).store):
        begin_restored(database, kiosks_of_centre(node))
    assert "kiosk-1, kiosk-2 must first tell" in found(node)["restore"].text
