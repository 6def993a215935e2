"""Completeness: every state has its screen, every look its pair of files, every icon its glyph."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from content.default_sources import DEFAULT_ASSETS
from kiosk.filling.question_widgets import LOOK_FOR
from kiosk.ui.answers.table import FALLBACK_LOOK, LOOKS
from kiosk.ui.keyboard_layouts import ICONS
from kiosk.ui.window.layouts import GENERIC, LAYOUTS, rule_of
from kiosk.visit.flow import State

UI = Path(__file__).resolve().parents[3] / "kiosk" / "ui"
SOURCES = DEFAULT_ASSETS.parent


def test_every_state_has_its_layout():
    assert set(LAYOUTS) == {state.value for state in State}


@pytest.mark.parametrize("layout", sorted({*LAYOUTS.values(), GENERIC}))
def test_every_layout_has_its_file(layout):
    text = (UI / "screens" / f"{layout}.kv").read_text()
    assert f"<{rule_of(layout)}@StateScreen>:" in text


def test_no_layout_is_a_copy_of_another_and_none_is_left_over():
    files = {path.stem: path.read_text() for path in (UI / "screens").glob("*.kv")}
    assert set(files) == {*LAYOUTS.values(), GENERIC}
    bodies = {re.sub(r"<\w+@", "<", text) for text in files.values()}
    assert len(bodies) == len(files)


def test_every_look_the_core_asks_for_is_drawn():
    assert {look.name for look in LOOK_FOR.values()} <= set(LOOKS)
    assert FALLBACK_LOOK in LOOKS


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_look_has_its_file(look):
    file, rule = LOOKS[look]
    assert f"<{rule}@AnswerView>:" in (UI / "answers" / f"{file}.kv").read_text()


def test_no_answer_file_is_left_without_a_look():
    files = {path.stem for path in (UI / "answers").glob("*.kv")}
    assert files == {look.file for look in LOOKS.values()}


def icon_table() -> dict[str, int]:
    return json.loads((DEFAULT_ASSETS / "icons.json").read_text())


@pytest.mark.parametrize(
    "name", ["agencies.csv", "requirements.csv", "categories.csv", "priority_classes.csv"]
)
def test_every_icon_of_the_pack_has_a_glyph(name):
    with (SOURCES / name).open(newline="") as lines:
        wanted = {row["icon"] for row in csv.DictReader(lines) if row["icon"]}
    assert wanted - set(icon_table()) == set()


def test_every_icon_named_in_the_code_has_a_glyph():
    wanted = set(ICONS.values())
    for path in (UI.parent / "visit").rglob("*.py"):
        text = path.read_text()
        wanted |= set(re.findall(r'icon="([a-z_0-9]+)"', text))
    assert wanted - set(icon_table()) == set()


def test_kv_reads_and_sends_and_does_nothing_else():
    for path in UI.rglob("*.kv"):
        text = re.sub(r"#.*", "", path.read_text())
        assert "app." not in text, path
        calls = set(re.findall(r"([\w.]+)\(", text)) - {"dp", "sp"}
        assert calls == set(), (path, calls)


def test_only_the_bridge_touches_the_clock():
    found = [p.name for p in UI.rglob("*.py") if "kivy.clock" in p.read_text()]
    assert found == ["bridge.py"]
