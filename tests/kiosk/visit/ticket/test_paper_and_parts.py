"""Small parts of a visit: wheels, drawings, slips, evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.filling.date_entry import parts_of, put, slide, turn, value_of
from kiosk.filling.question_widgets import LOOK_FOR, look_for
from kiosk.filling.signature import CROSS, SignatureStrokes
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.simulation.audit.disk_search import search
from kiosk.slips.builder import DocumentBuilder
from kiosk.visit.ports import FormReceipt, KioskLocation
from peripherals.printing.document import Qr
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds

DATE = ("day", "month", "year")
PLACE = KioskLocation("HC-001", "Huduma Centre Nairobi GPO", "HC-001", demo=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1990-03-27", "1990-03-27"),
        ("27/3/1990", "1990-03-27"),
        ("27 3 1990", "1990-03-27"),
        ("27.03.1990", "1990-03-27"),
        ("", ""),
        ("31/2/1990", None),
        ("29/2/1990", None),
        ("29/2/1992", "1992-02-29"),
        ("soon", ""),
    ],
)
def test_dates_as_people_write_them(text: str, value: str | None) -> None:
    assert value_of(parts_of(text, DATE), "date") == value


def test_half_a_date_is_no_date() -> None:
    parts = parts_of("", DATE)
    put(parts, "day", "27")
    assert value_of(parts, "date") is None
    put(parts, "day", "32")
    assert parts["day"] is None


def test_wheels_start_where_it_helps_and_go_round() -> None:
    parts, today = parts_of("", DATE), date(2026, 11, 23)
    for part in DATE:
        turn(parts, part, 1, today, birth=True)
    assert parts == {"day": 23, "month": 11, "year": 1990}
    for _ in range(2):
        turn(parts, "month", 1, today)
    assert parts["month"] == 1
    turn(parts, "month", -1, today)
    assert parts["month"] == 12


def test_a_time_of_day() -> None:
    parts = parts_of("14:30", ("hour", "minute"))
    assert value_of(parts, "time") == "14:30:00.000+03:00"


def test_a_range_stops_at_its_ends() -> None:
    limits = {"start": "1", "end": "3", "step": "1"}
    assert slide("", limits, 1) == "1"
    assert slide("3", limits, 1) == "3"
    assert slide("1", limits, -1) == "1"


def test_a_cross_is_a_drawing_and_rubbish_is_not() -> None:
    assert SignatureStrokes.read(CROSS).png().startswith(b"\x89PNG")
    for text in ("", "[]", "[[1]]", '{"a":1}', "x", "[[[1,2,3]]]"):
        with pytest.raises((ValueError, TypeError)):
            SignatureStrokes.read(text)


def test_every_look_has_its_widget() -> None:
    from kiosk.ui.answers.table import LOOKS

    missing = {look.name for look in LOOK_FOR.values()} - set(LOOKS)
    assert not missing


def test_an_unknown_appearance_is_only_a_wish() -> None:
    assert look_for("string", "w4 sparkles").name == "text"
    assert look_for("string", "numbers", name="phone_number").name == "phone"
    assert look_for("string", "numbers", name="id_number").name == "identity"
    assert look_for("select1", "", 47).name == "search"
    assert look_for("nonsense", "").name == "text"


@pytest.mark.parametrize("language", ["en", "sw"])
def test_slips_say_what_the_screen_said(catalogue: Catalogue, language: str) -> None:
    clock, ids = VirtualClock(), SeededIds()
    receipts = DocumentBuilder(catalogue, PLACE, clock)
    service = catalogue.service("NRB-02")
    issued = IssuedTicket(
        ids.uuid7(), "A101", service.code, "normal", 3, (10, 20), "HK1.x", clock.now()
    )
    slip = receipts.ticket(issued, service, language)
    assert slip.label == "A101"
    assert service.title(language) in slip.text()
    assert catalogue.text("slip.demo", language) in slip.text()
    assert [block.payload for block in slip.blocks if isinstance(block, Qr)] == ["HK1.x"]
    form = catalogue.form("lost_id")
    at = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    received = FormReceipt(ids.uuid7(), "NRB-7K3MQ2-29", "NRB", "lost_id", at)
    receipt = receipts.received(received, form, language)
    assert catalogue.text("slip.not_approved", language) in receipt.text()
    assert "23/11/2026 08:00" in receipt.text()
    checklist = receipts.checklist(service, frozenset({"id_no"}), language)
    marks = [getattr(block, "mark", "") for block in checklist.blocks]
    assert marks.count("[x]") == 1
    assert catalogue.text("service.confirm", language) in checklist.text()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_typed_value_is_found_in_any_spelling_of_bytes(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "wal"
    file.write_bytes(b"\x00\xff" * 999 + "WANJIKŨ Njeri".encode(encoding) + b"\x01")
    hits = list(search(tmp_path, ["Wanjikũ Njeri", "Njeri", "Kamau"]))
    assert {hit.value for hit in hits} >= {1}
    assert {hit.value for hit in hits} <= {0, 1}
    assert not list(search(tmp_path, ["Njeri"], but=[tmp_path / "deep"]))


@pytest.mark.parametrize("kept", [b"0712345678", b"0712 345 678", b"+254712345678"])
def test_a_phone_number_is_found_however_it_was_kept(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "log").write_bytes(b"phone=" + kept)
    assert [hit.value for hit in search(tmp_path, ["0712 345 678"])] == [0]
