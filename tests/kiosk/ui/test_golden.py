"""Golden pictures: a few key screens, really drawn, pixel by pixel within 8 of 255."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from kiosk.tools.gallery import gallery
from tests.kiosk.ui.draw_golden import GOLDEN

pytestmark = pytest.mark.window
HERE = Path(__file__).parent
TOLERANCE = 8


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    subprocess.run(
        [sys.executable, "-m", "tests.kiosk.ui.draw_golden", str(folder)],
        cwd=HERE.parents[2], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_did(drawn, name):
    new = Image.open(drawn / f"{name}.png").convert("RGB")
    old = Image.open(HERE / "golden" / f"{name}.png").convert("RGB")
    assert new.size == old.size
    worst = max(high for _, high in ImageChops.difference(new, old).getextrema())
    assert worst <= TOLERANCE, f"differs by {worst}; look at {drawn / name}.png"


def test_the_code_on_the_ticket_screen_decodes(drawn):
    ticket = gallery.view("ticket", "sw")
    payload = next(block.value for block in ticket.blocks if block.kind == "qr")
    found = zxingcpp.read_barcodes(Image.open(drawn / "ticket-sw.png").convert("L"))
    assert [code.text for code in found] == [payload]


def test_a_picture_is_no_blank(drawn):
    for name in GOLDEN:
        picture = Image.open(drawn / f"{name}.png").convert("L")
        assert len(set(picture.getdata())) > 20, name
