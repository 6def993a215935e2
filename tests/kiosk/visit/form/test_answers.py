"""Answers: every look from a person's touch to the submission, in a preview of a form of looks."""

from __future__ import annotations

import wave
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image
from pyxform.xls2xform import convert

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, TranslatedText
from kiosk.filling.date_entry import nearest
from kiosk.filling.question_widgets import LOOK_FOR, PICTURES
from kiosk.filling.signature import SignatureStrokes
from kiosk.tools.form_tryout.preview import begin
from kiosk.tools.form_tryout.preview_ports import SingleFormCatalogue
from kiosk.ui_protocol.view import Activated, Edited, Scanned, View
from kiosk.visit.controller.controller import VisitController
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds

ENGLISH = "label::English (en)"
SWAHILI = "label::Kiswahili (sw)"
PNG = b"\x89PNG\r\n\x1a\n"


def ask(kind: str, name: str, **more: str) -> dict[str, str]:
    label = name.replace("_", " ").capitalize()
    return {"type": kind, "name": name, ENGLISH: label, SWAHILI: f"{label} (sw)", **more}


def pick(listing: str, *names: str) -> list[dict[str, str]]:
    return [
        {"list_name": listing, "name": name, ENGLISH: name.title(), SWAHILI: f"{name} (sw)"}
        for name in names
    ]


def form(
    survey: list[dict[str, str]],
    choices: list[dict[str, str]] | None = None,
    media: dict[str, bytes] | None = None,
) -> FormAsset:
    """A form compiled as an author's would be."""
    book: dict[str, Any] = {
        "survey": survey,
        "choices": choices or [],
        "settings": [
            {"form_title": "Looks", "form_id": "looks", "version": "7",
             "default_language": "English (en)"}
        ],
    }  # fmt: skip
    if choices:
        book["choices_header"] = [dict.fromkeys(key for row in choices for key in row)]
    xml = convert(book).xform.encode()
    return FormAsset(
        id="looks",
        version="7",
        titles=TranslatedText({"en": "Looks"}),
        service="NRB-02",
        agency="NRB",
        questions=len(survey),
        xml=xml,
        media=media or {},
    )


class Sitting:
    """One person at one form."""

    def __init__(self, controller: VisitController, clock: VirtualClock) -> None:
        self.controller = controller
        self.clock = clock

    @property
    def view(self) -> View:
        return self.controller.view

    @property
    def state(self) -> str:
        return self.view.state

    @property
    def filling(self) -> Any:
        return self.controller.session.filling

    def ids(self) -> list[str]:
        return [each.id for each in self.view.elements if each.enabled]

    def tap(self, *names: str) -> Sitting:
        for name in names:
            wheel = name.rpartition(".")[0] if name.endswith((".up", ".down")) else name
            assert {name, wheel} & set(self.ids()), f"{name} is not among {self.ids()}"
            self.controller.send(Activated(self.view.number, name))
        return self

    def type(self, text: str, name: str = "answer") -> Sitting:
        assert name in self.ids(), f"{name} is not among {self.ids()}"
        self.controller.send(Edited(self.view.number, name, text))
        return self

    def put(self, name: str, text: str) -> Sitting:
        self.controller.send(Edited(self.view.number, name, text))
        return self

    def do(self, act: str) -> None:
        """One act of a table."""
        verb, _, rest = act.partition(" ")
        match verb:
            case "type":
                self.type(rest)
            case "put":
                name, _, text = rest.partition("=")
                self.put(name, text)
            case "scan":
                self.controller.send(Scanned(rest))
            case "tick":
                self.controller.tick()
            case _:
                self.tap(act)

    def said(self) -> str:
        return " ".join(f"{b.label} {b.text} {b.value}" for b in self.view.blocks)

    def value(self, path: str) -> str:
        return str(self.filling.record.engine.values()[f"/data/{path}"])

    def labels(self, prefix: str) -> list[str]:
        return [e.label for e in self.view.elements if e.id.startswith(prefix)]

    def element(self, name: str) -> Any:
        return next(e for e in self.view.elements if e.id == name)

    def sent(self) -> Any:
        """The form as it was sent: what the ports were given."""
        return self.controller._ports.submissions.sent[0]


class Asked(NamedTuple):
    """One question: how it is drawn, what is done at it, and what the agency gets for it.

    An act is an element to tap, or `type TEXT`, `put ELEMENT=TEXT`, `scan TEXT`, `tick`. `value`
    is the whole answer, or its beginning where the rest is a time zone or a random name.
    """

    row: dict[str, str]
    look: str
    acts: tuple[str, ...] = ()
    value: str = ""


WRITTEN = [
    Asked(ask("note", "welcome"), "note"),
    Asked(ask("acknowledge", "understood", required="yes"), "agree", ("choice.OK",), "OK"),
    Asked(ask("text", "name", required="yes"), "text", ("type Wanjikũ",), "Wanjikũ"),
    Asked(
        ask("text", "story", appearance="multiline"),
        "multiline",
        ("type Nilingoja\nkwa saa tatu",),
        "Nilingoja\nkwa saa tatu",
    ),
    Asked(ask("integer", "children"), "number", ("type 4",), "4"),
    Asked(ask("decimal", "acres"), "decimal", ("type 2.5",), "2.5"),
    Asked(
        ask("text", "phone", appearance="msisdn numbers"),
        "phone",
        ("type 0712 345 678",),
        "0712345678",
    ),
    Asked(ask("barcode", "code"), "scan", ("scan HK1:TEST",), "HK1:TEST"),
]
TURNED = [
    Asked(
        ask("date", "born"),
        "date",
        ("put wheel.day=27", "put wheel.month=3", "put wheel.year=1990"),
        "1990-03-27",
    ),
    Asked(ask("time", "hour"), "time", ("put wheel.hour=8", "put wheel.minute=5"), "08:05:00"),
    Asked(
        ask("dateTime", "moment"),
        "date",
        (
            *("put wheel.day=1", "put wheel.month=2", "put wheel.year=2026"),
            *("put wheel.hour=9", "put wheel.minute=30"),
        ),
        "2026-02-01T09:30:00",
    ),
    Asked(
        ask("range", "score", parameters="start=0 end=10 step=2"),
        "range",
        ("wheel.range.up", "wheel.range.up", "put wheel.range=7"),
        "8",
    ),
]
CHOSEN = [
    Asked(
        ask("select_one likes", "happy", appearance="likert"),
        "likert",
        ("choice.rather_yes",),
        "rather_yes",
    ),
    Asked(ask("select_one things", "first"), "choose", ("choice.road",), "road"),
    Asked(
        ask("select_multiple things", "all"),
        "many",
        ("choice.school", "choice.water", "choice.school"),
        "water",
    ),
    Asked(
        ask("rank things", "order"),
        "rank",
        ("choice.school", "choice.road", "choice.water"),
        "school road water",
    ),
]
TAKEN = [
    Asked(ask("image", "drawing", appearance="draw"), "draw", ("type [[[0.1,0.1],[0.9,0.9]]]",)),
    Asked(ask("image", "signature", appearance="signature"), "sign", ("mark",)),
    Asked(ask("image", "face"), "photo", ("take", "tick", "attach")),
    Asked(ask("audio", "voice"), "audio", ("record", "tick", "stop-recording", "attach")),
    Asked(ask("geopoint", "spot"), "place", ("tick", "here"), "-1.286389 36.817223 0.0 5.0"),
]
LISTS = [
    *pick("likes", "no", "rather_no", "neither", "rather_yes", "yes"),
    *pick("things", "water", "road", "school"),
]
TABLES = {"written": WRITTEN, "turned": TURNED, "chosen": CHOSEN, "taken": TAKEN}


def answered(person: Sitting, table: list[Asked]) -> dict[str, str]:
    """Every question of the table in turn, then sent; the values by name."""
    for asked in table:
        assert person.view.look == asked.look, asked.row["name"]
        for act in asked.acts:
            person.do(act)
        title = person.view.title
        person.tap("next")
        assert person.view.title != title, (title, [b.text for b in person.view.blocks])
    assert person.state == "review"
    person.tap("submit")
    assert person.state == "submitted"
    return {p.rpartition("/")[2]: v for p, v in person.sent().record.engine.values().items()}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_look_reaches_the_submission(sit: Any, table: list[Asked]) -> None:
    used = {asked.row["type"].rpartition(" ")[2] for asked in table}
    person = sit(
        form([asked.row for asked in table], [row for row in LISTS if row["list_name"] in used])
    )
    values = answered(person, table)
    for asked in table:
        got = values.get(asked.row["name"], "")
        assert got.startswith(asked.value), asked.row["name"]
        exact = asked.look not in {"time", "date"} and asked.value
        assert not exact or got == asked.value, asked.row["name"]


def test_every_look_is_in_a_table() -> None:
    """A look added without a row here is a look nobody has answered."""
    elsewhere = {"identity", "search", "pictures", "attach"}  # tests of their own below
    drawn = {look.name for look in LOOK_FOR.values()} | {PICTURES.name}
    assert {each.look for table in TABLES.values() for each in table} | elsewhere == drawn


def test_files_are_named_apart_and_are_what_they_are_called(sit: Any) -> None:
    person = sit(form([asked.row for asked in TAKEN]))
    values = answered(person, TAKEN)
    sent = person.sent()
    files = sent.files()
    names = [values[each] for each in ("drawing", "signature", "face", "voice")]
    assert sorted(files) == sorted(names)
    assert [name.rpartition(".")[2] for name in names] == ["png", "png", "jpg", "wav"]
    assert files[values["drawing"]].startswith(PNG)
    assert files[values["face"]].startswith(b"\xff\xd8")
    with wave.open(BytesIO(files[values["voice"]])) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 16_000, 2)
        assert sound.getnframes() == 48_000
    xml = sent.record.engine.finalize().xml
    assert [name for name in names if f">{name}<".encode() not in xml] == []


def test_an_answer_that_is_on_no_list_is_written(sit: Any) -> None:
    person = sit(form([ask("select_one things or_other", "what")], LISTS[5:]))
    person.tap("choice.other", "next").type("Electricity").tap("next", "submit")
    values = {p.rpartition("/")[2]: v for p, v in person.sent().record.engine.values().items()}
    assert (values["what"], values["what_other"]) == ("other", "Electricity")


def test_a_month_is_named_in_the_language(sit: Any) -> None:
    person = sit(form([ask("date", "born")]))
    assert person.element("wheel.month").hint == ""
    person.put("wheel.month", "3")
    assert person.element("wheel.month").hint == "March"
    person.tap("listen")
    assert "March" in [each.text for each in person.view.speech]
    person.tap("language.sw")
    assert person.element("wheel.month").hint == "Machi"
    assert person.element("wheel.day").hint == ""


def test_a_file_that_is_not_needed_is_skipped(sit: Any) -> None:
    person = sit(form([ask("video", "film"), ask("text", "name")]))
    assert person.view.look == "attach"
    assert "cannot be answered at this kiosk" in person.said()
    person.tap("skip").type("Amina").tap("next", "submit")
    assert person.state == "submitted"
    assert person.sent().record.engine.values()["/data/film"] == ""


@pytest.mark.parametrize("kind", ["video", "file", "geotrace", "geoshape"])
def test_a_file_that_is_needed_leads_to_the_desk(sit: Any, kind: str) -> None:
    person = sit(form([ask("text", "name"), ask(kind, "proof", required="yes")]))
    person.type("Amina").tap("next")
    assert "staff will help you finish" in person.said()
    assert "next" not in person.ids()
    assert {"keep", "desk", "back", "call-staff"} <= set(person.ids())
    person.tap("keep")
    assert person.state == "kept"
    person.tap("continue", "desk")
    assert person.state == "priority"
    assert person.controller.session.filling is None


def test_a_file_that_may_be_a_picture_is_a_photo(sit: Any) -> None:
    asset = form([ask("file", "proof", required="yes")])
    either = asset.xml.replace(b"application/*", b"application/pdf, image/*")
    assert either != asset.xml
    person = sit(replace(asset, xml=either))
    assert person.view.look == "photo"
    person.tap("take")
    person.controller.tick()
    person.tap("attach", "next", "submit")
    assert person.state == "submitted"


def test_a_field_list_is_one_page(sit: Any) -> None:
    sexes = pick("sex", "female", "male")
    survey = [
        ask("begin_group", "who", appearance="field-list"),
        ask("text", "surname", required="yes"),
        ask("text", "other_names"),
        ask("select_one sex", "sex", required="yes"),
        ask("date", "born"),
        ask("integer", "children", constraint=". < 20"),
        ask("text", "husband", relevant="${sex} = 'female'", required="yes"),
        {"type": "end_group"},
        ask("text", "last"),
    ]
    person = sit(form(survey, sexes))
    assert person.view.look == "group"
    assert person.view.title == "Who"
    lines = ["open.surname", "open.other_names", "open.sex", "open.born", "open.children"]
    assert [each for each in person.ids() if each.startswith("open.")] == lines
    # Typed fields open over the keyboard, two at a time, and close back to the page.
    person.tap("open.surname")
    assert person.view.look == "fields"
    assert person.view.keyboard == "text"
    person.type("Kamau", "answer.surname").type("Njeri", "answer.other_names").tap("next")
    assert person.view.look == "group"
    assert person.element("open.surname").value == "Kamau"
    # Required answers missing: every problem in the summary on top and at its line.
    person.tap("next")
    assert person.view.look == "group"
    [summary] = [b.text for b in person.view.blocks if b.kind == "notice"]
    assert "Sex" in summary
    assert person.element("open.sex").error
    # Another question opens alone and leads back to the page.
    person.tap("open.sex", "choice.female", "next")
    assert person.view.look == "group"
    assert person.element("open.sex").value == "Female"
    # An answer brought a question: it stands on the page before it is judged.
    assert "open.husband" in person.ids()
    person.tap("next")
    assert "Husband" in next(b.text for b in person.view.blocks if b.kind == "notice")
    person.tap("open.children").type("44", "answer.children").tap("next")
    assert person.view.look == "group"
    person.tap("open.husband").type("Otieno", "answer.husband").tap("next", "next")
    assert person.element("open.children").error
    person.tap("open.children").type("4", "answer.children").tap("next", "next")
    assert person.view.title == "Last"
    person.tap("back")
    assert person.view.title == "Who"
    assert person.value("who/children") == "4"
    person.tap("next", "skip")
    assert person.state == "review"
    person.tap("change.sex")
    assert person.view.title == "Sex"
    person.tap("choice.male", "next")
    assert person.state == "review"


def test_a_page_of_two_fields_begins_over_the_keyboard(sit: Any) -> None:
    survey = [
        ask("begin_group", "who", appearance="field-list"),
        ask("text", "surname", required="yes"),
        ask("text", "other_names"),
        {"type": "end_group"},
    ]
    person = sit(form(survey))
    assert person.view.look == "fields"
    person.tap("next")
    assert person.element("answer.surname").error
    person.tap("answer.other_names")
    assert person.element("answer.other_names").selected
    person.type("Kamau", "answer.surname").tap("next")
    assert person.state == "review"


def test_a_grid_is_a_line_for_every_row(sit: Any) -> None:
    likes = pick("likes", "bad", "good")
    survey = [
        ask("begin_group", "grid", appearance="field-list"),
        ask("select_one likes", "head", appearance="label"),
        ask("select_one likes", "staff", appearance="list-nolabel"),
        ask("select_one likes", "speed", appearance="list-nolabel"),
        {"type": "end_group"},
    ]
    person = sit(form(survey, likes))
    assert [e for e in person.ids() if e.startswith("open.")] == ["open.staff", "open.speed"]
    person.tap("open.speed", "choice.good", "next")
    assert person.element("open.speed").value == "Good"


def test_twenty_thousand_choices_are_found_while_typing(sit: Any) -> None:
    villages = [
        {"list_name": "villages", "name": f"v{at}", ENGLISH: f"Kijiji {at:05d}", SWAHILI: f"K {at}"}
        for at in range(20_000)
    ]
    person = sit(form([ask("select_one villages", "village", appearance="autocomplete")], villages))
    assert person.view.look == "search"
    assert person.view.page == (1, 5_000)
    assert len(person.labels("choice.")) == 4
    for typed in ("1", "19", "199", "1999", "19999"):
        person.type(typed, "filter")
    assert person.labels("choice.") == ["Kijiji 19999"]
    person.tap("choice.v19999", "next")
    assert person.value("village") == "v19999"


def test_choices_with_pictures_show_them(sit: Any, tmp_path: Path) -> None:
    image = BytesIO()
    Image.new("RGB", (8, 8), "red").save(image, "PNG")
    animals = pick("animals", "cow", "goat")
    for row in animals:
        row["media::image"] = f"{row['name']}.png"
    media = {f"{row['name']}.png": image.getvalue() for row in animals}
    person = sit(form([ask("select_one animals", "animal")], animals, media))
    assert person.view.look == "pictures"
    assert person.element("choice.cow").media == str(tmp_path / "cow.png")


def test_without_a_fix_a_place_is_a_county_and_a_town_and_never_zero(sit: Any) -> None:
    person = sit(form([ask("geopoint", "spot", required="yes")]))
    person.type("waj", "filter")
    assert person.labels("county.") == ["Wajir"]
    person.tap("county.008")
    assert person.labels("near.") == ["In Wajir or close by"]
    person.tap("near.008")
    latitude, longitude, _, accuracy = person.value("spot").split()
    assert (float(latitude), float(longitude)) != (0.0, 0.0)
    assert accuracy == "10000.0"
    assert "About here: Wajir" in person.said()
    assert "10 km" in person.said()
    person.tap("remove")
    assert person.value("spot") == ""


@pytest.mark.parametrize(("county", "km"), [("001", 20), ("008", 270), ("023", 295)])
def test_a_county_is_as_rough_as_it_is_wide(sit: Any, county: str, km: int) -> None:
    person = sit(form([ask("geopoint", "spot")]))
    name = person.controller._ports.catalogue.county(county).name
    person.type(name, "filter")
    person.tap(f"county.{county}", "pick-county")
    assert person.element("filter").value == ""
    person.type(name, "filter").tap(f"county.{county}", f"within.{county}")
    assert person.value("spot").split()[3] == f"{km * 1000}.0"
    assert f"{km} km" in person.said()
    person.tap("next")
    assert person.state == "review"


class InWajir(SingleFormCatalogue):
    """A preview at a centre that stands in its county's headquarters."""

    def centres(self) -> list[Any]:
        return [self.centre("HC-013")]


def test_a_centre_offers_its_own_town_first(
    catalogue: Catalogue, tmp_path: Path, clock: VirtualClock, ids: SeededIds
) -> None:
    one = InWajir(catalogue, form([ask("geopoint", "spot")]), tmp_path)
    person = Sitting(begin(one, clock, ids), clock)  # type: ignore[arg-type] # virtual time
    assert person.labels("near.") == ["In Wajir or close by"]
    person.tap("near.008")
    assert person.value("spot").split()[3] == "10000.0"
    assert "About here: Wajir" in person.said()
    person.tap("remove", "pick-county")
    assert len(person.labels("county.")) == 4


def test_a_place_may_be_left_out(sit: Any) -> None:
    person = sit(form([ask("geopoint", "spot")]))
    person.type("waj", "filter").tap("county.008", "skip")
    assert person.state == "review"
    assert person.value("spot") == ""


def test_two_photos_have_names_of_their_own_and_a_retake_replaces(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "children"),
        ask("image", "face"),
        {"type": "end_repeat"},
    ]
    person = sit(form(survey))
    for _ in range(2):
        person.tap("take")
        person.controller.tick()
        person.tap("attach", "next", "repeat.add")
    person.tap("skip", "repeat.done")
    values = person.filling.record.engine.values()
    names = [v for p, v in values.items() if p.endswith("/face") and v]
    assert len(set(names)) == 2
    assert set(person.filling.files()) == set(names)
    person.tap("change.face", "take")
    person.controller.tick()
    person.tap("attach", "next")
    assert person.state == "review"
    assert len(person.filling.files()) == 2


def test_leaving_a_question_throws_away_what_was_taken(sit: Any) -> None:
    person = sit(form([ask("image", "face"), ask("text", "name")]))
    person.tap("take")
    person.controller.tick()
    assert "attach" in person.ids()
    assert bytes(person.view.look_data["content"]).startswith(b"\xff\xd8")
    person.tap("skip")
    person.controller.tick()
    assert person.controller.session.capture is None
    person.tap("back")
    assert "content" not in person.view.look_data or not person.view.look_data["content"]


def test_rows_of_a_repeat_are_told_apart_in_the_review(sit: Any) -> None:
    survey = [
        ask("begin_repeat", "child"),
        ask("text", "name"),
        {"type": "end_repeat"},
    ]
    person = sit(form(survey))
    person.type("Achieng").tap("next", "repeat.add").type("Baraka").tap("next", "repeat.done")
    assert person.labels("change.") == ["Child 1: Name", "Child 2: Name"]


def test_a_drawing_is_a_picture_of_its_strokes() -> None:
    drawing = SignatureStrokes.read("[[[0,0],[1,1]]]")
    with Image.open(BytesIO(drawing.png())) as picture:
        assert picture.size == (600, 240)
        assert picture.getpixel((0, 0)) == 0
        assert picture.getpixel((599, 239)) == 0
        assert picture.getpixel((599, 0)) == 255
    assert SignatureStrokes.read(drawing.text()) == drawing


@pytest.mark.parametrize(
    ("typed", "value"), [("7", "8"), ("6.9", "6"), ("99", "10"), ("-3", "0"), ("abc", None)]
)
def test_a_range_takes_the_nearest_mark(typed: str, value: str | None) -> None:
    assert nearest(typed, {"start": "0", "end": "10", "step": "2"}) == value
