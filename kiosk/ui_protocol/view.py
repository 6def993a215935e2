"""View: what a screen shows, as one frozen value. The only input of the UI process.

The core makes a `View` from the state and the session (`kiosk/visit/controller/shell.py`); the UI
draws it and sends back `Activated`, `Edited` and `Scanned` naming the elements of that view by
their ids. All text in a view is already in the citizen's language. `elements` is the one ordered
list of everything a person can act on: it drives focus order, speech, the story driver and the
layout lint. `blocks` is what is only read. The UI stores nothing and never scrolls.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Role(StrEnum):
    """What kind of thing an element is; each has one widget in `kiosk/ui/widgets/`."""

    BUTTON = "button"  # ordinary action: primary when `primary`
    TILE = "tile"  # large card with icon, label and hint (home, categories, services)
    ROW = "row"  # a wide list row with icon, label, hint (search results, review lines)
    CHOICE = "choice"  # one of several answers, picture card; `selected`
    TICK = "tick"  # on/off, e.g. one line of the "what to bring" list; `selected`
    FACE = "face"  # feedback face
    FIELD = "field"  # a text field with caret; shows `value`; keyboard kind in View.keyboard
    WHEEL = "wheel"  # one part of a date or a time: `value`, with `id`.up and `id`.down buttons
    PAD = "pad"  # finger drawing area (signature)
    KEY = "key"  # a key of the on-screen keyboard (made by the UI: never in a View)


class Region(StrEnum):
    """Where an element belongs; the shell's places are the same on every screen."""

    HEADER = "header"  # language buttons
    NAV = "nav"  # back, home: top of the body
    MAIN = "main"
    ACTIONS = "actions"  # next, submit, skip: bottom of the body
    FOOTER = "footer"  # listen, larger text, contrast, call staff, stop and clear
    OVERLAY = "overlay"  # the idle warning's "more time"; hides and disables everything else


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person can act on. `id` is stable and semantic, e.g. `service.NRB-02`."""

    id: str
    role: Role
    place: Region = Region.MAIN
    label: str
    hint: str = ""
    value: str = ""
    icon: str = ""  # Material Symbols name, e.g. `id_card`
    colour: str = ""  # agency or category colour, `#RRGGBB`
    primary: bool = False
    selected: bool = False
    enabled: bool = True
    masked: bool = False  # FIELD: show dots except while the last character is being typed
    media: str = ""  # path of a picture in the pack
    error: str = ""  # the problem with this field, in words with an example


class BlockKind(StrEnum):
    """Read-only pieces of a screen."""

    TEXT = "text"  # a paragraph
    FACT = "fact"  # icon + label + value, e.g. cost; `hint` may say "confirm at the desk"
    NOTICE = "notice"  # calm box: offline, printer, error summary; `tone` info|good|warn|problem
    NUMBER = "number"  # the ticket number or reference, very large
    QR = "qr"  # `value` is the payload
    PICTURE = "picture"  # `value` is a media path
    STEP = "step"  # one line of "what happens next"


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A read-only piece, in reading order."""

    kind: BlockKind
    text: str = ""
    label: str = ""
    value: str = ""
    hint: str = ""
    icon: str = ""
    tone: str = "info"


class KeyboardKind(StrEnum):
    """Which on-screen keyboard the UI shows under the field."""

    NONE = ""
    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    PHONE = "phone"
    ID = "id"  # capitals and digits


class FormProgress(msgspec.Struct, frozen=True):
    """Where we are in a form: `text` is the translated "Question 3 of 9"."""

    step: int
    of: int
    text: str


class UtteranceKind(StrEnum):
    """Why a piece of speech may change by itself."""

    TEXT = "text"
    TYPED = "typed"  # what is in a field: while a person types, each letter is said alone
    SECONDS = "seconds"  # of the countdown: said once


class Utterance(msgspec.Struct, frozen=True):
    """A piece of speech, as it is said, and the language whose voice says it."""

    text: str
    language: str
    kind: UtteranceKind = UtteranceKind.TEXT


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One screen. `number` grows by one with every view of a core process."""

    number: int
    state: str
    language: str
    title: str
    subtitle: str = ""
    blocks: tuple[Block, ...] = ()
    elements: tuple[Element, ...] = ()
    progress: FormProgress | None = None
    keyboard: KeyboardKind = KeyboardKind.NONE
    page: tuple[int, int] = (1, 1)  # this page, of how many; paging buttons are elements
    turns: tuple[Element, ...] = ()  # how a panel that needs more pages labels its arrows
    theme: str = "light"  # light | night | contrast | sunlight
    text_scale: float = 1.0  # 1.0 | 1.25 | 1.55 | 2.0
    site: str = ""  # "Huduma Centre Wajir"
    badge: str = ""  # "Online" / "Offline: saved here, sent later"
    badge_tone: str = "good"  # good | calm
    countdown: int = 0  # seconds left in the idle warning; 0: no warning shown
    overlay_title: str = ""  # "Are you still there?"
    overlay_text: str = ""  # what is cleared when the seconds are over
    listening: bool = False
    speech: tuple[Utterance, ...] = ()  # while listening: the whole screen, in order
    spoken: dict[str, tuple[Utterance, ...]] = {}  # while listening: what is said of an element
    volume: int = 3  # of the voice, 1 to 5
    pace: int = 3  # of the voice, 1 to 5
    dark: bool = False  # the screen shows nothing until it is touched; keys and speech go on
    personal: bool = False  # the visit holds what somebody typed, scanned or answered
    look: str = ""  # for state QUESTION: which answer look of kiosk/ui/answers draws it
    look_data: dict[str, Any] = {}  # what only that look needs (ranges, columns, map points)


class Activated(msgspec.Struct, frozen=True, tag="activated"):
    """A person touched, clicked or key-selected the element `id` of view `view`."""

    view: int
    id: str


class Edited(msgspec.Struct, frozen=True, tag="edited"):
    """The text of field `id` is now `text` (or a drawing's strokes, a wheel's value)."""

    view: int
    id: str
    text: str


class Scanned(msgspec.Struct, frozen=True, tag="scanned"):
    """A barcode or QR scanner read `text`."""

    text: str


class Touched(msgspec.Struct, frozen=True, tag="touched"):
    """A touch that hit nothing: only keeps the visit awake."""


class Headphones(msgspec.Struct, frozen=True, tag="headphones"):
    """Headphones were plugged in, or pulled out."""

    plugged: bool


class Advance(msgspec.Struct, frozen=True, tag="advance"):
    """Move a simulated site's clock; refused on a provisioned field device."""

    seconds: float


class ViewRequest(msgspec.Struct, frozen=True, tag="hello"):
    """A UI (or a story driver) asks for the current view."""


UiEvent = Activated | Edited | Scanned | Touched | Headphones | Advance | ViewRequest
