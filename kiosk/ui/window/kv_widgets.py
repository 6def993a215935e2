"""Every widget a kv file may name; importing it registers them with Kivy's factory."""

from __future__ import annotations

from kiosk.ui.widgets.base.layout import Beside, Column, Spacer
from kiosk.ui.widgets.display.attract_art import AttractButton, FlagBand
from kiosk.ui.widgets.display.blocks import Facts, Notices, Pictures, Steps, TextBlocks
from kiosk.ui.widgets.display.charter import CharterPanel
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
from kiosk.ui.widgets.display.panels import Message, Panel, TicketPanel
from kiosk.ui.widgets.input.field import FieldRow
from kiosk.ui.widgets.input.fields import Fields, PictureFrame
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.widgets.input.pad import Pad
from kiosk.ui.widgets.input.picks import Likert, RankCards, SearchChoices, TickCards
from kiosk.ui.widgets.input.scale import NumberScale
from kiosk.ui.widgets.input.searchbar import SearchBar
from kiosk.ui.widgets.input.strip import ChoiceStrip
from kiosk.ui.widgets.input.typed import ScanPrompt, TypedAnswer
from kiosk.ui.widgets.input.wheels import DateEntry, Wheels
from kiosk.ui.window.answer_area import AnswerArea, AnswerColumn, AnswerView
from kiosk.ui.window.screen import ScreenBody, StateScreen

WORDS = (
    Actions, AnswerArea, AnswerColumn, AnswerView, Beside, BigNumber, BigTiles, ScreenBody,
    CharterPanel, ChoiceStrip, Choices, Column, DateEntry, EvenActions, Faces, Facts, FieldRow,
    Fields, PictureFrame, Spacer, Heading, FlagBand, Keyboard, Likert, Message, Notices,
    NumberScale, Pad, Paging, Panel, PictureChoices, Pictures, AttractButton, ScanPrompt, QrCode,
    RankCards, ReviewLines, Rows, SearchBar, SearchChoices, SearchRows, StateScreen, Steps,
    TicketPanel, TextBlocks, TickCards, Ticks, Tiles, TypedAnswer, Wheels,
)  # fmt: skip
