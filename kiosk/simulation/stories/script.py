"""Script: the steps of a story, one a line. Parsing only; `player.py` plays them.

    tap find                 touch the element with that id
    type lost id             type into the focused field, in place of what stands there
    scan TEXT                hold a code before the scanner
    wait 61                  let that many seconds pass (virtual time)
    expect ticket            the screen's state, or an element, has that id
    expect-text A101         the screen shows that text somewhere
    expect-no Wanjiku        the screen shows that text nowhere
    language sw              touch the language button of the shell
    network down             cut (or mend: up) the lines to the centre and the national node
    printer paper-out        paper-out, ready, unplug or plug
    cut-power                SIGKILL every service of the node and start them again
    picture NAME             keep a picture of the screen
    end-visit                touch stop-and-clear and wait for the welcome screen
    drain                    wait until every slip and every batch is where it belongs

`#` starts a comment. A word that is no step is refused with its line before anything is played.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from provisioning.faults import Fault


class StoryUnreadable(Fault):
    """A line of a story is no step, or lacks what the step needs."""

    code = 2


class StoryFailed(Fault):
    """The screen is not what the story expects; the sentence lists what is on it."""

    code = 1


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One line: its number, its verb and the rest of the line."""

    line: int
    verb: str
    rest: str


_COMMENT = re.compile(r"(^|\s)#.*")

# What may follow a verb: None nothing, "" any text, else one of the words.
_VERBS: dict[str, tuple[str, ...] | str | None] = {
    "tap": "",
    "type": "",
    "scan": "",
    "wait": "seconds",
    "expect": "",
    "expect-text": "",
    "expect-no": "",
    "language": ("en", "sw"),
    "network": ("up", "down"),
    "printer": ("paper-out", "ready", "unplug", "plug"),
    "cut-power": None,
    "picture": "",
    "end-visit": None,
    "drain": None,
}


def read(path: Path) -> tuple[StoryStep, ...]:
    """The steps of the story in a file; raises `StoryUnreadable` also when it is no text."""
    try:
        text = path.read_text("utf-8-sig")  # with or without the mark some editors put first
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StoryUnreadable(f"The story {path} cannot be read ({why}).") from error
    return parse(text)


def parse(text: str) -> tuple[StoryStep, ...]:
    """The steps of a story; raises `StoryUnreadable` with the line and what to write."""
    steps = []
    for number, line in enumerate(text.split("\n"), 1):
        # A comment starts at the line or after a space, so that `type a#b` keeps its sign.
        words = _COMMENT.sub("", line).strip()
        if words:
            verb, *rest = words.split(None, 1)
            steps.append(_checked(StoryStep(number, verb, "".join(rest))))
    return tuple(steps)


def _checked(step: StoryStep) -> StoryStep:
    where = f"Line {step.line} of the story"
    if step.verb not in _VERBS:
        near = difflib.get_close_matches(step.verb, _VERBS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; see docs/stories.md."
        raise StoryUnreadable(f"{where}: there is no step {step.verb!r}{hint}")
    wants = _VERBS[step.verb]
    if wants is None and step.rest:
        raise StoryUnreadable(f"{where}: {step.verb} stands alone; leave out {step.rest!r}.")
    if wants is not None and not step.rest:
        raise StoryUnreadable(f"{where}: {step.verb} needs a word after it.")
    if isinstance(wants, tuple) and step.rest not in wants:
        raise StoryUnreadable(f"{where}: {step.verb} takes {', '.join(wants)}.")
    if wants == "seconds" and not _seconds(step.rest):
        raise StoryUnreadable(f"{where}: wait takes a number of seconds, such as 61.")
    return step


def _seconds(text: str) -> bool:
    try:
        return 0 <= float(text) <= 86_400
    except ValueError:
        return False
