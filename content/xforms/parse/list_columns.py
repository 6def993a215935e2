"""List columns: what a form reads of its attached lists, checked against what is in the files.

A list file made by hand may have tabs for commas, other letters in its header, or lack a column; a
select then offers one blank button, and a look-up is blank for ever. Only files that are there and
have rows are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from content.xforms.definition import SELECTS, NodeDefinition
from content.xforms.faults import FormRefused
from content.xforms.lists.attachments import file_name
from content.xforms.lists.lists import ChoiceList
from content.xforms.parse.expressions import Expressions
from content.xforms.xpath.syntax import (
    Expr,
    FunctionCall,
    Path,
    StringLiteral,
    child_name,
    walk,
)


class ListColumns:
    """The columns of a form's lists by the list's name; those of no file or no rows are unknown."""

    def __init__(self, lists: Mapping[str, ChoiceList], sources: Mapping[str, str]) -> None:
        self._lists = lists
        self._files = {name: file_name(source) for name, source in sources.items() if source}
        self._columns: dict[str, frozenset[str]] = {}

    def missing(self, tree: Expr) -> Iterator[tuple[str, str]]:
        """(file, column) that `tree` reads of a list and the list has not."""
        for part in walk(tree):
            for name, column in _read(part):
                known = self.of(name)
                if known and column not in known:
                    yield self._files[name], column

    def of(self, name: str) -> frozenset[str]:
        """The columns of a list; none where they cannot be known."""
        if name not in self._files or name not in self._lists:
            return frozenset()
        if name not in self._columns:
            self._columns[name] = self._lists[name].columns()
        return self._columns[name]

    def check_select(self, place: NodeDefinition, expressions: Expressions) -> None:
        """Raise `FormRefused` where a select's list lacks the column of its values or labels."""
        control = place.control
        itemset = None if control is None or control.kind not in SELECTS else control.itemset
        if itemset is None:
            return
        tree = expressions.tree(itemset.nodeset, f"choices of {place.path}")
        for name in _instances(tree):
            known = self.of(name)
            for column in (itemset.value, itemset.label):
                plain = column and not any(sign in column for sign in "/@.:")
                if known and plain and column not in known:
                    raise FormRefused(
                        f"The list {self._files[name]} has no column {column!r}, which the choices "
                        f"of {place.path} are read from; it has {', '.join(sorted(known))}."
                    )


def _instances(tree: Expr) -> Iterator[str]:
    for part in walk(tree):
        if isinstance(part, FunctionCall) and part.name == "instance" and part.arguments:
            name = part.arguments[0]
            if isinstance(name, StringLiteral):
                yield name.value


def _read(part: Expr) -> Iterator[tuple[str, str]]:
    """(list, column) pairs a call of pulldata() or a path into a list names."""
    if isinstance(part, FunctionCall) and part.name == "pulldata":
        texts = [one.value if isinstance(one, StringLiteral) else "" for one in part.arguments]
        yield from ((texts[0], column) for column in texts[1:3] if column)
    if not isinstance(part, Path) or not isinstance(part.base, FunctionCall):
        return
    name = next(_instances(part.base), "")
    if not name or len(part.steps) < 2:
        return
    for predicate in part.steps[1].predicates:
        for inner in walk(predicate):
            if column := child_name(inner):
                yield name, column
    if len(part.steps) > 2 and part.steps[2].axis == "child":
        column = part.steps[2].name
        if column not in {"*", "node()", "text()"}:
            yield name, column
