"""Question widgets: the widget for each question type and appearance. One table, `LOOK_FOR`.

A row is (type, appearance word) -> `QuestionWidget`; the empty appearance is the type's default,
and an unknown appearance falls back to it (ODK: an appearance is only a preference). A widget's
name is that of its row in `kiosk/ui/answers/table.py`. Question types are those of the forms
engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from content.xforms.results import NodeState
from kiosk.ui_protocol.view import KeyboardKind


class TapEffect(StrEnum):
    """How a tap on a choice acts."""

    NONE = "none"
    ONE = "one"
    MANY = "many"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class QuestionWidget:
    """How a question is drawn and answered. `masked` values are dots in the review."""

    name: str
    keyboard: KeyboardKind = KeyboardKind.NONE
    pick: TapEffect = TapEffect.NONE
    wheels: tuple[str, ...] = ()
    masked: bool = False


TEXT = QuestionWidget("text", KeyboardKind.TEXT)
LONG = QuestionWidget("multiline", KeyboardKind.TEXT)
NUMBER = QuestionWidget("number", KeyboardKind.NUMBER)
DECIMAL = QuestionWidget("decimal", KeyboardKind.DECIMAL)
PHONE = QuestionWidget("phone", KeyboardKind.PHONE, masked=True)
IDENTITY = QuestionWidget("identity", KeyboardKind.NUMBER, masked=True)
CODE = QuestionWidget("identity", KeyboardKind.ID, masked=True)
DATE = QuestionWidget("date", wheels=("day", "month", "year"))
MONTH = QuestionWidget("date", wheels=("month", "year"))
YEAR = QuestionWidget("date", wheels=("year",))
TIME = QuestionWidget("time", wheels=("hour", "minute"))
MOMENT = QuestionWidget("date", wheels=("day", "month", "year", "hour", "minute"))
CHOOSE = QuestionWidget("choose", pick=TapEffect.ONE)
PICTURES = QuestionWidget("pictures", pick=TapEffect.ONE)
SEARCH = QuestionWidget("search", pick=TapEffect.ONE)
SEARCH_MANY = QuestionWidget("search", pick=TapEffect.MANY)
LIKERT = QuestionWidget("likert", pick=TapEffect.ONE)
MANY = QuestionWidget("many", pick=TapEffect.MANY)
RANK = QuestionWidget("rank", pick=TapEffect.RANK)
RANGE = QuestionWidget("range", wheels=("range",))
NOTE = QuestionWidget("note")
AGREE = QuestionWidget("agree", pick=TapEffect.MANY)
SIGN = QuestionWidget("sign")
DRAW = QuestionWidget("draw")
SCAN = QuestionWidget("scan", KeyboardKind.ID)
PLACE = QuestionWidget("place")
PHOTO = QuestionWidget("photo")
AUDIO = QuestionWidget("audio")
ATTACH = QuestionWidget("attach")

SEARCH_FROM = 13
"""A list of this many choices or more can be searched by typing."""

LOOK_FOR: dict[tuple[str, str], QuestionWidget] = {
    ("string", ""): TEXT,
    ("string", "multiline"): LONG,
    ("textarea", ""): LONG,
    ("string", "numbers"): IDENTITY,
    ("string", "phone"): PHONE,
    ("string", "msisdn"): PHONE,
    ("string", "national-id"): IDENTITY,
    ("string", "national_id"): IDENTITY,
    ("string", "id"): CODE,
    ("string", "kra-pin"): CODE,
    ("int", ""): NUMBER,
    ("int", "numbers"): NUMBER,
    ("decimal", ""): DECIMAL,
    ("date", ""): DATE,
    ("date", "month-year"): MONTH,
    ("date", "year"): YEAR,
    ("time", ""): TIME,
    ("dateTime", ""): MOMENT,
    ("select1", ""): CHOOSE,
    ("select1", "minimal"): CHOOSE,
    ("select1", "autocomplete"): SEARCH,
    ("select1", "search"): SEARCH,
    ("select1", "likert"): LIKERT,
    ("select", ""): MANY,
    ("rank", ""): RANK,
    ("range", ""): RANGE,
    ("note", ""): NOTE,
    ("trigger", ""): AGREE,
    ("barcode", ""): SCAN,
    ("geopoint", ""): PLACE,
    ("image", ""): PHOTO,
    ("image", "signature"): SIGN,
    ("image", "draw"): DRAW,
    ("image", "annotate"): DRAW,
    ("audio", ""): AUDIO,
    ("video", ""): ATTACH,
    ("file", ""): ATTACH,
    ("geotrace", ""): ATTACH,
    ("geoshape", ""): ATTACH,
}


def look_for(kind: str, appearance: str, choices: int = 0, name: str = "") -> QuestionWidget:
    """The look of a question of type `kind` with the space-separated `appearance` words.

    `name` tells a phone number from other numbers that are kept as text.
    """
    found = next(
        (LOOK_FOR[kind, word] for word in appearance.split() if (kind, word) in LOOK_FOR), None
    )
    look = found or LOOK_FOR.get((kind, ""), TEXT)
    if look is IDENTITY and "phone" in name:
        return PHONE
    if choices >= SEARCH_FROM:
        return {CHOOSE: SEARCH, MANY: SEARCH_MANY}.get(look, look)
    return look


def look_of(asked: NodeState) -> QuestionWidget:
    """How a question is drawn and answered."""
    name = asked.path.rpartition("/")[2].lower()
    choices = asked.choices or ()
    look = look_for(kind_of(asked), asked.appearance, len(choices), name)
    if look is CHOOSE and any(kind == "image" for each in choices for kind, _ in each.media):
        return PICTURES
    return look


def is_heading(asked: NodeState) -> bool:
    """Whether this is only the head of a grid of choices: here each question of the grid is a
    line of its own, so there is nothing to show or to answer.
    """
    return asked.control in {"select1", "select"} and "label" in asked.appearance.split()


def is_stop(asked: NodeState) -> bool:
    """Whether this is a note at which the form ends without being sent (`huduma:stop`)."""
    return kind_of(asked) == "note" and dict(asked.attributes).get("stop") == "yes"


def kind_of(asked: NodeState) -> str:
    """The row of `LOOK_FOR` a question belongs to."""
    if asked.control in {"select1", "select", "rank", "range", "trigger"}:
        return asked.control
    if asked.control == "upload":
        return _upload(dict(asked.attributes).get("mediatype", ""))
    if asked.readonly:
        return "note"
    if asked.control == "textarea":
        return "textarea"
    return asked.type


def _upload(mediatypes: str) -> str:
    """What an upload takes: of several media types the first that a kiosk can make, so that a
    file which may be a picture is answered by a photo.
    """
    takes = [each.strip().partition("/")[0] for each in mediatypes.split(",")]
    for kind in ("image", "audio"):
        if kind in takes or "*" in takes:
            return kind
    return "video" if "video" in takes else "file"
