"""Golden pictures: a few key screens, really drawn, and compared as a person sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from kiosk.tools.screen_samples import read_views
from tests.kiosk.ui.draw_golden import GOLDEN, PLANTED
from tests.kiosk.ui.picture_comparison import SHADE, STRAY_PIXELS, seen_difference

pytestmark = pytest.mark.window
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    subprocess.run(
        [sys.executable, "-m", "tests.kiosk.ui.draw_golden", str(folder), "--planted"],
        cwd=HERE.parents[2], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


def golden(name: str) -> Image.Image:
    return Image.open(HERE / "golden" / f"{name}.png")


@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_did(drawn, name):
    apart = seen_difference(Image.open(drawn / f"{name}.png"), golden(name))
    assert apart <= STRAY_PIXELS, f"{apart} pixels differ; look at {drawn / name}.png"


@pytest.mark.parametrize("name", PLANTED)
def test_a_changed_letter_and_a_moved_button_are_seen(drawn, name):
    apart = seen_difference(Image.open(drawn / f"{name}.png"), golden("home-en"))
    assert apart > STRAY_PIXELS, f"only {apart} pixels differ"


@pytest.mark.parametrize("name", GOLDEN)
def test_the_rounding_of_another_gl_is_not_seen(name):
    old = golden(name).convert("RGB")
    shifted = ImageChops.offset(old, 1, 0)
    shifted.paste(old.crop((0, 0, 1, old.height)), (0, 0))
    assert seen_difference(shifted, old) == 0
    assert seen_difference(old.point(lambda value: max(0, value - SHADE)), old) == 0


def test_the_code_on_the_ticket_screen_decodes(drawn):
    ticket = read_views(drawn / "views.bin")["ticket-sw"]
    payload = next(block.value for block in ticket.blocks if block.kind == "qr")
    found = zxingcpp.read_barcodes(Image.open(drawn / "ticket-sw.png").convert("L"))
    assert [code.text for code in found] == [payload]


def test_a_picture_is_no_blank(drawn):
    for name in GOLDEN:
        picture = Image.open(drawn / f"{name}.png").convert("L")
        assert len(set(picture.getdata())) > 20, name
