"""Invented records go the real way: sealed, journalled, with references; the seed says what is in
them; a device of the field refuses.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.cli.main import main
from provisioning.clock import SystemClock
from provisioning.enrolment.site_layout import demo_plan, lay_out
from provisioning.ids import SeededIds
from provisioning.node.site import Site
from sync.store.database import Store


@pytest.fixture
def site(tmp_path: Path) -> Site:
    from kiosk.cli.enrolment_actions import _agency_codes

    plan = demo_plan(_agency_codes(), [20001, 20002, 20003, 20004])
    lay_out(tmp_path / "site", plan, SeededIds(7), SystemClock().now())
    return Site.open(tmp_path / "site")


def load(site: Site, *more: str) -> int:
    words = ("--site", str(site.dir), "--node", "kiosk-1", "--records", "6", "--json")
    return main(["sync", "load", *words, *more])


def journal(site: Site) -> list[tuple[str, bytes]]:
    with closing(Store.read_only(site.node("kiosk-1").db_path)) as store:
        return [(row[0], bytes(row[1])) for row in store.all("SELECT kind, body FROM journal")]


def test_records_are_sealed_and_have_references(site: Site, capsys: pytest.CaptureFixture[str]):
    assert load(site, "--seed", "3") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], told["last_reference"].count("-")) == (6, 3)
    kinds = [kind for kind, _ in journal(site)]
    assert kinds.count("form.submitted") == 6
    assert not [body for _, body in journal(site) if b"<data" in body]


def test_the_national_mix_has_the_facts_of_the_visits(site: Site):
    assert load(site, "--mix", "national") == 0
    kinds = [kind for kind, _ in journal(site)]
    assert (kinds.count("visit.started"), kinds.count("visit.ended")) == (6, 6)


def test_a_device_of_the_field_refuses(site: Site, capsys: pytest.CaptureFixture[str]):
    path = site.node("kiosk-1").dir / "device.toml"
    text = path.read_text().replace("field = false", "field = true").replace("sim:", "none:")
    path.write_text(text)
    assert load(site) == 2
    assert "device of the field" in capsys.readouterr().err
