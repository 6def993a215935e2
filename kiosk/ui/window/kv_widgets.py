"""Vocabulary: every widget a kv file may name. Importing it tells Kivy's factory."""

from __future__ import annotations

from kiosk.ui.widgets.base.piece import Beside, Column, Gap
from kiosk.ui.widgets.display.blocks import Facts, Notices, Pictures, Steps, Texts
from kiosk.ui.widgets.display.charter import Charter
from kiosk.ui.widgets.display.grid import (
    Actions,
    Choices,
    Faces,
    PictureChoices,
    Rows,
    Ticks,
    Tiles,
)
from kiosk.ui.widgets.display.heading import Heading
from kiosk.ui.widgets.display.lists import BigTiles, EvenActions, Paging, ReviewLines, SearchRows
from kiosk.ui.widgets.display.number import BigNumber, QrCode
from kiosk.ui.widgets.display.panels import Message, Panel, Stub
from kiosk.ui.widgets.display.poster import Kanga, Poster
from kiosk.ui.widgets.input.field import FieldRow
from kiosk.ui.widgets.input.fields import Fields, Frame
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.widgets.input.pad import Pad
from kiosk.ui.widgets.input.picks import Likert, RankCards, SearchChoices, TickCards
from kiosk.ui.widgets.input.scale import NumberScale
from kiosk.ui.widgets.input.searchbar import SearchBar
from kiosk.ui.widgets.input.strip import ChoiceStrip
from kiosk.ui.widgets.input.typed import Prompt, TypedAnswer
from kiosk.ui.widgets.input.wheels import DateEntry, Wheels
from kiosk.ui.window.answer_area import Answer, AnswerColumn, AnswerPiece
from kiosk.ui.window.screen import Body, StateScreen

WORDS = (
    Actions, Answer, AnswerColumn, AnswerPiece, Beside, BigNumber, BigTiles, Body, Charter,
    ChoiceStrip, Choices, Column, DateEntry, EvenActions, Faces, Facts, FieldRow, Fields, Frame,
    Gap, Heading, Kanga, Keyboard, Likert, Message, Notices, NumberScale, Pad, Paging, Panel,
    PictureChoices, Pictures, Poster, Prompt, QrCode, RankCards, ReviewLines, Rows, SearchBar,
    SearchChoices, SearchRows, StateScreen, Steps, Stub, Texts, TickCards, Ticks, Tiles,
    TypedAnswer, Wheels,
)  # fmt: skip
