"""Paging: the order of screens: one question, one field-list group, or one repeat prompt each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from content.xforms.addresses import address
from content.xforms.definition import Control, NodeDefinition
from content.xforms.parse.form import Form
from content.xforms.results import Page, PageKind
from content.xforms.session.context import SessionContext
from content.xforms.session.recalculation import nodes_at
from content.xforms.tree import RecordNode, XmlNode

OffersRow: TypeAlias = Callable[[NodeDefinition, RecordNode], bool]
"""Whether a new row of a repeat under a node would be relevant."""


def pages(form: Form, evaluation: SessionContext, offers_row: OffersRow) -> list[Page]:
    """Every page of what is relevant now."""
    pager = _Pager(form, evaluation, offers_row)
    return list(pager.pages(form.controls, evaluation.root, ()))


class _Pager:
    def __init__(self, form: Form, evaluation: SessionContext, offers_row: OffersRow) -> None:
        self._form = form
        self._offers_row = offers_row
        self._evaluation = evaluation

    def pages(
        self, controls: list[Control], near: RecordNode, titles: tuple[str, ...], named: str = ""
    ) -> Iterator[Page]:
        """Pages of `controls`; `named` is the label of the group made only to hold a repeat."""
        for control in controls:
            if control.kind == "repeat":
                yield from self._repeat(control, near, titles, named)
            elif control.kind == "group":
                yield from self._group(control, near, titles)
            else:
                for path in self._asked(control, near):
                    yield Page(PageKind.QUESTION, path, (path,), titles=titles)

    def _nodes(self, control: Control, near: RecordNode) -> list[RecordNode]:
        if control.place is None:
            return []
        start: XmlNode | None = near
        while isinstance(start, RecordNode) and not control.place.is_within(start.place):
            start = start.parent
        if not isinstance(start, RecordNode):
            return []
        return [node for node in nodes_at(start, control.place) if node.relevant]

    def _asked(self, control: Control, near: RecordNode) -> list[str]:
        hidden = "hidden" in control.appearance.split()
        return [] if hidden else [address(node) for node in self._nodes(control, near)]

    def _group(self, control: Control, near: RecordNode, titles: tuple[str, ...]) -> Iterator[Page]:
        inner = near
        if control.place is not None and control.place.repeat:
            # The group around a repeat names it; it is there even without rows.
            label = self._evaluation.words(control.label, near)
            yield from self.pages(control.children, near, titles, label)
            return
        if control.place is not None:
            nodes = self._nodes(control, near)
            if not nodes:
                return
            inner = nodes[0]
        label = self._evaluation.words(control.label, inner)
        around = (*titles, label) if label else titles
        if "field-list" in control.appearance.split() and not _has_repeat(control):
            asked = tuple(
                path
                for page in self.pages(control.children, inner, around)
                for path in page.questions
            )
            if asked:
                path = address(inner) if inner is not near else asked[0]
                yield Page(PageKind.GROUP, path, asked, titles=titles, label=label)
            return
        yield from self.pages(control.children, inner, around)

    def _repeat(
        self, control: Control, near: RecordNode, titles: tuple[str, ...], named: str
    ) -> Iterator[Page]:
        place = control.place
        assert place is not None
        assert place.parent is not None
        for parent in nodes_at(near, place.parent) if place.is_within(near.place) else ():
            if not parent.relevant:
                continue
            rows = [row for row in self._nodes(control, parent) if row.parent is parent]
            label = self._evaluation.words(control.label, rows[0] if rows else parent) or named
            inside = (*titles, label) if label else titles
            field_list = "field-list" in control.appearance.split() and not _has_repeat(control)
            for row in rows:
                inner = list(self.pages(control.children, row, inside))
                if field_list and inner:
                    asked = tuple(path for page in inner for path in page.questions)
                    yield Page(PageKind.GROUP, address(row), asked, titles=titles, label=label)
                else:
                    yield from inner
            if control.count or control.fixed:
                continue
            if rows or self._offers_row(place, parent):
                path = f"{address(parent)}/{place.name}"
                yield Page(PageKind.REPEAT, path, rows=len(rows), titles=titles, label=label)


def _has_repeat(control: Control) -> bool:
    return any(child.kind == "repeat" or _has_repeat(child) for child in control.children)
