"""How Kenyans say and write dates, times, money and numbers; and what they may type."""

from __future__ import annotations

import json
import re
from datetime import date, time

import pytest

from content.authoring.build import DEFAULT_SOURCES
from content.i18n import kenyan_formats

CONVENTIONS = json.loads((DEFAULT_SOURCES / "conventions.json").read_text())


@pytest.mark.parametrize(("clock", "said"), CONVENTIONS["swahili_time"]["table"].items())
def test_every_hour_of_the_table_in_kiswahili(clock, said):
    assert kenyan_formats.spoken_time(time.fromisoformat(clock), "sw") == said


@pytest.mark.parametrize(
    ("clock", "language", "said"),
    [
        ("08:15", "sw", "saa mbili na robo asubuhi"),
        ("08:30", "sw", "saa mbili na nusu asubuhi"),
        ("08:45", "sw", "saa tatu kasorobo asubuhi"),
        ("06:30", "sw", "saa kumi na mbili na nusu alfajiri"),
        ("06:45", "sw", "saa moja kasorobo alfajiri"),
        ("07:00", "sw", "saa moja asubuhi"),
        ("14:20", "sw", "saa nane na dakika ishirini mchana"),
        ("16:59", "sw", "saa kumi na dakika hamsini na tisa jioni"),
        ("00:05", "sw", "saa sita na dakika tano usiku"),
        ("08:30", "en", "8.30 am"),
        ("00:00", "en", "12.00 am"),
        ("12:00", "en", "12.00 pm"),
        ("17:05", "en", "5.05 pm"),
    ],
)
def test_spoken_time(clock, language, said):
    assert kenyan_formats.spoken_time(time.fromisoformat(clock), language) == said


def test_dates():
    assert kenyan_formats.date_short(date(2025, 11, 21)) == "21/11/2025"
    assert kenyan_formats.month_long("2025-11", "sw") == "Novemba 2025"
    assert list(kenyan_formats.DAYS["sw"]) == CONVENTIONS["days_sw"]
    assert list(kenyan_formats.MONTHS["sw"]) == CONVENTIONS["months_sw"]


@pytest.mark.parametrize(
    ("shillings", "language", "written"),
    [
        (0, "en", "Free"),
        (0, "sw", "Bila malipo"),
        (1000, "en", "KES 1,000"),
        (1000, "sw", "KSh 1,000"),
        (12500, "en", "KES 12,500"),
        (50, "sw", "KSh 50"),
    ],
)
def test_money(shillings, language, written):
    assert kenyan_formats.money(shillings, language) == written


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("msisdn", "0712 345 678", "+254712345678"),
        ("msisdn", "0712345678", "+254712345678"),
        ("msisdn", "+254 712 345 678", "+254712345678"),
        ("msisdn", "254712345678", "+254712345678"),
        ("msisdn", "712345678", "+254712345678"),
        ("msisdn", "0712-345-678", "+254712345678"),
        ("msisdn", "0110 123 456", "+254110123456"),
        ("msisdn", "(0101) 123.456", "+254101123456"),
        ("msisdn", "0612345678", "0612345678"),
        ("msisdn", "07123", "07123"),
        ("national_id", " 12 345 678 ", "12345678"),
        ("national_id", "0123-4567", "01234567"),
        ("kra_pin", "a004416331m", "A004416331M"),
        ("kra_pin", "p051 365 947 m", "P051365947M"),
        ("id_or_passport", "ak 1234567", "AK1234567"),
        ("name", "  amina   wanjiku ", "amina wanjiku"),
        ("contact", "0712 345 678", "+254712345678"),
        ("contact", " amina@example.org ", "amina@example.org"),
        ("contact", "P.O. Box 33 - 90200  Kitui", "P.O. Box 33 - 90200 Kitui"),
        ("nothing", " as typed ", "as typed"),
    ],
)
def test_input_is_forgiven(kind, typed, stored):
    assert kenyan_formats.normalise(kind, typed) == stored


@pytest.mark.parametrize("example", CONVENTIONS["formats"]["kra_pin"]["examples"])
def test_stored_forms_fit_the_official_patterns(example):
    pins = CONVENTIONS["formats"]["kra_pin"]["regex"]
    assert re.fullmatch(pins, kenyan_formats.normalise("kra_pin", example.lower()))
    phones = CONVENTIONS["formats"]["msisdn"]["input_regex"]
    assert re.fullmatch(phones, kenyan_formats.normalise("msisdn", "0712 345 678"))


@pytest.mark.parametrize(
    ("kind", "stored", "seen"),
    [
        ("msisdn", "+254712345678", "0712 345 678"),
        ("contact", "a@b.ke", "a@b.ke"),
        ("national_id", "12345678", "12 345 678"),
        ("national_id", "1234567", "1 234 567"),
        ("national_id", "none", "none"),
        ("name", "Amina", "Amina"),
    ],
)
def test_shown(kind, stored, seen):
    assert kenyan_formats.shown(kind, stored) == seen


def test_masked_keeps_the_last_three():
    assert kenyan_formats.masked("12345678") == "\u2022\u2022\u2022\u2022\u2022678"
    assert kenyan_formats.masked("12") == "\u2022\u2022"


def test_minutes_in_words():
    assert kenyan_formats.spoken_number(0) == "sifuri"
    assert kenyan_formats.spoken_number(40) == "arobaini"
    assert kenyan_formats.spoken_number(60) == "sitini"
    assert kenyan_formats.spoken_number(999) == "mia tisa na tisini na tisa"
    with pytest.raises(ValueError, match="1000"):
        kenyan_formats.spoken_number(1000)
