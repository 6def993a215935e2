"""Normalize: converts typed text to the form in which it is stored. Pure.

People write a phone number as 0712 345 678, 0712-345-678 or +254..., a PIN in small letters; all
are stored in the one form of `content.i18n.kenyan_formats`, which the question's `huduma:kind`
names.
"""

from __future__ import annotations

from unicodedata import category

from content.i18n.kenyan_formats import NORMALISERS, normalise, shown
from content.xforms.results import NodeState
from kiosk.filling.question_widgets import CODE, IDENTITY, PHONE, look_of

_SQUEEZED = (PHONE, IDENTITY, CODE)

SEPARATOR_MARK, UNSEEN_MARK = "|", "\ufffd"
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible_text(text: str, *, lines: bool = False) -> str:
    """`text` as a person can see it: what is reviewed, constrained and sent is then the same.

    The separators of a GS1 code become a bar, anything else that has no shape (control and
    direction marks, halves of characters) a replacement mark; line ends are kept with `lines`,
    and are a space without.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = text.strip("\n").replace("\n", " ")
    return "".join(_seen(char) for char in text)


def _seen(char: str) -> str:
    if char in _SEPARATORS:
        return SEPARATOR_MARK
    return UNSEEN_MARK if char != "\n" and category(char) in _UNSEEN else char


def plain_text(asked: NodeState, typed: str) -> str:
    """What was typed as it is stored; numbers of persons without a kind only lose their spaces."""
    kind = dict(asked.attributes).get("kind", "")
    if kind in NORMALISERS:
        return normalise(kind, typed)
    if look_of(asked) in _SQUEEZED:
        return "".join(typed.split()).replace("-", "").upper()
    return typed.strip()


def read_back(asked: NodeState) -> str:
    """The stored answer as people write it, for the field it is changed in: 0712 345 678."""
    return shown(dict(asked.attributes).get("kind", ""), asked.value)
