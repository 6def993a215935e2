"""Each field of a queue message is taken up to its bound, and refused one beyond it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kiosk.queue import protocol
from kiosk.queue.faults import QueueFault
from provisioning.ids import SeededIds

VISIT = str(SeededIds(1).uuid7())
MOMENT = 1 << 44
GRANT = {"type": "grant", "visit": VISIT, "service": "s", "series": "A", "klass": "n", "rank": 9}
LEASE = {"type": "lease", "day": "2026-11-23", "size": 20, "held": 0}
REPORT = {"type": "report", "tickets": [], "now": 0, "unit": 1}
TICKET = {
    "visit": VISIT, "day": "2026-11-23", "series": "A", "number": 101, "service": "s", "klass": "n",
    "rank": 9, "since": 0,
}  # fmt: skip
BLOCK = {"day": "2026-11-23", "first": 501, "last": 550}
RECEIPT = {"reference": "NRB-1", "agency": "NRB", "at": 5}

BOUNDS: list[tuple[dict[str, Any], str, list[Any], list[Any]]] = [
    (GRANT, "service", ["s", "s" * 40], ["", "s" * 41]),
    (GRANT, "klass", ["n" * 40], ["", "n" * 41]),
    (GRANT, "series", ["A", "Z"], ["", "AA", "a", "A-K1-", "A\n"]),
    (GRANT, "rank", [0, 99], [-1, 100]),
    (LEASE, "size", [1, 100], [0, 101]),
    (LEASE, "held", [0, 99_999], [-1, 100_000]),
    (LEASE, "day", ["2026-01-01", "2099-12-31"], ["1999-01-01", "2026-1-1", "2026-11-23\n"]),
    (REPORT, "now", [0, MOMENT], [-1, MOMENT + 1]),
    (REPORT, "unit", [0, 999], [-1, 1000]),
    (REPORT, "epoch", ["", "e" * 32], ["e" * 33]),
    ({"type": "disown", "visits": []}, "visits", [[VISIT] * 100], [[VISIT] * 101]),
    ({"type": "case-report", "receipts": []}, "receipts", [[1] * 1_000], [[1] * 1_001]),
    ({"type": "case-question", "reference": "x"}, "reference", ["x" * 40], ["", "x" * 41]),
    (TICKET, "number", [1, 99_999], [0, 100_000]),
    (TICKET, "series", ["A", "A-K1-", "A-K999-"], ["A-K-", "A-K1000-", "A-K1", "AB"]),
    (TICKET, "since", [0, MOMENT], [-1, MOMENT + 1]),
    (BLOCK, "first", [1, 99_999], [0, 100_000]),
    (BLOCK, "last", [1, 99_999], [0, 100_000]),
    (RECEIPT, "at", [0, MOMENT], [-1, MOMENT + 1]),
    (RECEIPT, "agency", ["N"], [""]),
]


def read(message: dict[str, Any]) -> Any:
    packed = msgspec.msgpack.encode(message)
    if "type" in message:
        return protocol.read_ask(packed)
    if "reference" in message:
        return protocol.read_receipt(msgspec.Raw(packed))
    return (protocol.read_ticket if "visit" in message else protocol.read_block)(
        msgspec.Raw(packed)
    )


@pytest.mark.parametrize(("message", "name", "taken", "refused"), BOUNDS)
def test_a_field_is_taken_up_to_its_bound(
    message: dict[str, Any], name: str, taken: list[Any], refused: list[Any]
) -> None:
    for value in taken:
        assert read(message | {name: value}) is not None, value
    for value in refused:
        with pytest.raises(QueueFault):
            read(message | {name: value})


def test_what_is_read_is_what_was_sent() -> None:
    told = protocol.ReportedTicket(SeededIds(1).uuid7(), "2026-11-23", "A", 101, "s", "n", 9, 7)
    block = protocol.HeldBlock("2026-11-23", 501, 550)
    receipt = protocol.CaseReceipt("NRB-1", "NRB", 5)
    (raw_ticket,), (raw_block,), (raw_receipt,) = (
        protocol.raw([x]) for x in (told, block, receipt)
    )
    assert protocol.read_ticket(raw_ticket) == told
    assert protocol.read_block(raw_block) == block
    assert protocol.read_receipt(raw_receipt) == receipt
    for ask in (
        protocol.GrantRequest(told.visit, "s", "A", "n", 9),
        protocol.LeaseRequest("2026-11-23", 20, 550),
        protocol.GrantsRequest("2026-11-23"),
        protocol.Disown((told.visit,)),
        protocol.StaffCall(told.visit, "start"),
        protocol.CaseQuestion("NRB-1"),
    ):
        assert protocol.read_ask(protocol.encode(ask)) == ask


def test_what_is_left_out_says_nothing() -> None:
    """A kiosk of before a field was added, or one that has nothing to say."""
    lease = {name: value for name, value in LEASE.items() if name != "held"}
    assert read(lease).held == 0
    report = read({"type": "report", "tickets": []})
    assert (report.now, report.unit, report.blocks, report.epoch, report.last) == (
        0,
        0,
        (),
        "",
        False,
    )
    known = protocol.read_answer(msgspec.msgpack.encode({"type": "case-known"}))
    assert known == protocol.CaseKnown(centre_ms=0, epoch="", agency="", at=0)
    reported = protocol.read_answer(msgspec.msgpack.encode({"type": "reported", "count": 1}))
    assert isinstance(reported, protocol.Reported)
    assert (reported.count, reported.set_aside, reported.centre_ms) == (1, 0, 0)
