"""Library: the table of every function an expression may call.

To add a function: write it in the module of its family and add its row there. `takes` has one
letter an argument: s string, n number, b boolean, o nodes, v as it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from content.xforms.xpath.values import Run, Value

if TYPE_CHECKING:
    from content.xforms.xpath.compiler import Compiler
    from content.xforms.xpath.syntax import Expr


class Function(NamedTuple):
    """A function whose arguments are all evaluated first: `run(context, *arguments)`."""

    gives: str
    takes: str
    run: Callable[..., Value]
    optional: int = 0
    rest: str = ""


class SpecialForm(NamedTuple):
    """A function that decides itself what to evaluate, or needs its arguments' syntax."""

    gives: str
    least: int
    most: float
    build: Callable[[Compiler, list[Expr]], Run]


FUNCTIONS: dict[str, Function] = {}
FORMS: dict[str, SpecialForm] = {}


def register(table: dict[str, Function]) -> None:
    """Add a family's functions; a name is defined once."""
    _add(FUNCTIONS, table)


def register_forms(table: dict[str, SpecialForm]) -> None:
    """Add a family's special forms; a name is defined once."""
    _add(FORMS, table)


def _add(known: dict[str, Any], table: dict[str, Any]) -> None:
    for name, row in table.items():
        assert name not in known, name
        known[name] = row


def _load() -> None:
    from content.xforms.xpath.functions import (  # noqa: PLC0415 - the families ask the registry
        dates,
        digests,
        geo,
        nodesets,
        numbers,
        selections,
        special,
        strings,
    )

    for family in (dates, digests, geo, nodesets, numbers, selections, strings):
        register(family.TABLE)
    register_forms(special.TABLE)


_load()
