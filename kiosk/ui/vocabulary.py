"""Vocabulary: every widget a kv file may name. Importing it tells Kivy's factory."""

from __future__ import annotations

from kiosk.ui.answer import Answer, AnswerColumn, AnswerPiece
from kiosk.ui.screen import Body, StateScreen
from kiosk.ui.widgets.blocks import Facts, Notices, Pictures, Steps, Texts
from kiosk.ui.widgets.charter import Charter
from kiosk.ui.widgets.field import FieldRow
from kiosk.ui.widgets.fields import Fields, Frame
from kiosk.ui.widgets.grid import Actions, Choices, Faces, PictureChoices, Rows, Ticks, Tiles
from kiosk.ui.widgets.heading import Heading
from kiosk.ui.widgets.keyboard import Keyboard
from kiosk.ui.widgets.lists import BigTiles, EvenActions, Paging, ReviewLines, SearchRows
from kiosk.ui.widgets.number import BigNumber, QrCode
from kiosk.ui.widgets.pad import Pad
from kiosk.ui.widgets.panels import Message, Panel, Stub
from kiosk.ui.widgets.picks import Likert, RankCards, SearchChoices, TickCards
from kiosk.ui.widgets.piece import Beside, Column, Gap
from kiosk.ui.widgets.poster import Kanga, Poster
from kiosk.ui.widgets.scale import NumberScale
from kiosk.ui.widgets.searchbar import SearchBar
from kiosk.ui.widgets.strip import ChoiceStrip
from kiosk.ui.widgets.typed import Prompt, TypedAnswer
from kiosk.ui.widgets.wheels import DateEntry, Wheels

WORDS = (
    Actions, Answer, AnswerColumn, AnswerPiece, Beside, BigNumber, BigTiles, Body, Charter,
    ChoiceStrip, Choices, Column, DateEntry, EvenActions, Faces, Facts, FieldRow, Fields, Frame,
    Gap, Heading, Kanga, Keyboard, Likert, Message, Notices, NumberScale, Pad, Paging, Panel,
    PictureChoices, Pictures, Poster, Prompt, QrCode, RankCards, ReviewLines, Rows, SearchBar,
    SearchChoices, SearchRows, StateScreen, Steps, Stub, Texts, TickCards, Ticks, Tiles,
    TypedAnswer, Wheels,
)  # fmt: skip
