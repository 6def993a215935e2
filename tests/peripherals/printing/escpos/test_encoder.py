"""Bytes for paper: golden streams, what they draw, and that nobody could misread them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from peripherals.printing.document import Align, Document, DocumentFault, Qr, TextLine
from peripherals.printing.escpos.encoder import (
    MARKS,
    ask_process_id,
    encode,
    mark_number,
    page_for,
    process_mark,
    raster,
    store_logo,
)
from peripherals.printing.escpos.library import sweep
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.escpos.raster_commands import LIVE, defuse
from peripherals.printing.escpos.test_page import test_slip as slip_to_compare
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.raster import qr_side, text_picture
from peripherals.simulators.printer.paper import PICTURE
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from peripherals.simulators.printer.tokenizer import tokens
from tests.peripherals.golden_slips import GOLDEN, SIGNED, ticket

FOLDER = Path(__file__).parents[3] / "golden" / "slips"
PAPERS = ("tm-t20", "generic-58", "tm-t88")


def printed(octets: bytes, dots: int = 576) -> SimulatedPrinter:
    printer = SimulatedPrinter(lambda: 0.0, Model(dots=dots, buffer=200_000))
    printer.receive(octets)
    printer.step()
    return printer


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes(name, paper):
    octets = encode(GOLDEN[name], PROFILES[paper]).octets
    kept = FOLDER / f"{name}.{paper}.bin"
    if os.environ.get("UPDATE_GOLDEN"):
        kept.write_bytes(octets)
    assert octets == kept.read_bytes(), f"{kept.name} changed; look at it, then UPDATE_GOLDEN=1"


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", GOLDEN)
def test_every_golden_slip_is_understood_and_its_code_scans(name, paper):
    profile = PROFILES[paper]
    octets = encode(GOLDEN[name], profile).octets
    assert not [token for token in tokens(octets) if token.kind == "unknown"]
    printer = printed(octets + b"\x1dVB\x00" * (not profile.cutter), profile.dots)
    assert printer.unknown == []
    assert printer.live_commands == []
    (slip,) = printer.slips
    wanted = [block.payload for block in GOLDEN[name].blocks if isinstance(block, Qr)]
    picture = slip.strip.facsimile().convert("L")
    assert [found.data.decode() for found in pyzbar.decode(picture)] == wanted
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == wanted


@pytest.mark.parametrize("paper", PAPERS)
def test_a_code_has_four_white_modules_on_every_side(paper):
    profile = PROFILES[paper]
    strip = (
        printed(
            encode(Document((TextLine("X" * 20), Qr(SIGNED), TextLine("Y" * 20))), profile).octets
            + b"\x1dVB\x00",
            profile.dots,
        )
        .slips[0]
        .strip
    )
    picture = strip.facsimile()
    found = zxingcpp.read_barcodes(picture.convert("L"))[0].position
    left, top = found.top_left.x, found.top_left.y
    right, bottom = found.bottom_right.x, found.bottom_right.y
    module = (right - left) / qr_side(SIGNED, "M")
    assert module >= 3
    zone = round(4 * module) - 2
    box = (left - zone, top - zone, right + zone, bottom + zone)
    around = Image.new("1", picture.size, 1)
    around.paste(picture, (0, 0))
    around.paste(1, (left - 2, top - 2, right + 3, bottom + 3))
    assert around.crop(box).convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_a_ticket_is_six_hundred_bytes_at_most(profile):
    assert len(encode(ticket("sw"), replace(profile, native_qr=True)).octets) <= 600


def test_a_copy_is_marked_first_and_last():
    (slip,) = printed(encode(ticket("en"), PROFILES["tm-t20"], copy=3).octets).slips
    lines = slip.strip.lines
    assert lines[0].strip() == lines[-1].strip() == f"{DUPLICATE_MARK} 3"


@pytest.mark.parametrize("paper", ["tm-t20", "generic-80", "generic-58"])
def test_letters_outside_the_proven_pages_are_drawn_between_the_printers_own(paper):
    name = "Wanjir\u0169 wa K\u0129mani"
    slip = Document((TextLine("Jina:"), TextLine(name), TextLine("Asante")))
    octets = encode(slip, PROFILES[paper]).octets + b"\x1dVB\x00"
    kinds = [token.octets[:2] for token in tokens(octets)]
    assert kinds.count(b"\x1b*") == 2
    assert kinds.count(b"\x1dv") == 0
    strip = printed(octets, PROFILES[paper].dots).slips[0].strip
    said = name.replace("\u0169", PICTURE).replace("\u0129", PICTURE)
    assert [line for line in strip.lines if line] == ["Jina:", said, "Asante"]
    # Exactly the glyphs we drew are on the paper, each in the cell of its letter.
    paper_dots = strip.facsimile()
    for place, letter in enumerate(name):
        if letter in "\u0169\u0129":
            wanted = text_picture(letter)
            cell = paper_dots.crop((12 * place, 30, 12 * place + 12, 54))
            assert cell.tobytes() == wanted.tobytes(), letter


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (TextLine("\u0169", scale=2), b"\x1dv"),  # larger than a drawn letter in the line can be
        (TextLine("\u0169 wa K\u0129mani", inverse=True), b"\x1dv"),
        (TextLine("\u0169" * 12), b"\x1dv"),  # all drawn: the row is shorter
        (TextLine("Ng\u02bcang\u02bca"), None),  # folded
        (
            TextLine("n\u0303\u0308o caf\u00e9 \u0169"),
            b"\x1b*",
        ),  # marks on marks, and a page's letter
    ],
)
def test_how_a_row_is_drawn(line, how):
    kinds = [
        token.octets[:2] for token in tokens(encode(Document((line,)), PROFILES["tm-t20"]).octets)
    ]
    assert {kind for kind in kinds if kind in {b"\x1dv", b"\x1b*"}} == ({how} if how else set())


def test_a_ticket_with_a_drawn_name_stays_small():
    slip = Document((*ticket("sw").blocks, TextLine("Wanjir\u0169 wa K\u0129mani")), "sw")
    for paper in PAPERS:
        assert len(encode(slip, PROFILES[paper]).octets) <= 600


def test_pages_are_used_only_when_proven():
    profile = PROFILES["tm-t20"]
    assert page_for("Asante sana", profile) == (0, b"Asante sana")
    assert page_for("caf\u00e9", profile) == (0, "caf\u00e9".encode("cp437"))
    assert page_for("5 \u20ac", profile) == (19, "5 \u20ac".encode("cp858"))
    assert page_for("\u0169", profile) is None
    assert page_for("\u014b\u0268\u0289", profile) is None
    assert page_for("5 \u20ac", PROFILES["generic-80"]) is None


@given(st.binary(max_size=400))
def test_pictures_never_hold_a_live_command(dots):
    safe, hits = defuse(dots)
    assert LIVE.search(safe) is None
    changed = sum((a ^ b).bit_count() for a, b in zip(dots, safe, strict=True))
    assert changed == hits


def test_a_picture_full_of_real_time_commands_answers_nothing():
    dots = b"\x10\x04\x01\x10\x05\x02\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08" * 40
    picture = Image.frombytes("1", (64, 80), bytes(octet ^ 0xFF for octet in dots))
    printer = printed(b"".join(raster(picture)) + b"\x1dVB\x00")
    assert printer.live_commands == []
    assert printer.speak() == b""


@given(st.text(max_size=300), st.sampled_from(["tm-t20", "generic-58"]))
def test_nothing_a_person_types_reaches_the_printer_as_a_command(text, paper):
    octets = encode(Document((TextLine(text),)), PROFILES[paper]).octets
    printer = printed(octets)
    assert printer.live_commands == []
    assert printer.unknown == []


@given(st.integers(1, MARKS * 3))
def test_process_marks_come_back_as_their_number(number):
    assert mark_number(process_mark(number)) == number % MARKS
    assert ask_process_id(number)[-4:].isalnum()


def test_raster_code_when_the_printer_makes_none():
    profile = replace(PROFILES["generic-58"], native_qr=False)
    strip = printed(encode(ticket("sw"), profile).octets + b"\x1dVB\x00", 384).slips[0].strip
    assert strip.codes == []
    assert zxingcpp.read_barcodes(strip.facsimile().convert("L"))[0].text == SIGNED


@pytest.mark.parametrize("paper", PAPERS)
def test_a_code_too_large_for_the_paper_is_printed_as_words(paper):
    """It would else stop the printer for everybody behind it."""
    profile, payload = PROFILES[paper], "HUDUMA/" + "0123456789" * 150
    octets = encode(Document((TextLine("A1"), Qr(payload))), profile).octets + b"\x1dVB\x00"
    strip = printed(octets, profile.dots).slips[0].strip
    if not strip.codes:
        assert "".join(strip.lines).replace("A1", "", 1) == payload
    assert len(encode(Document((Qr("x" * 4000),)), profile).octets) > 4000


def test_the_logo_is_stored_by_an_operator_and_called_by_name(tmp_path):
    path = tmp_path / "logo.png"
    Image.new("L", (64, 16), 0).save(path)
    profile = replace(PROFILES["tm-t20"], logo="HU")
    slip = encode(ticket("sw"), profile).octets
    printer = printed(store_logo("HU", path, profile) + slip)
    assert printer.unknown == []
    with_logo = printer.slips[0].strip.facsimile().crop((0, 0, 576, 16))
    assert with_logo.convert("L").getextrema()[0] == 0


def test_pieces_are_whole_commands():
    slip = encode(GOLDEN["receipt-sw"], PROFILES["tm-t20"])
    for piece in slip.pieces:
        assert not [token for token in tokens(piece) if token.kind == "unknown"]


def test_a_document_survives_the_spool_and_damage_is_named():
    document = GOLDEN["receipt-en"]
    assert Document.from_bytes(document.to_bytes()) == document
    with pytest.raises(DocumentFault):
        Document.from_bytes(document.to_bytes()[:-3])


def test_importing_the_encoder_leaves_no_folder_behind(tmp_path):
    code = (
        "import logging; from peripherals.printing.escpos.encoder import warm; warm();"
        "assert not logging.getLogger().handlers"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []


def test_alignment_is_the_printers_own_work():
    slip = encode(Document((TextLine("x", Align.RIGHT),)), PROFILES["tm-t20"]).octets
    assert b"\x1ba\x02x\n" in slip


def test_the_test_slip_shows_each_page_through_that_page():
    profile = PROFILES["tm-t20"]
    slip = slip_to_compare(profile, datetime(2026, 11, 23, tzinfo=UTC), {"Model": "TM-T20"})
    octets = encode(slip, profile).octets
    assert b"\x1bt\x1380 " + bytes(range(0x80, 0x90)) + b"\n" in octets
    assert b"\x1bt\x10C0 " + bytes(range(0xC0, 0xD0)) + b"\n" in octets
    assert printed(octets).unknown == []


def test_what_a_killed_import_left_behind_is_removed_by_the_next(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    left, used = (
        tmp_path / f"huduma-escpos-{child.pid}-a_b",
        tmp_path / f"huduma-escpos-{os.getpid()}-c",
    )
    other = tmp_path / "huduma-else-1-x"
    for each in (left, used, other):
        each.mkdir()
        (each / "cache.pickle").write_bytes(b"x")
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([used, other])
