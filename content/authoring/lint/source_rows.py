"""Source rows: the form as the engine read it, and where its author wrote each part of it.

Works on any XForm; when it was compiled from a workbook, questions and choices know their rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from content.authoring.workbook import Workbook, cell
from content.xforms.definition import Control, Itemset, NodeDefinition
from content.xforms.lists import choice_tables
from content.xforms.lists.attachments import file_name
from content.xforms.lists.lists import NodeList
from content.xforms.parse.form import Form
from content.xforms.parse.list_columns import ListColumns
from content.xforms.texts import Output, Parts, TextDefinition
from content.xforms.tree import XmlNode
from content.xforms.xpath.syntax import FunctionCall, StringLiteral, walk

GROUPS = frozenset({"group", "repeat"})
"""Kinds of controls that ask nothing themselves."""
_PLAIN_TRUTHS = frozenset({"", "true()", "false()"})


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A cell of the workbook; `row` is None where there is no workbook or no row for it."""

    sheet: str
    row: int | None
    column: str


@dataclass(frozen=True, slots=True)
class SourceExpression:
    """An expression, the definition its paths start at and the cell it was written in."""

    definition: NodeDefinition
    text: str
    place: SourcePlace


class SourceForm:
    """A form with the rows of its workbook, where it was made from one."""

    def __init__(self, form: Form, book: Workbook | None, files: Collection[str] = ()) -> None:
        self.form = form
        self._files = files
        self.document = form.record.document
        self._survey = {} if book is None else survey_rows(book, form.record.root.name)
        self._choices = {} if book is None else _choice_rows(book)
        self.columns = ListColumns(form.lists, form.instances)

    def place(self, definition: NodeDefinition | None, column: str) -> SourcePlace:
        """The cell of the survey sheet that says `column` of a question."""
        row = None if definition is None else self._survey.get(definition.path)
        return SourcePlace("survey" if row else "", row, column)

    def text_place(self, text_id: str) -> tuple[NodeDefinition | None, SourcePlace]:
        """Whose a translated text is (None: a choice's), and its cell."""
        if text_id.startswith("/"):
            path, _, column = text_id.partition(":")
            definition = self.form.places.get(path)
            return definition, self.place(definition, _TEXT_COLUMNS.get(column, column))
        row, _ = self._choices.get(text_id, (None, ""))
        return None, SourcePlace("choices", row, "label")

    def text_name(self, text_id: str) -> str:
        """What an author calls the question or choice a translated text belongs to."""
        definition, _ = self.text_place(text_id)
        if definition is not None:
            return definition.name
        return self._choices.get(text_id, (0, text_id))[1]

    def questions(self) -> Iterator[tuple[NodeDefinition, Control]]:
        """Every question a person may be asked, in document order."""
        for definition in self.form.places.values():
            control = definition.control
            if control is not None and control.kind not in GROUPS:
                yield definition, control

    def texts(self, text: TextDefinition | None) -> Iterator[Parts]:
        """What a label or message says, in every language."""
        if text is None:
            return
        if not text.itext:
            yield text.parts
            return
        for found in self.form.itext.texts.values():
            if text.itext in found:
                yield from _forms(found[text.itext])

    def expressions(self) -> Iterator[SourceExpression]:
        """Every expression of the form, those of labels and messages last."""
        for definition in self.form.places.values():
            for column, text in _of_definition(definition):
                if text not in _PLAIN_TRUTHS:
                    yield SourceExpression(definition, text, self.place(definition, column))
        for actions in self.form.actions.values():
            for action in actions:
                if action.source:
                    place = self.place(action.target, "default")
                    yield SourceExpression(action.target, action.source, place)
        yield from self._in_texts()

    def _in_texts(self) -> Iterator[SourceExpression]:
        told: set[tuple[str, SourcePlace]] = set()
        for definition, text, place in self._worded():
            for parts in self.texts(text):
                for part in () if isinstance(parts, str) else parts:
                    if isinstance(part, Output) and (part.source, place) not in told:
                        told.add((part.source, place))
                        yield SourceExpression(definition, part.source, place)

    def _worded(self) -> Iterator[tuple[NodeDefinition, TextDefinition | None, SourcePlace]]:
        """Every text with the definition its outputs start at."""
        for definition in self.form.places.values():
            control, bind = definition.control, definition.bind
            if control is not None:
                yield definition, control.label, self.place(definition, "label")
                yield definition, control.hint, self.place(definition, "hint")
                for text in self._choice_texts(control):
                    yield definition, text, self.text_place(text.itext)[1]
            if bind is not None:
                place = self.place(definition, "constraint_message")
                yield definition, bind.constraint_message, place
                place = self.place(definition, "required_message")
                yield definition, bind.required_message, place

    def _choice_texts(self, control: Control) -> Iterator[TextDefinition]:
        for choice in control.choices:
            yield choice.label
        itemset = control.itemset
        if itemset is None or not itemset.label_itext:
            return
        for row in self.rows_of(control):
            yield TextDefinition(itext=choice_tables.cell(row, itemset.label))

    def lists_of(self, itemset: Itemset) -> Iterator[str]:
        """The names of the lists a select reads."""
        for part in walk(self.form.expressions.tree(itemset.nodeset, "choices")):
            name = part.arguments[0] if isinstance(part, FunctionCall) and part.arguments else None
            if isinstance(name, StringLiteral) and name.value in self.form.lists:
                yield name.value

    def is_empty(self, name: str) -> bool:
        """Whether a list has no rows; one whose file is missing is told of elsewhere."""
        source = self.form.instances[name]
        return not (source and file_name(source) not in self._files) and not self._rows_in(name)

    def _rows_in(self, name: str) -> int:
        return sum(len(root.children) for root in self.form.lists[name].document().children)

    def worded_places(self) -> Iterator[tuple[SourcePlace, list[Parts]]]:
        """Every text of the form with its cell, each once."""
        told: set[SourcePlace] = set()
        for _, text, place in self._worded():
            if text is not None and place not in told:
                told.add(place)
                yield place, list(self.texts(text))
        for name, found in self.form.lists.items():
            if isinstance(found, NodeList) and not self.form.instances[name]:
                yield from self._worded_rows(name, found)

    def _worded_rows(self, name: str, found: NodeList) -> Iterator[tuple[SourcePlace, list[Parts]]]:
        """Labels of choices in a form of one language, which stand in the list itself."""
        for root in found.document().children:
            for at, row in enumerate(root.children):
                if label := choice_tables.cell(row, "label"):
                    number, _ = self._choices.get(f"{name}-{at}", (None, ""))
                    yield SourcePlace("choices", number, "label"), [label]

    def rows_of(self, control: Control) -> Iterator[XmlNode]:
        """The rows of the short lists inside the form that a select reads."""
        assert control.itemset is not None
        for name in self.lists_of(control.itemset):
            found = self.form.lists[name]
            if isinstance(found, NodeList):
                for root in found.document().children:
                    yield from root.children


def _of_definition(definition: NodeDefinition) -> Iterator[tuple[str, str]]:
    bind, control = definition.bind, definition.control
    if bind is not None:
        yield "relevant", bind.relevant
        yield "constraint", bind.constraint
        yield "calculation", bind.calculate
        yield "required", bind.required
        yield "read_only", bind.readonly
    if control is not None:
        yield "repeat_count", control.count
        if control.itemset is not None and "[" in control.itemset.nodeset:
            yield "choice_filter", control.itemset.nodeset


_TEXT_COLUMNS = {
    "jr:constraintMsg": "constraint_message",
    "jr:requiredMsg": "required_message",
}


def _forms(found: Parts | dict[str, Parts]) -> Iterator[Parts]:
    if isinstance(found, dict):
        yield from found.values()
    else:
        yield found


def plain_text(parts: Parts, value: str = "") -> str:
    """The literal words of a text, with `value` for each value in it."""
    if isinstance(parts, str):
        return parts
    return "".join(part if isinstance(part, str) else value for part in parts)


def survey_rows(book: Workbook, root_name: str = "data") -> Mapping[str, int]:
    """Row number by path, from the nesting of the survey sheet."""
    rows: dict[str, int] = {}
    inside = [root_name]
    for number, row in book.rows("survey"):
        kind = cell(row, "type", "command").casefold().replace("_", " ")
        name = cell(row, "name", "value", "tag")
        if kind.startswith("end ") and kind.split()[1] in {"group", "repeat", "lgroup"}:
            if len(inside) > 1:
                inside.pop()
            continue
        path = "/" + "/".join([*inside, name])
        rows.setdefault(path, number)
        if kind.startswith("begin "):
            inside.append(name)
    return rows


def _choice_rows(book: Workbook) -> Mapping[str, tuple[int, str]]:
    """Row and name by the id the compiler gives a choice's label: `list-0`, `list-1`, …"""
    rows: dict[str, tuple[int, str]] = {}
    counts: dict[str, int] = {}
    for number, row in book.rows("choices"):
        name = cell(row, "list_name", "list")
        at = counts[name] = counts.get(name, -1) + 1
        rows[f"{name}-{at}"] = number, f"{name} {cell(row, 'name', 'value')}"
    return rows
