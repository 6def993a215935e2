"""Where the focus goes: through lists, on the keyboard's grid, over and back from the warning."""

from __future__ import annotations

import pytest

from kiosk.ui.keyboard_layouts import HOMES, LETTERS_PAGE, PAGES
from kiosk.ui.navigation.five_keys import (
    FiveKeys,
    PadKey,
    Reach,
    home_key,
    place_of,
    scan_order,
)

UP, DOWN, LEFT, RIGHT, SELECT, ON, ESCAPE = PadKey
LIST = Reach(("language.en", "back", "find", "ticket", "stop"), first="find")
TYPED = Reach(
    ("back", "answer", "next", "stop"),
    first="answer",
    main="next",
    field="answer",
    rows=PAGES[LETTERS_PAGE].rows,
    page=LETTERS_PAGE,
)


def at(reach: Reach) -> FiveKeys:
    keys = FiveKeys()
    keys.follow("here", reach)
    return keys


def walk(keys: FiveKeys, reach: Reach, *presses: PadKey) -> list[str]:
    found = []
    for press in presses:
        keys.press(press, reach)
        found.append(keys.focus)
    return found


def test_a_screen_begins_at_its_first_thing_and_goes_round():
    keys = at(LIST)
    assert keys.focus == "find"
    assert walk(keys, LIST, DOWN, DOWN, DOWN) == ["ticket", "stop", "language.en"]
    assert walk(keys, LIST, UP, UP) == ["stop", "ticket"]
    assert keys.press(SELECT, LIST) == "ticket"


def test_left_is_back_and_escape_too():
    assert at(LIST).press(LEFT, LIST) == "back"
    assert at(LIST).press(ESCAPE, LIST) == "back"
    paged = Reach(("back", "a", "page.previous", "page.next"), first="a")
    assert at(paged).press(LEFT, paged) == "page.previous"
    ticket = Reach(("rate", "done"), first="rate")
    keys = at(ticket)
    assert keys.press(LEFT, ticket) == ""
    assert keys.focus == "done"


def test_right_is_next_or_the_page_after_or_the_way_to_the_main_button():
    question = Reach(("back", "choice.a", "page.next", "next"), first="choice.a", main="next")
    assert at(question).press(RIGHT, question) == "page.next"
    answered = Reach(question.stops, "choice.a", "next", answered=True)
    assert at(answered).press(RIGHT, answered) == "next"
    consent = Reach(("back", "refuse", "agree"), first="refuse", main="agree")
    keys = at(consent)
    assert keys.press(RIGHT, consent) == "", "nobody agrees by going on"
    assert keys.press(SELECT, consent) == "agree"


def test_a_question_that_is_typed_begins_in_the_middle_of_the_keyboard():
    keys = at(TYPED)
    assert keys.focus == "key.a"
    assert walk(keys, TYPED, RIGHT, LEFT, DOWN, UP)[-1] == "key.a"
    assert walk(keys, TYPED, DOWN, DOWN, DOWN)[-1] == "next"
    assert walk(keys, TYPED, UP) == ["key.a"]
    assert walk(keys, TYPED, UP, UP, UP)[-1] == "answer"
    assert walk(keys, TYPED, DOWN) == ["key.a"]


def test_after_a_letter_the_focus_is_in_the_middle_and_after_rubbing_out_it_stays():
    keys = at(TYPED)
    keys.focus = "key.m"
    keys.typed(TYPED, "m")
    assert keys.focus == "key.a"
    keys.focus = "key.BACK"
    keys.typed(TYPED, "BACK")
    assert keys.focus == "key.BACK"


def test_the_warning_takes_the_focus_and_gives_it_back():
    keys = at(LIST)
    walk(keys, LIST, DOWN)
    warning = Reach(("more-time", "end-now"), first="more-time")
    keys.follow("here", warning, warned=True)
    assert keys.focus == "more-time"
    assert walk(keys, warning, DOWN, DOWN) == ["end-now", "more-time"]
    keys.follow("here", LIST)
    assert keys.focus == "ticket"


def test_what_vanishes_from_the_screen_loses_the_focus_to_what_is_there():
    keys = at(LIST)
    keys.follow("here", Reach(("back", "ticket"), first="ticket"))
    assert keys.focus == "ticket"


def test_one_switch_goes_through_everything_letters_by_their_frequency():
    keys = at(TYPED)
    heard = walk(keys, TYPED, *[ON] * 4)
    assert heard == [f"key.{key}" for key in scan_order(TYPED)[1:5]]
    every = walk(keys, TYPED, *[ON] * 60)
    assert {"next", "stop", "back", "answer", "key.x"} <= set(every)


@pytest.mark.parametrize("page", PAGES)
def test_every_key_of_every_page_is_reached_by_the_four_arrows(page):
    reach = Reach(("answer", "next"), "answer", "next", field="answer",
                  rows=PAGES[page].rows, page=page)  # fmt: skip
    seen, edge = set(), [home_key(reach)]
    while edge:
        focus = edge.pop()
        for move in (UP, DOWN, LEFT, RIGHT):
            keys = FiveKeys()
            keys.focus = focus
            keys.press(move, reach)
            if keys.focus not in seen:
                seen.add(keys.focus)
                edge.append(keys.focus)
    names = {key for row in PAGES[page].rows for key in row} - {"BLANK"}
    assert {f"key.{name}" for name in names} <= seen
    assert {"answer", "next"} <= seen


def test_the_middle_of_each_page_is_a_key_of_it():
    for page, home in HOMES.items():
        assert home in {key for row in PAGES[page].rows for key in row}


LIKELY = "ainoeu"


def test_the_likeliest_letters_lie_nearest_to_the_middle():
    middle = place_of(TYPED, "key.a")
    for letter in LIKELY:
        row, column = place_of(TYPED, f"key.{letter}")
        assert abs(row - middle[0]) + abs(column - middle[1]) <= 2
