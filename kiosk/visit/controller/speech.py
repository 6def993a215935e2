"""Speech: what is said of a screen: everything it shows, in reading order, each piece in its own
language. Pure.

`whole` is the screen from its title to its last button, `focused` what is said of one element when
it has the focus. Numbers, dates and times arrive here as they are written and leave as they are
said. A number of a person that is covered on the screen is not said either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from content.i18n.speech_text import spoken
from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Block, BlockKind, Element, Role, Utterance, UtteranceKind
from kiosk.visit.flow import State
from kiosk.visit.screen import Screen, ScreenContext

_IN_OWN_NAME = ("language.", "choose.")
_KEYS = ("space", "back", "shift", "enter", "123", "abc")
_SEEN_ONLY = frozenset({BlockKind.QR, BlockKind.PICTURE})
_ANSWERS = frozenset({Role.CHOICE, Role.FACE})


def whole(
    context: ScreenContext, screen: Screen, overlay: Iterable[Element], *, countdown: int
) -> tuple[Utterance, ...]:
    """The screen in reading order; under the idle warning the warning alone."""
    language, say = context.session.language, context.translator.say
    if countdown:
        return (
            _said(say("idle.title"), language),
            _said(say("idle.text", n=countdown), language, UtteranceKind.SECONDS),
            *(_said(each.label, language) for each in overlay),
        )
    read = list(_texts(context, screen))
    before = {each.text for each in read}  # a field's label is the question: said once
    rest = (each for each in _rest(context, screen) if each.text not in before)
    return tuple(each for each in (*read, *rest) if each.text)


def focused(
    context: ScreenContext, elements: Iterable[Element]
) -> dict[str, tuple[Utterance, ...]]:
    """What is said of each element, and of the keys of the keyboard that carry an icon."""
    say, language = context.translator.say, context.session.language
    found = {each.id: tuple(_element(context, each)) for each in elements}
    for key in _KEYS:
        found[f"key.{key.upper()}"] = (_said(say(f"keyboard.{key}"), language),)
    return found


def _texts(context: ScreenContext, screen: Screen) -> Iterator[Utterance]:
    """Title, where we are, and what is only read."""
    language = context.session.language
    progress = screen.progress.text if screen.progress else ""
    page, pages = screen.page
    paging = context.translator.say("shell.page", page=page, pages=pages) if pages > 1 else ""
    for words in (screen.title, screen.subtitle, progress, paging):
        yield _said(words, _tongue(screen, words, language))
    for block in screen.blocks:
        if block.kind not in _SEEN_ONLY:
            for words in _words(block):
                yield _said(words, _tongue(screen, words, language))


def _rest(context: ScreenContext, screen: Screen) -> Iterator[Utterance]:
    """What can be acted on; on the welcome screen also how to begin without seeing it."""
    for element in screen.elements:
        if element.enabled:
            yield from _element(context, element)
    if context.session.state is State.ATTRACT:
        for code in LANGUAGES:
            texts = Translator(context.translator.texts, code)
            yield _said(texts.say("spoken.begin"), code)


def _words(block: Block) -> list[str]:
    words = [block.label, block.text, block.value if block.value != block.text else ""]
    return [*words, block.hint]


def _element(context: ScreenContext, element: Element) -> Iterator[Utterance]:
    """Label, value, hint, how it stands and what is wrong with it."""
    say, language = context.translator.say, context.session.language
    tail = element.id.rpartition(".")[2]
    named = element.id.startswith(_IN_OWN_NAME) and tail in LANGUAGES
    yield _said(element.label, tail if named else language)
    typed = UtteranceKind.TYPED if element.role is Role.FIELD else UtteranceKind.TEXT
    value = "" if element.masked or element.role is Role.PAD else element.value
    if element.masked and element.value:
        value = say("spoken.covered")
    hint = "" if element.hint == element.label else element.hint
    for words, kind in ((value, typed), (hint, UtteranceKind.TEXT)):
        if words:
            yield _said(words, language, kind)
    if element.role is Role.TICK:
        yield _said(say("spoken.ticked" if element.selected else "spoken.not_ticked"), language)
    elif element.role in _ANSWERS and element.selected:
        yield _said(say("spoken.chosen"), language)
    if element.error and element.error != value:
        yield _said(f"{say('question.problem')}: {element.error}", language)


def _tongue(screen: Screen, words: str, language: str) -> str:
    """The language of a text: that of the visit, or the other for what stands in both."""
    if words in screen.foreign:
        return next(each for each in LANGUAGES if each != language)
    return language


def _said(words: str, language: str, kind: UtteranceKind = UtteranceKind.TEXT) -> Utterance:
    return Utterance(spoken(words, language), language, kind)
