"""The sample form: one question for every row of `LOOK_FOR`, so that every widget is drawn.

Written as an author writes a form and compiled by the same compiler. The ten forms of the default
pack use about half of the widgets; this one has them all, pages of several questions, a note at
which a form ends, and a choice with pictures. A question is called like its row: `select1_likert`,
`string_kra-pin`; a new row of the table is a new question without a line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyxform.xls2xform import convert

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, TranslatedText
from kiosk.filling.question_widgets import LOOK_FOR

FORM_ID = "looks"
ENGLISH, KISWAHILI = "English (en)", "Kiswahili (sw)"
Row = dict[str, str]
Pair = tuple[str, str]

NAME = ("Full name, as on your ID", "Jina kamili, kama lilivyo kwenye kitambulisho")
REASON = ("What went wrong?", "Tatizo lilikuwa nini?")
SERVICE = ("How was the service?", "Huduma ilikuwaje?")
DATE = ("Date of birth", "Tarehe ya kuzaliwa")
HAPPENED = ("What happened?", "Nini kilitokea?")
LANDMARK = (
    "Nearest landmark (school, market, church, mosque)",
    "Alama ya karibu (shule, soko, kanisa, msikiti)",
)
RECEIPT = ("Your receipt, as a picture or a file", "Risiti yako, kama picha au faili")
SIGN = ("Sign with your finger", "Tia sahihi kwa kidole")

# XLSForm type, and the question, by the kind of a row of LOOK_FOR.
KINDS: Mapping[str, tuple[str, Pair]] = {
    "string": ("text", NAME),
    "textarea": ("text", HAPPENED),
    "int": ("integer", ("Age", "Umri")),
    "decimal": ("decimal", ("Amount you paid", "Kiasi ulicholipa")),
    "date": ("date", DATE),
    "time": ("time", ("When does the office open?", "Ofisi hufunguliwa saa ngapi?")),
    "dateTime": ("dateTime", ("When did it happen?", "Ilitokea lini?")),
    "select1": ("select_one reason", REASON),
    "select": ("select_multiple reason", REASON),
    "rank": ("rank reason", REASON),
    "range": ("range", SERVICE),
    "note": (
        "note",
        (
            "It stays in Kenya and is locked on this kiosk until it is handed over",
            "Inabaki Kenya na imefungwa kwenye kioski hiki hadi ikabidhiwe",
        ),
    ),
    "trigger": (
        "acknowledge",
        (
            "I confirm that this information is true",
            "Ninathibitisha kuwa taarifa hii ni ya kweli",
        ),
    ),
    "barcode": ("barcode", ("Your reference number", "Nambari yako ya kumbukumbu")),
    "geopoint": ("geopoint", LANDMARK),
    "image": ("image", SIGN),
    "audio": ("audio", HAPPENED),
    "video": ("video", RECEIPT),
    "file": ("file", RECEIPT),
    "geotrace": ("geotrace", LANDMARK),
    "geoshape": ("geoshape", LANDMARK),
}
PHONE = ("What is your phone number?", "Nambari yako ya simu ni ipi?")
ID = ("What is your ID number?", "Nambari ya kitambulisho chako ni ipi?")
COUNTY = ("Which county do you live in?", "Unaishi kaunti gani?")
# Questions of their own for rows that ask something else than the others of their kind.
LABELS: Mapping[tuple[str, str], Pair] = {
    ("string", "phone"): PHONE,
    ("string", "msisdn"): PHONE,
    ("string", "numbers"): ID,
    ("string", "national-id"): ID,
    ("string", "national_id"): ID,
    ("string", "id"): ID,
    ("string", "kra-pin"): ("What is your KRA PIN?", "PIN yako ya KRA ni ipi?"),
    ("string", "multiline"): HAPPENED,
    ("select1", "search"): COUNTY,
    ("select1", "autocomplete"): COUNTY,
    ("select1", "likert"): SERVICE,
    ("image", ""): ("A photo of your face", "Picha ya uso wako"),
    ("image", "draw"): ("Draw the way to your home", "Chora njia ya kwenda nyumbani kwako"),
}
# What some rows need beside their type.
SPECIAL: Mapping[tuple[str, str], Row] = {
    ("select1", "likert"): {"type": "select_one degree"},
    ("select1", "search"): {"type": "select_one county"},
    ("select1", "autocomplete"): {"type": "select_one county"},
    ("range", ""): {"parameters": "start=0 end=10 step=1"},
    ("string", "kra-pin"): {
        f"hint::{ENGLISH}": "11 characters, for example A001234567Z",
        f"hint::{KISWAHILI}": "Herufi na tarakimu 11, kwa mfano A001234567Z",
    },
    ("string", "phone"): {
        "constraint": "regex(., '^(\\+?254|0)(7[0-9]{8}|1[01][0-9]{7})$')",
        f"constraint_message::{ENGLISH}": "Enter a Kenyan mobile number, for example 0712 345 678",
        f"constraint_message::{KISWAHILI}":
            "Andika nambari ya simu ya Kenya, kwa mfano 0712 345 678",
    },
}  # fmt: skip
LISTS: Mapping[str, tuple[tuple[str, Pair, str], ...]] = {
    "sex": (
        ("female", ("Female", "Mwanamke"), "female"),
        ("male", ("Male", "Mwanamume"), "male"),
        ("intersex", ("Intersex", "Mwenye jinsia mbili (huntha)"), "transgender"),
    ),
    "reason": (
        ("too_long_wait", ("I waited too long", "Nilingoja kwa muda mrefu"), "schedule"),
        ("rude_staff", ("Staff were rude", "Mhudumu alikosa heshima"), "sentiment_dissatisfied"),
        ("asked_bribe", ("I was asked for a bribe", "Niliombwa hongo"), "gpp_maybe"),
        ("wrong_info", ("I was given wrong information", "Nilipewa taarifa isiyo sahihi"), "info"),
        ("not_accessible", ("I could not use the place or kiosk",
                            "Sikuweza kutumia mahali hapa au kioski"), "wheelchair"),
    ),
    "degree": (
        ("very_poor", ("Very poor", "Mbaya sana"), ""),
        ("poor", ("Poor", "Mbaya"), ""),
        ("fair", ("Fair", "Wastani"), ""),
        ("good", ("Good", "Nzuri"), ""),
        ("very_good", ("Very good", "Nzuri sana"), ""),
    ),
}  # fmt: skip
PAGES: Mapping[str, tuple[str, ...]] = {
    "two_fields": ("surname", "other_names"),
    "six_lines": ("last_name", "born", "gender", "county", "ward", "mobile"),
}
PAGE_QUESTIONS: Mapping[str, tuple[str, Pair]] = {
    "surname": ("text", ("Surname", "Jina la ukoo")),
    "other_names": ("text", ("Other names", "Majina mengine")),
    "last_name": ("text", ("Surname", "Jina la ukoo")),
    "born": ("date", DATE),
    "gender": ("select_one sex", ("Sex", "Jinsia")),
    "county": ("select_one county", ("County", "Kaunti")),
    "ward": ("text", ("Ward", "Wadi")),
    "mobile": ("text", ("Phone number", "Nambari ya simu")),
}


def question_name(kind: str, appearance: str) -> str:
    """What the question of a row is called."""
    return f"{kind}_{appearance}".rstrip("_")


def sample_form(catalogue: Catalogue) -> FormAsset:
    """The form, as a pack would carry it; agency and service are those of the pack's first form."""
    like = catalogue.forms()[0]
    settings = {
        "form_title": "Every look",
        "form_id": FORM_ID,
        "version": "1",
        "default_language": ENGLISH,
        "namespaces": 'huduma="https://huduma.go.ke/xforms"',
    }
    survey, choices = list(_survey()), list(_choices(catalogue))
    book = {"survey": survey, "choices": choices, "settings": [settings],
            "choices_header": [dict.fromkeys(key for row in choices for key in row)]}  # fmt: skip
    return FormAsset(
        id=FORM_ID,
        version="1",
        titles=TranslatedText({"en": "Every look", "sw": "Kila aina ya swali"}),
        service=like.service,
        agency=like.agency,
        questions=len(LOOK_FOR),
        xml=convert(book).xform.encode(),
        media={},
    )


def _survey() -> Iterator[Row]:
    for kind, appearance in LOOK_FOR:
        type_, label = KINDS[kind]
        row = {
            "type": type_,
            "name": question_name(kind, appearance),
            "appearance": "multiline" if kind == "textarea" else appearance,
        }
        yield (
            row
            | _both("label", LABELS.get((kind, appearance), label))
            | SPECIAL.get((kind, appearance), {})
        )
    yield {"type": "file", "name": "file_needed", "required": "yes"} | _both("label", RECEIPT)
    pictured = {"type": "select_one pictured", "name": "pictures"}
    yield pictured | _both("label", PAGE_QUESTIONS["gender"][1])
    for page, names in PAGES.items():
        group = {"type": "begin group", "name": page, "appearance": "field-list"}
        yield group | _both("label", NAME)
        for name in names:
            type_, label = PAGE_QUESTIONS[name]
            yield {"type": type_, "name": name, "required": "yes"} | _both("label", label)
        yield {"type": "end group"}
    stop = ("This service is given at the desk only", "Huduma hii hutolewa kwenye dawati pekee")
    yield {"type": "note", "name": "stop", "body::huduma:stop": "yes"} | _both("label", stop)


def _choices(catalogue: Catalogue) -> Iterator[Row]:
    for name, options in LISTS.items():
        for value, label, icon in options:
            row = {"list_name": name, "name": value} | ({"icon": icon} if icon else {})
            yield row | _both("label", label)
    for value, label, icon in LISTS["sex"]:
        row = {"list_name": "pictured", "name": value, "icon": icon, "media::image": f"{value}.png"}
        yield row | _both("label", label)
    for county in catalogue.counties():
        row = {"list_name": "county", "name": county.code, "icon": "map"}
        yield row | _both("label", (county.name, county.name))


def _both(column: str, texts: Pair) -> Row:
    return {f"{column}::{ENGLISH}": texts[0], f"{column}::{KISWAHILI}": texts[1]}
