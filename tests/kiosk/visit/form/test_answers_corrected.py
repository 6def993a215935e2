"""In a van an officer corrects a form just sent: a new instance that names the one it replaces."""

from __future__ import annotations

import re

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import kiosk_of
from provisioning.node.site import Site
from tests.kiosk.adapters.test_drafts import begin, finish, submissions
from tests.kiosk.conftest import Visitor
from tests.kiosk.visit.staff.test_staff import PIN, acts, with_pin

ID = re.compile(rb"<(?:\w+:)?instanceID>(uuid:[0-9a-f-]+)<")
OLD = re.compile(rb"<(?:\w+:)?deprecatedID>(uuid:[0-9a-f-]+)<")


def correct(visitor: Visitor) -> Visitor:
    """An officer goes back to the form just sent."""
    return with_pin(visitor).tap("correct").type(PIN).tap("next")


def test_only_an_officer_who_knows_the_pin_corrects(visitor: Visitor) -> None:
    begin(visitor)
    finish(visitor)
    with_pin(visitor).tap("submit", "correct")
    assert visitor.state == "staff-pin"
    assert "correct the form" in visitor.words()
    assert "Wanjiku" not in visitor.words()
    visitor.type("111222").tap("next")
    assert visitor.state == "staff-pin"
    visitor.tap("back")
    assert visitor.state == "submitted"
    visitor.tap("correct").type(PIN).tap("next")
    assert visitor.state == "review"
    assert acts(visitor) == [("staff.refused", ""), ("staff.entered", "")]


def test_the_same_pin_at_the_door_ends_the_visit(visitor: Visitor) -> None:
    """The PIN for a correction opens nothing else, and the staff screen no correction."""
    begin(visitor)
    finish(visitor)
    with_pin(visitor).tap("submit", "correct", "back", "staff").type(PIN).tap("next")
    assert visitor.state == "staff"
    assert visitor.kiosk.controller.session.sent is None


def test_without_a_pin_nothing_is_corrected(visitor: Visitor) -> None:
    (visitor.node.dir / "keys" / "staff.pin").unlink(missing_ok=True)
    begin(visitor)
    finish(visitor)
    visitor.tap("submit", "correct")
    assert "No staff PIN" in visitor.words()
    visitor.tap("back")
    assert visitor.state == "submitted"


def test_a_correction_is_a_new_instance_under_the_same_reference(
    visitor: Visitor, site: Site, catalogue: Catalogue
) -> None:
    begin(visitor)
    finish(visitor)
    visitor.tap("submit")
    reference = visitor.number()
    correct(visitor)
    assert visitor.state == "review"
    assert "keep" not in visitor.ids()
    visitor.tap("change.full_name").type("Wanjiku Njeri Mwangi").tap("next")
    assert visitor.state == "review"
    visitor.tap("submit")
    assert visitor.state == "submitted"
    assert visitor.number() == reference
    agency = catalogue.form("lost_id").agency
    (first, one), (second, two) = submissions(visitor, site, agency)
    subjects = [
        e.subject for e in visitor.kiosk.database.journal.entries() if e.kind == "form.submitted"
    ]
    assert second["reference"] == first["reference"] == reference
    assert second["replaces"] == str(subjects[0])
    assert "replaces" not in first
    assert b"Mwangi" in two["xml"]
    assert b"Mwangi" not in one["xml"]
    [before], [after] = ID.findall(one["xml"]), ID.findall(two["xml"])
    assert before != after
    assert OLD.findall(two["xml"]) == [before]
    assert not OLD.findall(one["xml"])
    assert one["attachments"].keys() == two["attachments"].keys()


def test_the_visit_over_nothing_is_left_to_correct(visitor: Visitor) -> None:
    begin(visitor)
    finish(visitor)
    visitor.tap("submit", "done", "done")
    assert visitor.kiosk.controller.session.sent is None
    begin(visitor)
    assert "correct" not in visitor.ids()


def test_a_correction_left_unsent_leaves_the_first_form_alone(
    visitor: Visitor, site: Site, catalogue: Catalogue
) -> None:
    begin(visitor)
    finish(visitor)
    correct(visitor.tap("submit")).tap("stop")
    assert len(submissions(visitor, site, catalogue.form("lost_id").agency)) == 1


def test_only_a_van_offers_it(site: Site, catalogue: Catalogue, visitor: Visitor) -> None:
    alone = kiosk_of(site, site.node("kiosk-1"), visitor.clock, catalogue=catalogue)
    person = Visitor(alone, visitor.clock, site.node("kiosk-1"))
    begin(person)
    finish(person)
    person.tap("submit")
    assert "correct" not in person.ids()
    alone.bell.close()
    alone.database.store.close()
