"""Repeats: rows made from templates, removed, and kept at the number `jr:count` asks for."""

from __future__ import annotations

import math
from collections.abc import Callable

from content.xforms.addresses import find, steps_of
from content.xforms.definition import NodeDefinition
from content.xforms.faults import AnswerRefused, FormTooLarge
from content.xforms.limits import NODES_MAX, ROWS_MAX
from content.xforms.parse.form import Form
from content.xforms.session.context import SessionContext
from content.xforms.session.events import begin
from content.xforms.session.recalculation import Recalculation, nodes_at, spread
from content.xforms.tree import RecordNode, XmlNode, copy_record
from content.xforms.xpath.values import Context, to_number

_COUNT_ROUNDS_MAX = 20


class Repeats:
    """The rows of one record. `on_new_row` fires the form's new-repeat actions."""

    def __init__(self, form: Form, evaluation: SessionContext, engine: Recalculation) -> None:
        self._form = form
        self._evaluation = evaluation
        self._engine = engine
        self.started = False
        """Whether the record is past its first load."""
        self.on_new_row: Callable[[RecordNode], None] = lambda _: None

    def add(self, path: str) -> RecordNode:
        """Add a row at the end of the repeat at `path`; raises `AnswerRefused`."""
        place, parent = self._repeat_at(path)
        control = place.control
        if control is not None and (control.count or control.fixed):
            raise AnswerRefused(f"The rows of {place.path} are counted by the form itself.")
        return self._append(place, parent)

    def remove(self, path: str) -> None:
        """Remove the row at `path`; raises `AnswerRefused`."""
        row = find(self._evaluation.root, path)
        if not row.place.repeat:
            raise AnswerRefused(f"{path} is not a row of a repeat.")
        control = row.place.control
        if control is not None and (control.count or control.fixed):
            raise AnswerRefused(f"The rows of {row.place.path} are counted by the form itself.")
        self._discard(row)

    def _repeat_at(self, path: str) -> tuple[NodeDefinition, RecordNode]:
        steps = steps_of(path)
        place = self._form.places.get("/" + "/".join(name for name, _ in steps))
        if place is None or not place.repeat:
            raise AnswerRefused(f"{path} is not a repeat.")
        above = path.strip().rpartition("/")[0]
        return place, find(self._evaluation.root, above)

    def _append(self, place: NodeDefinition, parent: RecordNode) -> RecordNode:
        template = self._form.record.templates.get(place)
        assert template is not None, place.path
        rows = parent.by_name.get(place.name, [])
        if len(rows) >= ROWS_MAX:
            raise FormTooLarge(f"The repeat {place.path} has {ROWS_MAX} rows, its limit.")
        row = copy_record(template)
        self._count_nodes(row)
        parent.insert_after(rows[-1] if rows else _before(parent, place), row)
        spread(row, parent.relevant)
        for node in row.each():
            begin(node, self._evaluation)
        self.on_new_row(row)
        self._engine.row_added(row)
        self._engine.settle()
        return row

    def _count_nodes(self, row: RecordNode) -> None:
        self._made += sum(1 for _ in row.each())
        if self._made > NODES_MAX:
            raise FormTooLarge(f"The record has more than {NODES_MAX} answers; use fewer rows.")

    _made = 0

    def _discard(self, row: RecordNode) -> None:
        parent = row.parent
        assert isinstance(parent, RecordNode)
        parent.discard(row)
        self._made -= sum(1 for _ in row.each())
        self._engine.row_removed(row.place, parent)
        self._engine.settle()

    def settle_counts(self) -> None:
        """Bring every counted repeat to its number; raises `FormTooLarge` if that never ends."""
        if not self._form.counted:
            return
        for _ in range(_COUNT_ROUNDS_MAX):
            changed = [self._settle_place(place) for place in self._form.counted]
            if not any(changed):
                return
        raise FormTooLarge("The counts of the form's repeats depend on each other without end.")

    def _settle_place(self, place: NodeDefinition) -> bool:
        changed = False
        above = place.parent
        assert above is not None
        for parent in list(nodes_at(self._evaluation.root, above)):
            rows = parent.by_name.get(place.name, [])
            wanted = self._wanted(place, parent, len(rows))
            rows = parent.by_name.get(place.name, [])
            while len(rows) < wanted:
                self._append(place, parent)
                rows = parent.by_name.get(place.name, [])
                changed = True
            while len(rows) > wanted:
                last = rows[-1]
                assert isinstance(last, RecordNode)
                self._discard(last)
                changed = True
        return changed

    def _wanted(self, place: NodeDefinition, parent: RecordNode, rows: int) -> int:
        """How many rows the count asks for; a count that is blank again leaves them as they are."""
        control = place.control
        assert control is not None
        where = f"count of {place.path}"
        value = self._form.expressions.value(control.count, place, where)
        # The count stands in the repeat: its relative paths start at a row.
        context = RecordNode(place)
        context.parent = parent
        number = to_number(
            value(Context(context, self._evaluation)), Context(context, self._evaluation)
        )
        if math.isnan(number):
            return rows if self.started else 0
        if number < 0:
            return 0
        if number > ROWS_MAX:
            raise FormTooLarge(f"The count of {place.path} asks for more than {ROWS_MAX} rows.")
        return int(number)


def _before(parent: RecordNode, place: NodeDefinition) -> XmlNode | None:
    """The child of `parent` a first row of `place` goes after (None: last)."""
    last: XmlNode | None = None
    for child in parent.children:
        if child.place is not None and child.place.number < place.number:
            last = child
    return last
