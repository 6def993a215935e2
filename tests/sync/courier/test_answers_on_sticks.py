"""Answers come back on the stick that brought the forms: twice, by way of the centre, and with the
desk and the national node as they were yesterday.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from provisioning.ids import SeededIds
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.answer_store import AnswerStore
from sync.answers.case_answer import CaseAnswer, CaseState
from sync.answers.lookup_number import lookup_number
from sync.national.sqlite_store import EmbeddedStore
from sync.service.engine import open_node_store
from tests.sync.courier.conftest import Couriers

ONE, TWO = "NRB-03AM-YEZX-B89QW", "NRB-0G4T-9WKE-2HM7C"


def say(couriers: Couriers, reference: str, state: str, reason: str = "") -> None:
    """The agency's own PC."""
    path = couriers.node("national").db_path
    with closing(EmbeddedStore.open(path, SeededIds(1))) as store:
        answers = store.answers(couriers.site.registry.answer_signer)
        desk = AnswerDesk("NRB", couriers.site.answer_key("NRB"), answers)
        desk.give(
            [GivenAnswer(reference, CaseAnswer(CaseState(state), reason))], couriers.clock.now()
        )


def knows(couriers: Couriers, name: str, reference: str) -> int | None:
    with closing(open_node_store(couriers.node(name))) as store:
        found = AnswerStore(store).find("NRB", lookup_number(reference))
    return None if found is None else found.code


@pytest.fixture
def stick(couriers: Couriers) -> Path:
    """Three days in a van, at the national node, and two answers: the stick goes back."""
    path = couriers.stick()
    couriers.happen("van-1", 3)
    couriers.export("van-1", path)
    say(couriers, ONE, "rejected", "photo")
    say(couriers, TWO, "ready")
    couriers.bring("national", path)
    return path


def test_the_van_and_the_centre_know_both_answers_after_one_stick(
    couriers: Couriers, stick: Path
) -> None:
    for name in ("van-1", "centre"):
        done = couriers.bring(name, stick)
        assert (done.answers, done.refused, done.missing) == (2, [], [])
        assert knows(couriers, name, ONE) == CaseAnswer(CaseState.REJECTED, "photo").code
        assert knows(couriers, name, TWO) == CaseAnswer(CaseState.READY).code
    assert couriers.bring("van-1", stick).answers == 0, "twice is once"
    # From the centre it goes on by the next stick to a kiosk that was never near the first.
    other = couriers.stick("other")
    couriers.happen("kiosk-1", 1)
    couriers.export("kiosk-1", other)
    couriers.bring("centre", other)
    assert couriers.bring("kiosk-1", other).answers == 2
    assert knows(couriers, "kiosk-1", TWO) == CaseAnswer(CaseState.READY).code


def test_a_desk_and_a_national_node_of_yesterday_are_missed_by_name(
    couriers: Couriers, stick: Path
) -> None:
    """What was said since is known at the van, so another truth about it is a fork for a person."""
    path = couriers.node("national").db_path
    for name in ("van-1", "centre"):
        couriers.bring(name, stick)
    yesterday = couriers.folder / "yesterday.db"
    shutil.copy(path, yesterday)
    say(couriers, ONE, "working")
    couriers.bring("national", stick)
    couriers.bring("van-1", stick)
    assert knows(couriers, "van-1", ONE) == 1
    for each in path.parent.glob("huduma.db-*"):
        each.unlink()
    shutil.copy(yesterday, path)
    say(couriers, TWO, "working")
    for each in (stick / "huduma" / "down").glob("*.answers"):
        each.unlink()
    couriers.bring("national", stick)
    done = couriers.bring("van-1", stick)
    assert [code for _, code, _ in done.refused] == [46]
    assert knows(couriers, "van-1", ONE) == 1, "what was said stays said"
