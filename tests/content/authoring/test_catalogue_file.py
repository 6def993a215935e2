"""The catalogue's file says what the catalogue says, and people can search it."""

from __future__ import annotations

import pytest
import sqlite_utils

from content.authoring.catalogue_file import write_catalogue_file
from content.faults import SourcesRefused


@pytest.fixture(scope="module")
def opened(catalogue, tmp_path_factory):
    target = tmp_path_factory.mktemp("file") / "catalogue.db"
    counts = write_catalogue_file(catalogue, target)
    database = sqlite_utils.Database(str(target))
    yield target, counts, database
    database.close()


def test_every_row_of_the_catalogue_is_there(opened, catalogue):
    _, counts, database = opened
    assert counts["service"] == len(catalogue.services()) == database["service"].count
    assert counts["form"] == len(catalogue.forms())
    assert counts["string"] == len(catalogue.string_keys())
    assert counts["centre"] == len(catalogue.centres())
    row = database["service"].get("NRB-01")
    service = catalogue.service("NRB-01")
    assert (row["name_en"], row["name_sw"]) == (service.title("en"), service.title("sw"))
    assert (row["fee_kes"], row["fee_status"]) == (service.fee.value, service.fee.status)
    brought = database.query(
        "SELECT requirement FROM service_requirement WHERE service = 'NRB-01' ORDER BY place"
    )
    assert tuple(each["requirement"] for each in brought) == service.requirements.value


def test_people_search_it_and_walk_from_table_to_table(opened):
    _, _, database = opened
    found = {row["code"] for row in database["service"].search("kitambulisho")}
    assert "NRB-01" in found
    targets = {(key.column, key.other_table) for key in database["service"].foreign_keys}
    assert {("agency", "agency"), ("category", "category"), ("county", "county")} <= targets
    assert not list(database.query("PRAGMA foreign_key_check"))
    assert [row["integrity_check"] for row in database.query("PRAGMA integrity_check")] == ["ok"]


def test_it_is_written_once(opened, catalogue):
    target, _, _ = opened
    with pytest.raises(SourcesRefused, match="exists already"):
        write_catalogue_file(catalogue, target)
