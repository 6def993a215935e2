"""What an agency answered, as a citizen sees it: state, reason, remedy, age, second factor, slip."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.case_reference import make_reference, origin_of, second_of
from provisioning.clock import VirtualClock
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.answer_store import AnswerStore
from sync.answers.case_answer import CaseAnswer, CaseState
from tests.kiosk.conftest import Visitor
from tests.kiosk.visit.test_visit import ask, home, report_lost_id


class Office:
    """The agency of a reference, whose answers are at this kiosk already."""

    def __init__(self, visitor: Visitor, reference: str) -> None:
        self.clock, agency = visitor.clock, reference.partition("-")[0]
        key = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
        store = AnswerStore(visitor.kiosk.database.store, lambda _: key.public_key())
        self.desk = AnswerDesk(agency, key, store)

    def says(self, reference: str, state: str, reason: str = "", factor: str = "") -> None:
        answer = CaseAnswer(CaseState(state), reason)
        self.desk.give([GivenAnswer(reference, answer, factor)], self.clock.now())


def given_here(byte: bytes, clock: VirtualClock) -> str:
    """A reference that a kiosk of HC-013 gave this very moment."""
    return make_reference("NRB", origin_of("HC-013", 1), second_of(clock.now()), byte * 4)


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("received", "", "Received by"),
        ("working", "", "is working on it"),
        ("more", "fee", "the fee has not been paid"),
        ("rejected", "photo", "Reason: the photo is not clear"),
        ("ready", "", "Ready. Come and collect it."),
    ],
)
def test_what_an_agency_answered_is_shown_with_its_age_and_what_to_do(
    visitor: Visitor, state: str, reason: str, words: str
) -> None:
    reference = given_here(b"a", visitor.clock)
    Office(visitor, reference).says(reference, state, reason)
    visitor.clock.advance(seconds=3 * 86_400)
    said = ask(home(visitor).tap("help"), reference)
    assert words in said
    assert "The office said this on" in said
    assert "3 days old" in said
    assert ("Ombudsman" in said) == (state == "rejected")
    assert (", desk of" in said) == (state == "ready")
    assert ("Bring your ID card" in said) == (state in {"ready", "more"})


def test_the_newest_answer_counts_and_is_printed_and_complained_about(visitor: Visitor) -> None:
    report_lost_id(visitor).tap("submit")
    mine = visitor.number()
    office = Office(visitor, mine)
    office.says(mine, "working")
    office.says(mine, "rejected", "papers")
    assert "papers are missing" in ask(visitor, mine)
    visitor.tap("print", "print")
    spool = visitor.kiosk.counter.spool
    [job] = [each for each in spool.jobs() if each.kind == "case"]
    assert job.label == mine
    visitor.tap("complain")
    assert visitor.state == "feedback"
    field = next(each for each in visitor.view.elements if each.id == "words")
    assert mine in field.value
    assert "papers are missing" in field.value
    visitor.tap("send")
    assert visitor.state == "thanks"


def test_a_second_factor_is_asked_and_five_wrong_ones_lead_to_a_person(visitor: Visitor) -> None:
    hidden, never = given_here(b"b", visitor.clock), given_here(b"c", visitor.clock)
    Office(visitor, hidden).says(hidden, "ready", factor="0042")
    said = []
    home(visitor).tap("help")
    for reference in (hidden, never):  # nobody can tell the one from the other
        visitor.tap("home", "status").type(reference).tap("next")
        assert visitor.state == "status"
        assert "Last 4 digits" in visitor.words()
        visitor.type("1111").tap("next")
        said.append(visitor.words().replace(reference, "R"))
    assert said[0] == said[1]
    visitor.tap("home", "status").type(hidden).tap("next").type("0042").tap("next")
    assert visitor.state == "status-answer"
    assert "Ready" in visitor.words()


def test_five_wrong_factors_and_even_the_right_one_opens_nothing(visitor: Visitor) -> None:
    hidden = given_here(b"d", visitor.clock)
    Office(visitor, hidden).says(hidden, "ready", factor="0042")
    home(visitor).tap("status").type(hidden).tap("next")
    for _ in range(5):
        visitor.type("1111").tap("next")
    visitor.type("0042").tap("next")
    assert visitor.state == "status"
    assert "Ask staff" in visitor.words()


def test_an_answer_from_before_the_reference_was_given_is_anothers(visitor: Visitor) -> None:
    later = make_reference(
        "NRB", origin_of("HC-013", 1), second_of(visitor.clock.now()) + 5 * 86_400, b"1234"
    )
    Office(visitor, later).says(later, "ready")
    assert "given at another place" in ask(home(visitor).tap("help"), later)
