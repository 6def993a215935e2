"""Every journey by five keys and by ear, in both languages, through the core."""

from __future__ import annotations

import random

import pytest

from kiosk.simulation.stories.visitor import Visitor as FormVisitor
from kiosk.simulation.stories.visitor import VisitorDetails
from kiosk.ui.navigation.five_keys import PadKey
from tests.kiosk.conftest import Visitor
from tests.kiosk.ui.navigation.keyed_person import PAD, SWITCH, KeyedPerson

FORMS = ("ati_request", "birth_cert", "complaint", "death_cert", "first_id", "group_reg",
         "inua_jamii", "lost_id", "police_abstract", "public_participation")  # fmt: skip
TICKET_MOST, NAME_MOST = 20, 120
NAMES = (
    "Amina Wanjiku Otieno",
    "Peter Mutua Kilonzo",
    "Joseph Kiprono Bett",
    "Grace Achieng Odhiam",
)


def person(visitor: Visitor, moves=PAD, **options) -> KeyedPerson:
    return KeyedPerson(visitor.kiosk.controller, visitor.clock, moves, **options)


def begin(one: KeyedPerson, language: str, *, listens: bool) -> None:
    """From the welcome screen to home: whoever listens presses a key first, and darkens it."""
    if listens:
        one.choose("listen")
    one.choose("start")
    one.choose(f"choose.{language}")
    if listens:
        one.choose("hide")
        assert one.view.dark


def ticket(one: KeyedPerson) -> None:
    for name in ("find", "category.identity", "service.NRB-02", "take-ticket", "class.none"):
        one.choose(name)
    assert one.view.state == "ticket"


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("listens", [False, True], ids=["keys", "ears"])
def test_a_ticket_takes_at_most_twenty_presses(visitor, language, listens):
    one = person(visitor, listens=listens)
    begin(one, language, listens=False)
    before = one.presses
    ticket(one)
    print(f"a ticket: {one.presses} presses, {before} of them to home")
    assert one.presses <= TICKET_MOST


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_twenty_letters_takes_few_presses(visitor, name):
    one = person(visitor)
    begin(one, "en", listens=False)
    for step in ("form", "form.lost_id", "agree"):
        one.choose(step)
    before = one.presses
    one.write(name)
    took = one.presses - before
    print(f"{name}: {took} presses")
    assert one.view.elements[[e.id for e in one.view.elements].index("answer")].value == name
    assert took <= NAME_MOST


def fill(visitor: Visitor, form: str, language: str, *, listens: bool) -> KeyedPerson:
    one = person(visitor, listens=listens)
    begin(one, language, listens=listens)
    FormVisitor(one, VisitorDetails(1), language).fill(form)  # type: ignore[arg-type] # its shape
    assert one.view.state == "submitted"
    print(f"{form} {language}: {one.presses} presses")
    if listens:
        assert one.view.dark
        assert one.view.speech
    return one


@pytest.mark.parametrize(
    ("form", "language", "listens"),
    [("lost_id", "en", False), ("lost_id", "sw", True), ("complaint", "sw", False)],
)
def test_a_form_is_filled_by_keys(visitor, form, language, listens):
    one = fill(visitor, form, language, listens=listens)
    one.choose("done")
    one.choose("done")
    assert one.view.state == "attract"


@pytest.mark.prove
@pytest.mark.parametrize("listens", [False, True], ids=["keys", "ears"])
@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_filled_by_keys_and_by_ear(visitor, form, language, listens):
    one = fill(visitor, form, language, listens=listens)
    assert one.view.state == "submitted"


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("listens", [False, True], ids=["keys", "ears"])
def test_status_and_complaint_are_reached(visitor, language, listens):
    one = person(visitor, listens=listens)
    begin(one, language, listens=listens)
    one.choose("status")
    one.write("NRB-0G4T-9WKE")
    one.choose("next")
    assert one.view.state in {"status", "status-answer"}
    one.choose("back")
    one.choose("feedback")
    one.choose("kind.complaint")
    assert one.view.state == "feedback"
    one.choose("back")
    one.choose("stop")
    assert one.view.state == "goodbye"


def test_two_switches_take_a_ticket(visitor):
    one = person(visitor, SWITCH)
    begin(one, "sw", listens=False)
    ticket(one)
    assert one.presses <= 20


def test_nobody_is_wiped_while_pressing_keys(visitor):
    one = person(visitor)
    begin(one, "en", listens=False)
    for _ in range(200):  # ten minutes, a key every three seconds
        visitor.clock.advance(seconds=2.5)
        one.press(PadKey.DOWN)
        assert one.view.state == "home"
        assert not one.view.countdown


def test_the_warning_is_answered_by_a_key_and_the_focus_is_where_it_was(visitor):
    one = person(visitor, listens=True)
    begin(one, "en", listens=True)
    one.press(PadKey.DOWN)
    held = one.keys.focus
    one.do("wait", "61")
    assert one.keys.focus == "more-time"
    assert "Are you still there?" in one.voice.began
    one.press(PadKey.SELECT)
    assert one.keys.focus == held


def test_speech_begins_with_any_key_on_the_welcome(visitor):
    one = person(visitor, listens=True)
    one.choose("listen")
    assert one.view.listening
    assert one.voice.began


@pytest.mark.parametrize("presses", [200, pytest.param(10_000, marks=pytest.mark.prove)])
def test_every_announcement_is_whole_or_was_cut_by_the_person(visitor, presses):
    dice = random.Random(11)
    one = person(visitor, listens=True)
    one.choose("listen")
    one.hasty = True
    for _ in range(presses):
        cut = len(one.voice.cut)
        for _ in range(dice.choice((0, 0, 1, 5, 40))):
            one.do("wait", "0.5")
        assert len(one.voice.cut) == cut, "nobody acts: nothing is cut"
        if not one.view.listening:
            one.choose("listen")
        one.press(dice.choice([*PAD, PadKey.SELECT]))
        assert one.keys.focus in one.keys.every(one.reach())
    said = len(one.voice.ended) + len(one.voice.cut) + one.voice.busy()
    assert said == len(one.voice.began)
    print(f"{len(one.voice.ended)} announcements whole, {len(one.voice.cut)} cut by a key")
