"""Normalize: converts typed text to the form in which it is stored. Pure.

People write a phone number as 0712 345 678, 0712-345-678 or +254..., a PIN in small letters; all
are stored in the one form of `content.i18n.kenyan_formats`, which the question's `huduma:kind`
names.
"""

from __future__ import annotations

from content.i18n.kenyan_formats import NORMALISERS, normalise, shown
from content.xforms.results import NodeState
from kiosk.filling.question_widgets import CODE, IDENTITY, PHONE, look_of

_SQUEEZED = (PHONE, IDENTITY, CODE)


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
