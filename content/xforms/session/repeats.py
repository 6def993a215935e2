"""Repeats: rows made from templates, removed, and kept at the number `jr:count` asks for.

Rows that a lowered count no longer asks for are set aside with what was typed in them: they are no
part of the record and come back, as they were, when the count asks for them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from content.xforms.addresses import find, steps_of
from content.xforms.definition import NodeDefinition
from content.xforms.faults import AnswerRefused, FormTooLarge, TooManyRows
from content.xforms.limits import NODES_MAX
from content.xforms.parse.form import Form
from content.xforms.session.context import SessionContext
from content.xforms.session.events import begin
from content.xforms.session.recalculation import Recalculation, nodes_at, spread
from content.xforms.session.snapshots import RowsAside
from content.xforms.tree import RecordNode, XmlNode, copy_record
from content.xforms.xpath.values import Context, to_number
from provisioning.faults import Fault

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
        self.aside: RowsAside = {}
        self.keeping = True
        """Whether rows a count gives up are set aside; not while an answer is taken back."""

    def add(self, path: str) -> RecordNode:
        """Add a row at the end of the repeat at `path`; raises `AnswerRefused`."""
        place, parent = self._repeat_at(path)
        control = place.control
        if control is not None and (control.count or control.fixed):
            raise AnswerRefused(f"The rows of {place.path} are counted by the form itself.")
        if len(parent.by_name.get(place.name, ())) >= self._evaluation.rows_max:
            raise AnswerRefused(f"There are {self._evaluation.rows_max} rows already, the limit.")
        return self._append(place, parent)

    def remove(self, path: str) -> None:
        """Remove the row at `path`; raises `AnswerRefused`."""
        row = find(self._evaluation.root, path)
        if not row.place.repeat:
            raise AnswerRefused(f"{path} is not a row of a repeat.")
        control = row.place.control
        if control is not None and (control.count or control.fixed):
            raise AnswerRefused(f"The rows of {row.place.path} are counted by the form itself.")
        self.discard(row)

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
        row = copy_record(template)
        self._count_nodes(row)
        self._insert(row, parent)
        try:
            for node in row.each():
                begin(node, self._evaluation)
            self.on_new_row(row)
            self._engine.row_added(row)
            self._engine.settle()
        except Fault:
            self.undo(row)
            raise
        return row

    def _insert(self, row: RecordNode, parent: RecordNode) -> None:
        rows = parent.by_name.get(row.place.name)
        parent.insert_after(rows[-1] if rows else _before(parent, row.place), row)
        spread(row, parent.relevant and row.own_relevant)

    def _bring_back(self, place: NodeDefinition, parent: RecordNode) -> bool:
        """The row set aside last, as it was; False where there is none."""
        rows = self.aside.get(parent, {}).get(place)
        if not rows:
            return False
        row = rows.pop()
        self._insert(row, parent)
        self._engine.row_added(row)
        self._engine.settle()
        return True

    def _count_nodes(self, row: RecordNode) -> None:
        nodes = sum(1 for _ in row.each())
        if self._made + nodes > NODES_MAX:
            raise FormTooLarge(f"The record has more than {NODES_MAX} answers; use fewer rows.")
        self._made += nodes

    _made = 0

    def undo(self, row: RecordNode) -> None:
        """Take out a row that could not be settled; whoever calls runs every rule again."""
        if row.parent is not None:
            row.parent.discard(row)
            self._made -= sum(1 for _ in row.each())

    def discard(self, row: RecordNode) -> None:
        """Take a row out for good, with whatever was set aside under it."""
        self._forget(row)
        self._take_out(row)

    def _forget(self, row: RecordNode) -> None:
        for node in row.each():
            self._made -= 1
            for rows in self.aside.pop(node, {}).values():
                for kept in rows:
                    self._forget(kept)

    def _set_aside(self, row: RecordNode) -> None:
        if not self.keeping:
            self.discard(row)
            return
        parent = row.parent
        assert isinstance(parent, RecordNode)
        self.aside.setdefault(parent, {}).setdefault(row.place, []).append(row)
        self._take_out(row)

    def _take_out(self, row: RecordNode) -> None:
        parent = row.parent
        assert isinstance(parent, RecordNode)
        parent.discard(row)
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
                if not self._bring_back(place, parent):
                    self._append(place, parent)
                rows = parent.by_name.get(place.name, [])
                changed = True
            while len(rows) > wanted:
                last = rows[-1]
                assert isinstance(last, RecordNode)
                self._set_aside(last)
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
        if number > self._evaluation.rows_max:
            raise TooManyRows(
                f"The count of {place.path} asks for more than {self._evaluation.rows_max} rows."
            )
        return int(number)

    def offers_row(self, place: NodeDefinition, parent: RecordNode) -> bool:
        """Whether a new row of the repeat would be relevant: only then may one be asked for."""
        bind = place.bind
        if not parent.relevant or bind is None or not bind.relevant:
            return parent.relevant
        row = RecordNode(place)
        row.parent = parent
        test = self._form.expressions.boolean(bind.relevant, place, f"relevant of {place.path}")
        return test(Context(row, self._evaluation))


def _before(parent: RecordNode, place: NodeDefinition) -> XmlNode | None:
    """The child of `parent` a first row of `place` goes after (None: last)."""
    last: XmlNode | None = None
    for child in parent.children:
        if child.place is not None and child.place.number < place.number:
            last = child
    return last
