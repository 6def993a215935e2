"""Answers come down a line: once, in order, whoever was away how long, and past a bad one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.cbor import encode
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.answer_list import AnswerList, list_mark, sign_list
from sync.answers.answer_store import ANSWER_TABLES, START_MARK, AnswerStore
from sync.answers.case_answer import CaseAnswer, CaseState
from sync.answers.downlink import ASK_S, Downlink, is_downlink, read_ask, reply_to
from sync.answers.lookup_number import NUMBER_BITS
from sync.faults import BadBatch, NotSigned
from sync.store.database import Store
from tests.sync.answers.test_answer_lists import KEYS, chain, signer


class Node:
    """A node with answers, that asks `above`; `line` may lose or count frames."""

    def __init__(self, path: Path, clock: VirtualClock, above: Node | None = None, signer=signer):
        self.clock, self.above = clock, above
        self.answers = AnswerStore(Store.open(path, [ANSWER_TABLES]), signer)
        self.link = Downlink(self.answers, clock.now, lambda: SeededIds(4).token(4))
        self.bytes = 0
        self.taken: list[str] = []

    def turn(self, lost: Callable[[], bool] = lambda: False) -> None:
        assert self.above is not None
        question = self.link.ask(self.clock.monotonic())
        if question is None:
            return
        self.bytes += len(question)
        if lost():
            return
        reply = reply_to(read_ask(question), self.above.answers)
        self.bytes += len(reply)
        if not lost():
            self.link.receive(reply)

    def turns(self, count: int = 20, lost: Callable[[], bool] = lambda: False) -> None:
        for _ in range(count):
            self.turn(lost)
            self.clock.advance(seconds=0.5)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@dataclass
class Country:
    national: Node
    centre: Node
    kiosk: Node


@pytest.fixture
def country(tmp_path: Path, clock: VirtualClock) -> Country:
    national = Node(tmp_path / "national.db", clock)
    centre = Node(tmp_path / "centre.db", clock, national)
    return Country(national, centre, Node(tmp_path / "kiosk.db", clock, centre))


def test_from_the_desk_by_the_centre_to_the_kiosk(country: Country, clock: VirtualClock) -> None:
    desk = AnswerDesk("ROAD", KEYS["ROAD"], country.national.answers)
    desk.give([GivenAnswer("R-1", CaseAnswer(CaseState.READY))], clock.now())
    country.centre.turns()
    assert country.centre.answers.heads() == {"ROAD": 1}
    assert country.kiosk.answers.heads() == {}
    clock.advance(seconds=ASK_S)
    country.kiosk.turns()
    assert country.kiosk.answers.heads() == {"ROAD": 1}
    assert country.kiosk.answers.digest() == country.national.answers.digest()


def test_six_weeks_away_then_everything_once_in_order(
    country: Country, clock: VirtualClock
) -> None:
    for agency in KEYS:
        for raw in chain(40, agency, rows=dict.fromkeys(range(0, 40_000, 13), 1)):
            country.national.answers.take(raw, clock.now())
    clock.advance(seconds=timedelta(weeks=6).total_seconds())
    country.centre.turns(200)
    assert country.centre.answers.heads() == dict.fromkeys(KEYS, 40)
    assert country.centre.link.taken == 80
    clock.advance(seconds=ASK_S)
    country.centre.turns(200)
    assert country.centre.link.taken == 80, "arrived once"


@pytest.mark.parametrize("seed", range(20))
def test_frames_that_are_lost_lose_nothing(
    country: Country, clock: VirtualClock, seed: int
) -> None:
    dice = random.Random(seed)
    for raw in chain(12):
        country.national.answers.take(raw, clock.now())
    for _ in range(300):
        country.centre.turn(lambda: dice.random() < 0.3)
        clock.advance(seconds=ASK_S / 4)
    assert country.centre.answers.heads() == {"ROAD": 12}
    assert country.centre.link.taken == 12


def test_a_forged_list_stops_its_agency_and_no_other(
    tmp_path: Path, clock: VirtualClock, country: Country
) -> None:
    """Whoever holds the database of the centre writes into it; the kiosk believes the agency."""
    evil = Node(tmp_path / "evil.db", clock, signer=lambda _: KEYS["CIVL"].public_key())
    for raw in (*chain(3, "AAAA", key=KEYS["CIVL"]), *chain(2, "ROAD", key=KEYS["CIVL"])):
        evil.answers.take(raw, clock.now())
    for raw in chain(5, "CIVL"):
        evil.answers.take(raw, clock.now())
    country.kiosk.above = evil
    country.kiosk.turns(60)
    assert country.kiosk.answers.heads() == {"CIVL": 5}
    refused = {(each.agency, each.code) for each in country.kiosk.answers.refused()}
    assert refused == {("AAAA", NotSigned.code), ("ROAD", NotSigned.code)}
    country.kiosk.above = country.national
    for raw in chain(2, "ROAD"):
        country.national.answers.take(raw, clock.now())
    clock.advance(seconds=ASK_S)
    country.kiosk.turns(60)
    assert country.kiosk.answers.heads() == {"CIVL": 5, "ROAD": 2}


def test_an_idle_node_costs_almost_nothing(country: Country, clock: VirtualClock) -> None:
    for raw in chain(3):
        country.national.answers.take(raw, clock.now())
    country.centre.turns()
    before = country.centre.bytes
    for _ in range(60):
        clock.advance(seconds=ASK_S)
        country.centre.turn()
    assert (country.centre.bytes - before) / 60 <= 32


def test_1000_cases_cost_3_bytes_a_case_and_node(
    tmp_path: Path, clock: VirtualClock, country: Country
) -> None:
    """One day's word of one agency about 1,000 cases, on each stretch of line it travels."""
    dice = random.Random(8)
    codes = [0, 1, 1, 2, 2, 2, 2, 2, 2, 16]
    rows = {dice.getrandbits(NUMBER_BITS): dice.choice(codes) for _ in range(1_000)}
    raw = sign_list(KEYS["ROAD"], AnswerList("ROAD", 1, START_MARK, clock.now(), rows))
    country.national.answers.take(raw, clock.now())
    kiosks = [Node(tmp_path / f"k{n}.db", clock, country.centre) for n in range(8)]
    nodes = [country.centre, *kiosks]
    country.centre.turns(10)
    for kiosk in kiosks:
        kiosk.turns(10)
    told = [each.bytes for each in nodes]
    assert all(each.answers.heads() == {"ROAD": 1} for each in nodes)
    clock.advance(seconds=ASK_S)
    for each in nodes:
        each.turn()  # what travels anyway: "is this your newest?" and "yes"
    idle = sum(each.bytes for each in nodes) - sum(told)
    cost = (sum(told) - idle) / len(nodes) / len(rows)
    print(f"{cost:.3f} bytes a case and node beyond what travels anyway; the list {len(raw)} bytes")
    assert cost <= 3.05


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x84\x09",
        encode([9, b"1234", b"12345678", {"ROAD": -1}]),
        encode([9, b"1", b"12345678", None]),
        encode([9, b"1234", b"12345678", {"": 1}]),
        encode([9, b"1234", b"12345678", {str(n): 1 for n in range(300)}]),
        encode([10, b"1234", []]),
    ],
)
def test_noise_is_refused(frame: bytes) -> None:
    with pytest.raises(BadBatch):
        read_ask(frame)
    assert is_downlink(frame) in {True, False}


def test_an_answer_to_no_question_changes_nothing(country: Country, clock: VirtualClock) -> None:
    country.kiosk.link.receive(encode([10, b"abcd", chain(1)]))
    country.kiosk.turn()
    country.kiosk.link.receive(encode([10, b"abcd", chain(1)]))
    country.kiosk.link.receive(b"\x83\x0anoise")
    assert country.kiosk.answers.heads() == {}
    assert list_mark(chain(1)[0]) != START_MARK
