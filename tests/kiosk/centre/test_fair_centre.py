"""What one enrolled kiosk can make its centre do: a bounded amount, and never in another's turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.centre import cases
from kiosk.centre.service.server import WAITING_MAX
from kiosk.queue.protocol import (
    CaseKnown,
    CaseQuestion,
    CaseReceipt,
    CaseReport,
    GrantRequest,
    Reported,
    RequestRefused,
    StaffCall,
    encode,
    raw,
)
from sync.transports.zmq_transport import ZmqRequest
from tests.kiosk.centre.test_hard_days import Bench


@pytest.fixture
def bench(tmp_path):
    opened = Bench(tmp_path / "centre.db")
    opened.store.migrate([cases.CENTRE_CASE_TABLES])
    yield opened
    opened.store.close()


class Door:
    """A server's end with what came, in the order it came."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.answered = []

    def poll(self, _timeout_s):
        return self.batches.pop(0) if self.batches else []

    def reply(self, request, _payload):
        self.answered.append(request.peer)
        return True


def ask(bench, kiosk):
    wish = GrantRequest(bench.ids.uuid7(), "NRB-02", "A", "normal", 9)
    return ZmqRequest(kiosk, encode(wish), b"route", b"?")


def report(bench, kiosk, *references, agency="NRB", at=None):
    at = int(bench.clock.now().timestamp() * 1000) if at is None else at
    receipts = [CaseReceipt(reference, agency, at) for reference in references]
    return bench.send(CaseReport(raw(receipts)), kiosk)


def test_a_flood_of_one_kiosk_leaves_the_others_their_turn(bench):
    door = Door(
        [ask(bench, "kiosk-1") for _ in range(200)] + [ask(bench, "kiosk-2")],
        [ask(bench, "kiosk-3"), *(ask(bench, "kiosk-1") for _ in range(50))],
    )
    for _ in range(3):
        bench.service.turn(door)
    assert door.answered == ["kiosk-1", "kiosk-2", "kiosk-1", "kiosk-3", "kiosk-1"]
    for _ in range(100):
        bench.service.turn(door)
    assert 0 <= door.answered.count("kiosk-1") - WAITING_MAX <= 2


def test_a_kiosk_calls_staff_often_but_not_without_end(bench):
    calls = []
    bench.service._on_call = calls.append
    said = [bench.send(StaffCall(bench.ids.uuid7(), "help")) for _ in range(40)]
    assert sum(isinstance(each, Reported) for each in said) == 10
    assert sum(isinstance(each, RequestRefused) for each in said) == 30
    assert calls == ["kiosk-1"] * 10
    assert isinstance(bench.send(StaffCall(bench.ids.uuid7(), "help"), "kiosk-2"), Reported)
    bench.clock.advance(seconds=60)
    assert isinstance(bench.send(StaffCall(bench.ids.uuid7(), "help")), Reported)


def test_no_kiosk_speaks_for_anothers_reference(bench):
    assert report(bench, "kiosk-1", "NRB-1").count == 1
    said = report(bench, "kiosk-2", "NRB-1", "NRB-2", agency="EVIL")
    assert (said.count, said.set_aside) == (1, 1)
    assert bench.send(CaseQuestion("NRB-1")).agency == "NRB"
    assert bench.send(CaseQuestion("NRB-2")).agency == "EVIL"
    assert report(bench, "kiosk-1", "NRB-1").count == 1  # the same once more


def test_references_of_one_kiosk_are_bounded_and_the_others_have_room(bench, monkeypatch):
    monkeypatch.setattr(cases, "KIOSK_CASES_MAX", 5)
    assert report(bench, "kiosk-1", *(f"R-{at}" for at in range(9))).set_aside == 4
    assert report(bench, "kiosk-1", "R-0", "R-10").set_aside == 1
    assert report(bench, "kiosk-2", "S-1").set_aside == 0


def test_a_reference_of_the_far_future_is_forgotten_like_the_others(bench):
    report(bench, "kiosk-1", "R-1", at=1 << 43)
    bench.clock.advance(seconds=(cases.KEEP + timedelta(days=2)).total_seconds())
    report(bench, "kiosk-2", "R-2")
    found = bench.send(CaseQuestion("R-1"))
    assert isinstance(found, CaseKnown)
    assert not found.agency
