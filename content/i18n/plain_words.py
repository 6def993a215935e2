"""Plain words: a text of a form without the markdown and tags its author styled it with. Pure.

ODK Collect draws them ("styling prompts"); a kiosk sets its own type, so only the words stay. Signs
inside words (snake_case, 2*3) are words.
"""

from __future__ import annotations

import re

_TAG = re.compile(
    r"</?(?:span|b|i|u|em|strong|font|p|div|small|big|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)")
_STRONG = re.compile(r"(?<![\w*_])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![\w*_])", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^*_\n]*?[^\s*_\\])\1(?![\w*_])")
_ESCAPED = re.compile(r"\\([*_#\\])")
_SIGNS = re.compile(r"[<*_#\[\\]")


def plain_words(text: str) -> str:
    """`text` as it is shown."""
    if _SIGNS.search(text) is None:
        return text
    text = _BREAK.sub("\n", text)
    text = _TAG.sub("", text)
    text = _HEADING.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    return _ESCAPED.sub(r"\1", text)


def has_markup(text: str) -> bool:
    """Whether anything of `text` is left out when it is shown."""
    return plain_words(text) != text
