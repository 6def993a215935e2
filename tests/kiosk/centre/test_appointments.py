"""Appointments: read from two shapes, checked in once; early, in time and late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from content.faults import SourcesRefused
from kiosk.queue.appointments import BookedAppointment, read_appointments
from kiosk.queue.faults import NoSuchTicket, NotNow
from provisioning.clock import EAT
from tests.kiosk.centre.centre_bench import SERVICES, CentreBench

DAY = date(2026, 11, 23)
TEN = datetime(2026, 11, 23, 10, 0, tzinfo=EAT)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CentreBench]:
    opened = CentreBench(tmp_path / "centre.db")
    opened.pass_time(minutes=60)  # 09:00
    yield opened
    assert opened.rebuilt()
    opened.store.close()


def test_a_table_and_a_scheduler_list_say_the_same() -> None:
    table = b"time,service,code,companions,class\n10:00,NRB-02,X1,2,elderly\n11:30,KRA-01,X2,,\n"
    listed = [
        {
            "appointment_id": "X1",
            "from": "2026-11-23T07:00:00Z",
            "resource_id": "NRB-02",
            "participants": ["a", "b", "c"],
        },
        {"appointment_id": "X2", "from": "2026-11-23T11:30:00", "resource_id": "KRA-01"},
        {"appointment_id": "X3", "from": "2026-11-24T09:00:00", "resource_id": "KRA-01"},
    ]
    first = read_appointments(table, DAY, SERVICES, name="a.csv")
    second = read_appointments(json.dumps(listed).encode(), DAY, SERVICES, name="a.json")
    assert [(each.code, each.service, each.at, each.companions) for each in first] == [
        ("X1", "NRB-02", TEN, 2),
        ("X2", "KRA-01", TEN + timedelta(minutes=90), 0),
    ]
    assert [each.code for each in second] == ["X1", "X2"]
    assert [each.at for each in second] == [each.at for each in first]
    assert (first[0].priority_class, second[0].companions) == ("elderly", 2)


@pytest.mark.parametrize(
    "source",
    [
        b"time,service\n25:00,NRB-02\n",
        b"time,service\n10:00,NO-1\n",
        b"time,service,code\n10:00,NRB-02,A\n11:00,NRB-02,A\n",
        b"time,service,companions\n10:00,NRB-02,999\n",
        b"[1]",
        b"[{}]",
        b'{"appointments": 3}',
        b"[" * 5_000,
        b'[{"appointment_id": "X", "from": "soon", "resource_id": "NRB-02"}]',
        b"\xff\xfe",
    ],
)
def test_what_is_no_list_of_appointments_is_refused_by_name(source: bytes) -> None:
    with pytest.raises(SourcesRefused, match="list"):
        read_appointments(source, DAY, SERVICES, name="list")


def test_the_same_list_again_changes_nothing_and_a_moved_one_is_moved(bench: CentreBench) -> None:
    one = BookedAppointment("X1", "NRB-02", TEN)
    assert bench.authority.book(DAY, [one]) == 1
    assert bench.authority.book(DAY, [one]) == 0
    assert bench.authority.book(DAY, [BookedAppointment("X1", "KRA-01", TEN)]) == 1
    ticket, _ = bench.authority.issue("kiosk-1", "NRB-01", key="k", code="X1")
    assert ticket.service == "KRA-01"
    assert bench.authority.issue("kiosk-1", "NRB-01", key="k", code="X1")[0].visit == ticket.visit
    with pytest.raises(NotNow, match="has a number already"):
        bench.authority.issue("kiosk-1", "NRB-01", key="other", code="X1")
    with pytest.raises(NoSuchTicket):
        bench.authority.issue("kiosk-1", "NRB-01", code="X9")


@pytest.mark.parametrize(
    ("comes", "before_walk_ins"),
    [("09:20", False), ("09:31", True), ("10:00", True), ("10:14", True), ("10:40", False)],
)
def test_early_in_time_and_late(bench: CentreBench, comes: str, *, before_walk_ins: bool) -> None:
    """The walk-ins came 20 minutes before; who keeps the appointment is called before them."""
    bench.authority.book(DAY, [BookedAppointment("X1", "NRB-02", TEN)])
    hour, minute = map(int, comes.split(":"))
    arrives = datetime(2026, 11, 23, hour, minute, tzinfo=EAT)
    bench.pass_time(seconds=(arrives - bench.clock.now()).total_seconds() - 1_200)
    walk_in = bench.issue("NRB-02")
    bench.pass_time(seconds=1_199)
    booked, granted = bench.authority.issue("kiosk-1", "NRB-02", code="X1")
    assert granted.ahead == (0 if before_walk_ins else 1)
    called = bench.authority.counters.call(1)
    assert called.visit == (booked.visit if before_walk_ins else walk_in.visit)
    if before_walk_ins:
        assert called.why == "it has an appointment"
        assert called.waited_s <= 1


def test_the_list_of_today_says_who_is_here(bench: CentreBench) -> None:
    bench.authority.book(DAY, [BookedAppointment("X1", "NRB-02", TEN, companions=1)])
    token = bench.token("agent", "A1")
    body = {"service": "NRB-02", "kiosk": "kiosk-1", "appointment": "X1"}
    visit = bench.ask("POST", "/tickets", body, token=token).json()["visit"]
    found = bench.ask("GET", "/appointments", token=token).json()
    assert [
        (each["code"], each["companions"], each["visit"]) for each in found["appointments"]
    ] == [("X1", 1, visit)]
