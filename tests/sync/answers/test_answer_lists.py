"""Answers: what may be said, its bytes, and what a node takes and refuses."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.clock import VirtualClock
from provisioning.faults import UsageFault
from sync.agency.answer_desk import AnswerDesk, GivenAnswer
from sync.answers.answer_list import (
    ROWS_MAX,
    AnswerList,
    list_mark,
    read_list,
    sign_list,
)
from sync.answers.answer_store import ANSWER_TABLES, KEEP, START_MARK, AnswerStore
from sync.answers.case_answer import (
    ASKS_FACTOR,
    FOLLOWS,
    REASONS,
    CaseAnswer,
    CaseState,
    answer_of,
    may_follow,
)
from sync.answers.lookup_number import NUMBER_BITS, lookup_number
from sync.answers.number_set import pack_numbers, unpack_numbers
from sync.answers.retention import AnswerExpiry
from sync.faults import BadBatch, Fork, Gap, NotSigned
from sync.store.database import Store

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
KEYS = {code: Ed25519PrivateKey.from_private_bytes(code.encode() * 8) for code in ("ROAD", "CIVL")}
REFERENCE = "NRB-03AM-YEZX-B89QW"


def signer(code: str):
    return KEYS[code].public_key() if code in KEYS else None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "one.db", [ANSWER_TABLES])
    yield opened
    opened.close()


@pytest.fixture
def answers(store: Store) -> AnswerStore:
    return AnswerStore(store, signer)


def chain(count: int, agency: str = "ROAD", rows=None, key=None) -> list[bytes]:
    """Signed lists 1 to `count`, a day apart."""
    made, mark = [], START_MARK
    for no in range(1, count + 1):
        told = AnswerList(agency, no, mark, NOW + timedelta(days=no), rows or {no: 0, no + 100: 2})
        made.append(sign_list(key or KEYS[agency], told))
        mark = list_mark(made[-1])
    return made


def test_no_rejection_without_a_reason() -> None:
    for reason in ("", "ask", "because"):
        with pytest.raises(UsageFault):
            CaseAnswer(CaseState.REJECTED, reason)
    with pytest.raises(UsageFault):
        CaseAnswer(CaseState.READY, "papers")
    assert {CaseAnswer(CaseState.REJECTED, each).code for each in REASONS} == set(range(32, 37))


def test_every_answer_is_known_by_its_number_and_no_other_number_is() -> None:
    known = [answer_of(code) for code in range(256) if answer_of(code) is not None]
    assert len(known) == 3 + 6 + 5
    assert all(answer_of(each.code) == each for each in known)
    assert answer_of(ASKS_FACTOR) is None


@pytest.mark.parametrize("before", list(CaseState))
@pytest.mark.parametrize("after", list(CaseState))
def test_the_table_of_states(before: CaseState, after: CaseState) -> None:
    reason = {CaseState.MORE: "ask", CaseState.REJECTED: "fee"}
    one, other = (CaseAnswer(each, reason.get(each, "")) for each in (before, after))
    assert may_follow(one, other) == (after in FOLLOWS[before])
    assert may_follow(None, other)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 1_000])
def test_a_set_of_numbers_has_one_encoding(count: int) -> None:
    dice = random.Random(count)
    numbers = {dice.getrandbits(NUMBER_BITS) for _ in range(count)}
    packed = pack_numbers(numbers, NUMBER_BITS)
    assert unpack_numbers(packed, len(numbers), NUMBER_BITS) == sorted(numbers)
    for wrong in (packed + b"\0", packed[:-1], packed + b"\1"):
        if wrong != packed:
            with pytest.raises(BadBatch):
                unpack_numbers(wrong, len(numbers), NUMBER_BITS)


def test_a_list_comes_back_as_it_was_signed_and_1000_cases_take_about_3_bytes_each() -> None:
    dice = random.Random(1)
    codes = [0, 1, 2, 2, 2, 2, 2, 16, 32, 33]
    rows = {dice.getrandbits(NUMBER_BITS): dice.choice(codes) for _ in range(1_000)}
    told = AnswerList("ROAD", 7, bytes(range(8)), NOW, rows)
    raw = sign_list(KEYS["ROAD"], told)
    assert read_list(raw) == told
    assert len(raw) / 1_000 <= 3.1, len(raw)


def test_lists_are_taken_once_and_in_order(answers: AnswerStore) -> None:
    one, two, three = chain(3)
    assert answers.take(one, NOW)
    assert not answers.take(one, NOW), "a replay changes nothing"
    with pytest.raises(Gap):
        answers.take(three, NOW)
    assert answers.take(two, NOW)
    assert answers.take(three, NOW)
    assert not answers.take(two, NOW)
    assert answers.heads() == {"ROAD": 3}
    assert answers.refused() == []


def test_a_forged_list_is_refused_by_name_and_the_next_true_one_is_taken(
    answers: AnswerStore,
) -> None:
    [forged] = chain(1, key=KEYS["CIVL"])
    with pytest.raises(NotSigned, match="in the name of ROAD"):
        answers.take(forged, NOW)
    [stranger] = chain(1, "NOBD", key=KEYS["CIVL"])
    with pytest.raises(NotSigned):
        answers.take(stranger, NOW)
    one, _ = chain(2)
    for at in range(0, len(one), 7):
        broken = one[:at] + bytes([one[at] ^ 1]) + one[at + 1 :]
        with pytest.raises((BadBatch, NotSigned)):
            answers.take(broken, NOW)
    assert answers.heads() == {}
    assert answers.take(one, NOW)
    assert {(each.agency, each.code) for each in answers.refused()} >= {("ROAD", 49), ("NOBD", 49)}


def test_a_second_truth_and_a_date_that_goes_back_are_refused(answers: AnswerStore) -> None:
    one, two = chain(2)
    answers.take(one, NOW)
    other = chain(2, rows={5: 1})
    with pytest.raises(Fork):
        answers.take(other[0], NOW)
    with pytest.raises(Fork, match="List 2 of ROAD"):
        answers.take(other[1], NOW)
    told = read_list(two)
    with pytest.raises(BadBatch, match="dated before"):
        answers.take(sign_list(KEYS["ROAD"], replace(told, made=NOW - timedelta(days=9))), NOW)
    assert answers.take(two, NOW)


def test_of_a_case_the_newest_answer_counts_and_all_of_them_are_its_history(
    answers: AnswerStore,
) -> None:
    mark = START_MARK
    for no, code in enumerate((0, 1, 2), start=1):
        raw = sign_list(KEYS["ROAD"], AnswerList("ROAD", no, mark, NOW, {77: code}))
        answers.take(raw, NOW)
        mark = list_mark(raw)
    found = answers.find("ROAD", 77)
    assert found is not None
    assert found.code == 2
    assert answers.find("CIVL", 77) is None
    assert [each.code for each in answers.history("ROAD", [77])] == [0, 1, 2]


def test_what_is_past_its_date_is_gone_and_not_taken_again(answers: AnswerStore) -> None:
    lists = chain(3)
    for raw in lists:
        answers.take(raw, NOW)
    assert answers.expire(NOW + KEEP + timedelta(days=2, hours=1)) == 4
    assert answers.find("ROAD", 1) is None
    with pytest.raises(BadBatch, match="older than everything"):
        answers.take(lists[0], NOW)
    answers.expire(NOW + KEEP * 2)
    assert answers.heads() == {}


def test_once_an_hour_what_is_past_its_date_goes_with_a_word_about_it(
    answers: AnswerStore,
) -> None:
    clock, told = VirtualClock(NOW), []
    for raw in chain(2):
        answers.take(raw, NOW)
    expiry = AnswerExpiry(answers, clock, lambda _, count: told.append(count))
    assert expiry.turn() == 0
    clock.advance(seconds=KEEP.total_seconds() + 86_400 + 60)
    assert expiry.turn() == 2
    assert expiry.turn() == 0
    assert told == [2]


def test_100000_answers_are_small_on_the_disk_and_found_at_once(
    answers: AnswerStore, tmp_path: Path
) -> None:
    dice, mark = random.Random(3), START_MARK
    for no in range(1, 100_000 // ROWS_MAX + 1):
        rows = {dice.getrandbits(NUMBER_BITS): dice.choice((0, 1, 2, 16)) for _ in range(ROWS_MAX)}
        if no == 5:
            rows = dict(list(rows.items())[1:]) | {lookup_number(REFERENCE): 2}
        raw = sign_list(KEYS["ROAD"], AnswerList("ROAD", no, mark, NOW, rows))
        answers.take(raw, NOW)
        mark = list_mark(raw)
    began = time.perf_counter()
    found = answers.find("ROAD", lookup_number(REFERENCE))
    took = time.perf_counter() - began
    assert found is not None
    assert found.code == 2
    assert took < 0.3, took
    size = sum(each.stat().st_size for each in tmp_path.glob("one.db*") if "wal" not in each.name)
    print(f"{size / 1e6:.1f} MB, found in {took * 1000:.0f} ms")
    assert size <= 10 << 20, size
    everything = b"".join(each.read_bytes() for each in tmp_path.glob("one.db*"))
    assert REFERENCE.encode() not in everything
    assert b"YEZX" not in everything


def test_a_reference_has_another_number_with_its_second_factor() -> None:
    numbers = {lookup_number(REFERENCE), lookup_number(REFERENCE, "1234"), lookup_number("X|1234")}
    assert len(numbers) == 3
    assert all(0 <= each < 1 << NUMBER_BITS for each in numbers)


def test_a_desk_says_each_thing_once_and_keeps_to_the_table(answers: AnswerStore) -> None:
    desk = AnswerDesk("ROAD", KEYS["ROAD"], answers)

    def say(state: CaseState, reason: str = "", factor: str = "", ref: str = REFERENCE):
        return desk.give([GivenAnswer(ref, CaseAnswer(state, reason), factor)], NOW)

    assert say(CaseState.WORKING) is not None
    assert say(CaseState.WORKING) is None
    assert say(CaseState.REJECTED, "photo") is not None
    with pytest.raises(UsageFault, match="cannot follow"):
        say(CaseState.READY)
    assert answers.heads() == {"ROAD": 2}
    other = "NRB-03AM-YEZX-B89QX"
    assert say(CaseState.READY, factor="0042", ref=other) is not None
    found = answers.find("ROAD", lookup_number(other))
    assert found is not None
    assert found.code == ASKS_FACTOR
    with pytest.raises(UsageFault, match="second factor"):
        desk.said(other)
    assert desk.said(other, "0042") == CaseAnswer(CaseState.READY)
    assert answers.asks_factor("ROAD")


def test_two_desks_of_one_agency_go_on_from_one_another(store: Store) -> None:
    answers = AnswerStore(store, signer)
    desks = [AnswerDesk("ROAD", KEYS["ROAD"], answers) for _ in range(2)]
    for at in range(6):
        told = GivenAnswer(f"R-{at}", CaseAnswer(CaseState.RECEIVED))
        given = desks[at % 2].give([told], NOW - timedelta(hours=at))
        assert given is not None
        assert given.no == at + 1
    head = answers.head("ROAD")
    assert head is not None
    assert head.made == NOW, "a clock that goes back dates nothing before what was said last"
