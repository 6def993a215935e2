"""What is written, as it is said."""

from __future__ import annotations

import pytest

from content.i18n.speech_text import ng_word, spoken

TABLE = [
    ("en", "KSh 1,000", "1000 shillings"),
    ("sw", "KSh 1,000", "shilingi 1000"),
    ("sw", "KES 50", "shilingi 50"),
    ("en", "27/03/1990", "27 March 1990"),
    ("sw", "27/03/1990", "tarehe 27 Machi 1990"),
    ("en", "at 14:30", "at 2 30 pm"),
    ("en", "00:00", "12 am"),
    ("sw", "14:30", "saa nane na nusu mchana"),
    ("sw", "08:00", "saa mbili asubuhi"),
    ("sw", "00:00", "saa sita usiku"),
    ("sw", "06:30", "saa kumi na mbili na nusu alfajiri"),
    ("sw", "08:45", "saa tatu kasorobo asubuhi"),
    ("sw", "06:15", "saa kumi na mbili na robo alfajiri"),
    ("en", "0712 345 678", "0 7 1 2, 3 4 5, 6 7 8"),
    ("en", "0712345678", "0 7 1 2, 3 4 5, 6 7 8"),
    ("en", "+254712345678", "2 5 4, 7 1 2, 3 4 5, 6 7 8"),
    ("en", "WJR-7F3K-22", "W J R, 7 F 3 K, 2 2"),
    ("en", "B047", "B 0 4 7"),
    ("en", "12345678", "1 2 3 4 5 6 7 8"),
    ("en", "Passport / ID", "Passport or ID"),
    ("sw", "Pasipoti / kitambulisho", "Pasipoti au kitambulisho"),
    ("en", "99:99", "99:99"),
    ("en", "45/45/2000", "45 or 45 or 2000"),
]


@pytest.mark.parametrize(("language", "written", "said"), TABLE)
def test_said_as_people_say_it(language, written, said):
    assert spoken(written, language) == said


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [("ng'ombe", "[[N'ombe]]"), ("Ng\u2019ang\u2019a", "[[N'aNa]]"), ("ng'ambo", "[[N'ambo]]")],
)
def test_the_nasal_with_an_apostrophe_is_given_as_phonemes(word, phonemes):
    assert ng_word(word) == phonemes
    assert spoken(f"kule {word} sasa", "sw") == f"kule {phonemes} sasa"
    assert spoken(f"kule {word} sasa", "en").startswith("kule")
