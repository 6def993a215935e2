"""The one table of every function an expression may call, by name.

To add a function: write it in the module of its family and add its row to the table there.
"""

from __future__ import annotations

from content.xforms.xpath.functions import (
    dates,
    digests,
    geo,
    nodesets,
    numbers,
    selections,
    special,
    strings,
)
from content.xforms.xpath.signature import Function, FunctionTable, SpecialForm


def _joined(*families: FunctionTable) -> FunctionTable:
    """All rows of `families`; a name is defined once."""
    found: dict[str, Function | SpecialForm] = {}
    for family in families:
        assert not found.keys() & family.keys(), found.keys() & family.keys()
        found |= family
    return found


ODK_FUNCTIONS = _joined(
    dates.TABLE,
    digests.TABLE,
    geo.TABLE,
    nodesets.TABLE,
    numbers.TABLE,
    selections.TABLE,
    special.TABLE,
    strings.TABLE,
)
