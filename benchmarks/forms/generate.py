"""The benchmark's forms, made from scratch and compiled by pyxform as an author's would be.

big: 1,005 questions in 50 groups, two languages, one consent question that opens everything.
choices: county, ward and 20,000 villages inside the form; external: the villages as CSV.
roster: a household of any size with positions, look-backs and sums.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from pyxform.xls2xform import convert

ENGLISH, SWAHILI = "label::English (en)", "label::Kiswahili (sw)"
GROUPS = 50
VILLAGES = 20_000
COUNTIES = 47
WARDS = 1_450
SERVICES = [
    "id",
    "birth",
    "passport",
    "licence",
    "tax",
    "shif",
    "land",
    "court",
    "helb",
    "none",
    "other",
]
Row = dict[str, str]


def question(kind: str, name: str, label: str = "", **more: str) -> Row:
    words = {ENGLISH: label, SWAHILI: f"{label} (sw)"} if label else {}
    return {"type": kind, "name": name, **words, **more}


def xform(survey: list[Row], choices: list[Row], name: str) -> bytes:
    settings = [
        {"form_title": name, "form_id": name, "version": "1", "default_language": "English (en)"}
    ]
    header = [dict.fromkeys(key for row in choices for key in row)]
    book: dict[str, Any] = {"survey": survey, "choices": choices, "settings": settings}
    if choices:
        book["choices_header"] = header
    return convert(book).xform.encode()


def choice(listing: str, name: str, label: str, **more: str) -> Row:
    return {"list_name": listing, "name": name, ENGLISH: label, SWAHILI: f"{label} (sw)", **more}


def big() -> bytes:
    survey = [
        question("start", "start"),
        question("end", "end"),
        question("today", "today"),
        question("deviceid", "deviceid"),
        question("select_one yn", "consent", "Do you consent?", required="yes"),
    ]
    for number in range(GROUPS):
        survey += _group(number)
    survey.append(question("calculate", "grand", calculation=f"${{g{GROUPS - 1}_g}}"))
    choices = [choice("yn", "yes", "Yes"), choice("yn", "no", "No")]
    choices += [choice("svc", name, name.title()) for name in SERVICES]
    return xform(survey, choices, "big")


def _group(number: int) -> list[Row]:
    def ref(letter: str) -> str:
        return f"${{g{number}_{letter}}}"

    def ask(kind: str, letter: str, label: str = "", **more: str) -> Row:
        return question(kind, f"g{number}_{letter}", label and f"{label} {number}", **more)

    a, b, c, d, e, f, g = (ref(letter) for letter in "abcdefg")
    before = f" + ${{g{number - 1}_g}}" if number else ""
    age = f"int((decimal-date-time(${{today}}) - decimal-date-time({e})) div 365.25)"
    return [
        question("begin_group", f"g{number}", f"Group {number}", relevant="${consent} = 'yes'"),
        ask("integer", "a", "People", required="yes", constraint=". >= 0 and . <= 120"),
        ask("decimal", "b", "Weight", relevant=f"{a} > 5", constraint=". > 0 and . < 500"),
        ask("select_one yn", "c", "Any child", relevant=f"{a} > 1", required=f"{a} > 3"),
        ask("text", "d", "Name", relevant=f"{c} = 'yes'",
            constraint="string-length(.) >= 2 and regex(., '^[A-Za-z ]+$')"),
        ask("date", "e", "Born", constraint=". <= today()", relevant=f"{c} = 'yes'"),
        ask("calculate", "f", calculation=age),
        ask("calculate", "g", calculation=f"if({a} != '', {a} * 2, 0){before}"),
        ask("select_multiple svc", "h", "Services", relevant=f"{g} >= 0",
            constraint="not(selected(., 'none') and count-selected(.) > 1)"),
        ask("text", "i", "Other service", relevant=f"selected({ref('h')}, 'other')"),
        ask("note", "j", f"Total so far is {g} for {d}"),
        ask("select_one svc", "k", "Main", choice_filter=f"selected({ref('h')}, name)"),
        ask("calculate", "l", calculation=f"jr:choice-name({ref('k')}, '{ref('k')}')"),
        ask("text", "m", "ID", constraint="regex(., '^[0-9]{7,8}$')",
            required=f"{a} > 0 and not({c} = 'no')"),
        ask("text", "n", "Phone", constraint="regex(., '^(07|01)[0-9]{8}$')"),
        ask("calculate", "o",
            calculation=f"concat({d}, ' ', {ref('m')}, ' ', format-date({e}, '%d/%m/%Y'))"),
        ask("select_one yn", "p", "Urgent", relevant=f"{f} < 5 or {f} > 65"),
        ask("text", "q", "Reason", relevant=f"{ref('p')} = 'yes' and {b} > 10", required="yes"),
        ask("integer", "r", "Score", constraint=f". <= {a}"),
        ask("calculate", "s",
            calculation=f"round(coalesce({b}, 0) div (1 + coalesce({ref('r')}, 0)), 2)"),
        ask("note", "t", f"Score is {ref('s')}", relevant=f"{ref('r')} > 0"),
        {"type": "end_group"},
    ]  # fmt: skip


def big_answers() -> list[tuple[str, str]]:
    """506 answers: consent, then ten or so in each group, some changed again."""
    answers = [("/data/consent", "yes")]
    for number in range(GROUPS):
        base = f"/data/g{number}/g{number}_"
        answers += [
            (base + "a", "8"), (base + "b", "12.5"), (base + "c", "yes"),
            (base + "d", "Wanjiku Otieno"), (base + "e", "1950-05-17"),
            (base + "h", "id birth other"), (base + "i", "permit"), (base + "k", "birth"),
            (base + "m", "12345678"), (base + "r", "3"),
        ]  # fmt: skip
    answers += [(f"/data/g{number}/g{number}_a", "9") for number in range(5)]
    return answers


def villages() -> list[tuple[str, str, str, str]]:
    wards = [(f"ward{at}", f"c{at % COUNTIES}") for at in range(WARDS)]
    return [
        (f"v{at}", f"Village {at}", *wards[at % WARDS]) for at in range(VILLAGES)
    ]  # fmt: skip


def _places() -> list[Row]:
    counties = [choice("county", f"c{at}", f"County {at}") for at in range(COUNTIES)]
    wards = [
        choice("ward", f"ward{at}", f"Ward {at}", county=f"c{at % COUNTIES}") for at in range(WARDS)
    ]
    return counties + wards


def _where(village: str, shown: str) -> list[Row]:
    return [
        question("select_one county", "county", "County"),
        question("select_one ward", "ward", "Ward", choice_filter="county=${county}"),
        question(village, "village", "Village", choice_filter="ward=${ward}"),
        question("calculate", "shown", calculation=shown),
    ]


def choices() -> bytes:
    rows = [
        choice("village", name, label, ward=ward, county=county)
        for name, label, ward, county in villages()
    ]
    survey = _where("select_one village", "jr:choice-name(${village}, '${village}')")
    return xform(survey, _places() + rows, "choices")


def external() -> tuple[bytes, bytes]:
    """The form and its villages.csv."""
    survey = _where(
        "select_one_from_file villages.csv", "pulldata('villages', 'label', 'name', ${village})"
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "label", "ward", "county"])
    writer.writerows(villages())
    return xform(survey, _places(), "external"), out.getvalue().encode()


def roster() -> bytes:
    survey = [
        question("begin_repeat", "person", "Person"),
        question("text", "name", "Name"),
        question("integer", "age", "Age", constraint=". >= 0"),
        question("calculate", "pos", calculation="position(..)"),
        question("calculate", "adult", calculation="if(${age} >= 18, 1, 0)"),
        question("calculate", "prev", calculation=(
            "if(position(..) > 1, indexed-repeat(${name}, ${person}, position(..) - 1), '')")),
        question("calculate", "cum", calculation="sum(${age})"),
        {"type": "end_repeat"},
        question("calculate", "total", calculation="sum(${age})"),
        question("calculate", "n", calculation="count(${person})"),
        question("calculate", "adults", calculation="sum(${adult})"),
        question("note", "t", "${n} people, total ${total}"),
    ]  # fmt: skip
    return xform(survey, [], "roster")
