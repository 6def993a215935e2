"""LabelExpressions: the expressions in `<output>` elements of labels and translated texts.

A calculation that uses a text (`jr:choice-name`, `jr:itext`) must run again when an output in it
changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from content.xforms.definition import Itemset, NodeDefinition
from content.xforms.faults import BadExpression, FormTooLarge
from content.xforms.lists.choice_tables import cell
from content.xforms.lists.lists import ChoiceList, NodeList
from content.xforms.parse.body import absolute
from content.xforms.parse.expressions import Expressions
from content.xforms.texts import Itext, Output, Parts, TextDefinition
from content.xforms.xpath.syntax import Expr, FunctionCall, StringLiteral, walk


class LabelExpressions:
    """The expressions in the texts of one form."""

    def __init__(
        self,
        document: NodeDefinition,
        expressions: Expressions,
        itext: Itext,
        lists: Mapping[str, ChoiceList],
    ) -> None:
        self._document = document
        self._expressions = expressions
        self._itext = itext
        self._lists = lists

    def inside(self, call: FunctionCall) -> Iterator[tuple[Expr, NodeDefinition]]:
        """Expressions in the words `call` may give, each with the place it stands at."""
        last = call.arguments[-1] if call.arguments else None
        if call.name.endswith("itext"):
            if isinstance(last, StringLiteral):
                yield from self._outputs(self._texts(last.value), self._document)
            return
        place = self._place(last)
        control = None if place is None else place.control
        if place is None or control is None:
            return
        if control.itemset is not None:
            # Which choice has that name also changes with what the filter reads.
            with suppress(BadExpression, FormTooLarge):
                yield self._expressions.tree(control.itemset.nodeset, "choices"), place
        for choice in control.choices:
            yield from self._outputs(self._parts(choice.label), place)
        if control.itemset is not None and control.itemset.label_itext:
            for text_id in self._ids(control.itemset):
                yield from self._outputs(self._texts(text_id), place)

    def _ids(self, itemset: Itemset) -> Iterator[str]:
        """Ids of the labels of a short list; nobody puts outputs into the labels of a long one."""
        try:
            tree = self._expressions.tree(itemset.nodeset, "choices")
        except (BadExpression, FormTooLarge):
            return
        for part in walk(tree):
            name = part.arguments[0] if isinstance(part, FunctionCall) and part.arguments else None
            found = self._lists.get(name.value) if isinstance(name, StringLiteral) else None
            if isinstance(found, NodeList):
                for root in found.document().children:
                    for row in root.children:
                        yield cell(row, itemset.label)

    def _place(self, name: Expr | None) -> NodeDefinition | None:
        """The question a literal path names; its last name where the path is relative."""
        if not isinstance(name, StringLiteral):
            return None
        path = name.value.strip()
        if path.startswith("/"):
            place: NodeDefinition | None = self._document
            for step in absolute(path, "").split("/")[1:]:
                place = None if place is None else place.children.get(step)
            return place
        last = path.rpartition("/")[2]
        return next((each for each in self._document.each() if each.name == last), None)

    def _parts(self, text_definition: TextDefinition) -> Iterator[Parts]:
        if text_definition.itext:
            yield from self._texts(text_definition.itext)
        elif not text_definition.expression:
            yield text_definition.parts

    def _texts(self, text_id: str) -> Iterator[Parts]:
        """A text in every language."""
        for texts in self._itext.texts.values():
            found = texts.get(text_id)
            if found is not None:
                yield from _forms(found)

    def _outputs(
        self, words: Iterator[Parts], place: NodeDefinition
    ) -> Iterator[tuple[Expr, NodeDefinition]]:
        told: set[str] = set()
        for parts in words:
            for part in () if isinstance(parts, str) else parts:
                if isinstance(part, Output) and part.source not in told:
                    told.add(part.source)
                    # An output that cannot be read shows nothing: it changes nothing either.
                    with suppress(BadExpression, FormTooLarge):
                        yield self._expressions.tree(part.source, "an output"), place


def _forms(words: Parts | dict[str, Parts]) -> Iterator[Parts]:
    if isinstance(words, dict):
        yield from words.values()
    else:
        yield words
