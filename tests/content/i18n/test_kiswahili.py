"""The Kiswahili a reader corrected stays corrected: in the strings, the forms and the lists."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import datetime, time
from pathlib import Path

import pytest

from content.default_sources import DEFAULT_SOURCES
from content.i18n.strings import read
from kiosk.language import Translator
from provisioning.clock import EAT

STRINGS = read((DEFAULT_SOURCES / "strings.csv").read_bytes(), strict=True)
SW = STRINGS.tables["sw"]
FORMS = (DEFAULT_SOURCES / "forms" / "forms.toml").read_text("utf-8")

CORRECTED = {
    "question.day": "Tarehe",
    "service.who": "Ofisi itakayokuhudumia",
    "shell.done": "Nimemaliza",
    "shell.theme": "Rangi",
    "device.audio": "Spika",
    "staff.roll_noted": "Imeandikwa: karatasi mpya.",
    "home.feedback_hint": "Si lazima utaje jina",
    "slip.pay_nothing_else": "Usilipe pesa nyingine yoyote.",
    "kept.code": "Nambari ya kuendelea",
    "service.bring": "Vitu vya kuleta",
    "service.bring_hint": "Weka alama kwa vitu ulivyo navyo",
    "shell.page_previous": "Nyuma",
}
NEVER = {
    "namba": r"\bnamba\b",
    "a number that is asked for as a kind": r"\b(Nambari|Jina)\b[^?]*\bgani\?",
    "a lost card in the class of another noun": r"\bIlipote",
    "to telephone the staff": r"kumpigia mhudumu",
    "a loudspeaker that is a microphone": r"[Kk]ipaza sauti",
    "a machine that reads codes, in two nouns": r"kisoma.msimbo",
    "to be unknown for to be unnamed": r"kutojulikana|bila kujulikana",
    "ready for done": r"^Tayari$",
    "to change what is lost": r"Kubadilisha kitambulisho kilichopotea",
    "a mark for a place": r"Alama ya karibu",
    "why, as a bare infinitive": r"\bili ku|skrini kuanza",
}


@pytest.mark.parametrize(("key", "said"), CORRECTED.items())
def test_a_corrected_text_says_so(key, said):
    assert SW[key] == said


def swahili() -> list[str]:
    found = list(SW.values()) + re.findall(r'sw = "([^"]*)"', FORMS)
    for name in ("services.csv", "requirements.csv", "forms.csv", "categories.csv"):
        with Path(DEFAULT_SOURCES / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found += [str(text) for column, text in row.items() if str(column).endswith("sw")]
    return found


@pytest.mark.parametrize("kind", NEVER)
def test_no_kiswahili_text_makes_a_mistake_that_was_corrected(kind):
    assert [text for text in swahili() if re.search(NEVER[kind], text)] == []


def test_the_lost_card_is_of_the_class_of_kitambulisho():
    asked = tomllib.loads(FORMS)["question"]
    assert asked["date_lost"]["sw"] == "Kilipotea lini?"
    assert asked["place_lost"]["sw"] == "Kilipotelea wapi?"


HOURS = [
    ("08:30", "saa mbili na nusu asubuhi (08:30)"),
    ("13:00", "saa saba mchana (13:00)"),
    ("17:15", "saa kumi na moja na robo jioni (17:15)"),
]


@pytest.mark.parametrize(("clock", "said"), HOURS)
def test_a_time_of_day_is_written_as_it_is_said_with_the_clock_beside_it(clock, said):
    moment = time.fromisoformat(clock)
    assert Translator(STRINGS, "sw").clock(moment) == said
    assert Translator(STRINGS, "en").clock(moment) == clock


def test_opening_hours_and_the_next_opening_are_said_so():
    sw, en = Translator(STRINGS, "sw"), Translator(STRINGS, "en")
    said = "saa mbili asubuhi hadi saa kumi na moja jioni (08:00-17:00)"
    assert sw.hours("08:00-17:00") == said
    assert en.hours("08:00-17:00") == "08:00-17:00"
    opens = datetime(2026, 12, 1, 8, 0, tzinfo=EAT)
    assert sw.day_and_clock(opens) == "01/12/2026 saa mbili asubuhi (08:00)"


WAITS = [
    (30, "30 seconds", "sekunde 30"),
    (60, "1 minute", "dakika 1"),
    (61, "2 minutes", "dakika 2"),
    (3600, "1 hour", "saa 1"),
    (7200, "2 hours", "saa 2"),
]


@pytest.mark.parametrize(("seconds", "english", "kiswahili"), WAITS)
def test_a_wait_is_said_in_plain_words(seconds, english, kiswahili):
    assert Translator(STRINGS, "en").duration(seconds) == english
    assert Translator(STRINGS, "sw").duration(seconds) == kiswahili
