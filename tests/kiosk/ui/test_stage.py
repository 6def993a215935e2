"""The screen as a person uses it: touched, typed on, left alone, in virtual time."""

from __future__ import annotations

import gc
import json
import logging

import msgspec
import pytest

from kiosk.tools.screen_samples import NAMED
from kiosk.ui.faults import NotOnScreen
from kiosk.ui.keyboard_layouts import LETTERS_PAGE
from kiosk.ui_protocol.view import Activated, Edited, Touched, Utterance, ViewRequest
from tests.kiosk.ui.speech.slow_voice import SlowVoice

pytestmark = pytest.mark.window

TAB, ENTER, ESCAPE, F1 = 9, 13, 27, 282
UP, DOWN, RIGHT, LEFT = 273, 274, 275, 276


def with_field(view, **values):
    """The view with other values of its field."""
    elements = [
        msgspec.structs.replace(each, **values) if each.role == "field" else each
        for each in view.elements
    ]
    return msgspec.structs.replace(view, elements=tuple(elements))


def test_it_asks_for_a_view_and_draws_it(stage):
    stage.driver.app.bridge.end()
    stage.driver.app.bridge.begin()
    stage.show("home")
    assert stage.sent(ViewRequest) == [ViewRequest()]
    assert {"find", "ticket", "form", "status", "feedback", "help"} <= set(stage.driver.elements())


def test_a_touch_sends_the_id_with_the_number_of_its_view(stage):
    view = stage.show("home")
    stage.driver.tap("ticket")
    assert stage.sent(Activated) == [Activated(view.number, "ticket")]


def test_a_second_touch_within_half_a_second_is_one(stage):
    view = stage.show("home")
    target = stage.driver.targets()["find"]
    target.activate()
    target.activate()
    stage.driver.advance(0.4)
    target.activate()
    assert stage.sent(Activated) == [Activated(view.number, "find")]
    stage.driver.advance(0.6)
    target.activate()
    assert len(stage.sent(Activated)) == 1


def touch(stage, *at):
    """A finger comes down and goes up at once, whatever the screen thinks of it."""
    from kivy.base import EventLoop

    from kiosk.ui.automation.driver import SimulatedTouch

    finger = SimulatedTouch(*at)
    EventLoop.post_dispatch_input("begin", finger)
    stage.driver.frames(1)
    EventLoop.post_dispatch_input("end", finger)
    stage.driver.frames(1)


def come(stage, view):
    """Another view, and only the frames it takes to draw it."""
    numbered = stage.fake_core.give(view)
    stage.driver.frames(2)
    return numbered


@pytest.mark.parametrize(
    ("first", "touched", "then"),
    [
        ("home", "ticket", "services"),
        ("home", "find", "language"),
        ("question-choose", "next", "question-text"),
        ("services", "page.next", "services"),
    ],
)
def test_the_second_tap_of_a_double_tap_never_reaches_the_next_screen(stage, first, touched, then):
    before = stage.show(first)
    if touched not in stage.driver.targets():
        pytest.skip(f"{first} has no {touched}")
    at = tuple(stage.driver.targets()[touched].center)
    stage.sent()
    touch(stage, *at)
    after = stage.view(then)
    if then == first:
        after = msgspec.structs.replace(after, page=(2, 3))
    come(stage, after)
    for pause in (0.0, 0.1, 0.2):
        stage.driver.advance(pause)
        touch(stage, *at)
    assert stage.sent(Activated) == [Activated(before.number, touched)]
    stage.driver.advance(0.5)
    target = next(t for t in stage.driver.targets().values() if t.enabled)
    touch(stage, *target.center)
    assert len(stage.sent(Activated)) == 1, "a person's next touch counts"


def test_a_dropped_touch_keeps_the_visit_awake_and_presses_nothing(stage):
    stage.show("home")
    come(stage, stage.view("language"))
    stage.sent()
    target = next(iter(stage.driver.targets().values()))
    touch(stage, *target.center)
    assert not target.pressed
    assert stage.sent() == [Touched()]


def test_words_that_come_while_somebody_types_cost_no_letter(stage):
    view = stage.show("search")
    stage.sent()
    for letter in "eri":
        stage.driver._tap_key(f"key.{letter}")
        come(stage, msgspec.structs.replace(view, subtitle=f"{letter} found"))
        assert stage.driver.app.bridge.touchable
    texts = [event.text for event in stage.sent(Edited)]
    assert texts[-1] == "lost ideri"


def test_the_idle_warning_that_comes_under_the_finger_ends_nothing(stage):
    view = stage.show("home")
    warned = msgspec.structs.replace(
        view, countdown=20, overlay_title="Are you still there?", overlay_text="Touch to go on"
    )
    come(stage, warned)
    stage.sent()
    for target in list(stage.driver.targets().values())[:3]:
        touch(stage, *target.center)
    assert stage.sent(Activated) == []
    come(stage, msgspec.structs.replace(warned, countdown=19))
    stage.driver.advance(0.5)
    assert stage.driver.app.bridge.touchable, "a second less is no other screen"


def test_a_touch_that_slides_off_does_nothing(stage):
    from kivy.base import EventLoop

    from kiosk.ui.automation.driver import SimulatedTouch

    stage.show("home")
    target = stage.driver.targets()["find"]
    finger = SimulatedTouch(*target.center)
    EventLoop.post_dispatch_input("begin", finger)
    finger.slide(target.x - 5, 5)
    EventLoop.post_dispatch_input("update", finger)
    EventLoop.post_dispatch_input("end", finger)
    stage.driver.frames(2)
    assert stage.sent(Activated) == []


def test_a_touch_on_nothing_only_keeps_the_visit_awake(stage):
    from kivy.base import EventLoop

    from kiosk.ui.automation.driver import SimulatedTouch

    stage.show("language")
    stage.sent()
    EventLoop.post_dispatch_input("begin", SimulatedTouch(5, 120))
    stage.driver.frames(1)
    assert stage.sent() == [Touched()]


def test_the_press_is_seen_in_the_very_next_frame(stage):
    from kivy.base import EventLoop

    from kiosk.ui.automation.driver import SimulatedTouch

    stage.show("home")
    target = stage.driver.targets()["find"]
    before = tuple(target.fill)
    EventLoop.post_dispatch_input("begin", SimulatedTouch(*target.center))
    stage.driver.frames(1)
    assert tuple(target.fill) != before


def test_what_is_not_there_cannot_be_touched_and_the_list_says_what_is(stage):
    stage.show("complain")
    with pytest.raises(NotOnScreen, match=r"kind\.praise"):
        stage.driver.tap("face.1")


def test_typing_goes_letter_by_letter_and_is_shown_at_once(stage):
    stage.show("question-text")
    stage.driver.type("eri Mũthoni")
    texts = [event.text for event in stage.sent(Edited)]
    assert texts[-1] == "Wanjikũ Njeri Mũthoni"
    assert [len(text) for text in texts] == sorted(len(text) for text in texts)
    assert stage.driver.shown_text("answer") == "Wanjikũ Njeri Mũthoni"


def test_a_late_view_of_the_core_takes_no_letter_away(stage):
    view = stage.show("question-text")
    stage.driver.type("eri")
    stage.give(with_field(view, value="Wanjikũ Nje"))
    assert stage.driver.shown_text("answer") == "Wanjikũ Njeri"


def test_what_the_core_never_confirmed_is_sent_again(stage):
    stage.show("question-text")
    stage.driver.type("e")
    stage.sent()
    stage.driver.advance(1.0)
    assert {event.text for event in stage.sent(Edited)} == {"Wanjikũ Nje"}


def test_another_question_begins_empty(stage):
    stage.show("question-text")
    stage.driver.type("eri")
    stage.show("question-identity")
    assert stage.driver.shown_text("answer") == "A00123"


def test_the_enter_key_goes_on(stage):
    stage.show("question-text")
    stage.driver._tap_key("key.ENTER")
    assert [event.id for event in stage.sent(Activated)] == ["next"]


def test_a_keyboard_without_anything_to_confirm_has_no_enter_key(stage):
    stage.show("search")
    assert "key.ENTER" not in stage.driver.targets()
    stage.show("question-text")
    assert "key.ENTER" in stage.driver.targets()


def test_masked_answers_are_dots(stage):
    from kiosk.ui.widgets.input.field import Field

    stage.show("staff-pin")
    field = stage.driver.app.shell.current.every(Field)[0]
    assert set(field.words.text) == {"•"}


def test_a_date_is_typed_or_turned(stage):
    stage.show("question-date")
    stage.driver.type("5/11/1987")
    last = {event.id: event.text for event in stage.sent(Edited)}
    assert last == {"wheel.day": "05", "wheel.month": "11", "wheel.year": "1987"}
    stage.driver.tap("wheel.year.down")
    assert [event.id for event in stage.sent(Activated)] == ["wheel.year.down"]


def test_a_signature_travels_as_strokes_between_nought_and_one(stage):
    stage.show("question-sign")
    stage.driver.tap("pad.clear")
    assert stage.sent(Edited)[-1].text == ""
    stage.driver.draw("answer", [(0.1, 0.5), (0.5, 0.9), (0.9, 0.5)])
    strokes = json.loads(stage.sent(Edited)[-1].text)
    assert len(strokes) == 1
    assert all(0 <= part <= 1 for point in strokes[0] for part in point)
    assert strokes[0][1][1] < strokes[0][0][1], "y runs downwards"


def test_a_mark_of_the_scale_sends_its_value(stage):
    stage.show("question-range")
    stage.driver.tap("mark.3")
    assert stage.sent(Edited)[-1] == Edited(1, "wheel.range", "3")


def test_the_idle_warning_covers_everything_else(stage):
    stage.show("review", countdown=30)
    assert set(stage.driver.elements()) == {"more-time", "end-now"}
    with pytest.raises(NotOnScreen):
        stage.driver.tap("submit")
    stage.driver.tap("more-time")
    assert [event.id for event in stage.sent(Activated)] == ["more-time"]
    stage.show("review")
    assert "submit" in stage.driver.elements()


def test_counting_down_lays_nothing_out_again(stage, monkeypatch):
    stage.show("review", countdown=30)
    screen, laid_out = stage.driver.app.shell.current, []
    monkeypatch.setattr(screen, "arrange", lambda: laid_out.append(1))
    for second in range(29, 24, -1):
        stage.show("review", countdown=second)
        assert stage.driver.app.shell.overlay.seconds.text == str(second)
    assert laid_out == []


def test_a_badge_lays_nothing_out_again(stage, monkeypatch):
    stage.show("home", online=True)
    screen, laid_out = stage.driver.app.shell.current, []
    monkeypatch.setattr(screen, "arrange", lambda: laid_out.append(1))
    stage.show("home", online=False)
    assert stage.driver.app.shell.header.badge.text == "You can still be served"
    assert laid_out == []


def test_a_tick_keeps_every_widget(stage):
    view = stage.show("service")
    before = stage.driver.targets()["need.id_copy"]
    elements = tuple(
        msgspec.structs.replace(e, selected=True) if e.id == "need.id_copy" else e
        for e in view.elements
    )
    stage.give(msgspec.structs.replace(view, elements=elements))
    after = stage.driver.targets()["need.id_copy"]
    assert after is before
    assert after.selected


def test_a_language_switch_keeps_the_screen_and_the_answer(stage):
    stage.show("question-text")
    stage.driver.type("eri")
    stage.give(with_field(stage.view("question-text", "sw"), value="Wanjikũ Njeri"))
    assert stage.driver.shown_text("answer") == "Wanjikũ Njeri"


def test_a_board_whose_keys_another_screen_borrowed_gets_them_all_back(stage):
    stage.show("question-text")
    stage.driver.type("eri")
    stage.show("search")  # nothing to confirm there: it borrows every key but ENTER
    stage.driver.type("id")
    stage.show("question-text")
    shown = set(stage.driver.targets())
    assert {"key.e", "key.ENTER", "key.BACK", "key.SPACE"} <= shown
    stage.driver.type("eri")


def test_text_size_and_theme_follow_the_view(stage):
    from kivy.core.window import Window
    from kivy.metrics import Metrics

    stage.show("home", scale=1.5, theme="contrast")
    assert Metrics.fontscale == 1.5
    assert tuple(Window.clearcolor)[:3] == (0, 0, 0)
    stage.show("attract")
    assert Metrics.fontscale == 1.0
    assert tuple(Window.clearcolor)[:3] != (0, 0, 0)


def test_the_shell_stands_in_the_same_place_on_every_screen(stage):
    places = {}
    for name in NAMED:
        for language in ("en", "sw"):
            view = stage.show(name, language)
            if any(e.id == "back" and e.place != "nav" for e in view.elements):
                continue  # the staff's own screens
            for each in ("listen", "text-size", "theme", "call-staff", "stop", "back"):
                target = stage.driver.targets().get(each)
                if target is not None:
                    places.setdefault(each, set()).add((round(target.x), round(target.y)))
    assert {each: len(found) for each, found in places.items()} == dict.fromkeys(places, 1)


def test_nothing_of_a_visit_is_left_on_the_screens_after_it(stage):
    from kivy.uix.image import Image

    from kiosk.ui.widgets.base.text import TextLabel, longest_word, measure

    marker = "Zaituni Marker"
    for name in (
        "question-text",
        "question-group",
        "review",
        "search",
        "question-sign",
        "submitted",
        "question-date",
    ):
        view = stage.show(name)
        elements = tuple(
            msgspec.structs.replace(e, value=marker, label=marker) if e.place == "main" else e
            for e in view.elements
        )
        blocks = tuple(msgspec.structs.replace(b, text=marker, value=marker) for b in view.blocks)
        stage.give(msgspec.structs.replace(view, elements=elements, blocks=blocks, title=marker))
    stage.show("attract")
    shell = stage.driver.app.shell
    roots = [shell, *shell.screens.values()]
    texts = [
        w.text
        for root in roots
        for w in root.walk(restrict=True)
        if isinstance(w, TextLabel) and marker in w.text
    ]
    assert texts == []
    hidden = [
        w.text
        for screen in shell.screens.values()
        for answer in screen.every(object)
        for piece in getattr(answer, "_built", {}).values()
        for w in piece.walk(restrict=True)
        if isinstance(w, TextLabel) and marker in w.text
    ]
    assert hidden == []
    assert not any(
        w.source for root in roots for w in root.walk(restrict=True) if isinstance(w, Image)
    )
    assert measure.cache_info().currsize < 200
    assert longest_word.cache_info().currsize < 200


def test_five_keys_do_everything(stage):
    stage.show("services")
    stage.sent()
    first = next(e.id for e in stage.driver.view.elements if e.role == "tile")
    stage.driver.press_key(TAB)
    assert stage.driver.targets()[first].focused, "the first key shows where the focus is"
    stage.driver.press_key(DOWN)
    stage.driver.press_key(TAB, shift=True)
    stage.driver.press_key(ENTER)
    assert [event.id for event in stage.sent(Activated)] == [first]
    stage.driver.press_key(LEFT)
    stage.driver.advance(1)
    stage.driver.press_key(ESCAPE)
    assert [event.id for event in stage.sent(Activated)] == ["back", "back"]
    stage.driver.press_key(RIGHT)
    assert [event.id for event in stage.sent(Activated)] == ["page.next"]


def test_the_first_key_on_the_welcome_screen_starts_speech(stage):
    stage.show("attract")
    stage.driver.press_key(DOWN)
    assert [event.id for event in stage.sent(Activated)] == ["listen"]
    assert stage.driver.targets()["start"].focused
    stage.driver.press_key(ENTER)
    assert [event.id for event in stage.sent(Activated)][-1] == "start"


def test_a_name_is_written_by_five_keys_and_the_next_question_begins_on_its_keyboard(stage):
    from kiosk.ui.widgets.input.keyboard import Keyboard

    view = stage.show("question-text")
    stage.driver.press_key(DOWN)
    assert stage.driver.app.shell.current.every(Keyboard)[0].typing.page == LETTERS_PAGE
    stage.sent()
    for key in (DOWN, ENTER, RIGHT, ENTER, UP, ENTER):
        stage.driver.press_key(key)
    typed = stage.sent(Edited)[-1].text.lower()
    before = next(e.value for e in view.elements if e.role == "field").lower()
    assert typed == before + "one", "below, right of and above the middle"
    for key in (DOWN, DOWN, DOWN, ENTER):
        stage.driver.press_key(key)
    assert [event.id for event in stage.sent(Activated)] == ["next"]
    stage.driver.tap("next")
    assert stage.driver.app.shell.current.every(Keyboard)[0].typing.page == "abc"


def test_the_ring_is_three_pixels_and_stands_out_from_every_ground():
    from kiosk.ui.theme.tokens import PALETTES, ratio
    from kiosk.ui.widgets.base.pressable import opposite

    for name, palette in PALETTES.items():
        for ground in ("bg", "surface", "header", "header_soft", "brand", "brand_soft", "problem"):
            behind = getattr(palette, ground)
            rings = (palette.focus, opposite(palette.focus))
            assert max(ratio(ring, behind) for ring in rings) >= 3, f"{name}: {ground}"


def test_the_warning_takes_the_focus_and_gives_it_back(stage):
    view = stage.show("home")
    stage.driver.press_key(DOWN)
    stage.driver.press_key(DOWN)
    held = [t.element_id for t in stage.driver.targets().values() if t.focused]
    warning = stage.view("home", countdown=20)
    stage.give(warning)
    assert [t.element_id for t in stage.driver.targets().values() if t.focused] == ["more-time"]
    stage.give(view)
    assert [t.element_id for t in stage.driver.targets().values() if t.focused] == held


def test_focus_reaches_every_element_once_a_round(stage):
    stage.show("question-many")
    ids = list(stage.driver.targets())
    seen = []
    for _step in ids:
        stage.driver.press_key(TAB)
        seen += [t.element_id for t in stage.driver.targets().values() if t.focused]
    assert sorted(seen) == sorted(ids)


def test_a_finger_takes_the_focus_ring_away(stage):
    stage.show("home")
    stage.driver.press_key(TAB)
    stage.driver.tap("help")
    assert not any(t.focused for t in stage.driver.targets().values())


def test_no_key_opens_settings_or_closes_the_kiosk(stage):
    from kivy.core.window import Window

    stage.show("home")
    before = list(Window.children)
    stage.driver.press_key(F1)
    stage.driver.press_key(ESCAPE)
    assert list(Window.children) == before


def test_a_bug_in_a_callback_is_survived_twice_and_not_a_third_time(stage, caplog):
    from kivy.base import ExceptionManager

    from kiosk.ui.window.crash_limit import CrashCount

    count = CrashCount()
    with caplog.at_level(logging.CRITICAL, logger="huduma.ui"):
        verdicts = [count.handle_exception(ZeroDivisionError()) for _bug in range(3)]
    assert verdicts == [ExceptionManager.PASS, ExceptionManager.PASS, ExceptionManager.RAISE]
    assert count.handle_exception(KeyboardInterrupt()) == ExceptionManager.RAISE


def test_an_unknown_state_and_an_unknown_look_are_drawn_by_role(stage):
    view = stage.show("question-many")
    stage.give(msgspec.structs.replace(view, state="tomorrow"))
    assert "choice.too_long_wait" in stage.driver.elements()
    stage.give(msgspec.structs.replace(view, look="tomorrow"))
    assert {"choice.too_long_wait", "next"} <= set(stage.driver.elements())


def test_the_number_is_ten_millimetres_high_even_in_a_narrow_box(stage):
    from kiosk.ui.widgets.display.number import BigNumber

    for name in ("ticket", "submitted"):
        for scale in (1.0, 1.5):
            stage.show(name, "sw", scale=scale)
            number = stage.driver.app.shell.current.every(BigNumber)[0]
            cap_mm = number.words.font_size * 0.727 * stage.driver.app.look.mm_per_px
            assert cap_mm >= 10


def test_speech_of_a_view_is_said_and_a_touch_stops_it(stage):
    app, voice = stage.driver.app, SlowVoice()
    quiet, app.announcer._voice = app.announcer._voice, voice
    view = stage.show("home", "sw")
    words = (Utterance("Unahitaji huduma gani leo?", "sw"),)
    spoken = {"find": (Utterance("Tafuta huduma", "sw"),)}
    stage.give(msgspec.structs.replace(view, speech=words, spoken=spoken, listening=True))
    assert voice.began == ["Unahitaji huduma gani leo?"]
    for _ in range(3):  # the core answers each "are you there?" with the same view
        stage.give(stage.driver.view)
    assert len(voice.began) == 1, "a sentence is said to its end"
    stage.sent()
    stage.driver.press_key(TAB)
    assert stage.sent(Touched), "who moves the focus is there"
    assert voice.cut == ["Unahitaji huduma gani leo?"]
    stage.driver.tap("find")
    assert not voice.busy()
    app.announcer._voice = quiet


def test_a_dark_screen_shows_nothing_and_the_first_touch_only_shows_it(stage):
    view = stage.show("home")
    stage.give(msgspec.structs.replace(view, dark=True))
    cover = stage.driver.app.shell.cover
    assert cover.parent is not None
    assert (cover.width, cover.height) == (1280, 800)
    stage.sent()
    touch(stage, *stage.driver.targets()["find"].center)
    assert [event.id for event in stage.sent(Activated)] == ["hide"]
    stage.give(view)
    assert cover.parent is None


def test_a_story_in_another_process_has_hands_and_eyes(stage):
    from kiosk.ui.automation.socket_server import answer

    stage.show("question-text")

    def order(**words):
        return answer(stage.driver, json.dumps(words).encode())

    assert order(do="view")["view"]["state"] == "question"
    assert order(do="type", text="eri")["ok"]
    assert order(do="tap", id="next")["ok"]
    assert [event.id for event in stage.sent(Activated)] == ["next"]
    refused = order(do="tap", id="nowhere")
    assert not refused["ok"]
    assert "nowhere is not on the screen" in refused["error"]
    assert not order(do="fly")["ok"]
    assert not answer(stage.driver, b"not json")["ok"]


def test_cells_that_wait_for_another_screen_hold_nothing_of_this_one(stage):
    """Cards, wheels and fields are kept when a screen has fewer: empty, also inside a visit."""
    from kivy.uix.label import Label

    from kiosk.ui.widgets.base.layout import within
    from kiosk.ui.widgets.display.grid import Cells

    shown = ("question-date", "question-group-fields", "question-many", "review", "staff")
    for name in shown:
        stage.show(name)
    stage.show("question-note")
    parked = [cell for each in gc.get_objects() if isinstance(each, Cells) for cell in each._parked]
    assert len(parked) > len(shown)
    for cell in parked:
        assert cell.element is None
        texts = [part.text for part in within(cell) if isinstance(part, Label)]
        assert not any(texts), texts
    # And they come back whole.
    stage.show("question-date")
    wheel = stage.driver.targets()["wheel.month"]
    assert (wheel.value.text, wheel.hint.text, wheel.up.glyph.icon) == ("9", "September", "add")
    stage.show("question-many")
    picked = [t.selected for t in stage.driver.targets().values() if "choice." in t.element_id]
    assert picked == [True, False, False, True, False]
