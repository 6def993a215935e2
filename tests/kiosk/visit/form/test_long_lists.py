"""A list of 20,000 villages at a kiosk: searched and chosen, and never kept as Python nodes."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from benchmarks.forms import generate
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, TranslatedText
from content.form_library.form_cache import KEPT, FormOpener
from content.form_library.sqlite_choice_tables import SqliteTables
from content.xforms.faults import NotAForm
from content.xforms.parse.memory import loading
from content.xforms.parse.reader import parse_form
from content.xforms.tree import XmlNode
from kiosk.tools.form_tryout.preview import begin
from kiosk.tools.form_tryout.preview_ports import SingleFormCatalogue
from kiosk.ui_protocol.view import Activated, Edited
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from tests.content.xforms.bench import bind, xform

ROWS = 20_000
VISIT = UUID("01980000-0000-7000-8000-000000000001")
BODY = (
    '<select1 ref="/data/village" appearance="autocomplete"><label>Village</label>'
    '<itemset nodeset="instance(\'villages\')/root/item"><value ref="name"/>'
    '<label ref="label"/></itemset></select1>'
)


def villages() -> bytes:
    rows = [f"v{at},Kijiji {at:05},c{at % 47}" for at in range(ROWS)]
    return "\n".join(["name,label,county", *rows, ""]).encode()


def asset(title: str = "Villages") -> FormAsset:
    model = (
        '<instance id="villages" src="jr://file-csv/villages.csv"/>'
        + bind("/data/village", type="string", required="true()")
        + bind(
            "/data/county", calculate="instance('villages')/root/item[name=/data/village]/county"
        )
        + bind("/data/chance", calculate="once(random())")
        + bind("/data/place", type="geopoint")
        + '<odk:setgeopoint event="odk-instance-first-load" ref="/data/place"/>'
    )
    xml = xform("<village/><county/><chance/><place/>", model, BODY, title)
    return FormAsset(
        "test", "7", TranslatedText({"en": title}), "", "", 1, xml, {"villages.csv": villages()}
    )


def nodes_alive() -> int:
    gc.collect()
    return sum(1 for each in gc.get_objects() if isinstance(each, XmlNode))


@pytest.fixture
def opener() -> FormOpener:
    return FormOpener()


def start(opener: FormOpener, form: FormAsset, visit: UUID = VISIT, **more: Any) -> Any:
    clock = VirtualClock()
    return opener.start(form, visit, now=clock.now, ids=SeededIds(1), **more)


def test_twenty_thousand_rows_stay_in_sqlite(opener):
    before = nodes_alive()
    record = start(opener, asset())
    record.set("/data/village", "v12345")
    assert record.values()["/data/county"] == "c31"
    assert nodes_alive() - before < 500


def test_the_same_form_is_parsed_once_and_another_list_is_another_form(opener):
    one = asset()
    assert opener.form(one) is opener.form(asset())
    short = FormAsset(
        one.id,
        one.version,
        one.titles,
        "",
        "",
        1,
        one.xml,
        {"villages.csv": b"name,label,county\n"},
    )
    assert opener.form(short) is not opener.form(one)
    assert start(opener, short).node("/data/village").choices == ()
    kept = opener.form(one)
    for number in range(KEPT):
        opener.form(asset(f"Other {number}"))
    assert opener.form(one) is not kept


def test_a_visit_sees_the_same_chance_twice_and_another_visit_another(opener):
    form = asset()
    chance = start(opener, form).values()["/data/chance"]
    assert start(opener, form).values()["/data/chance"] == chance
    assert start(opener, form, UUID(int=VISIT.int + 1)).values()["/data/chance"] != chance


def test_a_form_that_notes_the_place_gets_it_where_the_kiosk_knows_it(opener):
    here = "-1.286389 36.817223 1661.0 5.0"
    assert start(opener, asset(), locate=lambda: here).values()["/data/place"] == here
    assert start(opener, asset(), locate=lambda: None).values()["/data/place"] == ""
    assert start(opener, asset()).values()["/data/place"] == ""


def test_a_village_is_found_by_typing_at_the_screen(catalogue: Catalogue, tmp_path):
    one = asset()
    form = catalogue.forms()[0]
    shown = FormAsset(
        one.id, one.version, one.titles, form.service, form.agency, 1, one.xml, one.media
    )
    clock = VirtualClock()
    kiosk = begin(SingleFormCatalogue(catalogue, shown, tmp_path), clock, SeededIds(1))  # type: ignore[arg-type]
    kiosk.send(Activated(kiosk.view.number, "filter"))
    kiosk.send(Edited(kiosk.view.number, "filter", "kijiji 1234"))
    found = {each.id: each.label for each in kiosk.view.elements if each.id.startswith("choice.")}
    assert found
    assert all("Kijiji 1234" in label for label in found.values()), found
    kiosk.send(Activated(kiosk.view.number, next(iter(found))))
    filling = kiosk.session.filling
    assert filling is not None
    assert filling.record.engine.values()["/data/village"] == next(iter(found)).removeprefix(
        "choice."
    )


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def test_a_list_inside_the_form_leaves_little_of_its_xml_behind():
    with loading():
        form = parse_form(generate.choices(), tables=SqliteTables())
    before = resident_mb()
    for _ in range(3):
        with loading():
            form = parse_form(generate.choices(), tables=SqliteTables())
    assert len(form.places) > 3
    assert resident_mb() - before < 25


def test_the_collector_is_as_it_was_after_a_load_even_a_failed_one():
    def fail():
        with loading():
            assert not gc.isenabled()
            parse_form(b"nothing")

    assert gc.isenabled()
    with pytest.raises(NotAForm):
        fail()
    assert gc.isenabled()
