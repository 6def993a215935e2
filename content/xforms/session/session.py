"""Session: one citizen's record of a form: answers in, states, pages and a submission out.

Pure: no I/O, no clock of its own, no screens. Rules: an answer is stored even where it breaks a
constraint (the screen keeps it and says why); nothing that is not relevant is asked, checked or
submitted; calculations are complete before any call returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo

from content.xforms.addresses import address, find
from content.xforms.faults import (
    AnswerRefused,
    AnswerUnusable,
    EvaluationFault,
    FormTooLarge,
    TooManyRows,
)
from content.xforms.limits import ROWS_MAX
from content.xforms.lists.lists import ChoiceList
from content.xforms.parse.form import Form
from content.xforms.results import Finalized, NodeState, Page, RecordProblem, SetResult
from content.xforms.session import snapshots
from content.xforms.session.answers import stored
from content.xforms.session.choices import SelectChoices
from content.xforms.session.context import IdSource, SessionContext
from content.xforms.session.describe import NodeDescriber
from content.xforms.session.events import Events, at_end, begin
from content.xforms.session.paging import pages
from content.xforms.session.recalculation import Recalculation
from content.xforms.session.repeats import Repeats
from content.xforms.session.submission import (
    complete_entities,
    entity_changes,
    instance_id_node,
    to_xml,
)
from content.xforms.tree import RecordNode, copy_record
from provisioning.faults import Fault


class FormSession:
    """A record being filled. Paths as in `addresses.py`."""

    def __init__(
        self,
        form: Form,
        *,
        now: Callable[[], datetime],
        tz: tzinfo,
        ids: IdSource,
        seed: int = 1,
        preload: Mapping[str, str] | None = None,
        last_saved: ChoiceList | None = None,
        locate: Callable[[], str | None] | None = None,
        rows_max: int = ROWS_MAX,
        snapshot: bytes | None = None,
    ) -> None:
        """`locate` gives the device's place as `latitude longitude altitude accuracy`, for
        `odk:setgeopoint`; None, or giving None, leaves those questions blank. `rows_max` bounds
        the rows of one repeat; an answer that asks for more is refused. With a `snapshot` the
        record is the one it was taken of; raises `SnapshotRefused`.
        """
        evaluation = SessionContext(form, now, tz, seed, preload or {}, ids, last_saved, locate)
        evaluation.rows_max = rows_max
        self.form = form
        self._evaluation = evaluation
        chooser = SelectChoices(evaluation)
        evaluation.name_choice = chooser.label
        self._engine = Recalculation(form.graph, evaluation, chooser, self._calculated)
        self._repeats = Repeats(form, evaluation, self._engine)
        self._events = Events(form, evaluation, self._engine)
        self._repeats.on_new_row = self._events.new_row
        self._describer = NodeDescriber(form, evaluation, chooser)
        if snapshot is None:
            evaluation.take(copy_record(form.record.root))
            self._start_new()
        else:
            self._go_on(snapshots.read(form, snapshot))

    def _go_on(self, saved: snapshots.SavedRecord) -> None:
        evaluation = self._evaluation
        evaluation.take(saved.root)
        evaluation.language = saved.language
        if saved.order_seed is not None:
            evaluation.order_seed = saved.order_seed
        self._repeats.aside = saved.aside
        self._resume()

    def _start_new(self) -> None:
        for node in self._evaluation.root.each():
            begin(node, self._evaluation)
        self._engine.run_all()
        self._repeats.settle_counts()
        self._repeats.started = True
        self._events.fire_load(first=True)
        self._settle()

    def _resume(self) -> None:
        self._repeats.started = True
        self._engine.run_all()
        self._repeats.settle_counts()
        self._events.fire_load(first=False)
        self._settle()

    def _calculated(self, node: RecordNode) -> None:
        self._events.value_changed(node)

    def _settle(self) -> None:
        self._engine.settle()
        self._repeats.settle_counts()

    @property
    def rows_max(self) -> int:
        """Rows there may be of one repeat."""
        return self._evaluation.rows_max

    @property
    def languages(self) -> list[str]:
        return list(self.form.languages)

    @property
    def language(self) -> str:
        return self._evaluation.language

    @language.setter
    def language(self, name: str) -> None:
        if name not in self.form.languages:
            known = ", ".join(self.form.languages) or "none"
            raise AnswerRefused(f"The form has no language {name!r}; it has: {known}.")
        if name != self._evaluation.language:
            self._evaluation.language = name
            # Calculations may use translated texts (jr:itext, jr:choice-name).
            self._engine.run_all()
            self._settle()

    def set(self, path: str, text: str | None) -> SetResult:
        """Answer the question at `path` (None clears it); raises `AnswerRefused`."""
        node = find(self._evaluation.root, path)
        if node.children:
            raise AnswerRefused(f"{path} is a group; answer the questions in it.")
        value = stored(text or "", node.place.type, self._evaluation.zone)
        changed = value != node.value
        if changed:
            self._answer(node, value)
        else:
            self._engine.answered(node)
        violation = self._describer.violation(node)
        message = "" if violation is None else self._describer.message(node, violation)
        return SetResult(changed, violation, message)

    def _answer(self, node: RecordNode, value: str) -> None:
        """Change `node` and whatever follows; where that cannot be worked out nothing changes.

        An absurd count or a pattern that cannot be run is a mistake in one answer: the answer is
        refused with the reason and the record is as it was.
        """
        before = node.value
        self._events.changed.clear()
        self._engine.answered(node)
        try:
            node.value = value
            self._engine.value_changed(node)
            self._engine.settle()
            self._events.value_changed(node)
            self._settle()
        except (FormTooLarge, EvaluationFault) as fault:
            self._take_back([(node, before), *self._events.changed])
            raise self._unusable(fault) from fault

    def _unusable(self, fault: Fault) -> AnswerUnusable:
        return AnswerUnusable(
            fault.message, self.rows_max if isinstance(fault, TooManyRows) else None
        )

    def _take_back(self, changed: list[tuple[RecordNode, str]]) -> None:
        for node, before in reversed(changed):
            node.value = before
        self._repeats.keeping = False
        try:
            self._engine.run_all()
            self._repeats.settle_counts()
        finally:
            self._repeats.keeping = True

    def add(self, path: str) -> str:
        """Add a row to the repeat at `path` (`/data/rep`); its address. Raises `AnswerRefused`."""
        self._events.changed.clear()
        row: RecordNode | None = None
        try:
            row = self._repeats.add(path)
            self._settle()
        except (FormTooLarge, EvaluationFault) as fault:
            if row is not None:
                self._repeats.undo(row)
            self._take_back(self._events.changed)
            raise self._unusable(fault) from fault
        return address(row)

    def remove(self, path: str) -> None:
        """Remove the row at `path` (`/data/rep[2]`); raises `AnswerRefused`."""
        self._repeats.remove(path)
        self._settle()

    def node(self, path: str) -> NodeState:
        """The state of one node; raises `AnswerRefused` where there is none."""
        self._evaluation.spent = 0
        return self._describer.state(find(self._evaluation.root, path))

    def nodes(self) -> list[NodeState]:
        """Every node from the root down, in document order, groups and rows too."""
        return [
            self._describer.state(node)
            for node in self._evaluation.root.each()
            if not node.place.is_attribute
        ]

    def pages(self) -> list[Page]:
        """What to ask now, in order: relevant questions only."""
        self._evaluation.spent = 0
        return pages(self.form, self._evaluation, self._repeats.offers_row)

    def violations(self) -> list[RecordProblem]:
        """Every relevant answer that is missing or breaks its constraint, in order."""
        return self._describer.problems(self._evaluation.root)

    def finalize(self) -> Finalized:
        """Stamp the end, check everything again and give the submission's bytes."""
        evaluation = self._evaluation
        for node in evaluation.root.each():
            value = at_end(node, evaluation)
            if value is not None and value != node.value:
                node.value = value
                self._engine.value_changed(node)
        self._settle()
        instance_id = self._instance_id()
        complete_entities(evaluation.root, evaluation)
        problems = self.violations()
        xml = to_xml(self.form, evaluation.root, instance_id, self._deprecated)
        return Finalized(xml, tuple(problems), instance_id, entity_changes(evaluation.root))

    def _instance_id(self) -> str:
        node = instance_id_node(self._evaluation.root)
        if node is None:
            if not self._own_id:
                self._own_id = f"uuid:{self._evaluation.uuid()}"
            return self._own_id
        if not node.value:
            node.value = f"uuid:{self._evaluation.uuid()}"
        return node.value

    def correct(self) -> None:
        """Go on as a corrected record: a new instanceID, and the one it replaces beside it."""
        self._deprecated, self._own_id = self._instance_id(), ""
        if (node := instance_id_node(self._evaluation.root)) is not None:
            node.value = ""  # and the next is made when it is asked for

    _own_id = _deprecated = ""

    def snapshot(self) -> bytes:
        """The record as bytes for `restore`: values, rows, language and order, nothing derived."""
        evaluation = self._evaluation
        saved = snapshots.SavedRecord(
            evaluation.root, evaluation.language, evaluation.order_seed, self._repeats.aside
        )
        return snapshots.write(self.form, saved)

    def values(self, paths: Iterable[str] | None = None) -> dict[str, str]:
        """Stored values by address, of leaves (of `paths` where given)."""
        wanted = None if paths is None else set(paths)
        found = {
            address(node): node.value for node in self._evaluation.root.each() if not node.children
        }
        return found if wanted is None else {k: v for k, v in found.items() if k in wanted}
