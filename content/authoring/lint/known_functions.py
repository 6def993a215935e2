"""Functions of ODK XForms expressions, and those that only some engines know."""

from __future__ import annotations

_TEXT = """
string concat join substr substring-before substring-after translate string-length normalize-space
contains starts-with ends-with uuid digest pulldata base64-decode
if coalesce once true false boolean boolean-from-string not regex checklist weighted-checklist
number random int sum max min round pow log log10 abs sin cos tan asin acos atan atan2 sqrt exp
exp10 pi
count count-non-empty position instance current randomize
today now format-date format-date-time date date-time decimal-date-time decimal-time
selected selected-at count-selected jr:choice-name jr:itext itext indexed-repeat is-selected
area distance geofence intersects
extract-signed depend property version
node text comment
substring floor ceiling last name local-name id
"""
KNOWN = frozenset(_TEXT.split())
"""Every function of the specification and of XPath 1.0, with the node tests."""

NOT_PORTABLE = {
    "substring": "Write substr(text, start, end), which counts from 0.",
    "floor": "Write int() for positive numbers.",
    "ceiling": "Write int(x + 1) or round(x + 0.5).",
    "last": "Write count() of the repeat.",
    "name": "Leave it out; no form needs it.",
    "local-name": "Leave it out; no form needs it.",
    "id": "Leave it out; no form needs it.",
}
"""XPath 1.0 functions that ODK Collect does not have, with what to write instead."""
