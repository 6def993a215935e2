"""The slips as the product prints them: whole, readable by a scanner, words unbroken."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from kiosk.tools import slip_samples

CODED = {"ticket": "A1047", "receipt": "W1-7K2M-9QXT", "draft-code": "7K2M 9QXT 4WZD"}


@pytest.fixture(scope="module")
def album(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("slips")
    assert slip_samples.draw(folder) == len(list(folder.glob("*.png"))) == 24
    return folder


@pytest.mark.parametrize("paper", slip_samples.PAPERS)
@pytest.mark.parametrize("language", slip_samples.LANGUAGES)
@pytest.mark.parametrize(
    "name", ["ticket", "ticket-longest", "ticket-copy", "receipt", "draft-code"]
)
def test_two_readers_agree_on_the_code_of_every_slip(album, name, language, paper):
    picture = Image.open(album / f"{name}-{language}-{paper}.png").convert("L")
    read = {
        pyzbar.decode(picture)[0].data.decode(),
        zxingcpp.read_barcodes(picture)[0].text,
    }
    assert len(read) == 1
    says = CODED[name.partition("-")[0] if name.startswith("ticket") else name]
    assert says in read.pop()


@pytest.mark.parametrize("paper", slip_samples.PAPERS)
def test_a_copy_is_longer_than_its_ticket_by_its_marks(album, paper):
    def high(name: str) -> int:
        return Image.open(album / f"{name}-sw-{paper}.png").height

    assert high("ticket-copy") > high("ticket-longest")
