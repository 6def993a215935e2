"""Stories of small rules: forms that end politely, numbers as people write them, choices' icons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from content.xforms.parse.reader import parse_form
from content.xforms.session.session import FormSession
from kiosk.filling.filling import Filling
from kiosk.filling.normalize import plain_text
from provisioning.clock import EAT, VirtualClock
from provisioning.ids import SeededIds


def filling_of(catalogue, form: str) -> Filling:
    asset = catalogue.form(form)
    clock, ids = VirtualClock(), SeededIds(4)
    engine = FormSession(parse_form(asset.xml, asset.media), now=clock.now, tz=EAT, ids=ids)
    return Filling(asset, engine)


def to_pension(visitor):
    visitor.tap("start", "choose.en", "form")
    while "form.inua_jamii" not in visitor.ids():
        visitor.tap("page.next")
    visitor.tap("form.inua_jamii", "agree")
    visitor.type("Halima Abdi").tap("next").type("12 345 678").tap("next")
    visitor.date(1, 2, 1950).tap("next")
    assert "choice.yes" in visitor.ids()
    return visitor


def test_a_form_that_is_not_for_this_person_ends_with_a_ticket_or_done(visitor):
    to_pension(visitor).tap("choice.yes", "next")
    assert "we stop here" in visitor.words()
    assert {"next", "skip", "submit"}.isdisjoint(visitor.ids())
    visitor.tap("take-ticket", "class.none")
    assert visitor.state == "ticket"


def test_a_form_that_ended_leaves_nothing_behind(visitor):
    to_pension(visitor).tap("choice.yes", "next", "done")
    assert visitor.state == "goodbye"
    store = visitor.kiosk.database.store
    assert store.one("SELECT count(*) FROM draft")[0] == 0
    kinds = {entry.kind for entry in visitor.kiosk.database.journal.entries()}
    assert "form.submitted" not in kinds
    assert "visit.ended" in kinds


def test_back_from_the_end_and_another_answer_goes_on(visitor):
    to_pension(visitor).tap("choice.yes", "next", "back", "choice.no", "next")
    assert "next" in visitor.ids()
    assert "we stop here" not in visitor.words()


def test_a_stop_cannot_be_walked_around(catalogue):
    filling = filling_of(catalogue, "inua_jamii")
    filling.record.set("/data/receives_pension", "yes")
    assert filling.stop() == "/data/pension_stop"
    filling.go("/data/pension_stop", returning=True)
    assert filling.forward().path == "/data/pension_stop"


@pytest.mark.parametrize(
    ("form", "path", "typed", "stored"),
    [
        ("inua_jamii", "/data/id_number", " 12 345 678 ", "12345678"),
        ("inua_jamii", "/data/claim/caregiver_phone", "0712 345 678", "+254712345678"),
        ("inua_jamii", "/data/claim/caregiver_phone", "712-345-678", "+254712345678"),
        ("inua_jamii", "/data/claim/caregiver_phone", "+254 712 345678", "+254712345678"),
        ("inua_jamii", "/data/full_name", "  Halima   Abdi ", "Halima Abdi"),
    ],
)
def test_what_people_type_is_stored_in_one_form(catalogue, form, path, typed, stored):
    filling = filling_of(catalogue, form)
    filling.record.set("/data/receives_pension", "no")
    filling.go(path, returning=False)
    filling.input.write(typed)
    assert filling.settle()
    assert filling.input.question().value == stored
    assert filling.input.question().valid


def test_a_kra_pin_in_small_letters_is_a_kra_pin(catalogue):
    filling = filling_of(catalogue, "inua_jamii")
    asked = replace(filling.record.node("/data/full_name"), attributes=(("kind", "kra_pin"),))
    assert plain_text(asked, " a123 456 789z ") == "A123456789Z"


def test_choices_carry_the_icon_of_their_list(visitor):
    to_pension(visitor)
    icons = {e.id: e.icon for e in visitor.view.elements if e.id.startswith("choice.")}
    assert icons == {"choice.yes": "check", "choice.no": "close"}


def test_the_door_is_there_where_nobody_is_filling_a_form(visitor):
    visitor.tap("start", "choose.en", "form")
    assert "staff" in visitor.ids()
