"""Lint of the rows that questions choose from, and of what a form takes for chosen.

A list that was made by hand has error values of its spreadsheet, codes with blanks in them, codes
that stand twice and rows without words; a rule that waits for a code which no row has never holds.
Lists are told by their file or name with the row as a spreadsheet counts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from content.authoring.lint.columns import is_broken
from content.authoring.lint.source_rows import SourceForm
from content.authoring.problem import Problem
from content.xforms.definition import SELECTS, Control, Itemset, NodeDefinition
from content.xforms.lists.attachments import file_name
from content.xforms.tree import XmlNode

_TOLD_MAX = 3
"""Rows of one list told for one reason: the author sees the kind by then."""


class _Fault(NamedTuple):
    row: int
    code: str
    text: str
    remedy: str
    error: bool = True


def inspect_choices(source: SourceForm) -> Iterator[Problem]:
    """Every remark on the rows of attached lists, and on codes of lists in the form."""
    told: set[tuple[str, bool]] = set()
    for definition, control in source.questions():
        itemset = control.itemset
        if control.kind not in SELECTS or itemset is None:
            continue
        several, filtered = control.kind != "select1", "[" in itemset.nodeset
        for name in source.lists_of(itemset):
            if (name, several) not in told:
                told.add((name, several))
                yield from _of_list(source, definition, name, several=several, filtered=filtered)


def offered(source: SourceForm, definition: NodeDefinition) -> frozenset[str]:
    """Every code a select may hold; none where that is not known from the form alone."""
    control = definition.control
    if control is None or control.kind not in SELECTS:
        return frozenset()
    if control.itemset is None:
        return frozenset(choice.value for choice in control.choices)
    found: set[str] = set()
    for name in source.lists_of(control.itemset):
        found |= {_cell(row, control.itemset.value) for row in _rows(source, name)}
    return frozenset(found)


def _of_list(
    source: SourceForm, definition: NodeDefinition, name: str, *, several: bool, filtered: bool
) -> Iterator[Problem]:
    control = definition.control
    assert control is not None
    assert control.itemset is not None
    attached = source.form.instances.get(name) or ""
    where = file_name(attached) if attached else name
    counts: dict[str, int] = {}
    for fault in _faults(source, control, name, attached=bool(attached), filtered=filtered):
        blank_in_one = fault.code == "choice-blank" and not several
        counts[fault.code] = counts.get(fault.code, 0) + 1
        if counts[fault.code] <= _TOLD_MAX:
            severity = "error" if fault.error and not blank_in_one else "warning"
            sheet, row = ("", None) if attached else ("choices", None)
            text = f"The list {where} row {fault.row}: {fault.text}"
            yield Problem(sheet, row, "", severity, fault.code, text, fault.remedy)  # type: ignore[arg-type]


def _faults(
    source: SourceForm, control: Control, name: str, *, attached: bool, filtered: bool
) -> Iterator[_Fault]:
    itemset = control.itemset
    assert itemset is not None
    seen: dict[str, int] = {}
    for number, row in enumerate(_rows(source, name), 2):
        code = _cell(row, itemset.value)
        if code.split() != [code] and code:
            remedy = "Write a code without blanks: several choices are told apart by blanks."
            yield _Fault(number, "choice-blank", f"the code {code!r} has blanks.", remedy)
        if not attached:
            continue  # the workbook's own cells are looked at where they stand
        yield from _of_row(number, row, itemset, code)
        if code and code in seen and not filtered:
            text = f"the code {code!r} stands in row {seen[code]} too."
            yield _Fault(number, "choice-twice", text, "Give each row a code of its own.")
        seen.setdefault(code, number)


def _of_row(number: int, row: XmlNode, itemset: Itemset, code: str) -> Iterator[_Fault]:
    broken = [cell.text() for cell in row.children if is_broken(cell.text())]
    if broken:
        remedy = "Mend the formula in the spreadsheet and save the list again."
        yield _Fault(number, "spreadsheet-error", f"it holds {broken[0][:40]!r}.", remedy)
    if not code:
        yield _Fault(number, "choice-codeless", "it has no code.", "Give it one, or take it out.")
    elif not itemset.label_itext and not _cell(row, itemset.label).strip():
        yield _Fault(number, "choice-unworded", "it has no words.", "Fill its label.", error=False)


def _rows(source: SourceForm, name: str) -> list[XmlNode]:
    return [row for root in source.form.lists[name].document().children for row in root.children]


def _cell(row: XmlNode, column: str) -> str:
    found = row.by_name.get(column)
    return found[0].text() if found else ""
